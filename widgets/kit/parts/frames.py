"""What stands around other parts: panels, cards, messages, tables, things side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import htpy as h

from .icons import Icon, icon
from .words import Tone


def panel(title: str, *body: h.Node, class_: str = "") -> h.Element:
    """A titled part of a widget: ``panel("What it learned",
    bars(...))``; ``class_="panel-wide"`` for the full width.
    """
    return h.div(class_=["panel", class_], role="group", aria_label=title)[h.p(class_="panel-title")[title], body]


def panels(*body: h.Node) -> h.Element:
    """Panels beside each other where there is room, below each other where there is not."""
    return h.div(class_="panels")[body]


def versus(*body: h.Node) -> h.Element:
    """Two things to compare, side by side where there is room: ``versus(response(...), response(...))``."""
    return h.div(class_="versus")[body]


def question(text: h.Node, above: h.Node = None) -> h.Element:
    """What the model is asked: ``question("How can I improve my writing?", "Comparison 3")``."""
    return h.p(class_="question")[above and h.span(class_="question-count")[above], text]


def response(
    title: str,
    body: h.Node,
    *foot: h.Node,
    tone: Tone = "plain",
    marked: str | None = None,
    who: h.Node = None,
    faint: bool = False,
) -> h.Element:
    """An answer on a card: its title, its text or tokens, and what belongs below: ``response("Response A", answer)``.

    ``marked`` is a word of judgement in the corner, such as "chosen"; ``who`` the face of whoever says it. What nobody
    has said yet, and would, is ``faint``.
    """
    return h.div(
        class_=["answer", f"tone-{tone}", "answer-marked" if marked else None, "answer-faint" if faint else None],
        role="group",
        aria_label=title,
    )[
        h.p(class_="answer-title")[who, h.span[title], marked and h.strong(class_="answer-mark")[marked]],
        h.blockquote[h.p[body] if isinstance(body, str) else body],
        foot,
    ]


def message(kind: Literal["info", "warn", "error"], *words: h.Node, who: h.Node = None) -> h.Element:
    """Something to know, to mind or to mend: ``message("warn", "Line 7 is not JSON and was skipped.")``.

    ``who`` is the face of whoever it is about.
    """
    return h.p(class_=["message", f"message-{kind}"], role="alert" if kind == "error" else "status")[
        h.span(class_="beside")[who, h.span[words]] if who else words
    ]


def disclosure(summary: h.Node, *body: h.Node) -> h.Element:
    """Something one tap away: ``disclosure("It has made its guess. Peek?", "A, with 62 %.")``."""
    return h.details(class_="sealed")[h.summary[summary], h.div(class_="sealed-body")[body]]


def drawer(title: str, about: h.Node, *body: h.Node, class_: str = "") -> h.Element:
    """A titled part that not everybody wants, with a word on its contents: ``drawer("More labels", "from a file", …)``.

    It stays as the reader leaves it.
    """
    return h.details(class_=["drawer", class_])[
        h.summary[h.span(class_="drawer-title")[title], h.span(class_="drawer-about")[about]],
        h.div(class_="drawer-body", role="group", aria_label=title)[body],
    ]


def empty(*words: h.Node, sign: Icon | None = None, who: h.Node = None) -> h.Element:
    """What stands where there is nothing to show yet, and how to change that: ``empty("Label to start this.")``."""
    return h.div(class_="empty")[sign and icon(sign), who, h.p[words]]


def table(
    caption: str, head: Sequence[h.Node], rows: Iterable[Sequence[h.Node]], *, chosen: int | None = None
) -> h.Element:
    """A table whose first column names the rows: ``table("Costs", ("", "PPO", "DPO"), [("models", 4, 2)])``.

    ``chosen`` is the row that is looked at, from 0.
    """
    return h.div(class_="table-frame", tabindex="0", role="region", aria_label=caption)[
        h.table(class_="table")[
            h.caption[caption],
            h.thead[h.tr[(h.th(scope="col")[cell] if cell else h.td for cell in head)]],
            h.tbody[(_row(row, place == chosen) for place, row in enumerate(rows))],
        ]
    ]


def _row(row: Sequence[h.Node], chosen: bool) -> h.Element:
    name, *cells = row
    return h.tr(class_="row-chosen" if chosen else None, aria_current="true" if chosen else None)[
        h.th(scope="row")[name], (h.td[cell] for cell in cells)
    ]
