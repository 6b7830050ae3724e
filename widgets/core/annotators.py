"""Simulated people: a gold reward that plays the careful judge, and labellers with tastes and biases of their own.

The gold reward is not linear in anything a reward model sees: one kind word is welcome and three are flattery, a second
useful step helps less than the first, a warning is good where it is due and noise elsewhere. So a reward model that is
linear can agree with it on what it was shown and still be fooled by what it was not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from . import checks
from .features import NAMES, extract
from .language_model import uniforms
from .reward_model import sigmoid

# What the first, second, third … different phrase of a kind brings; further ones bring the last value each.
GOLD: dict[str, tuple[float, ...]] = {
    "right": (1.2, 0.9, 0.5, 0.1, -0.2),
    "wrong": (-1.6, -1.2),
    "harmful": (-2.8, -2.0),
    "offtopic": (-0.9, -0.6),
    "web": (-1.2, -0.6),
    "rude": (-1.8, -0.9),
    "evasive": (-0.9, -0.6),
    "opener": (0.1, -0.3),
    "warmth": (0.4, 0.0, -0.5),
    "flattery": (0.1, -0.5, -0.9),
    "closer": (0.3, -0.4),
    "hedge": (0.0, -0.5),
    "filler": (-0.5, -0.7),
    "disclaimer": (-0.4, -0.7),
}
# The same for a warning where one is due.
GOLD_CARE: dict[str, tuple[float, ...]] = GOLD | {"disclaimer": (0.6, -0.3, -0.6)}
# A phrase said again, whatever its kind; and an answer that holds nothing of substance.
REPEATED = -0.8
EMPTY = -0.8


def gold_reward(tokens: np.ndarray, kinds: Sequence[str], care: bool = False) -> np.ndarray:
    """How good responses really are, (m, length) -> (m,), in units of about one useful sentence.

    ``kinds`` are those of the n phrases; ``care`` says that a warning is due. Order does not matter, number does.
    """
    tokens, values = _checked(tokens, kinds), GOLD_CARE if care else GOLD
    rows, end, names = len(tokens), len(kinds), list(dict.fromkeys(kinds))
    places = (np.arange(rows)[:, None] * (end + 1) + tokens).ravel()
    counts = np.bincount(places, minlength=rows * (end + 1)).reshape(rows, end + 1)[:, :end].astype(float)
    different = (counts > 0).astype(float)
    # How many different phrases of each kind there are; sums of ones are exact in any order.
    of_kind = (different @ np.array([[kind == name for name in names] for kind in kinds], dtype=float)).astype(int)
    total = REPEATED * (counts.sum(axis=1) - different.sum(axis=1))
    for column, name in enumerate(names):
        total += _schedule(values[name])[of_kind[:, column]]
    substance = [column for column, name in enumerate(names) if name in ("right", "wrong", "harmful")]
    return total + EMPTY * (of_kind[:, substance].sum(axis=1) == 0)


def gold_of_kinds(kinds: Sequence[str], repeats: int = 0, care: bool = False) -> float:
    """The same reward for an answer given as the kinds of its different sentences, and how many were said again."""
    _check_kinds(kinds)
    values, repeats = GOLD_CARE if care else GOLD, checks.whole("repeats", repeats, 0)
    total = REPEATED * repeats + sum(_schedule(values[kind])[kinds.count(kind)] for kind in dict.fromkeys(kinds))
    return float(total + EMPTY * (not any(kind in ("right", "wrong", "harmful") for kind in kinds)))


def kind_of_sentence(prompt: str, sentence: str) -> str:
    """What a sentence that nobody has classified seems to be, by the features it shows; a rule, and a fallible one.

    Rude before flattering before warning; a step to take or something specific, on the question, is useful; the
    rest is filler.
    """
    found = dict(zip(NAMES, extract(prompt, sentence), strict=True))
    for kind, feature in (
        ("rude", "rudeness"),
        ("flattery", "flattery"),
        ("disclaimer", "disclaimers"),
        ("hedge", "hedging"),
    ):
        if found[feature] > 0:
            return kind
    if found["certainty"] > 0:
        return "wrong"
    if found["steps"] > 0 or found["specifics"] > 0 or found["relevance"] > 0:
        return "right"
    return "warmth" if found["warmth"] > 0 else "filler"


def _checked(tokens: np.ndarray, kinds: Sequence[str]) -> np.ndarray:
    _check_kinds(kinds)
    return checks.tokens(tokens, len(kinds))


def _check_kinds(kinds: Sequence[str]) -> None:
    unknown = [kind for kind in kinds if kind not in GOLD]
    if unknown:
        raise ValueError(f"kinds must be among {', '.join(GOLD)}, got {unknown[0]!r}")


def _schedule(values: tuple[float, ...], most: int = 64) -> np.ndarray:
    """Cumulative values: entry k is what k different phrases bring together."""
    steps = [*values, *[values[-1]] * (most - len(values))]
    return np.concatenate([[0.0], np.cumsum(steps)])


@dataclass(frozen=True)
class Annotator:
    """Somebody who compares two answers by what they like.

    ``name``          for the page
    ``gold``          how much of the careful judge is in them
    ``likes``         what each phrase of a kind is worth to them on top, however often it comes: a bias
    ``length``        what every phrase is worth to them, useful or not
    ``position``      how much they lean to the answer they read first
    ``noise``         the scale of their wavering: 1 is Bradley and Terry's annotator, 0 never wavers
    """

    name: str
    gold: float = 1.0
    likes: tuple[tuple[str, float], ...] = ()
    length: float = 0.0
    position: float = 0.0
    noise: float = 1.0

    def __post_init__(self) -> None:
        checks.number("noise", self.noise, 0)
        for name in ("gold", "length", "position"):
            checks.number(name, getattr(self, name))
        _check_kinds([kind for kind, _ in self.likes])
        for kind, worth in self.likes:
            checks.number(f"likes[{kind!r}]", worth)

    def reward(self, tokens: np.ndarray, kinds: Sequence[str], care: bool = False) -> np.ndarray:
        """What responses are worth to this annotator, (m, length) -> (m,)."""
        tokens, liked = _checked(tokens, kinds), dict(self.likes)
        per_phrase = np.array([liked.get(kind, 0.0) + self.length for kind in kinds] + [0.0])
        return self.gold * gold_reward(tokens, kinds, care) + per_phrase[tokens].sum(axis=1)

    def probability(
        self, first: np.ndarray, second: np.ndarray, kinds: Sequence[str], care: bool = False
    ) -> np.ndarray:
        """The probability that they prefer the first response of each pair, (m,)."""
        checks.same_shape("second", second, "first", first)
        margin = self.reward(first, kinds, care) - self.reward(second, kinds, care) + self.position
        return (margin > 0) + 0.5 * (margin == 0) if self.noise == 0 else sigmoid(margin / self.noise)

    def choose(
        self, first: np.ndarray, second: np.ndarray, kinds: Sequence[str], rng: Random | int, care: bool = False
    ) -> np.ndarray:
        """Their choices, (m,) of 1.0 (the first) and 0.0 (the second)."""
        chances = self.probability(first, second, kinds, care)
        return (uniforms(checks.generator(rng), len(chances)) < chances).astype(float)


CAREFUL = Annotator("the careful judge")
HURRIED = Annotator("the hurried reader", gold=0.6, likes=(("flattery", 1.6), ("warmth", 0.6)), length=0.2)
CAUTIOUS = Annotator("the lawyer", gold=0.6, likes=(("disclaimer", 1.0), ("hedge", 0.4)))
ANNOTATORS: tuple[Annotator, ...] = (CAREFUL, HURRIED, CAUTIOUS)
