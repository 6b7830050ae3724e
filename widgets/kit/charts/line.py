"""Curves, named at their ends (see ``labels``)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import htpy as h

from ..parts.words import Tone
from .layer import Frame, Layer, Piece, Plane, Value

# Lines are told apart without colour, too.
DASHES = (None, "7 4", "2 4", "10 4 2 4", "1 5", "14 4", "5 3 1 3")
_QUIET = "3 4"


@dataclass(frozen=True)
class Line(Layer):
    """A curve through (x, y), named at its end: ``Line("true quality", ((0, 0), (1, 0.4)), "aligned")``.

    ``quiet`` draws it thin, for something to compare with.
    """

    name: str
    points: Sequence[tuple[float, float]]
    tone: Tone = "plain"
    quiet: bool = False

    def reach(self) -> Sequence[tuple[float, float]]:
        return self.points

    def draw(self, frame: Frame) -> Iterator[Piece]:
        if self.points:
            yield Plane.CURVES, h.path(d=frame.path(self.points), **self.stroke(frame))

    def stroke(self, frame: Frame) -> dict[str, Any]:
        """How it is stroked, in the chart and in the sample beside its name."""
        return {
            "class_": ["curve", f"tone-{self.tone}", "curve-quiet" if self.quiet else None],
            "stroke_dasharray": _QUIET if self.quiet else DASHES[begun(frame).index(self) % len(DASHES)],
        }

    def values(self, frame: Frame) -> Iterator[Value]:
        return (Value(x, y, self.name, self.tone, frame.y.value(y)) for x, y in self.points)


def begun(frame: Frame) -> list[Line]:
    """The lines that have points."""
    return [line for line in frame.all(Line) if line.points]
