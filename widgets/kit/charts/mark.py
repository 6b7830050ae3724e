"""Marks on places worth seeing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import htpy as h

from ..parts.words import Tone
from .labels import LETTER, behind, upon
from .layer import Frame, Layer, Piece, Plane
from .line import begun


@dataclass(frozen=True)
class Mark(Layer):
    """A place worth seeing, such as a peak or where a slider stands: ``Mark(1.4, 0.9, "the peak", "aligned")``."""

    x: float
    y: float
    label: str
    tone: Tone = "plain"

    def reach(self) -> list[tuple[float, float]]:
        return [(self.x, self.y)]

    def draw(self, frame: Frame) -> Iterator[Piece]:
        x, y, place = frame.across(self.x), frame.down(self.y), frame.x(self.x)
        side = "to-left" if place > 0.75 else "to-right" if place < 0.25 else "to-middle"
        label = h.text(class_=side, x=x, y=y, dy="1.7em" if self._below(frame) else "-1em")[self.label]
        yield Plane.MARKS, h.g(class_=f"mark tone-{self.tone}")[h.circle(cx=x, cy=y, r="6"), label]

    def _below(self, frame: Frame) -> bool:
        """Whether the label stands below: where there is no room above, or more is in its way."""
        at, reach = 1 - frame.y(self.y), 1.3 * frame.gap
        if not reach < at < 1 - reach:
            return at <= reach
        half = LETTER * len(self.label) / 2
        box, lines = (frame.x(self.x) - half, frame.x(self.x) + half), begun(frame)
        above, below = (
            behind(box, place, lines, frame) + upon(box, place, frame) for place in (at - reach, at + reach)
        )
        return below < above

    def said(self, frame: Frame) -> str:
        return f"{self.label}: {frame.x.value(self.x)} {frame.measured}, {frame.y.value(self.y)}"
