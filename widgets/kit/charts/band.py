"""Bands of uncertainty."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import htpy as h

from ..parts.words import Tone
from .layer import Frame, Layer, Piece, Plane


@dataclass(frozen=True)
class Band(Layer):
    """What is uncertain, from (x, low, high); drawn behind the lines: ``Band("95 %", ((0, -1, 1), (1, 0, 1)),
    "reward")``.
    """

    name: str
    points: Sequence[tuple[float, float, float]]
    tone: Tone = "plain"

    def reach(self) -> list[tuple[float, float]]:
        """Along the upper side, and back along the lower."""
        return [(x, high) for x, _, high in self.points] + [(x, low) for x, low, _ in reversed(self.points)]

    def draw(self, frame: Frame) -> Iterator[Piece]:
        area = frame.path(self.reach()) + "Z" if self.points else "M0 0"
        yield Plane.AREAS, h.path(class_=f"band tone-{self.tone}", d=area)
