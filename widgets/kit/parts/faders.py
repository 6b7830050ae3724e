"""Faders: levels on a logarithmic scale, each a channel of a mixing desk, with where it began and what pushes it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import htpy as h

from .controls import as_json
from .words import Tone, exactly

LENGTH = 100  # of a fader's track, in the units of its drawing


@dataclass(frozen=True)
class Scale:
    """From logarithms of amounts to places on a track, which shows five factors of ten below 1, and one above it for
    pushes.
    """

    below: int = 5
    above: int = 1

    def place(self, log: float) -> float:
        """The place of e to the power of ``log``, from 0 to ``LENGTH``; what is off the scale is at its end."""
        return LENGTH * min(max((self.below + log / math.log(10)) / (self.below + self.above), 0.0), 1.0)


@dataclass(frozen=True)
class Handle:
    """A range input that moves a channel: ``Handle("reward_2", "Reward of C", 12, -80, 80, "+0.60", "reward")``."""

    event: str
    label: str
    value: int
    low: int
    high: int
    reading: str
    tone: Tone = "plain"
    on_track: bool = False  # it is the fader's own knob, not a control beside it


@dataclass(frozen=True)
class Channel:
    """One channel: what it is called and stands for; the logarithms of its level, of where it began, and of where a
    push would have taken it before all were scaled; and how to move it.
    """

    name: str
    text: str
    level: float
    reading: str
    start: float | None = None
    pushed: float | None = None
    tone: Tone = "aligned"
    handle: Handle | None = None
    note: h.Node = field(default=None)
    lit: bool = False


def faders(channels: Sequence[Channel], label: str, scale: Scale = Scale()) -> h.Element:
    """Channels side by side where there is room, else below each other: ``faders([Channel("A", "Good luck!", -3, "5
    %")], "Levels")``.

    A notch shows where a level began, an arrow where its push alone would have taken it.
    """
    return h.ol(class_="faders", aria_label=label)[(_channel(channel, scale) for channel in channels)]


def _channel(channel: Channel, scale: Scale) -> h.Element:
    return h.li(class_=["fader", f"tone-{channel.tone}", channel.lit and "fader-lit"])[
        h.span(class_="fader-words")[h.strong[channel.name], " ", channel.text],
        h.div(class_=["fader-track", channel.handle and channel.handle.on_track and "fader-held"])[
            _drawing(channel, scale), channel.handle and channel.handle.on_track and _range(channel.handle)
        ],
        h.span(class_="fader-reading")[exactly(math.exp(channel.level), channel.reading)],
        channel.handle and not channel.handle.on_track and _beside(channel.handle),
        channel.note and h.span(class_="fader-note")[channel.note],
    ]


def _drawing(channel: Channel, scale: Scale) -> h.Element:
    level = scale.place(channel.level)
    ticks = "".join(f"M{_n(scale.place(-step * math.log(10)))} 3V17" for step in range(scale.below + 1))
    start = None if channel.start is None else scale.place(channel.start)
    return h.svg(viewBox=f"0 0 {LENGTH} 20", preserveAspectRatio="none", aria_hidden="true")[
        h.path(class_="fader-scale", d=ticks),
        h.path(class_="fader-whole", d=f"M{_n(scale.place(0))} 0V20"),
        h.rect(class_="fader-level", y="6", height="8", width=_n(level)),
        start is not None
        and channel.pushed is not None
        and h.path(class_="fader-push", d=_arrow(start, scale.place(channel.pushed))),
        start is not None and h.path(class_="fader-start", d=f"M{_n(start)} 1V19"),
        h.path(class_="fader-knob", d=f"M{_n(level)} 2V18"),
    ]


def _arrow(start: float, end: float) -> str:
    """A line from where a level began to where its push takes it, with a head; nothing where it does not move."""
    if abs(end - start) < 0.5:
        return ""
    back = -2.0 if end > start else 2.0
    return f"M{_n(start)} 3.5H{_n(end)}m{_n(back)} -2l{_n(-back)} 2l{_n(back)} 2"


def _beside(handle: Handle) -> h.Element:
    return h.span(class_=["fader-handle", f"tone-{handle.tone}"])[
        _range(handle), h.span(aria_hidden="true")[handle.reading]
    ]


def _range(handle: Handle) -> h.VoidElement:
    return h.input(
        type="range",
        data_event=handle.event,
        min=as_json(handle.low),
        max=as_json(handle.high),
        step="1",
        value=as_json(handle.value),
        aria_label=handle.label,
        aria_valuetext=handle.reading,
    )


def _n(value: float) -> str:
    """A coordinate, short."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
