"""Comma-separated values: records whose quoted cells may hold commas, quotes and line breaks."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from .raw import LONGEST, Raw

# Columns by which a table of comparisons is known.
TELLING = frozenset(
    "chosen rejected reject response_a response_b winner winner_model_a winner_model_b completion prompt "
    "instruction".split()
)
SEPARATORS = (",", ";", "\t")


def columns_of(line: str) -> tuple[tuple[str, ...], str]:
    """The names of the columns in a table's first line, in small
    letters, and what stands between them; none where it is no table.
    """
    for separator in SEPARATORS:
        names = tuple(name.strip().lower() for name in cells(line.rstrip("\r"), separator))
        if len(names) > 1 and TELLING.intersection(names):
            return names, separator
    return (), ","


def cells(text: str, separator: str) -> list[str]:
    """One record's cells; text that is no proper record gives what can be made of it."""
    csv.field_size_limit(1 << 24)  # a limit of the whole process; records are bounded before they come here
    try:
        return next(csv.reader([text.replace("\0", "")], delimiter=separator), [])
    except csv.Error:
        return []


class Rows:
    """A record a row; a row ends at the line break before which quotes are even in number."""

    def __init__(self, columns: tuple[str, ...], separator: str) -> None:
        self.columns, self.separator = columns, separator
        self._lines: list[str] = []  # of the row
        self._size = self._quotes = 0
        self._line = ""  # begun
        self._header = True
        self._again = 0  # so many lines to come were looked at before

    def feed(self, text: str) -> Iterator[Raw]:
        *whole, last = (self._line + text).split("\n")
        self._line = last
        for line in whole:
            yield from self._take(line)
        if len(last) > LONGEST:
            yield self._raw(last[:1000], "long")
            self._line = ""

    def _take(self, line: str) -> Iterator[Raw]:
        self._lines.append(line)
        self._size += len(line)
        self._quotes += line.count('"')
        self._again = max(0, self._again - 1)
        if self._quotes % 2 == 0:
            yield from self._row()
        elif self._size > LONGEST:
            yield from self._unclosed()

    def _row(self) -> Iterator[Raw]:
        text = "\n".join(self._lines)
        self._lines, self._size, self._quotes = [], 0, 0
        if self._header:
            self._header = False
        elif text.strip():
            yield self._raw(text.removesuffix("\r"))

    def _unclosed(self) -> Iterator[Raw]:
        """A quote that is never closed: that row is lost, those behind it are looked at anew, once."""
        first, *lines = self._lines
        self._lines, self._size, self._quotes = [], 0, 0
        yield self._raw(first, "cells")
        if self._again:
            return
        self._again = len(lines) + 1
        for line in lines:
            yield from self._take(line)

    def close(self) -> Iterator[Raw]:
        line, self._line = self._line, ""
        if line:
            yield from self._take(line)
        while self._lines:
            yield from self._unclosed()

    def _raw(self, text: str, fault: str | None = None) -> Raw:
        return Raw(text, fault, self.columns, self.separator)
