"""Draws a chart: its layers draw themselves in one frame of axes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import htpy as h

from . import labels, values
from .layer import Frame, Layer, Plane
from .scales import Axis

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
    frame = _frame([layer for layer in layers if layer is not None], x, y, 1 / LABEL_LINES[height])
    return h.div(class_=["chart", f"chart-{height}", _ticks_room(frame), *labels.rooms(frame)])[
        h.p(class_="chart-y", aria_hidden="true")[y.label],
        h.svg(class_="plot", role="group", aria_label=says, data_plot=True)[
            _axes(frame), _drawn(frame), values.columns(frame)
        ],
        h.p(class_="chart-x", aria_hidden="true")[x.label],
        h.p(class_="chart-says", data_live=live or None)[says],
        _table(frame, says),
    ]


def _frame(layers: Sequence[Layer], x: Axis, y: Axis, gap: float) -> Frame:
    """The frame that all layers have room in."""
    reached = [place for layer in layers for place in layer.reach()]
    xs, ys = [x for x, _ in reached if x is not None], [y for _, y in reached if y is not None]
    return Frame(x.scale(xs), y.scale(ys, pad=0.06), x.label, gap, layers)


def _ticks_room(frame: Frame) -> str | None:
    """More room left of the plot, where the ticks' words need it."""
    return "ticks-long" if max(map(len, map(frame.y.tick, frame.y.ticks)), default=0) > 4 else None


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


def _drawn(frame: Frame) -> h.Node:
    """What the layers draw, plane by plane, with the lines' names in between."""
    pieces = [piece for layer in frame.layers for piece in layer.draw(frame)]

    def of(*planes: Plane) -> list[h.Node]:
        return [node for plane in planes for lies, node in pieces if lies is plane]

    square = {"viewBox": "0 0 1000 1000", "preserveAspectRatio": "none", "width": "100%", "height": "100%"}
    return [
        h.g(aria_hidden="true")[
            of(Plane.BEHIND),
            h.svg(class_="curves", **square)[of(Plane.AREAS, Plane.BARS, Plane.CURVES)],
            of(Plane.WHISKERS),
        ],
        h.g(aria_hidden="true")[of(Plane.LABELS), labels.ends(frame), of(Plane.DOTS, Plane.MARKS)],
    ]


def _table(frame: Frame, caption: str) -> h.Node:
    """The same numbers for who can't see them, and below what else layers say."""
    found = values.by_x(frame)
    names = list(dict.fromkeys(value.name for column in found.values() for value in column))
    said = "; ".join(filter(None, (layer.said(frame) for layer in frame.layers)))
    return [
        h.table(class_="visually-hidden")[
            h.caption[caption],
            h.thead[h.tr[h.th(scope="col")[frame.measured], (h.th(scope="col")[name] for name in names)]],
            h.tbody[(_table_row(x, found[x], names, frame) for x in values.told(found))],
        ],
        said and h.p(class_="visually-hidden")[said],
    ]


def _table_row(x: float, column: list[values.Value], names: Sequence[str], frame: Frame) -> h.Element:
    by_name = {value.name: value.words for value in column}
    return h.tr[h.th(scope="row")[frame.x.value(x)], (h.td[by_name.get(name, "–")] for name in names)]
