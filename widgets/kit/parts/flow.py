"""A workflow drawn: stages in order, what flows from one to the next, and which of them is lit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import htpy as h

from .faces import Face, face
from .icons import Icon, icon
from .words import Tone, hidden


@dataclass(frozen=True)
class Stage:
    """A stage of a workflow: its name, its picture or face, and what leaves it for the next (``gives``)."""

    name: str
    sign: Icon | Face
    text: h.Node = None
    gives: str | None = None
    tone: Tone = "plain"


def flow(stages: Sequence[Stage], label: str, lit: int | None = None, *, back: str | None = None) -> h.Element:
    """Stages joined by arrows: ``flow([Stage("People", "human", gives="answers"), Stage("Model", "model")], "SFT",
    0)``.

    It is an ordered list, so it is heard in its order. ``back`` says what flows from the last stage to the first.
    """
    return h.ol(class_=["flow", "flow-round" if back else None], aria_label=label)[
        (_stage(stage, place == lit, place == len(stages) - 1) for place, stage in enumerate(stages)),
        back and h.li(class_="flow-back")[h.span(class_="flow-gives")[hidden("and back to the first: "), back]],
    ]


def _stage(stage: Stage, lit: bool, last: bool) -> h.Element:
    return h.li(
        class_=["stage", f"tone-{stage.tone}", "stage-lit" if lit else None], aria_current="step" if lit else None
    )[
        h.div(class_="stage-face")[
            face(stage.sign) if isinstance(stage.sign, Face) else icon(stage.sign),
            h.span(class_="stage-name")[stage.name],
            stage.text and h.span(class_="stage-text")[stage.text],
        ],
        not last
        and h.div(class_="flow-arrow")[
            stage.gives and h.span(class_="flow-gives")[hidden("gives "), stage.gives],
            h.svg(viewBox="0 0 24 24", aria_hidden="true")[h.path(d="M2 12H21M15 6l6 6-6 6")],
        ],
    ]
