"""Comparisons as JSON Lines with ``prompt``, ``chosen`` and
``rejected``, the format that preference-tuning tools read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from widgets.core.features import FEATURES, extract
from widgets.kit import shallow_json
from widgets.kit.events import Rejected, Text, Value

MOST_LINES, LONGEST_FILE, LONGEST_LINE, LONGEST_TEXT = 10_000, 4_000_000, 200_000, 10_000
# Lists and objects in one another in a line.
DEEPEST = 100
# Bytes of all the files that a log holds, as JSON: less than the codec reads back, so that there is room for the
# labels.
MOST_WRITTEN = 15_000_000
# The page gets its turn after so many lines or characters of a file, whichever comes first.
TURN_LINES, TURN_CHARACTERS = 50, 10_000


@dataclass(frozen=True)
class FileText(Text):
    """A file's text, of a length that a log can hold; one that is longer is refused with the limit and a cure."""

    def check(self, value: Value) -> str:
        if not isinstance(value, str):
            raise self.reject(value, "a text")
        if len(value) > self.length:
            raise Rejected(
                f"The file has {len(value):,} characters, and at most {self.length:,} can be imported. "
                "Nothing was changed. "
                "Keep the first part of its lines, and import that."
            )
        try:
            written(value)
        except UnicodeEncodeError:
            raise self.reject(value, "a text without broken characters") from None
        return value


def written(text: str, before: int = 0) -> int:
    """The bytes that a file takes in a log; raises Rejected where, with those before it, a log can't hold them."""
    size = len(json.dumps(text, ensure_ascii=False).encode())
    if before + size > MOST_WRITTEN:
        files = "The files imported so far and this one take" if before else "The file takes"
        cure = (
            "Start over, and import it then."
            if before and size <= MOST_WRITTEN
            else "Keep the first part of its lines, and import that."
        )
        raise Rejected(
            f"{files} {before + size:,} bytes, and at most {MOST_WRITTEN:,} can be kept. Nothing was changed. {cure}"
        )
    return size


@dataclass(frozen=True, eq=False)
class Imported:
    """Comparisons from a file: features' differences (k, d), preferences (k,), and what was wrong with which line.

    The model goes by the first ``line`` of ``lines``; ``read`` is the share that was looked at, at least as much.
    """

    differences: np.ndarray
    preferences: np.ndarray
    problems: tuple[str, ...] = ()
    line: int = 0
    lines: int = 0
    read: float = 0.0

    @property
    def came(self) -> str:
        """How many comparisons came from the file, in a sentence that stays true where the reader stops it half-way."""
        count = len(self.preferences)
        found = f"{count:,} {'comparison' if count == 1 else 'comparisons'} came from the file"
        if self.line == self.lines:
            return f"{found}."
        return (
            f"{found}, from lines 1 to {self.line:,} of {self.lines:,}. Stopped here, "
            "it keeps these and knows nothing of the later lines; "
            "import the file again to have them all."
        )


class Reading:
    """A file read line by line: iterating over it gives the
    number of lines read whenever the page should get its turn.
    """

    def __init__(self, text: str) -> None:
        # At newlines alone: JSON texts may hold the other characters at which ``splitlines`` breaks.
        text = text.removesuffix("\n")
        self._found, found = text.split("\n", MOST_LINES)[:MOST_LINES], text.count("\n") + 1
        self.lines = len(self._found)
        # Made once and filled: a copy at every turn would take quadratic time.
        self._differences, self._count = np.zeros((self.lines, len(FEATURES))), 0
        self._problems = (
            [f"The file has {found:,} lines; those after line {MOST_LINES:,} were left out."]
            if found > MOST_LINES
            else []
        )

    def __iter__(self) -> Iterator[int]:
        characters = turn = 0
        for done, line in enumerate(self._found):
            if done > turn and (done - turn >= TURN_LINES or characters + len(line) > TURN_CHARACTERS):
                yield done
                characters, turn = 0, done
            self._take(done + 1, line)
            characters += len(line)

    def _take(self, number: int, line: str) -> None:
        if not line.strip():
            return
        try:
            self._differences[self._count] = _difference(line)
            self._count += 1
        except ValueError as error:
            self._problems.append(f"Line {number:,} was skipped: {error}.")

    def so_far(self, line: int) -> Imported:
        """What was read. It keeps: later lines are written behind it."""
        return Imported(
            self._differences[: self._count],
            np.ones(self._count),
            tuple(self._problems),
            line,
            self.lines,
            line / self.lines,
        )


def _difference(line: str) -> np.ndarray:
    """One line of JSON as the chosen answer's features less the
    rejected one's; ValueError says what is wrong with it.
    """
    record = _json(line)
    if not isinstance(record, dict):
        raise ValueError("it is not an object with prompt, chosen and rejected")
    for name in ("prompt", "chosen", "rejected"):
        if not isinstance(record.get(name), str):
            raise ValueError(f"{name} is missing" if name not in record else f"{name} is not a text")
        if len(record[name]) > LONGEST_TEXT:
            raise ValueError(f"{name} is longer than {LONGEST_TEXT:,} characters")
    if record["chosen"] == record["rejected"]:
        raise ValueError("chosen and rejected are the same")
    return extract(record["prompt"], record["chosen"]) - extract(record["prompt"], record["rejected"])


def _json(line: str) -> object:
    if len(line) > LONGEST_LINE:
        raise ValueError(f"it is longer than {LONGEST_LINE:,} characters")
    try:
        return shallow_json.loads(line, DEEPEST)
    except shallow_json.TooDeep:
        raise
    except ValueError:
        raise ValueError("it is not JSON") from None


def to_line(prompt: str, chosen: str, rejected: str) -> str:
    """A comparison as one line, with its newline."""
    return json.dumps({"prompt": prompt, "chosen": chosen, "rejected": rejected}, ensure_ascii=False) + "\n"
