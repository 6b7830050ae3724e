"""Draws a chart's layers, each by one function, in one frame of axes."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import htpy as h

from . import labels, values
from .frame import Frame, alike, begun, percent, stroke
from .layers import Band, Bars, Dots, Layer, Line, Mark, Rule
from .scales import Axis, spread

Height = Literal["short", "normal", "tall"]

# The plot's heights in lines of its labels' text; charts.css has the same numbers.
LABEL_LINES = {"short": 9.0, "normal": 14.0, "tall": 21.0}


def chart(
    layers: Iterable[Layer | None], *, x: Axis, y: Axis, says: str, height: Height = "normal", live: bool = False
) -> h.Element:
    """A chart of its layers, and the sentence that says what to see in it.

    ``says`` is read below the chart, and is its name for who can't see it; with ``live`` it is announced when it
    changes, which at most one part of a widget should be.
    """
    layers = [layer for layer in layers if layer is not None]
    frame = Frame(x.scale(list(_xs(layers))), y.scale(list(_ys(layers)), pad=0.06), 1 / LABEL_LINES[height])
    names = labels.names(layers, frame)
    return h.div(class_=["chart", f"chart-{height}", _ticks_room(frame), *_room(layers)])[
        h.p(class_="chart-y", aria_hidden="true")[y.label],
        h.svg(class_="plot", role="group", aria_label=says, data_plot=True)[
            _axes(frame),
            h.g(aria_hidden="true")[_rules(layers, frame), _curves(layers, frame), _whiskers(layers, frame)],
            h.g(aria_hidden="true")[
                labels.rules(layers, names, frame),
                labels.ends(names, frame),
                _dots(layers, frame),
                labels.marks(layers, names, frame),
            ],
            values.columns(layers, names, frame, x),
        ],
        h.p(class_="chart-x", aria_hidden="true")[x.label],
        h.p(class_="chart-says", data_live=live or None)[says],
        _table(layers, frame, x, says),
    ]


# What the axes must span, and the room that labels need.


def _xs(layers: Sequence[Layer]) -> Iterator[float]:
    for layer in layers:
        if isinstance(layer, (Line, Band, Bars)):
            yield from (point[0] for point in layer.points)
            if isinstance(layer, Bars) and layer.points:
                half = _step([point[0] for point in layer.points]) / 2
                yield from (min(layer.points)[0] - half, max(layer.points)[0] + half)
        elif isinstance(layer, Dots):
            yield from (dot.x for dot in layer.dots)
        elif layer.x is not None:
            yield layer.x


def _ys(layers: Sequence[Layer]) -> Iterator[float]:
    for layer in layers:
        if isinstance(layer, (Line, Band, Bars)):
            yield from (value for point in layer.points for value in point[1:])
            if isinstance(layer, Bars):
                yield 0.0
        elif isinstance(layer, Dots):
            yield from (value for dot in layer.dots for value in (dot.y, dot.low, dot.high) if value is not None)
        elif layer.y is not None:
            yield layer.y


def _room(layers: Sequence[Layer]) -> Iterator[str]:
    """How much room the longest label right of the plot needs."""
    named = begun(layers)
    yield f"room-{labels.room(named)[0]}"
    if alike(named):
        yield "room-samples"


def _ticks_room(frame: Frame) -> str | None:
    """More room left of the plot, where the ticks' words need it."""
    return "ticks-long" if max(map(len, map(frame.y.tick, frame.y.ticks)), default=0) > 4 else None


def _step(xs: Sequence[float]) -> float:
    """The smallest distance between two neighbours."""
    ordered = sorted(set(xs))
    return min((b - a for a, b in itertools.pairwise(ordered)), default=1.0)


# Axes.


def _axes(frame: Frame) -> h.Node:
    return h.g(class_="axis", aria_hidden="true")[
        (
            [
                h.line(class_="grid", x1="0", x2="100%", y1=frame.down(tick), y2=frame.down(tick)),
                h.text(class_="tick-y", x="0", y=frame.down(tick))[frame.y.tick(tick)],
            ]
            for tick in frame.y.ticks
        ),
        h.line(class_="base", x1="0", x2="100%", y1="100%", y2="100%"),
        (
            h.text(class_=["tick-x", "tick-minor" if place % 2 else None], x=frame.across(tick), y="100%")[
                frame.x.tick(tick)
            ]
            for place, tick in enumerate(frame.x.ticks)
        ),
    ]


def _rules(layers: Sequence[Layer], frame: Frame) -> h.Node:
    for rule in layers:
        if isinstance(rule, Rule):
            x1, x2 = ("0", "100%") if rule.x is None else (frame.across(rule.x),) * 2
            y1, y2 = ("0", "100%") if rule.y is None else (frame.down(rule.y),) * 2
            yield h.line(class_=f"rule tone-{rule.tone}", x1=x1, x2=x2, y1=y1, y2=y2)


# Curves are drawn in a square of 1000 that is stretched over the plot; their strokes are not stretched.


def _curves(layers: Sequence[Layer], frame: Frame) -> h.Node:
    drawn = begun(layers)
    return h.svg(class_="curves", viewBox="0 0 1000 1000", preserveAspectRatio="none", width="100%", height="100%")[
        (
            h.path(class_=f"band tone-{layer.tone}", d=_area(layer, frame))
            for layer in layers
            if isinstance(layer, Band)
        ),
        _uprights([layer for layer in layers if isinstance(layer, Bars)], frame),
        (h.path(d=_path(line.points, frame), **stroke(line, index)) for index, line in enumerate(drawn)),
    ]


def _path(points: Iterable[tuple[float, float]], frame: Frame) -> str:
    return "M" + "L".join(f"{_thousand(frame.x(x))} {_thousand(1 - frame.y(y))}" for x, y in points)


def _area(band: Band, frame: Frame) -> str:
    there = [(x, high) for x, _, high in band.points]
    return _path([*there, *((x, low) for x, low, _ in reversed(band.points))], frame) + "Z" if there else "M0 0"


def _uprights(groups: Sequence[Bars], frame: Frame) -> h.Node:
    for index, bars in enumerate(groups):
        step = _step([x for group in groups for x, _ in group.points])
        width = 0.8 * (frame.x(step) - frame.x(0)) / len(groups) if not frame.x.log else 0.02
        for x, y in bars.points:
            left = frame.x(x) + width * (index - len(groups) / 2)
            top, foot = 1 - frame.y(max(y, 0)), 1 - frame.y(min(y, 0))
            yield h.rect(
                class_=f"upright tone-{bars.tone}",
                x=_thousand(left),
                y=_thousand(top),
                width=_thousand(width * 0.94),
                height=_thousand(foot - top),
            )


# Dots and whiskers: placed in per cent, so that they are never stretched.


def _dots(layers: Sequence[Layer], frame: Frame) -> h.Node:
    for layer in layers:
        if isinstance(layer, Dots):
            ordered = sorted(layer.dots, key=lambda dot: -dot.y)
            places = spread([1 - frame.y(dot.y) for dot in ordered], frame.gap, 0.0, 1.0)
            for dot, place in zip(ordered, places, strict=True):
                far = frame.x(dot.x) > 0.6
                yield [
                    _shape(layer.tone, frame.across(dot.x), frame.down(dot.y)),
                    layer.labelled
                    and h.text(
                        class_=["name", f"tone-{layer.tone}", "to-left" if far else None],
                        x=frame.across(dot.x),
                        y=percent(place),
                        dx="-0.8em" if far else "0.8em",
                        dy="0.32em",
                    )[dot.name],
                ]


def _shape(tone: str, x: str, y: str) -> h.Element:
    """A dot whose shape says its meaning again: raw is square, reward a diamond, the others are round."""
    if tone in ("raw", "reward"):
        return h.rect(class_=f"dot dot-{tone} tone-{tone}", x=x, y=y, width="8", height="8")
    return h.circle(class_=f"dot dot-{tone} tone-{tone}", cx=x, cy=y, r="4.5")


def _whiskers(layers: Sequence[Layer], frame: Frame) -> h.Node:
    for layer in layers:
        if isinstance(layer, Dots):
            for dot in layer.dots:
                if dot.low is not None and dot.high is not None:
                    at, low, high = frame.across(dot.x), frame.down(dot.low), frame.down(dot.high)
                    yield h.line(class_=f"whisker tone-{layer.tone}", x1=at, x2=at, y1=low, y2=high)


def _table(layers: Sequence[Layer], frame: Frame, axis: Axis, caption: str) -> h.Node:
    """The same numbers for who can't see them; marks and rules are said below."""
    found = values.by_x(layers, frame)
    names = list(dict.fromkeys(value.name for column in found.values() for value in column))
    said = [
        f"{mark.label}: {frame.x.value(mark.x)} {axis.label}, {frame.y.value(mark.y)}"
        for mark in layers
        if isinstance(mark, Mark)
    ]
    return [
        h.table(class_="visually-hidden")[
            h.caption[caption],
            h.thead[h.tr[h.th(scope="col")[axis.label], (h.th(scope="col")[name] for name in names)]],
            h.tbody[(_table_row(x, found[x], names, frame) for x in values.told(found))],
        ],
        said and h.p(class_="visually-hidden")["; ".join(said)],
    ]


def _table_row(x: float, column: list[values.Value], names: Sequence[str], frame: Frame) -> h.Element:
    by_name = {value.name: value.words for value in column}
    return h.tr[h.th(scope="row")[frame.x.value(x)], (h.td[by_name.get(name, "–")] for name in names)]


def _thousand(share: float) -> str:
    return f"{1000 * share:.1f}".removesuffix(".0")
