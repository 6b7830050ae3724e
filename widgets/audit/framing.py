"""From a file's text to its records, each as the text that it is: JSON Lines, JSON values however laid out, or CSV.

What a file is shows in how it begins. A framer keeps at most one record, and drops what grows beyond ``LONGEST``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from .raw import LONGEST, Raw
from .table import Rows, columns_of

# As much of a file is looked at to see how it is laid out, if its second line that isn't empty doesn't begin before.
LOOKED_AT = 1 << 16
_HAS_BEGUN = re.compile(r"[^\n]*\n\s*\S")


class Lines:
    """A record a line."""

    def __init__(self) -> None:
        self._rest: list[str] = []
        self._size = 0
        self._dropping = False

    def feed(self, text: str) -> Iterator[Raw]:
        first, newline, rest = text.partition("\n")
        self._grow(first)
        if not newline:
            return
        yield from self.close()
        # At newlines alone: JSON texts may hold the other characters at which ``splitlines`` breaks.
        *whole, last = rest.split("\n")
        for line in whole:
            if line and not line.isspace():
                yield Raw(line)
        self._grow(last)

    def _grow(self, text: str) -> None:
        self._size += len(text)
        self._dropping |= self._size > LONGEST
        self._rest = self._rest[:1] if self._dropping else [*self._rest, text] if text else self._rest

    def close(self) -> Iterator[Raw]:
        line, dropped = "".join(self._rest), self._dropping
        self._rest, self._size, self._dropping = [], 0, False
        if dropped:
            yield Raw(line, "long")
        elif line and not line.isspace():
            yield Raw(line)


_TOKEN = re.compile(r'"|[\[\]{}]|,')
_IN_TEXT = re.compile(r'(?:[^"\\]++|\\.)*+', re.DOTALL)
_NEXT_OBJECT = re.compile(r'[\n,]\s*(?=\{\s*")')


class Values:
    """JSON values one after the other, or the items of an array, over as many lines as they like."""

    def __init__(self) -> None:
        self._text = ""
        self._at = 0  # what is before has been looked at
        self._quoted = False
        self._depth = 0
        self._base = 0  # 1 inside the array that holds the records
        self._long = False
        self.began = False

    def feed(self, text: str) -> Iterator[Raw]:
        self._text += text
        start = 0  # of the record
        while True:
            if self._quoted:
                self._at = _IN_TEXT.match(self._text, self._at).end()
                if self._at == len(self._text) or self._text[self._at] == "\\":
                    break  # the rest of the text is still to come
                self._at += 1
                self._quoted = False
            found = _TOKEN.search(self._text, self._at)
            if not found:
                self._at = len(self._text)
                break
            self._at, sign = found.end(), found[0]
            if sign == '"':
                self._quoted = True
            elif sign == "[" and not self.began and not self._text[start : found.start()].strip():
                self._base = self._depth = 1
                self.began, start = True, self._at
            elif sign in "[{":
                self.began = True
                self._depth += 1
            elif sign == ",":
                if self._depth == self._base:
                    yield from self._record(self._text[start : found.start()])
                    start = self._at
            elif self._depth > self._base:
                self._depth -= 1
                if self._depth == 0:  # values that follow each other without a comma
                    yield from self._record(self._text[start : self._at])
                    start = self._at
            else:  # the array ends, or something closes that was not opened
                yield from self._record(self._text[start : found.start()])
                self._base = self._depth = 0
                start = self._at
        self._text, self._at = self._text[start:], self._at - start
        if len(self._text) > LONGEST:
            yield from self._drop()

    def _record(self, text: str) -> Iterator[Raw]:
        if self._long:
            self._long = False
        elif text and not text.isspace():
            yield Raw(text.strip())

    def _drop(self) -> Iterator[Raw]:
        """A record that never ends: where a line of it begins with a brace, a new one is taken to begin."""
        begun = self._text.rfind("\n{", 1)
        if not self._long:
            yield Raw(self._text[: begun if begun > 0 else LONGEST], "long")
        if begun > 0:
            self._text, self._at, self._depth, self._quoted, self._long = (
                self._text[begun:],
                0,
                self._base,
                False,
                False,
            )
        else:
            self._text, self._at, self._long = "", 0, True

    def close(self) -> Iterator[Raw]:
        text, self._text = self._text, ""
        yield from self._record(text)


class Layout:
    """Sees from the first lines how a file is laid out, then hands all to the framer for that."""

    def __init__(self) -> None:
        self._head = ""
        self.framer: Lines | Values | Rows | None = None

    def feed(self, text: str) -> Iterator[Raw]:
        if self.framer is None:
            self._head = (self._head + text).lstrip("\ufeff \t\r\n")
            if not _HAS_BEGUN.match(self._head) and len(self._head) < LOOKED_AT:
                return
            _, text = self._settle()
        yield from self.framer.feed(text)

    def close(self) -> Iterator[Raw]:
        if self.framer is None:
            framer, text = self._settle()
            yield from framer.feed(text)
        yield from self.framer.close()

    def _settle(self) -> tuple[Lines | Values | Rows, str]:
        text, self._head = self._head, ""
        self.framer = framer_of(text[:LOOKED_AT])  # wherever the chunks end
        return self.framer, text

    @property
    def name(self) -> str:
        """What the file is, in words."""
        return {Lines: "JSON Lines", Values: "JSON", Rows: "CSV"}.get(type(self.framer), "nothing")


def framer_of(text: str) -> Lines | Values | Rows:
    """What fits a file that begins so."""
    first, _, rest = text.partition("\n")
    second = rest.lstrip()[:1]
    if text.startswith("["):
        return Values()
    if text.startswith("{"):
        # An object over several lines goes on with a name, or with its end.
        return Values() if second in ('"', "}") and not first.rstrip().endswith("}") else Lines()
    columns, separator = columns_of(first)
    return Rows(columns, separator) if columns else Lines()


def salvaged(text: str) -> list[str]:
    """The pieces of a broken record that may be records: where a quote is missing, those that follow hang on to it."""
    return [piece.rstrip().rstrip(",]") for piece in _NEXT_OBJECT.split(text)]
