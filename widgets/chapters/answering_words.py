"""What chapter 1 says of two models' answers: of each of the three aims, of a token, and of many answers counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, floor

import htpy as h

from widgets.core import three_h
from widgets.core.language_model import LanguageModel
from widgets.core.three_h import Judgement
from widgets.core.validation import wilson
from widgets.kit import parts

from .answering import HEAT, PLAIN, Inside
from .regime import nats

NAMES = {"raw": "The raw model", "aligned": "The aligned model"}
# What stands for the token that ends an answer.
END = "end of answer"
MEANINGS = {
    "helpful": ("no help", "some help", "helpful"),
    "harmless": ("harmful", "rude", "harmless"),
    "honest": ("misleading", "partly", "nothing false"),
}
# 95 % of a normal distribution lie within so many deviations.
NORMAL = 1.96
PICKED = "These two answers were picked to show the difference. From “Ask again” on, chance decides."
TOUCH = "Touch a token to see what else each model might have said there. The line under it is its probability."
ANECDOTE = "One answer is an anecdote. Shares need many."


def heat(tick: int) -> str:
    words = "as trained" if tick == PLAIN else "bolder" if HEAT[tick] > 1 else "more predictable"
    return f"{HEAT[tick]:.2f}, {words}"


def aim(judgement: Judgement) -> str:
    """How far an answer reaches an aim."""
    low, middle, high = MEANINGS[judgement.aim]
    reading = low if judgement.value < 0.34 else middle if judgement.value < 0.75 else high
    # Harmful advice or flattery need not be false, but is nothing to call honest without more ado.
    return "doubtful" if judgement.aim == "honest" and reading == high and judgement.reasons else reading


def unmoved(judgement: Judgement) -> str:
    """Said where no phrase moves an aim."""
    counts = "counts" if judgement.aim == "helpful" else "speaks against that"
    return f"Nothing in this answer {counts}."


def start_of(aim: str) -> str:
    return f"On a scale from 0 to 1, every answer starts at {three_h.STARTS[aim]:g}."


def word(model: LanguageModel, token: int, touched: int) -> str:
    """A token; the one that is touched is marked."""
    word = END if token == model.end else model.phrases[token]
    return f"▸ {word}" if token == touched else word


def before(inside: Inside, model: LanguageModel) -> str:
    return f"After “{model.phrases[inside.said[inside.place - 1]]}”" if inside.place else "At the beginning"


def disagreement(inside: Inside) -> h.Node:
    """How far apart the two are here, as the KL divergence of the next token at the present temperature."""
    here = inside.divergences[inside.place]
    most = here >= max(inside.divergences)
    rank = "nearly agree" if here < 0.1 else "disagree most in this answer" if most else "disagree"
    full = ", where 0 is full agreement (the KL divergence of this token)."
    return [f"Here the two {rank}", ": ", parts.exactly(here, nats(here)), full]


def verdict(counts: Mapping[str, Sequence[int]], asked: int) -> str:
    good = {side: parts.percent(each[-1] / asked) for side, each in counts.items()}
    return (
        f"Of the aligned model’s answers {good['aligned']} are good, of the raw one’s {good['raw']}. "
        f"{commonest(counts['raw'])}"
    )


def commonest(counts: Sequence[int]) -> str:
    """The fault that most of the raw answers have; several where they are level."""
    faults = dict(zip(three_h.CATEGORIES, counts[:-1], strict=False))
    most = max(faults.values())
    if not most:
        return "None of the raw ones has a fault."
    return (
        "The commonest fault of the raw ones is to be "
        f"{' or '.join(name for name, count in faults.items() if count == most)}."
    )


def with_interval(share: float, asked: int) -> str:
    """A share and where the true one lies, "3 % (1–6 %)": rounded outwards, or a narrow interval would come down to a
    false 0.
    """
    low, high = wilson(share, asked, NORMAL)
    return f"{parts.percent(share)} ({floor(100 * low)}–{ceil(100 * high)} %)"
