"""What a policy says that chases a score: a typical answer, what in it is there for the score alone, and how often."""

from __future__ import annotations

from collections.abc import Mapping

import htpy as h
import numpy as np

from widgets.core.doubt import Proxy
from widgets.core.pipeline import Task
from widgets.kit import parts

from .chase import Chaser
from .content import Content
from .hacking import Hacking
from .persons import ALIGNED, JUDGE
from .typical import TYPICAL_OF, typical_answer

HACKS = {
    "flattery": ("flattery", "warmth"),
    "disclaimers": ("disclaimer", "hedge"),
    "padding": ("filler", "opener", "closer"),
}
# The careful judge frowns at an answer of which so large a share is said for the score alone.
FROWNED_AT = 0.25


def answers(chaser: Chaser, state: Hacking, count: int) -> np.ndarray:
    """What is said at the present pressure, always with the same luck."""
    return chaser.said(state.chase, state.question, state.method, state.pressure, count)


def exploits(task: Task, proxy: Proxy, answer: np.ndarray) -> list[str | None]:
    """Why each phrase of an answer is there for the score alone: it adds to the score, and nothing to true quality."""
    said = [token for token in answer.tolist() if token != len(task.phrases)]
    so_far = np.full((len(said) + 1, len(answer)), len(task.phrases))
    for place, token in enumerate(said):
        so_far[place + 1 :, place] = token
    scores, golds = np.diff(proxy.scores(so_far)), np.diff(task.gold(so_far))
    return [
        f"{_hack(task.kinds[token], token in said[:place])}: score {parts.shown(score, signed=True)}, "
        f"true quality {parts.shown(gold, signed=True)}"
        if score > 0 and gold <= 1e-9
        else None
        for place, (token, score, gold) in enumerate(zip(said, scores, golds, strict=True))
    ]


def panel(content: Content, chaser: Chaser, state: Hacking) -> h.Node:
    task = content.tasks[state.question]
    drawn = answers(chaser, state, TYPICAL_OF)
    typical = typical_answer(drawn, task.gold(drawn))
    said = [token for token in typical.tolist() if token != len(task.phrases)]
    why, quality = exploits(task, state.chase.proxy, typical), float(task.gold(typical[None])[0])
    hacked = sum(map(bool, why)) / max(len(said), 1)
    pills = [
        parts.Token(task.phrases[token], state="exploited" if note else "shown", note=note)
        for token, note in zip(said, why, strict=True)
    ]
    first = chaser.drawn(state.question, state.chase.recipe)[0][:TYPICAL_OF]
    return [
        parts.question(content.question(state.question).prompt),
        parts.beside(
            ALIGNED.face("babbling" if hacked > 0.5 else "calm"),
            parts.tokens(pills, "A typical answer", turn=f"{state.question} {said}")
            if pills
            else parts.note("It says nothing at all."),
        ),
        parts.beside(
            JUDGE.face("frowning") if hacked >= FROWNED_AT else JUDGE.at(quality),
            parts.note(
                f"A typical answer: of {TYPICAL_OF} drawn, the one in the middle by true quality, ",
                parts.number(quality),
                ".",
            ),
        ),
        parts.note("Such phrases in an answer, on average:"),
        _hacks(_counts(first, task.kinds), _counts(drawn, task.kinds)),
    ]


def _hacks(before: Mapping[str, float], now: Mapping[str, float]) -> h.Node:
    """How many phrases of each kind of hack an answer holds, at the start and at the present pressure."""
    rows = [
        (
            parts.Bar(name, before[name], tone="muted", whose="start"),
            parts.Bar(name, now[name], tone="human", whose="now"),
        )
        for name in now
    ]
    caption = "Phrases of each kind in an answer, on average: at the start, and now"
    return parts.shares(rows, caption, most=3.0, format=lambda value: f"{value:.1f}")


def _hack(kind: str, again: bool) -> str:
    return "said before" if again else next((name for name, kinds in HACKS.items() if kind in kinds), kind)


def _counts(answers: np.ndarray, kinds: tuple[str, ...]) -> dict[str, float]:
    """How many phrases of each kind of hack an answer holds on average; what is said again is padding, too."""
    end = len(kinds)
    counts = {
        name: float(np.array([kind in wanted for kind in [*kinds, ""]])[answers].sum(axis=1).mean())
        for name, wanted in HACKS.items()
    }
    again = [
        len(said) - len(set(said)) for said in ([token for token in row if token != end] for row in answers.tolist())
    ]
    return counts | {"said before": float(np.mean(again))}
