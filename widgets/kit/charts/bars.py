"""Upright bars."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import htpy as h

from ..parts.words import Tone
from .layer import Frame, Layer, Piece, Plane, Value, thousand


@dataclass(frozen=True)
class Bars(Layer):
    """Upright bars from zero at every x, several beside each other: ``Bars("raw", ((0, 12), (1, 30)), "raw")``."""

    name: str
    points: Sequence[tuple[float, float]]
    tone: Tone = "plain"

    def reach(self) -> Iterator[tuple[float | None, float | None]]:
        """From zero, and half a step to both sides."""
        yield None, 0.0
        half = _step(x for x, _ in self.points) / 2
        for x, y in self.points:
            yield from ((x - half, y), (x + half, y))

    def draw(self, frame: Frame) -> Iterator[Piece]:
        groups = frame.all(Bars)
        step = _step(x for group in groups for x, _ in group.points)
        width = 0.8 * (frame.x(step) - frame.x(0)) / len(groups) if not frame.x.log else 0.02
        for x, y in self.points:
            left = frame.x(x) + width * (groups.index(self) - len(groups) / 2)
            top, foot = 1 - frame.y(max(y, 0)), 1 - frame.y(min(y, 0))
            size = {"width": thousand(width * 0.94), "height": thousand(foot - top)}
            bar = h.rect(class_=f"upright tone-{self.tone}", x=thousand(left), y=thousand(top), **size)
            yield Plane.BARS, bar

    def values(self, frame: Frame) -> Iterator[Value]:
        return (Value(x, y, self.name, self.tone, frame.y.value(y)) for x, y in self.points)


def _step(xs: Iterable[float]) -> float:
    """The smallest distance between two neighbours."""
    return min((b - a for a, b in itertools.pairwise(sorted(set(xs)))), default=1.0)
