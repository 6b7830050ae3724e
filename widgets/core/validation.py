"""How well a model predicts choices that it has not seen: cross-validation, with intervals.

Margins say by how much a model prefers the chosen response to the rejected one: it is right where they are positive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

import numpy as np

from . import checks
from .reward_model import sigmoid

# Of a normal distribution, 95 % lie within so many deviations.
NORMAL = 1.959963984540054

# Trains on some comparisons and gives the margins of others, each by their places: (m,), (k,) -> (k,).
TrainAndJudge = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Share:
    """A share of ``count`` and its 95 % interval (Wilson 1927): it has a width even where a share is 0 or 1."""

    value: float
    low: float
    high: float
    count: int


def share(right: float, count: int) -> Share:
    """``right`` of ``count``, halves allowed; nan, from 0 to 1, where
    nothing was counted. Raises ValueError for more than all.
    """
    count = checks.whole("count", count, 0)
    if not 0 <= right <= count:
        raise ValueError(f"right must lie in 0 to {count}, got {right}")
    if not count:
        return Share(float("nan"), 0.0, 1.0, 0)
    value = float(right / count)
    return Share(value, *wilson(value, count), count)


def wilson(value: float, count: int, deviations: float = NORMAL) -> tuple[float, float]:
    """Wilson's interval (1927) of a share ``value`` of ``count``: all true shares from which it is no further away than
    so many of their own standard errors. Raises ValueError for what is no share."""
    if not 0 <= value <= 1:
        raise ValueError(f"value must lie in 0 to 1, got {value}")
    spread = deviations**2 / checks.whole("count", count)
    middle, half = value + spread / 2, float(np.sqrt(spread * value * (1 - value) + spread**2 / 4))
    return max((middle - half) / (1 + spread), 0.0), min((middle + half) / (1 + spread), 1.0)


def accuracy(margins: np.ndarray) -> Share:
    """How often the chosen response is preferred, (n,); no opinion counts half."""
    margins = checks.finite("margins", margins, (None,))
    return share(float((margins > 0).sum() + 0.5 * (margins == 0).sum()), len(margins))


@dataclass(frozen=True)
class Gain:
    """By how much one model is right more often than another, and its 95 % interval."""

    value: float
    low: float
    high: float


def gain(before: np.ndarray, after: np.ndarray) -> Gain:
    """How much is gained by the margins ``after`` over those ``before``, of the same comparisons, (n,) both.

    A paired interval: what both are right or wrong about says nothing of the difference. Raises ValueError for none.
    """
    checks.same_shape("after", after, "before", before)
    if not len(before):
        raise ValueError("before must hold at least one margin, got none")
    differences = 0.5 * (np.sign(after) - np.sign(before))
    value, error = float(differences.mean()), float(differences.std() / np.sqrt(len(differences)))
    return Gain(value, value - NORMAL * error, value + NORMAL * error)


def folds(groups: np.ndarray, count: int, rng: Random | int) -> np.ndarray:
    """Which of ``count`` folds each comparison is in, (n,): whole groups together, in folds of nearly one size.

    Comparisons of answers to one prompt belong in one group: else a model would be tested on what it has nearly seen.
    """
    groups, rng = checks.array("groups", groups), checks.generator(rng)
    count = checks.whole("count", count, 2)
    order = np.argsort(groups, kind="stable")
    ends = np.flatnonzero(groups[order][1:] != groups[order][:-1]) + 1
    members = [member for member in np.split(order, ends) if len(member)]
    rng.shuffle(members)
    members.sort(key=len, reverse=True)  # stable: the shuffle decides among those of one size
    out, sizes = np.zeros(len(groups), dtype=int), [0] * count
    for group in members:
        smallest = sizes.index(min(sizes))
        out[group] = smallest
        sizes[smallest] += len(group)
    return out


def held_out(train_and_judge: TrainAndJudge, folds: np.ndarray) -> Iterator[np.ndarray]:
    """Every comparison's margin by a model that was trained on the other folds,
    (n,): yields after every fold; those of folds still to come are nan.
    """
    margins = np.full(len(folds), np.nan)
    for fold in range(int(folds.max(initial=-1)) + 1):
        test = np.flatnonzero(folds == fold)
        margins[test] = train_and_judge(np.flatnonzero(folds != fold), test)
        yield margins.copy()


@dataclass(frozen=True)
class Bin:
    """Choices of which a model is about so sure: ``sure`` is its mean probability
    of the response that it prefers, ``right`` how often that was the chosen one.
    """

    sure: float
    right: Share


def calibration(margins: np.ndarray, count: int = 5) -> tuple[Bin, ...]:
    """Is a model right as often as it is sure? Choices in order
    of its sureness, in ``count`` bins of one size; (n,).
    """
    margins = checks.finite("margins", margins, (None,))
    sure, right = sigmoid(np.abs(margins)), 0.5 * (1 + np.sign(margins))
    order = np.argsort(sure, kind="stable")
    parts = np.array_split(order, checks.whole("count", count))
    return tuple(
        Bin(float(sure[part].mean()), share(float(right[part].sum()), len(part))) for part in parts if len(part)
    )


@dataclass(frozen=True, eq=False)
class Learned:
    """A point of a learning curve: trained on ``size`` comparisons, tested on
    all, each by a model that hadn't seen it, with these ``margins`` (n,).
    """

    size: int
    margins: np.ndarray

    @property
    def right(self) -> Share:
        return accuracy(self.margins)


def learning_curve(
    train_and_judge: TrainAndJudge, folds: np.ndarray, parts: tuple[float, ...], rng: Random | int
) -> Iterator[Learned]:
    """Accuracy on held-out comparisons after training on these parts of the others, each part within the next."""
    rng = checks.generator(rng)
    draws = np.array([rng.random() for _ in range(len(folds))])
    for part in parts:
        sizes: list[int] = []

        def some(train: np.ndarray, test: np.ndarray, part: float = part, sizes: list[int] = sizes) -> np.ndarray:
            kept = train[np.argsort(draws[train], kind="stable")[: max(1, round(part * len(train)))]]
            sizes.append(len(kept))
            return train_and_judge(np.sort(kept), test)

        margins = np.zeros(len(folds))
        for margins in held_out(some, folds):
            pass
        yield Learned(round(sum(sizes) / len(sizes)) if sizes else 0, margins)
