"""Keeps the texts of pairs, packed: a hundred thousand in some tens of megabytes."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator

from .pair import Pair

# Pairs that are packed together.
BLOCK = 64


class Shelf:
    """Grows by ``add``; ``shelf[place]`` is a pair, ``size`` the bytes that all take."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []
        self._open: list[Pair] = []
        self._read: tuple[int, list[Pair]] = (-1, [])  # the block looked at last
        self.size = 0

    def __len__(self) -> int:
        return BLOCK * len(self._blocks) + len(self._open)

    def add(self, pair: Pair) -> None:
        self._open.append(pair)
        if len(self._open) == BLOCK:
            block = zlib.compress(json.dumps(self._open).encode(), 1)
            self.size += len(block)
            self._blocks.append(block)
            self._open = []

    def __getitem__(self, place: int) -> Pair:
        if not 0 <= place < len(self):
            raise IndexError(place)
        block, row = divmod(place, BLOCK)
        if block == len(self._blocks):
            return self._open[row]
        if self._read[0] != block:
            self._read = block, self._unpacked(block)
        return self._read[1][row]

    def __iter__(self) -> Iterator[Pair]:
        for block in range(len(self._blocks)):
            yield from self._unpacked(block)
        yield from self._open

    def _unpacked(self, block: int) -> list[Pair]:
        return [Pair(*row) for row in json.loads(zlib.decompress(self._blocks[block]))]
