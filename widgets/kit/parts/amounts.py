"""Amounts: how much of something there is, drawn to a common scale, with the number and its meaning beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import htpy as h

from .words import Tone, exactly, percent, shown

Format = Callable[[float], str]


def gauge(label: str, value: float, reading: str, tone: Tone = "plain", *, why: h.Node = None) -> h.Element:
    """An amount from 0 to 1 and its meaning in words: ``gauge("Helpful", 0.8, "mostly", why="Four steps to follow.")``.

    ``why`` is one tap away.
    """
    return h.div(class_=["gauge", f"tone-{tone}"])[
        h.span(class_="gauge-label")[label],
        h.svg(
            class_="gauge-bar",
            role="meter",
            aria_label=label,
            aria_valuemin="0",
            aria_valuemax="1",
            aria_valuenow=f"{value:.4f}",
            aria_valuetext=reading,
        )[h.rect(class_="gauge-fill", width=f"{100 * value:.2f}%", height="100%")],
        h.span(class_="gauge-reading")[reading],
        why is not None and h.details(class_="why")[h.summary["why?"], h.p[why]],
    ]


def progress(label: str, fraction: float | None) -> h.Element:
    """How far long work is, from 0 to 1; None where that is not known: ``progress("Training", 0.4)``."""
    share = None if fraction is None else f"{fraction:.3f}"
    words = label if fraction is None else f"{label}, {percent(fraction)}"
    return h.label(class_="progress")[h.span[words], h.progress(max="1", value=share)]


@dataclass(frozen=True)
class Bar:
    """A row of ``bars``: a value with its standard deviation, and what it means. ``whose`` it is, where two are
    compared, is its tone unless said otherwise.
    """

    label: str
    value: float
    deviation: float = 0.0
    title: str = ""
    tone: Tone = "reward"
    whose: str = ""


def signed(value: float) -> str:
    """Two digits and a sign."""
    return shown(value, signed=True)


def bars(rows: Iterable[Bar], caption: str) -> h.Element:
    """Values of either sign from a zero in the middle: ``bars([Bar("flattery", -0.8, 0.2)], "Learned weights")``.

    Whiskers of two standard deviations, the number at the end of each row.
    """
    rows = list(rows)
    reach = max([1.0, *(abs(row.value) + 2 * row.deviation for row in rows)])
    return _table(caption, [_row(row.label, [row], _Scale(-reach, reach), signed) for row in rows])


def shares(
    rows: Iterable[Bar | tuple[Bar, Bar]],
    caption: str,
    *,
    most: float = 1.0,
    format: Format = percent,
    texts: bool = False,
) -> h.Element:
    """Amounts from zero up, alone or several to compare: ``shares([(Bar("rude", 0.3, 0.03, tone="raw"), Bar("rude",
    0.01, 0.01, tone="aligned"))], "Of 200 answers")``.

    ``most`` is where the scale ends, at least; a longer bar makes it longer. ``texts`` gives labels that are whole
    answers the room to be read.
    """
    groups = [row if isinstance(row, tuple) else (row,) for row in rows]
    reach = max([most, *(bar.value for group in groups for bar in group)])
    return _table(caption, [_row(group[0].label, group, _Scale(0, reach), format) for group in groups], texts)


@dataclass(frozen=True)
class _Scale:
    """From a value to a place on a bar that is 100 wide."""

    low: float
    high: float

    def __call__(self, value: float) -> float:
        return 100 * (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)


def _table(caption: str, rows: Sequence[h.Element], texts: bool = False) -> h.Element:
    return h.table(class_={"bars": True, "bars-texts": texts})[
        h.caption(class_="visually-hidden")[caption],
        h.thead(class_="visually-hidden")[h.tr[h.th(scope="col")["name"], h.td, h.th(scope="col")["value"]]],
        h.tbody[rows],
    ]


def _row(label: str, group: Sequence[Bar], scale: _Scale, format: Format) -> h.Element:
    return h.tr(class_="bars-pair" if len(group) > 1 else None)[
        h.th(scope="row", title=group[0].title or None)[label],
        h.td(class_="bar")[(_drawing(bar, scale) for bar in group)],
        h.td(class_="bar-value")[(_value(bar, format, spelled=len(group) > 1) for bar in group)],
    ]


def _value(bar: Bar, format: Format, spelled: bool) -> h.Element:
    return h.span(class_=f"tone-{bar.tone}")[
        exactly(bar.value, format(bar.value)),
        bar.deviation > 0
        and h.span(class_="bar-deviation")[" ± ", exactly(2 * bar.deviation, format(2 * bar.deviation).lstrip("+"))],
        spelled and h.span(class_="bar-whose")[" ", bar.whose or bar.tone],
    ]


def _drawing(bar: Bar, scale: _Scale) -> h.Element:
    zero, end = scale(0), scale(bar.value)
    low, high = scale(bar.value - 2 * bar.deviation), scale(bar.value + 2 * bar.deviation)
    whisker = f"M{_n(low)} 6H{_n(high)}M{_n(low)} 3V9M{_n(high)} 3V9"
    return h.svg(class_=f"tone-{bar.tone}", viewBox="0 0 100 12", preserveAspectRatio="none", aria_hidden="true")[
        h.line(class_="bar-zero", x1=_n(zero), x2=_n(zero), y1=0, y2=12),
        h.rect(class_="bar-fill", x=_n(min(zero, end)), y=2, width=_n(abs(end - zero)), height=8),
        bar.deviation > 0 and h.path(class_="bar-whisker", d=whisker),
    ]


def _n(value: float) -> str:
    """A coordinate, short."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
