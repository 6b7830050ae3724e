"""The square that a chart's layers are drawn in, and how its lines differ from each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .layers import Layer, Line
from .scales import Scale

# Lines are told apart without colour, too.
DASHES = (None, "7 4", "2 4", "10 4 2 4", "1 5", "14 4", "5 3 1 3")
_QUIET = "3 4"


@dataclass(frozen=True)
class Frame:
    """The axes' scales, and how far apart two lines of text must be, as a share of the height."""

    x: Scale
    y: Scale
    gap: float

    def across(self, value: float) -> str:
        return percent(self.x(value))

    def down(self, value: float) -> str:
        return percent(1 - self.y(value))


def begun(layers: Sequence[Layer]) -> list[Line]:
    """The lines that have points."""
    return [layer for layer in layers if isinstance(layer, Line) and layer.points]


def stroke(line: Line, index: int) -> dict[str, Any]:
    """How a line is stroked, in the chart and in the sample beside its name."""
    return {
        "class_": ["curve", f"tone-{line.tone}", "curve-quiet" if line.quiet else None],
        "stroke_dasharray": _QUIET if line.quiet else DASHES[index % len(DASHES)],
    }


def alike(lines: Sequence[Line]) -> bool:
    """Whether some lines have one colour, so that it doesn't tell which is which."""
    return len({line.tone for line in lines}) < len(lines)


def percent(share: float) -> str:
    return f"{100 * share:.2f}".rstrip("0").rstrip(".") + "%"
