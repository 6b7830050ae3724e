"""Points, with their names and whiskers. All is placed in per cent, so that it is never stretched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import htpy as h

from ..parts.words import Tone
from .layer import Frame, Layer, Piece, Plane, Value, percent
from .scales import spread


@dataclass(frozen=True)
class Dot:
    """A point with its name and, where it is uncertain, its whisker: ``Dot("PPO", 2.1, 0.8, low=0.7, high=0.9)``."""

    name: str
    x: float
    y: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Dots(Layer):
    """Points; ``labelled`` writes each one's name beside it: ``Dots("runs", [Dot("PPO", 2.1, 0.8)], "aligned")``."""

    name: str
    dots: Sequence[Dot]
    tone: Tone = "plain"
    labelled: bool = False

    def reach(self) -> Iterator[tuple[float, float | None]]:
        return ((dot.x, y) for dot in self.dots for y in (dot.y, dot.low, dot.high))

    def draw(self, frame: Frame) -> Iterator[Piece]:
        for dot in self.dots:
            if dot.low is not None and dot.high is not None:
                at, low, high = frame.across(dot.x), frame.down(dot.low), frame.down(dot.high)
                yield Plane.WHISKERS, h.line(class_=f"whisker tone-{self.tone}", x1=at, x2=at, y1=low, y2=high)
        ordered = sorted(self.dots, key=lambda dot: -dot.y)
        places = spread([1 - frame.y(dot.y) for dot in ordered], frame.gap, 0.0, 1.0)
        for dot, place in zip(ordered, places, strict=True):
            yield Plane.DOTS, self._shape(frame.across(dot.x), frame.down(dot.y))
            if self.labelled:
                yield Plane.DOTS, self._name(dot, percent(place), frame)

    def _shape(self, x: str, y: str) -> h.Element:
        """A dot whose shape says its meaning again: raw is square, reward a diamond, the others are round."""
        classes = f"dot dot-{self.tone} tone-{self.tone}"
        if self.tone in ("raw", "reward"):
            return h.rect(class_=classes, x=x, y=y, width="8", height="8")
        return h.circle(class_=classes, cx=x, cy=y, r="4.5")

    def _name(self, dot: Dot, y: str, frame: Frame) -> h.Element:
        side, dx = ("to-left", "-0.8em") if frame.x(dot.x) > 0.6 else (None, "0.8em")
        classes = ["name", f"tone-{self.tone}", side]
        return h.text(class_=classes, x=frame.across(dot.x), y=y, dx=dx, dy="0.32em")[dot.name]

    def values(self, frame: Frame) -> Iterator[Value]:
        for dot in self.dots:
            words = frame.y.value(dot.y)
            if dot.low is not None and dot.high is not None:
                words += f" ({frame.y.value(dot.low)} to {frame.y.value(dot.high)})"
            yield Value(dot.x, dot.y, dot.name, self.tone, words)
