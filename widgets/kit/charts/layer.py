"""What a layer of a chart is, and the frame that it draws itself in.

A new mark is one file: a subclass of ``Layer`` that knows its data, the places it needs and the pieces it draws.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

import htpy as h

from .scales import Scale


class Plane(Enum):
    """Where a piece lies, from the back to the front; lines' names are between labels and dots.

    Areas, bars and curves are drawn in a square of 1000 that is stretched over the plot (their strokes are not
    stretched), all others at places in per cent.
    """

    BEHIND = auto()
    AREAS = auto()
    BARS = auto()
    CURVES = auto()
    WHISKERS = auto()
    LABELS = auto()
    DOTS = auto()
    MARKS = auto()


type Piece = tuple[Plane, h.Node]


@dataclass(frozen=True)
class Value:
    """What a line, bar or dot has to say at an x, and in which words."""

    x: float
    y: float
    name: str
    tone: str
    words: str


class Layer:
    """What can be drawn in a chart. A mark overrides the methods that it needs; each returns nothing by default."""

    def reach(self) -> Iterable[tuple[float | None, float | None]]:
        """Places (x, y) that the axes must span; None where an axis doesn't matter."""
        return ()

    def draw(self, frame: Frame) -> Iterable[Piece]:
        """What it consists of, each piece with the plane that it lies in."""
        return ()

    def values(self, frame: Frame) -> Iterable[Value]:
        """What can be pointed at, and stands in the table."""
        return ()

    def said(self, frame: Frame) -> str:
        """What is said below the table."""
        return ""


@dataclass(frozen=True, eq=False)
class Frame:
    """The axes' scales, what x measures, and the chart's layers, among which each finds those it keeps clear of.

    ``gap`` is how far apart two lines of text must be, as a share of the height.
    """

    x: Scale
    y: Scale
    measured: str
    gap: float
    layers: Sequence[Layer]

    def all[Kind: Layer](self, kind: type[Kind]) -> list[Kind]:
        """The layers of a kind."""
        return [layer for layer in self.layers if isinstance(layer, kind)]

    def across(self, value: float) -> str:
        return percent(self.x(value))

    def down(self, value: float) -> str:
        return percent(1 - self.y(value))

    def path(self, points: Iterable[tuple[float, float]]) -> str:
        """A path through the points, in the square of 1000."""
        return "M" + "L".join(f"{thousand(self.x(x))} {thousand(1 - self.y(y))}" for x, y in points)


def percent(share: float) -> str:
    return f"{100 * share:.2f}".rstrip("0").rstrip(".") + "%"


def thousand(share: float) -> str:
    return f"{1000 * share:.1f}".removesuffix(".0")
