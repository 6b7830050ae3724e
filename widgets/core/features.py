"""What a reward model sees of a response: a few counts, each computed from the text alone.

Every feature adds up over phrases: ``extract(prompt, a + " " + b) == extract(prompt, a) + extract(prompt, b)``
when a phrase ends where a sentence or clause ends. So a score that is linear in the features is a sum over
phrases, a policy can be optimised against it exactly, and every word's share of a score can be shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from . import checks
from .feature_patterns import FEATURES, NAMES
from .feature_patterns import Feature as Feature

_WORD = re.compile(r"[a-z0-9]+(?:['’][a-z]+)?", re.IGNORECASE)
# Words that say nothing about what a question is about.
COMMON = frozenset(
    "a about am an and any are as at be been best but by can cannot could did do does for from get go good had "
    "has have how "
    "i if in is it its just make me my new not of on or out real should so some take that the their them there they "
    "this to up use was way we what when where which who why will with without would you your".split()
)


@dataclass(frozen=True)
class Span:
    """A piece of a text that a feature counts: ``text[start:stop]`` adds ``amount`` to ``feature``."""

    start: int
    stop: int
    feature: str
    amount: float


def spans(prompt: str, response: str) -> tuple[Span, ...]:
    """Everything in a response that any feature counts, in the order of the features, then of the text.

    Raises ValueError when either is not a text.
    """
    checks.text("prompt", prompt)
    checks.text("response", response)
    found: list[Span] = []
    for feature in FEATURES:
        if feature.name == "length":
            matches = _WORD.finditer(response)
        elif feature.name == "relevance":
            topic = _topic(prompt)
            matches = (word for word in _WORD.finditer(response) if stem_of(word[0].lower()) in topic)
        else:
            matches = feature.regex.finditer(response)
        found += [Span(*match.span(), feature.name, feature.scale) for match in matches]
    return tuple(found)


def extract(prompt: str, response: str) -> np.ndarray:
    """The features of a response to a prompt, shape (d,), in the order of ``FEATURES``."""
    counts = dict.fromkeys(NAMES, 0.0)
    for span in spans(prompt, response):
        counts[span.feature] += span.amount
    return np.array([counts[name] for name in NAMES])


@lru_cache(maxsize=256)
def _topic(prompt: str) -> frozenset[str]:
    """The stems of the words that say what a question is about."""
    words = (match[0] for match in _WORD.finditer(prompt.lower()))
    return frozenset(stem_of(word) for word in words if word not in COMMON and len(word) > 2)


def stem_of(word: str) -> str:
    """A word without its commonest endings, so that “writing” and “write” meet."""
    word = re.sub(r"['’]s$", "", word)
    for ending in ("ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


@dataclass(frozen=True)
class Share:
    """A piece of a text and what it adds to a score, with the names of the features that count it."""

    start: int
    stop: int
    amount: float
    features: tuple[str, ...]


def attribution(prompt: str, response: str, weights: np.ndarray) -> tuple[Share, ...]:
    """What every word adds to a linear score, in the order of the text; the amounts sum to ``extract(...) @ weights``.

    A pattern of several words shares its amount equally among them. Raises ValueError for weights of another length.
    """
    weights = checks.finite("weights", weights, (len(FEATURES),))
    worth = dict(zip(NAMES, weights.tolist(), strict=True))
    found = spans(prompt, response)
    words = [match.span() for match in _WORD.finditer(response)]
    amounts: list[float] = [0.0] * len(words)
    names: list[list[str]] = [[] for _ in words]
    rest: list[Share] = []
    for span in found:
        inside = [index for index, (start, stop) in enumerate(words) if start < span.stop and stop > span.start]
        for index in inside:
            amounts[index] += span.amount * worth[span.feature] / len(inside)
            names[index].append(span.feature)
        if not inside:  # such as a lone percent sign
            rest.append(Share(span.start, span.stop, span.amount * worth[span.feature], (span.feature,)))
    shares = [Share(*word, amount, tuple(counted)) for word, amount, counted in zip(words, amounts, names, strict=True)]
    return tuple(sorted([*shares, *rest], key=lambda share: share.start))
