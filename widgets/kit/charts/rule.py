"""Levels across a chart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import htpy as h

from ..parts.words import Tone
from .labels import LETTER, behind, names, widest
from .layer import Frame, Layer, Piece, Plane
from .line import begun


@dataclass(frozen=True)
class Rule(Layer):
    """A level to compare with, across the chart at an x or a y: ``Rule("a coin", y=0.5)``."""

    label: str
    x: float | None = None
    y: float | None = None
    tone: Tone = "muted"

    def reach(self) -> list[tuple[float | None, float | None]]:
        return [(self.x, self.y)]

    def draw(self, frame: Frame) -> Iterator[Piece]:
        x1, x2 = ("0", "100%") if self.x is None else (frame.across(self.x),) * 2
        y1, y2 = ("0", "100%") if self.y is None else (frame.down(self.y),) * 2
        yield Plane.BEHIND, h.line(class_=f"rule tone-{self.tone}", x1=x1, x2=x2, y1=y1, y2=y2)
        if self.y is not None:
            right = self._clearer_right(self.y, frame)
            yield Plane.LABELS, self._label("100%" if right else "0", y1, "-0.4em", to_left=right)
        elif self.x is not None:
            left, low = self._clearest_corner(self.x, frame)
            yield Plane.LABELS, self._label(x1, "100%" if low else "0", "-0.4em" if low else "0.8em", to_left=left)

    def _label(self, x: str, y: str, dy: str, to_left: bool) -> h.Element:
        classes = ["rule-label", f"tone-{self.tone}", "to-left" if to_left else None]
        return h.text(class_=classes, x=x, y=y, dx="-0.4em" if to_left else "0.4em", dy=dy)[self.label]

    def _clearer_right(self, y: float, frame: Frame) -> bool:
        """Whether fewer curves pass behind a level's label at the right than at the left."""
        width, place, lines = LETTER * len(self.label), 1 - frame.y(y) - frame.gap / 2, begun(frame)
        return behind((1 - width, 1), place, lines, frame) < behind((0, width), place, lines, frame)

    def _clearest_corner(self, x: float, frame: Frame) -> tuple[bool, bool]:
        """Whether an upright rule's label stands left of it, and whether at its foot: off names, where fewest curves
        pass.
        """
        at, (letter, before) = frame.x(x), widest(frame)
        width = letter * (len(self.label) + 1)

        def harm(corner: tuple[bool, bool]) -> tuple[bool, float, int]:
            left, low = corner
            box, place = (at - width, at) if left else (at, at + width), 1 - 0.6 * frame.gap if low else 0.4 * frame.gap
            beside = [
                name.box(frame, letter, before) for name in names(frame) if abs(name.place - place) < 0.9 * frame.gap
            ]
            upon = sum(max(min(end, box[1]) - max(start, box[0]), 0.0) for start, end in beside)
            return left and box[0] < 0, upon, behind(box, place, begun(frame), frame)

        return min(((left, low) for low in (False, True) for left in (at > 0.6, at <= 0.6)), key=harm)
