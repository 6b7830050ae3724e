"""Reads a file of comparisons from chunks of its bytes, whatever its format: what it can't read it counts, and says
why.

    reading = Reading()
    for chunk in chunks:
        for pairs in reading.feed(chunk): ...     # a list of pairs after every piece of the file
    for pairs in reading.close(): ...

Memory is bounded whatever the file's size: by a piece, a record, and what waits to be paired.
"""

from __future__ import annotations

from collections.abc import Iterator

from widgets.kit import shallow_json

from . import shapes
from .decoding import Decoding, Unreadable
from .framing import Layout, salvaged
from .pair import Pair
from .problems import Problems, Unusable
from .raw import Raw
from .table import cells
from .turns import DEEPEST
from .unpaired import Unpaired


class Reading:
    """``records`` were seen, ``used`` of them made pairs; ``problems`` counts the others.

    ``refused`` is one sentence where the file is none that can be read, such as Parquet; ``notes`` are sentences
    about the
    whole file. ``first`` is the number of its first record, where it goes on after another file, and
    ``following`` that of the record that would come next.
    """

    def __init__(self, first: int = 0) -> None:
        self.records = self.used = 0
        self.first = self._number = first  # of the record to come
        self.problems = Problems()
        self.refused: str | None = None
        self._decoding, self._layout, self._unpaired = Decoding(), Layout(), Unpaired()

    def feed(self, chunk: bytes, last: bool = False) -> Iterator[list[Pair]]:
        """What the next bytes hold. Nothing that a file contains raises."""
        if self.refused:
            return
        try:
            for text in self._decoding.feed(chunk, last):
                yield self._all(self._layout.feed(text))
            if last:
                yield self._all(self._layout.close())
                self._count_alone(self._unpaired.rest())
        except Unreadable as unreadable:
            self.refused = str(unreadable)

    def close(self) -> Iterator[list[Pair]]:
        """What was still to come when the file ended."""
        yield from self.feed(b"", last=True)
        if not self.refused and not self.records:
            self.refused = "The file is empty."
        if not self.refused and not self.used:
            self.refused = self._nothing()

    @property
    def following(self) -> int:
        return self._number

    @property
    def waiting(self) -> int:
        """Single answers that none was found for yet."""
        return self._unpaired.count

    @property
    def format(self) -> str:
        """What the file is, in words: "JSON Lines, gzipped"."""
        return self._layout.name + (", gzipped" if self._decoding.packed else "")

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(self._decoding.notes)

    @property
    def written(self) -> tuple[bool, bytes, str]:
        """Whether it is gzipped, its byte-order mark and its encoding, so that a changed file can be written the
        same way."""
        return self._decoding.packed, self._decoding.mark, self._decoding.encoding

    def _nothing(self) -> str:
        if set(self.problems.counts) == {"unpaired"}:
            return (
                "This file holds single answers with a verdict each, as KTO takes them, and no prompt has both "
                "a good and a "
                "bad one: there is nothing to compare."
            )
        return (
            "No comparison was found. What can be read: JSON Lines, a JSON array or CSV, with “chosen” and "
            "“rejected”, or with "
            "two answers and a “winner”."
        )

    def _all(self, raws: Iterator[Raw]) -> list[Pair]:
        found: list[Pair] = []
        for raw in raws:
            number, self._number = self._number, self._number + 1
            self.records += 1
            try:
                found += self._read(raw, number)
            except Unusable as unusable:
                self.problems.add(unusable.reason, number + 1, raw.text, unusable.detail)
                if unusable.reason in ("json", "long", "cells"):
                    found += self._salvaged(raw, number)
        return found

    def _read(self, raw: Raw, number: int) -> list[Pair]:
        record = shapes.named(_record(raw))
        if Unpaired.takes(record):
            pair = self._unpaired.pair(record, number)
            self._count_alone(self._unpaired.dropped())
            self.used += 2 if pair else 0
            return [pair] if pair else []
        found = list(shapes.pairs(record, number))
        self.used += 1
        return found

    def _salvaged(self, raw: Raw, number: int) -> list[Pair]:
        """Records that hang on to a broken one. What can't be read of it is part of the one that was counted."""
        found: list[Pair] = []
        for piece in salvaged(raw.text)[1:]:
            try:
                found += [pair._replace(fixed=True) for pair in self._read(Raw(piece), number)]
            except Unusable:
                continue
            self.records += 1
        return found

    def _count_alone(self, singles: list) -> None:
        for single in singles:
            self.problems.add("unpaired", single.number + 1, single.text)


def _record(raw: Raw) -> dict:
    """What a record holds, by name; raises Unusable."""
    if raw.fault:
        raise Unusable(raw.fault)
    if raw.columns:
        row = cells(raw.text, raw.separator)
        if len(row) != len(raw.columns):
            raise Unusable("cells", f"{len(row)} cells, and the header has {len(raw.columns)}")
        return dict(zip(raw.columns, row, strict=True))
    try:
        record = shallow_json.loads(raw.text, DEEPEST)
    except shallow_json.TooDeep:
        raise Unusable("deep") from None
    except ValueError:
        raise Unusable("json") from None
    if not isinstance(record, dict):
        raise Unusable("object", f"it is {type(record).__name__}")
    return record
