"""The AI labeller of chapter 3: it does not read, it is told
of what kind each answer is, and goes by principles (RLAIF).
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from functools import cache

import htpy as h
import numpy as np

from widgets.core import constitution
from widgets.kit import parts

from .content import Principle
from .labels import Label, Labeling
from .persons import AI_LABELLER
from .pool import Pool
from .principles import ticks

# What an AI labeller is told of an answer of each style, in the terms of the principles.
AS_KINDS = {
    "helpful": "right",
    "curt": "right",
    "flattering": "flattery",
    "padded": "filler",
    "hedged": "hedge",
    "rude": "rude",
    "wrong": "wrong",
}
AI_LABELS = 100
# How surely it keeps to the principles: the log-odds of a choice
# for each objection more to one answer than to the other.
SHARPNESS = 1.5
# The principles that the AI labeller can go by here: those that tell answers of these kinds apart.
PRINCIPLES = ("helpful", "truthful", "kind", "plain")


def labels(pool: Pool, principles: Mapping[str, Principle], marked: tuple[str, ...], given: int) -> tuple[Label, ...]:
    """What a labeller that goes by the chosen principles says of
    pairs drawn at random, told the kind of each answer (RLAIF).
    """
    rng = random.Random(f"ai {given}")
    pairs = rng.sample(pool.pairs, min(AI_LABELS, len(pool.pairs)))
    styles = list(AS_KINDS)
    first, second = (
        np.array([[styles.index(pool.responses[pair[side]][1].style)] for pair in pairs]) for side in (0, 1)
    )
    tests = [principles[id].test for id in marked]
    chances = constitution.preferences(first, second, list(AS_KINDS.values()), tests, SHARPNESS)
    return tuple(
        Label(
            *pair,
            "tie" if chance == 0.5 else "a" if rng.random() < chance else "b",
            0.5,
            principles=marked,
        )
        for pair, chance in zip(pairs, chances.tolist(), strict=True)
    )


def controls(state: Labeling, principles: Mapping[str, Principle]) -> h.Node:
    """By which principles it goes, and how it is asked."""
    return [
        h.ul(class_="principles", aria_label="The AI labeller’s principles")[
            ticks("principle", principles, state.principles, "reward")
        ],
        parts.beside(
            AI_LABELLER.face("doubtful" if not state.principles else "pleased" if state.ai else "calm"),
            parts.note(how_it_judges()),
        ),
        parts.buttons(
            parts.button(
                f"Have the AI labeller judge {AI_LABELS} {'more' if state.informed else 'pairs'}",
                "ai",
                tone="reward",
                sign="model",
                disabled=not state.principles,
            ),
            state.ai and parts.button(f"Remove the AI labeller’s {len(state.ai)}", "forget_ai"),
        ),
        not state.principles
        and parts.note("Mark a principle first: without one the AI labeller has nothing to go by."),
        bool(state.ai) and parts.note(went_by(state.ai, principles)),
    ]


@cache
def how_it_judges() -> str:
    rule = constitution.Principle("rule", "", (("rude", 0),))
    odds = float(constitution.preferences(np.array([[0]]), np.array([[1]]), ["right", "rude"], [rule])[0])
    return (
        f"{AI_LABELLER.portrait} If one answer breaks one principle more, it prefers the other {round(100 * odds)} "
        "times in 100; if both break as many, it calls them equal."
    )


def went_by(labels: tuple[Label, ...], principles: Mapping[str, Principle]) -> str:
    """By which principles the AI labeller's labels were made, which need not be those marked now."""
    batches: dict[tuple[str, ...], int] = {}
    for label in labels:
        batches[label.principles] = batches.get(label.principles, 0) + 1
    quoted = {id: f"“{principle.statement.removesuffix('.')}”" for id, principle in principles.items()}
    told = (
        f"{parts.counted(count, 'label')} by {parts.listed([quoted[id] for id in ids])}"
        for ids, count in batches.items()
    )
    return f"The AI labeller gave {'; '.join(told)}."
