"""Words and numbers: how an amount is written, and the sentences that say what to see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import htpy as h

# The meanings that have a colour everywhere. Colour is never alone: a shape, a dash or a word says it too.
Tone = Literal["plain", "muted", "raw", "aligned", "reward", "human"]


def shown(value: float, digits: int = 2, signed: bool = False) -> str:
    """A number rounded, with a real minus sign, and no sign on a zero: ``shown(-0.5)`` is "−0.50"."""
    text = f"{abs(value):.{digits}f}"
    sign = "" if float(text) == 0 else "−" if value < 0 else "+" if signed else ""
    return sign + text


def percent(value: float) -> str:
    """A probability as people say it; never a false 0 or 100: ``percent(0.001)`` is "<1 %"."""
    return "<1 %" if 0 < value < 0.01 else ">99 %" if 0.99 < value < 1 else f"{100 * value:.0f} %"


def listed(words: Sequence[str]) -> str:
    """“a, b and c”; nothing for no words."""
    *most, last = words or ("",)
    return f"{', '.join(most)} and {last}" if most else last


def counted(count: int, noun: str) -> str:
    """“1 label”, “12 labels”."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def number(value: float, digits: int = 2, signed: bool = False) -> h.Element:
    """A number as people read it, with the exact one beside it for machines: ``number(1 / 3)``."""
    return exactly(value, shown(value, digits, signed))


def exactly(value: float, words: str) -> h.Element:
    """An amount in words of its own, with the exact number for machines: ``exactly(0.62, percent(0.62))``."""
    return h.data(value=repr(float(value)))[words]


def reading(*words: h.Node) -> h.Element:
    """The one sentence that says what to see, announced when it changes: ``reading("Three in ten are rude.")``."""
    return h.p(class_="reading", data_live=True)[words]


def note(*words: h.Node) -> h.Element:
    """A quiet remark below something: ``note("Whiskers show two standard deviations.")``."""
    return h.p(class_="note")[words]


def live(*words: h.Node) -> h.Element:
    """What is announced and not shown, for a change that the eye sees anyway: ``live("Answer B was chosen.")``."""
    return h.p(class_="visually-hidden", data_live=True)[words]


def hidden(*words: h.Node) -> h.Element:
    """Words for those who hear the page: ``h.b["4", hidden(" of 10")]``."""
    return h.span(class_="visually-hidden")[words]
