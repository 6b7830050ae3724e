"""Values, pointed at or focused: a column of them at every x, never upon a name and never upon each other."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import htpy as h

from .labels import names, widest
from .layer import Frame, Value, percent
from .scales import spread, thinned

# More values than this can't be pointed at one by one, nor heard with patience; the more lines, the fewer at each.
COLUMNS, VALUES = 24, 60
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Placed:
    """Where a column's values stand: beside which x, to the left of it or to the right (None: behind the names there),
    and each one's middle, from the top.
    """

    x: float
    left: bool | None
    places: tuple[float, ...]

    def box(self, words: str, frame: Frame, letter: float) -> tuple[float, float]:
        """Where a value of the column begins and ends."""
        at, width = frame.x(self.x), letter * (len(words) + 1.5)
        return (at - width, at) if self.left else (at, at + width)


def by_x(frame: Frame) -> dict[float, list[Value]]:
    """What every x has to say."""
    found: dict[float, list[Value]] = {}
    for layer in frame.layers:
        for value in layer.values(frame):
            found.setdefault(value.x, []).append(value)
    return found


def told(values: dict[float, list[Value]]) -> list[float]:
    """The xs that are told of: all, or evenly chosen ones where there are many."""
    widest = max((len(column) for column in values.values()), default=1)
    return thinned(sorted(values), min(COLUMNS, max(8, VALUES // widest)))


def columns(frame: Frame) -> h.Node:
    """A column for every x that has room for its values; those without are left to the table."""
    values = by_x(frame)
    every = told(values)
    rows = _rows(every, frame)
    placed = {x: found for x in every if (found := rows(values[x]) if rows else place(x, values[x], frame))}
    xs = list(placed)
    for index, x in enumerate(xs):
        left = (frame.x(xs[index - 1]) + frame.x(x)) / 2 if index else 0.0
        right = (frame.x(x) + frame.x(xs[index + 1])) / 2 if index + 1 < len(xs) else 1.0
        room = max(left, 0.0), min(right, 1.0)
        yield _column(x, _from_top(values[x]), placed[x], room, frame, last=index + 1 == len(xs))


def _rows(xs: Sequence[float], frame: Frame) -> Callable[[Sequence[Value]], Placed] | None:
    """While lines have only begun, their names stand where values would: each value then stands in its name's row,
    behind it.
    """
    named = names(frame)
    if not named or any(name.inside for name in named) or frame.x(xs[-1]) >= 0.5:
        return None
    row = {name.line.name: name.place for name in named}
    return lambda values: Placed(
        xs[-1], None, tuple(row.get(value.name, 1 - frame.y(value.y)) for value in _from_top(values))
    )


def place(x: float, values: Sequence[Value], frame: Frame) -> Placed | None:
    """At their own height, left of their points or right of them, moved as little as keeps them clear of names and of
    each other.

    Left first, where there is room: to the right stand the names of lines. None where neither side has room.
    """
    (letter, before), ordered = widest(frame), _from_top(values)
    wanted = [1 - frame.y(value.y) for value in ordered]
    width = letter * (max(len(value.words) for value in values) + 1.5)
    sides = [left for left in (True, False) if (frame.x(x) >= width if left else frame.x(x) + width <= 1 + letter * 2)]
    tried: list[tuple[float, bool, list[float]]] = []
    for left in sides or [frame.x(x) > 0.5]:
        column = Placed(x, left, ())
        boxes = [column.box(value.words, frame, letter) for value in values]
        reach = min(box[0] for box in boxes), max(box[1] for box in boxes)
        in_the_way = [name.place for name in names(frame) if _meet(name.box(frame, letter, before), reach)]
        places = around(wanted, in_the_way, frame.gap)
        if places:
            tried.append((sum(abs(one - other) for one, other in zip(places, wanted, strict=True)), not left, places))
    if not tried:
        return None
    _, right, places = min(tried)
    return Placed(x, not right, tuple(places))


def around(wanted: Sequence[float], taken: Sequence[float], gap: float) -> list[float] | None:
    """Ascending places from 0 to 1, ``gap`` from each other and from those taken, moved little; None where they do not
    fit.

    The free stretches between what is taken are filled in order; which value goes into which is the cheapest way.
    """
    edges = [-gap, *sorted(taken), 1 + gap]
    free = [(low + gap, high - gap) for low, high in itertools.pairwise(edges) if high - low >= 2 * gap - _ROUNDING]
    # The cheapest way to have put the first values into the stretches so far: by how many, its cost and their places.
    best: dict[int, tuple[float, list[float]]] = {0: (0.0, [])}
    for low, high in free:
        room = int((high - low + _ROUNDING) / gap) + 1
        so_far = dict(best)
        for count, (cost, places) in best.items():
            for more in range(1, min(room, len(wanted) - count) + 1):
                here = wanted[count : count + more]
                put = spread([min(max(value, low), high) for value in here], gap, low, high)
                total = cost + sum(abs(one - other) for one, other in zip(put, here, strict=True))
                if total < so_far.get(count + more, (float("inf"), []))[0]:
                    so_far[count + more] = (total, [*places, *put])
        best = so_far
    return best[len(wanted)][1] if len(wanted) in best else None


def _meet(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _from_top(values: Sequence[Value]) -> list[Value]:
    return sorted(values, key=lambda value: -value.y)


def _column(
    x: float, values: list[Value], placed: Placed, room: tuple[float, float], frame: Frame, last: bool
) -> h.Element:
    said = ", ".join(f"{value.name} {value.words}" for value in values)
    left, right = room
    # One column is in the order of tabs, the others are reached from it by arrow keys (charts.js).
    return h.g(
        class_="column",
        role="img",
        tabindex="0" if last else "-1",
        aria_label=f"{frame.x.value(x)} {frame.measured}: {said}",
    )[
        h.rect(class_="column-room", x=percent(left), y="0", width=percent(right - left), height="100%"),
        h.line(class_="column-line", x1=frame.across(x), x2=frame.across(x), y1="0", y2="100%"),
        h.text(class_="column-x", x=frame.across(x), y="100%")[frame.x.value(x)],
        (
            h.circle(class_=f"tone-{value.tone}", cx=frame.across(x), cy=frame.down(value.y), r="3.5")
            for value in values
        ),
        (_value(value, place_, placed, frame) for value, place_ in zip(values, placed.places, strict=True)),
    ]


def _value(value: Value, place_: float, placed: Placed, frame: Frame) -> h.Element:
    side = "after-name" if placed.left is None else "to-left" if placed.left else None
    dx = "-0.7em" if placed.left else "0.7em"
    classes = ["column-value", f"tone-{value.tone}", side]
    return h.text(class_=classes, x=frame.across(placed.x), y=percent(place_), dx=dx, dy="0.32em")[value.words]
