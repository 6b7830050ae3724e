"""Controls: everything that a reader can do is one of these.

What a control does is said by ``data-event`` (the event's name), ``data-value`` (its value as JSON) and
``data-key`` (keys that work while focus is inside the widget).
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import htpy as h

from ..events import Value
from .icons import Icon, icon
from .words import Tone, hidden


def button(
    label: h.Node,
    event: str,
    value: Value = None,
    *,
    key: str | None = None,
    kind: Literal["primary", "quiet"] = "quiet",
    tone: Tone = "plain",
    sign: Icon | None = None,
    pressed: bool | None = None,
    disabled: bool = False,
) -> h.Element:
    """A button that sends an event: ``button("A is better", "label", ("r1", "r2", "a"), key="a")``.

    ``key`` names one key or several, apart by spaces; the first is shown. ``pressed`` makes it a toggle.
    """
    return h.button(
        class_=["button", f"button-{kind}", f"tone-{tone}"],
        type="button",
        data_event=event,
        data_value=None if value is None else as_json(value),
        data_key=key,
        aria_keyshortcuts=_shortcuts(key),
        aria_pressed=None if pressed is None else str(pressed).lower(),
        disabled=disabled,
    )[sign and icon(sign), label, key and h.kbd(aria_hidden="true")[key.split()[0].upper()]]


def buttons(*controls: h.Node) -> h.Element:
    """Controls in a row, which wraps: ``buttons(button("Ask again", "ask"), switch("greedy", "Always the likeliest",
    on))``.
    """
    return h.div(class_="buttons")[controls]


def chips(event: str, legend: str, options: Mapping[str, str], chosen: str | None) -> h.Element:
    """One of several, as a row of chips: ``chips("question", "Ask about", {"dog": "The dog"}, "dog")``."""
    return h.fieldset(class_="chips")[
        h.legend[legend],
        (h.label(class_="chip")[_radio(event, name, chosen), h.span[label]] for name, label in options.items()),
    ]


@dataclass(frozen=True)
class Card:
    """One of ``cards``: what it is called, what it means, and a picture."""

    title: str
    text: h.Node = None
    sign: Icon | None = None


def cards(event: str, legend: str, options: Mapping[str, Card], chosen: str | None) -> h.Element:
    """One of a few, each explained on a card: ``cards("method", "Method", {"dpo": Card("DPO", "No reward model.")},
    "dpo")``.
    """
    return h.fieldset(class_="cards")[
        h.legend[legend],
        (
            h.label(class_="card")[
                _radio(event, name, chosen),
                h.span(class_="card-face")[
                    card.sign and icon(card.sign),
                    h.span(class_="card-title")[card.title],
                    card.text and h.span(class_="card-text")[card.text],
                ],
            ]
            for name, card in options.items()
        ),
    ]


def slider(
    event: str,
    label: str,
    value: float,
    minimum: float,
    maximum: float,
    step: float,
    reading: str,
    *,
    ends: tuple[str, str] | None = None,
    tone: Tone = "plain",
) -> h.Element:
    """A slider with its value in words: ``slider("beta", "KL penalty", 0.1, 0.01, 1, 0.01, "0.10, moderate")``.

    ``ends`` say what it means to go left and right. For a logarithmic range, see ``LogScale``.
    """
    return h.div(class_=["slider", f"tone-{tone}"])[
        h.label[
            h.span(class_="slider-label")[label],
            h.input(
                type="range",
                data_event=event,
                min=f"{minimum:g}",
                max=f"{maximum:g}",
                step=f"{step:g}",
                value=f"{value:g}",
                aria_valuetext=reading,
            ),
        ],
        h.span(class_="slider-reading", aria_hidden="true")[reading],
        ends and h.span(class_="slider-ends", aria_hidden="true")[h.span[ends[0]], h.span[ends[1]]],
    ]


@dataclass(frozen=True)
class LogScale:
    """A logarithmic range in whole ticks, so that a slider's steps are equal factors and a link stays short.

    BETA = LogScale(0.01, 10, ticks=30)
    events = (Integer("beta", 0, BETA.ticks),)
    slider("beta", "KL penalty", tick, 0, BETA.ticks, 1, f"{BETA[tick]:.2g}")
    """

    low: float
    high: float
    ticks: int

    def __getitem__(self, tick: int) -> float:
        return self.low * (self.high / self.low) ** (tick / self.ticks)

    def tick(self, value: float) -> int:
        """The tick nearest to a value."""
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return min(max(round(share * self.ticks), 0), self.ticks)


def switch(event: str, label: str, on: bool, *, disabled: bool = False) -> h.Element:
    """On or off: ``switch("leash", "KL penalty", True)``."""
    return h.label(class_="switch")[
        h.input(type="checkbox", role="switch", data_event=event, checked=on, disabled=disabled), h.span[label]
    ]


def field(event: str, label: str, text: str, length: int, *, rows: int = 1, hint: str | None = None) -> h.Element:
    """Typed text of bounded length: ``field("answer", "Your answer", state.answer, 500, rows=3)``."""
    common = {"data_event": event, "maxlength": length, "placeholder": hint, "spellcheck": "false"}
    return h.label(class_="field")[
        h.span(class_="field-label")[label],
        # The parser drops a text area's first newline, so that one is given away.
        h.textarea(rows=rows, **common)["\n", text] if rows > 1 else h.input(type="text", value=text, **common),
    ]


def file_field(
    event: str,
    label: str,
    *,
    several: bool = False,
    kind: Literal["primary", "quiet"] = "quiet",
) -> h.Element:
    """Files, chosen, dropped on the figure or pasted into it: ``file_field("files", "Open a file")``.

    It takes any file: what phones know as JSON Lines is no more than a guess, and what they don't know can't be chosen.
    """
    return h.label(class_="field file-field")[
        h.span(class_=["button", f"button-{kind}", "tone-plain"])[label],
        h.input(type="file", data_event=event, multiple=several),
    ]


def save_button(label: str, what: str, *, disabled: bool = False) -> h.Element:
    """A button that saves a file which the figure writes when asked, piece by piece: ``save_button("Save it",
    "clean")``."""
    return h.button(
        class_=["button", "button-quiet", "tone-plain"],
        type="button",
        data_tool="save",
        data_what=what,
        disabled=disabled,
    )[label]


def download(
    text: str, name: str, label: str, media: str = "text/plain", *, kind: Literal["primary", "quiet"] = "primary"
) -> h.Element:
    """A link that saves a text as a file: ``download("{}\\n", "labels.jsonl", "Save the labels")``."""
    encoded = base64.b64encode(text.encode()).decode()
    return h.a(
        class_=["button", f"button-{kind}", "tone-plain"],
        href=f"data:{media};charset=utf-8;base64,{encoded}",
        download=name,
    )[label]


def stepper(
    names: Sequence[str],
    step: int,
    *,
    done: Collection[int] = (),
    ready: bool = True,
    event: str = "step",
    keys: tuple[str, str] | None = None,
) -> h.Element:
    """Steps in order, with a way back and on: ``stepper(("SFT", "Reward model", "PPO"), 1)`` is at "Step 2 / 3".

    Every step is a button that sends its number, from 0; so do Back and Next. Those that are ``done`` are marked.
    ``ready`` is whether to go on is what the reader should do now.
    """
    back, on = keys or (None, None)
    last = len(names) - 1
    return h.div(class_="stepper", role="group", aria_label="Steps")[
        h.ol(class_="steps")[(_step(name, index, step, index in done, event) for index, name in enumerate(names))],
        h.div(class_="stepper-walk")[
            button("Back", event, max(step - 1, 0), key=back, disabled=step == 0),
            h.span(class_="stepper-count")[f"Step {step + 1} / {len(names)}"],
            button(
                "Next step",
                event,
                min(step + 1, last),
                key=on,
                kind="primary" if ready else "quiet",
                disabled=step == last,
            ),
        ],
    ]


def _step(name: str, index: int, present: int, done: bool, event: str) -> h.Element:
    return h.li(class_="step-done" if done else None)[
        h.button(
            class_="step",
            type="button",
            data_event=event,
            data_value=as_json(index),
            aria_current="step" if index == present else None,
        )[h.span(class_="step-number", aria_hidden="true")[str(index + 1)], name, done and hidden(", done")]
    ]


def _radio(event: str, value: str, chosen: str | None) -> h.VoidElement:
    return h.input(type="radio", name=event, data_event=event, value=value, checked=value == chosen)


def as_json(value: Value) -> str:
    """A value as controls carry it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _shortcuts(key: str | None) -> str | None:
    """A key's names as ``aria-keyshortcuts`` wants them."""
    return key and " ".join(_spelled(name) for name in key.split())


def _spelled(name: str) -> str:
    arrows = {"arrowleft": "ArrowLeft", "arrowright": "ArrowRight", "arrowup": "ArrowUp", "arrowdown": "ArrowDown"}
    return name.upper() if len(name) == 1 else arrows.get(name.lower(), name.capitalize())
