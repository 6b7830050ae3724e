"""Files read one after the other into one tally, in steps between which whoever reads may stop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from .problems import Problem
from .reading import Reading
from .tally import MOST_PAIRS, Tally

# Bytes that are asked for at once.
CHUNK = 1 << 15


class Source(Protocol):
    """A file: its name, its size in bytes, and any part of it."""

    name: str
    size: int

    def read(self, start: int, stop: int) -> bytes: ...


@dataclass(frozen=True)
class Bytes:
    """A file that is in memory."""

    name: str
    data: bytes

    @property
    def size(self) -> int:
        return len(self.data)

    def read(self, start: int, stop: int) -> bytes:
        return self.data[start:stop]


class OnDisk:
    """A file on the disk."""

    def __init__(self, path: Path) -> None:
        self.name, self.size = path.name, path.stat().st_size
        self._file = path.open("rb")

    def read(self, start: int, stop: int) -> bytes:
        self._file.seek(start)
        return self._file.read(stop - start)


@dataclass(frozen=True)
class FileRead:
    """What became of a file: its format in words, its records,
    those that were used, and what was wrong with the others.

    ``refused`` says in a sentence why it could not be read at all. ``cut`` says that it holds more than was taken in.
    """

    name: str
    format: str
    records: int
    used: int
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    refused: str | None = None
    cut: bool = False
    first: int = 0  # the number of its first record


@dataclass(frozen=True, eq=False)
class Opened:
    """How far it is: ``files`` in part or whole, ``pairs`` of which
    are in the ``tally``; ``share`` from 0 to 1 of all bytes.
    """

    tally: Tally
    files: tuple[FileRead, ...]
    pairs: int
    share: float

    @property
    def whole(self) -> bool:
        return self.share == 1.0

    @property
    def refused(self) -> str | None:
        """Why there is nothing to look at, where there isn't."""
        if self.pairs or not self.whole:
            return None
        said = [
            f"{file.name}: {file.refused}" if len(self.files) > 1 else file.refused
            for file in self.files
            if file.refused
        ]
        return " ".join(said) or "No comparison was found."


def open_all(sources: Sequence[Source]) -> Iterator[Opened]:
    """Reads all that the sources hold; yields after every piece. The same files always give the same steps."""
    tally, done, first = Tally(), 0, 0
    size = max(sum(source.size for source in sources), 1)
    files: tuple[FileRead, ...] = ()
    for source in sources:
        reading = Reading(first)
        for at in _pieces(reading, source, tally):
            share = min((done + at) / size, 0.999)
            yield Opened(tally, (*files, _read(source, reading, at < source.size and tally.full)), len(tally), share)
        cut = tally.full and reading.records > 0
        files = (*files, _read(source, reading, cut))
        done, first = done + source.size, reading.following
    yield Opened(tally, files, len(tally), 1.0)


def _pieces(reading: Reading, source: Source, tally: Tally) -> Iterator[int]:
    """Yields the bytes read so far, after every piece."""
    for start in range(0, source.size, CHUNK):
        for pairs in reading.feed(source.read(start, start + CHUNK)):
            tally.add(pairs)
            yield start
        if tally.full or reading.refused:
            return
    for pairs in reading.close():
        tally.add(pairs)
        yield source.size


def _read(source: Source, reading: Reading, cut: bool) -> FileRead:
    return FileRead(
        source.name,
        reading.format,
        reading.records,
        reading.used,
        reading.problems.told(),
        reading.notes,
        reading.refused,
        cut,
        reading.first,
    )


CUT = f"Only the first {MOST_PAIRS:,} pairs are taken in, or as many as fit into memory; the rest was not read."
