"""Files that the reader gave to the page: there as long as the page is, and found by what the event log says of them.

The log holds a file's name, its size and a mark of what is in it, never the file. So a figure that is replayed after a
reload finds no file, and says which one it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple


class Given(NamedTuple):
    """What the log says of a file: two with the same ``mark`` and ``size`` are taken for the same."""

    name: str
    size: int
    mark: str


class Gone(Exception):
    """A file that was given can't be read any more: it was changed or moved since."""


class File:
    """A file that is here: ``read(start, stop)`` gives its bytes, or raises Gone."""

    def __init__(self, given: Given, read: Callable[[int, int], Any]) -> None:
        self.name, self.size = given.name, given.size
        self._read = read

    def read(self, start: int, stop: int) -> bytes:
        try:
            data = self._read(start, stop)
        except Exception as error:  # whatever the browser raises
            raise Gone(f"{self.name} can’t be read any more: it was changed or moved. Choose it again.") from error
        # In the browser it is an array of JavaScript's.
        return data.to_bytes() if hasattr(data, "to_bytes") else bytes(data)


_here: dict[tuple[int, str], File] = {}
_made: dict[Any, Any] = {}


def hold(name: str, size: int, mark: str, read: Callable[[int, int], Any]) -> Given:
    """Takes a file in."""
    given = Given(name, int(size), mark)
    _here[given.size, given.mark] = File(given, read)
    return given


def find(given: Given) -> File | None:
    """The file that the log tells of, if it is here."""
    return _here.get((given.size, given.mark))


def recall(files: Sequence[Given], whose: str) -> Any:
    """What was last made of these files for a figure, or None: to read them once is enough."""
    return _made.get((whose, tuple((given.size, given.mark) for given in files)))


def remember(files: Sequence[Given], whose: str, what: Any) -> None:
    """Keeps what was made of files for a figure, until it makes something of others."""
    for key in [key for key in _made if key[0] == whose]:
        del _made[key]
    _made[whose, tuple((given.size, given.mark) for given in files)] = what


def forget() -> None:
    """Lets go of all files, and of what was made of them."""
    _here.clear()
    _made.clear()
