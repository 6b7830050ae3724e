"""Tokens as pills on a baseline; how likely each was is the length of its underline."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

import htpy as h

from ..events import Value
from .controls import as_json
from .words import Tone, hidden, percent

TokenState = Literal["shown", "inserted", "removed", "exploited", "end"]


@dataclass(frozen=True)
class Token:
    """A phrase of a response: its text, its probability where that is known, and what became of it.

    ``inserted`` and ``removed`` mark a change; ``exploited`` marks what a policy says only for its score.
    ``end`` is the token that ends a response. ``note`` is what a reader hears or sees on pointing: why it is marked.
    """

    text: str
    probability: float | None = None
    state: TokenState = "shown"
    note: str | None = None


def tokens(
    items: Iterable[Token | str],
    label: str,
    *,
    tone: Tone = "plain",
    event: str | None = None,
    chosen: int | None = None,
    turn: int | str | None = None,
    value: Callable[[int], Value] = lambda place: place,
) -> h.Element:
    """A response as a line of pills: ``tokens(["Great question!", Token("Read aloud.", 0.4)], "The raw model's
    answer")``.

    With ``event``, every pill is a button that sends its place, from 0 (or what ``value`` makes of it), and ``chosen``
    is the one looked at. With ``turn``, which changes whenever a new response is drawn, the pills arrive one after the
    other: new ones, so that none is seen to move to where the new response has it. A page has one such line of each
    ``label``.
    """
    pills = [item if isinstance(item, Token) else Token(item) for item in items]
    drawn = None if turn is None else re.sub(r"\W+", "-", f"{label} {turn}").lower()
    return h.ol(id=drawn, class_=["tokens", f"tone-{tone}", drawn and "tokens-arrive"], aria_label=label)[
        (
            h.li(class_="token-place")[_pill(pill, event, value(place), place == chosen)]
            for place, pill in enumerate(pills)
        )
    ]


def _pill(pill: Token, event: str | None, value: Value, chosen: bool) -> h.Element:
    classes = ["token", f"token-{pill.state}", "token-likely" if pill.probability is not None else None]
    if event is None:
        return h.span(class_=classes, title=pill.note)[_face(pill)]
    return h.button(
        class_=classes,
        type="button",
        data_event=event,
        data_value=as_json(value),
        aria_pressed=str(chosen).lower(),
        title=pill.note,
    )[_face(pill)]


def _face(pill: Token) -> h.Node:
    words = {"inserted": h.ins, "removed": h.del_, "exploited": h.mark}
    said = {"inserted": "added: ", "removed": "removed: ", "exploited": "said for the score: "}
    return [
        pill.state in said and hidden(said[pill.state]),
        words[pill.state][pill.text] if pill.state in words else pill.text,
        pill.probability is not None and _likelihood(pill.probability),
    ]


def _likelihood(probability: float) -> h.Node:
    """The underline, and the same in words."""
    return [
        h.svg(class_="token-bar", viewBox="0 0 100 3", preserveAspectRatio="none", aria_hidden="true")[
            h.rect(class_="token-bar-all", width=100, height=3),
            h.rect(class_="token-bar-share", width=f"{100 * probability:.1f}", height=3),
        ],
        hidden(f", {percent(probability)}"),
    ]
