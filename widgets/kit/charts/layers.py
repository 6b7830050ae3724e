"""What can be drawn in a chart. Each layer knows its data; ``chart`` knows the axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..parts.words import Tone


@dataclass(frozen=True)
class Line:
    """A curve through (x, y), named at its end: ``Line("true quality", ((0, 0), (1, 0.4)), "aligned")``.

    ``quiet`` draws it thin, for something to compare with.
    """

    name: str
    points: Sequence[tuple[float, float]]
    tone: Tone = "plain"
    quiet: bool = False


@dataclass(frozen=True)
class Band:
    """What is uncertain, from (x, low, high); drawn behind the lines: ``Band("95 %", ((0, -1, 1), (1, 0, 1)),
    "reward")``.
    """

    name: str
    points: Sequence[tuple[float, float, float]]
    tone: Tone = "plain"


@dataclass(frozen=True)
class Dot:
    """A point with its name and, where it is uncertain, its whisker: ``Dot("PPO", 2.1, 0.8, low=0.7, high=0.9)``."""

    name: str
    x: float
    y: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Dots:
    """Points; ``labelled`` writes each one's name beside it: ``Dots("runs", [Dot("PPO", 2.1, 0.8)], "aligned")``."""

    name: str
    dots: Sequence[Dot]
    tone: Tone = "plain"
    labelled: bool = False


@dataclass(frozen=True)
class Bars:
    """Upright bars from zero at every x: ``Bars("raw", ((0,
    12), (1, 30)), "raw")``; several stand beside each other.
    """

    name: str
    points: Sequence[tuple[float, float]]
    tone: Tone = "plain"


@dataclass(frozen=True)
class Mark:
    """A place worth seeing, such as a peak or where a slider stands: ``Mark(1.4, 0.9, "the peak", "aligned")``."""

    x: float
    y: float
    label: str
    tone: Tone = "plain"


@dataclass(frozen=True)
class Rule:
    """A level to compare with, across the chart at an x or a y: ``Rule("a coin", y=0.5)``."""

    label: str
    x: float | None = None
    y: float | None = None
    tone: Tone = "muted"


Layer = Line | Band | Dots | Bars | Mark | Rule
