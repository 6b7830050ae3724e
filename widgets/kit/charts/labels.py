"""Names of lines, marks and levels: above everything drawn, where the least is in their way."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass, replace

import htpy as h

from .frame import Frame, alike, begun, percent, stroke
from .layers import Layer, Line, Mark, Rule
from .scales import spread

# A letter's width as a share of the plot's: about right on a phone, where there is least room.
_LETTER = 0.025
# The same in em, wide ones at that; a figure's width on the narrowest phone; and what stands beside the plot, see
# charts.css.
_LETTER_EM, _NARROWEST_EM, _TICKS_EM, _SAMPLES_EM, _BEFORE_NAME_EM = 0.6, 25.0, 4.2, 2.5, 0.8
_SAMPLES = 9  # places at which it is seen whether a curve is behind a label
LONGEST_OUTSIDE = 18  # letters of a name that stands right of the plot; a longer one stands within it


@dataclass(frozen=True)
class Name:
    """A line's name, the line's place among the others, and where the name's middle is."""

    line: Line
    index: int
    place: float

    @property
    def inside(self) -> bool:
        return len(self.line.name) > LONGEST_OUTSIDE

    def box(self, frame: Frame, letter: float = _LETTER, before: float = 0.0) -> tuple[float, float]:
        """Where the name ends, and the line that it belongs to; ``before`` it are so many letters' room."""
        at, width = frame.x(self.line.points[-1][0]), letter * (len(self.line.name) + before)
        return (at - width, at) if self.inside else (at, at + width)


def room(lines: Sequence[Line]) -> tuple[str, float]:
    """How much room the longest label right of the plot needs: the name of its class, and the room in em."""
    longest = max((len(line.name) for line in lines if len(line.name) <= LONGEST_OUTSIDE), default=0)
    return next((name, em) for name, length, em in _ROOMS if longest <= length)


_ROOMS = (("none", 0, 0.9), ("small", 8, 6.0), ("medium", 13, 8.6), ("large", LONGEST_OUTSIDE, 11.5))


def widest(lines: Sequence[Line]) -> tuple[float, float]:
    """A letter's width as a share of the plot's on the narrowest phone, which is the most that it is anywhere; and how
    many letters would fit between a line's end and its name.
    """
    samples = _SAMPLES_EM if alike(lines) else 0.0
    letter = _LETTER_EM / (_NARROWEST_EM - _TICKS_EM - room(lines)[1] - samples)
    return letter, (_BEFORE_NAME_EM + samples) / _LETTER_EM


def names(layers: Sequence[Layer], frame: Frame) -> list[Name]:
    """The lines' names from top to bottom, none upon another."""
    drawn = begun(layers)
    found = [
        _clear(Name(line, index, 1 - frame.y(line.points[-1][1])), drawn, frame) for index, line in enumerate(drawn)
    ]
    found.sort(key=lambda name: name.place)
    places = spread([name.place for name in found], frame.gap, 0.0, 1.0)
    return [replace(name, place=place) for name, place in zip(found, places, strict=True)]


def _clear(name: Name, drawn: Sequence[Line], frame: Frame) -> Name:
    """The name beside its line's end or, if curves pass there, above or below."""
    in_the_way = [line for line in drawn if name.inside or line is not name.line]
    tried = [replace(name, place=name.place + offset) for offset in (0.0, -frame.gap, frame.gap)]
    return min(tried, key=lambda name: _behind(name.box(frame), name.place, in_the_way, frame))


def ends(names: Sequence[Name], frame: Frame) -> h.Node:
    """Every line's name at its last point, led to from there where it had to make room for others."""
    sample = alike([name.line for name in names])
    return [_end(name, frame, sample) for name in names]


def _end(name: Name, frame: Frame, sample: bool) -> h.Element:
    """An inner drawing begins where the line ends, so that what follows is measured from there in em."""
    line, there, sign = name.line, percent(name.place), "-" if name.inside else ""
    x, y = line.points[-1]
    moved = abs(name.place - 1 + frame.y(y)) > frame.gap / 4
    return h.svg(class_=f"ending tone-{line.tone}", x=frame.across(x))[
        moved and h.line(class_="leader", x1=f"{sign}0.3em", x2=f"{sign}0.7em", y1=frame.down(y), y2=there),
        not line.quiet and h.circle(class_="end", cx="0", cy=frame.down(y), r="3.5"),
        sample and h.line(x1=f"{sign}0.9em", x2=f"{sign}2.9em", y1=there, y2=there, **stroke(line, name.index)),
        h.text(
            class_=["name", "to-left" if name.inside else None],
            x=f"{sign}3.3em" if sample else f"{sign}0.8em",
            y=there,
            dy="0.32em",
        )[line.name],
    ]


def marks(layers: Sequence[Layer], names: Sequence[Name], frame: Frame) -> h.Node:
    for mark in layers:
        if isinstance(mark, Mark):
            place = frame.x(mark.x)
            side = "to-left" if place > 0.75 else "to-right" if place < 0.25 else "to-middle"
            yield h.g(class_=f"mark tone-{mark.tone}")[
                h.circle(cx=frame.across(mark.x), cy=frame.down(mark.y), r="6"),
                h.text(
                    class_=side,
                    x=frame.across(mark.x),
                    y=frame.down(mark.y),
                    dy="1.7em" if _below(mark, names, frame) else "-1em",
                )[mark.label],
            ]


def _below(mark: Mark, names: Sequence[Name], frame: Frame) -> bool:
    """Whether the mark's label stands below it: where there is no room above, or more is in its way."""
    at, reach = 1 - frame.y(mark.y), 1.3 * frame.gap
    if not reach < at < 1 - reach:
        return at <= reach
    half = _LETTER * len(mark.label) / 2
    box = frame.x(mark.x) - half, frame.x(mark.x) + half
    drawn = [name.line for name in names]
    above, below = (
        _behind(box, place, drawn, frame) + _upon(box, place, names, frame) for place in (at - reach, at + reach)
    )
    return below < above


def rules(layers: Sequence[Layer], names: Sequence[Name], frame: Frame) -> h.Node:
    drawn = begun(layers)
    for rule in layers:
        if isinstance(rule, Rule) and rule.y is not None:
            right = _clearer_right(rule.label, rule.y, drawn, frame)
            yield _rule_label(rule, "100%" if right else "0", frame.down(rule.y), "-0.4em", right)
        elif isinstance(rule, Rule) and rule.x is not None:
            left, low = _clearest_corner(rule, rule.x, names, frame)
            yield _rule_label(
                rule, frame.across(rule.x), *(("100%", "-0.4em") if low else ("0", "0.8em")), to_left=left
            )


def _clearer_right(label: str, y: float, drawn: Sequence[Line], frame: Frame) -> bool:
    width, place = _LETTER * len(label), 1 - frame.y(y) - frame.gap / 2
    return _behind((1 - width, 1), place, drawn, frame) < _behind((0, width), place, drawn, frame)


def _clearest_corner(rule: Rule, x: float, names: Sequence[Name], frame: Frame) -> tuple[bool, bool]:
    """Whether an upright rule's label stands left of it, and
    whether at its foot: off names, where fewest curves pass.
    """
    lines, at = [name.line for name in names], frame.x(x)
    letter, before = widest(lines)
    width = letter * (len(rule.label) + 1)

    def harm(corner: tuple[bool, bool]) -> tuple[bool, float, int]:
        left, low = corner
        box, place = (at - width, at) if left else (at, at + width), (1 - 0.6 * frame.gap if low else 0.4 * frame.gap)
        beside = [name.box(frame, letter, before) for name in names if abs(name.place - place) < 0.9 * frame.gap]
        upon = sum(max(min(end, box[1]) - max(start, box[0]), 0.0) for start, end in beside)
        return left and box[0] < 0, upon, _behind(box, place, lines, frame)

    return min(((left, low) for low in (False, True) for left in (at > 0.6, at <= 0.6)), key=harm)


def _rule_label(rule: Rule, x: str, y: str, dy: str, to_left: bool) -> h.Element:
    return h.text(
        class_=["rule-label", f"tone-{rule.tone}", "to-left" if to_left else None],
        x=x,
        y=y,
        dx="-0.4em" if to_left else "0.4em",
        dy=dy,
    )[rule.label]


def _behind(box: tuple[float, float], place: float, lines: Sequence[Line], frame: Frame) -> int:
    """How much of the curves is behind a label from the box's left to its right, with its middle at ``place``."""
    left, right = box
    xs = [left + (right - left) * sample / (_SAMPLES - 1) for sample in range(_SAMPLES)]
    heights = [_curve_at(line, x, frame) for line in lines for x in xs]
    return sum(height is not None and abs(height - place) < frame.gap / 2 for height in heights)


def _upon(box: tuple[float, float], place: float, names: Sequence[Name], frame: Frame) -> int:
    """The same for lines' names, each of which is as bad as a curve all along."""
    boxes = [name.box(frame) for name in names if abs(name.place - place) < frame.gap]
    return _SAMPLES * sum(left < box[1] and box[0] < right for left, right in boxes)


def _curve_at(line: Line, x: float, frame: Frame) -> float | None:
    """How far down a curve is at a share of the width, where it has got that far."""
    after = bisect(line.points, x, key=lambda point: frame.x(point[0]))
    if not 0 < after < len(line.points):
        return None
    (left, start), (right, end) = ((frame.x(x), 1 - frame.y(y)) for x, y in line.points[after - 1 : after + 1])
    return start + (end - start) * (x - left) / (right - left)
