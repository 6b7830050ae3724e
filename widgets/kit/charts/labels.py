"""Names of lines, where the least is in their way; and what is in the way of other labels."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import htpy as h

from .layer import Frame, percent
from .line import Line, begun
from .scales import spread

# A letter's width as a share of the plot's: about right on a phone, where there is least room.
LETTER = 0.025
# The same in em, wide ones at that; a figure's width on the narrowest phone; and what stands beside the plot, see
# charts.css.
_LETTER_EM, _NARROWEST_EM, _TICKS_EM, _SAMPLES_EM, _BEFORE_NAME_EM = 0.6, 25.0, 4.2, 2.5, 0.8
_SAMPLES = 9  # places at which it is seen whether a curve is behind a label
LONGEST_OUTSIDE = 18  # letters of a name that stands right of the plot; a longer one stands within it
_ROOMS = (("none", 0, 0.9), ("small", 8, 6.0), ("medium", 13, 8.6), ("large", LONGEST_OUTSIDE, 11.5))


@dataclass(frozen=True)
class Name:
    """A line's name, and where the name's middle is."""

    line: Line
    place: float

    @property
    def inside(self) -> bool:
        return len(self.line.name) > LONGEST_OUTSIDE

    def box(self, frame: Frame, letter: float = LETTER, before: float = 0.0) -> tuple[float, float]:
        """Where the name ends, and the line that it belongs to; ``before`` it are so many letters' room."""
        at, width = frame.x(self.line.points[-1][0]), letter * (len(self.line.name) + before)
        return (at - width, at) if self.inside else (at, at + width)


@lru_cache(maxsize=1)  # many labels and values of a chart ask for them
def names(frame: Frame) -> list[Name]:
    """The lines' names from top to bottom, none upon another."""
    found = [_clear(Name(line, 1 - frame.y(line.points[-1][1])), frame) for line in begun(frame)]
    found.sort(key=lambda name: name.place)
    places = spread([name.place for name in found], frame.gap, 0.0, 1.0)
    return [replace(name, place=place) for name, place in zip(found, places, strict=True)]


def _clear(name: Name, frame: Frame) -> Name:
    """The name beside its line's end or, if curves pass there, above or below."""
    in_the_way = [line for line in begun(frame) if name.inside or line is not name.line]
    tried = [replace(name, place=name.place + offset) for offset in (0.0, -frame.gap, frame.gap)]
    return min(tried, key=lambda name: behind(name.box(frame), name.place, in_the_way, frame))


def ends(frame: Frame) -> Iterator[h.Element]:
    """Every line's name at its last point, led to from there where it had to make room for others.

    An inner drawing begins where the line ends, so that what follows is measured from there in em.
    """
    sample = _alike(frame)
    for name in names(frame):
        line, there, sign = name.line, percent(name.place), "-" if name.inside else ""
        x, y = line.points[-1]
        moved = abs(name.place - 1 + frame.y(y)) > frame.gap / 4
        yield h.svg(class_=f"ending tone-{line.tone}", x=frame.across(x))[
            moved and h.line(class_="leader", x1=f"{sign}0.3em", x2=f"{sign}0.7em", y1=frame.down(y), y2=there),
            not line.quiet and h.circle(class_="end", cx="0", cy=frame.down(y), r="3.5"),
            sample and h.line(x1=f"{sign}0.9em", x2=f"{sign}2.9em", y1=there, y2=there, **line.stroke(frame)),
            h.text(
                class_=["name", "to-left" if name.inside else None],
                x=f"{sign}3.3em" if sample else f"{sign}0.8em",
                y=there,
                dy="0.32em",
            )[line.name],
        ]


# The room that names need.


def rooms(frame: Frame) -> list[str | None]:
    """Classes that make room right of the plot for the longest name, and for samples of strokes."""
    return [f"room-{_room(frame)[0]}", "room-samples" if _alike(frame) else None]


def widest(frame: Frame) -> tuple[float, float]:
    """A letter's width as a share of the plot's on the narrowest phone, which is the most that it is anywhere; and how
    many letters would fit between a line's end and its name.
    """
    samples = _SAMPLES_EM if _alike(frame) else 0.0
    letter = _LETTER_EM / (_NARROWEST_EM - _TICKS_EM - _room(frame)[1] - samples)
    return letter, (_BEFORE_NAME_EM + samples) / _LETTER_EM


def _room(frame: Frame) -> tuple[str, float]:
    """How much room the longest name right of the plot needs: the name of its class, and the room in em."""
    longest = max((len(line.name) for line in begun(frame) if len(line.name) <= LONGEST_OUTSIDE), default=0)
    return next((name, em) for name, length, em in _ROOMS if longest <= length)


def _alike(frame: Frame) -> bool:
    """Whether some lines have one colour, so that it doesn't tell which is which."""
    lines = begun(frame)
    return len({line.tone for line in lines}) < len(lines)


# What is in the way of a label that reaches across a box, from its left to its right, with its middle at a place.


def behind(box: tuple[float, float], place: float, lines: Sequence[Line], frame: Frame) -> int:
    """How much of the lines' curves is behind the label."""
    left, right = box
    xs = [left + (right - left) * sample / (_SAMPLES - 1) for sample in range(_SAMPLES)]
    heights = [_curve_at(line, x, frame) for line in lines for x in xs]
    return sum(height is not None and abs(height - place) < frame.gap / 2 for height in heights)


def upon(box: tuple[float, float], place: float, frame: Frame) -> int:
    """The same for lines' names, each of which is as bad as a curve all along."""
    boxes = [name.box(frame) for name in names(frame) if abs(name.place - place) < frame.gap]
    return _SAMPLES * sum(left < box[1] and box[0] < right for left, right in boxes)


def _curve_at(line: Line, x: float, frame: Frame) -> float | None:
    """How far down a curve is at a share of the width, where it has got that far."""
    after = bisect(line.points, x, key=lambda point: frame.x(point[0]))
    if not 0 < after < len(line.points):
        return None
    (left, start), (right, end) = ((frame.x(x), 1 - frame.y(y)) for x, y in line.points[after - 1 : after + 1])
    return start + (end - start) * (x - left) / (right - left)
