"""Texts to train on: sequences of phrases drawn from patterns of kinds, and the grammar that a model begins with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

import numpy as np

from . import checks

# Phrases of one kind follow each other in their order; this share of the time they do not, and a response may repeat
# itself or go round in circles.
AGAIN = 0.02


def prior_logits(kinds: Sequence[str], grammar: Mapping[str, Mapping[str, float]]) -> np.ndarray:
    """The logits of an untrained model that knows which kind of phrase may follow which, (n + 1, n + 1).

    ``grammar[kind][next]`` is a weight, shared equally by the phrases of a kind; "start" and "end" are the ends of a
    response. What it does not name is forbidden, -inf. Raises ValueError for a kind of which it says nothing.
    """
    if not kinds:
        raise ValueError("kinds must not be empty")
    names = np.array([*kinds, "end"])
    rows = np.zeros((len(names), len(names)))
    for index, kind in enumerate([*kinds, "start"]):
        if kind not in grammar:
            raise ValueError(f"grammar must say what follows {kind!r}, got only {', '.join(grammar)}")
        for name, weight in grammar[kind].items():
            checks.number(f"grammar[{kind!r}][{name!r}]", weight, 0)
            members = names == name
            share = members.astype(float)
            if name == kind:
                later = np.arange(len(names)) > index
                share = np.where(later, 1.0, AGAIN) * members
                weight = weight * share.sum() / members.sum()  # noqa: PLW2901, what is left of it
            rows[index] += weight * share / max(share.sum(), 1e-300)
        if not rows[index].any():
            raise ValueError(
                f"grammar[{kind!r}] must allow a kind that there is, or the end, got "
                f"{', '.join(grammar[kind]) or 'nothing'}"
            )
    with np.errstate(divide="ignore"):
        return np.log(rows / rows.sum(axis=1, keepdims=True))


def texts(
    kinds: Sequence[str], patterns: Sequence[tuple[Sequence[str], float]], count: int, length: int, rng: Random | int
) -> np.ndarray:
    """``count`` texts, (count, length), each a pattern of kinds filled with phrases, none of them twice in a text, and
    those of one kind in their order.

    Patterns come in proportion to their weights (the largest remainders decide), phrases at random. Raises ValueError
    when a pattern asks for more phrases of a kind than there are, or for more than ``length``.
    """
    for names, weight in patterns:
        checks.number(f"the weight of pattern {' '.join(names)!r}", weight, 0)
    if not sum(weight for _, weight in patterns) > 0:
        raise ValueError(f"patterns must have a positive weight in all, got {len(patterns)} patterns")
    count, length, rng = checks.whole("count", count, 0), checks.whole("length", length), checks.generator(rng)
    members = {kind: [index for index, other in enumerate(kinds) if other == kind] for kind in set(kinds)}
    out = np.full((count, length), len(kinds))
    for row, pattern in enumerate(_proportional([weight for _, weight in patterns], count)):
        names = patterns[pattern][0]
        if len(names) > length:
            raise ValueError(f"patterns must have at most {length} kinds, got {len(names)}")
        chosen = {
            kind: iter(_ordered_sample(members.get(kind, []), names.count(kind), kind, rng))
            for kind in dict.fromkeys(names)
        }
        out[row, : len(names)] = [next(chosen[kind]) for kind in names]
    return out


def _ordered_sample(found: Sequence[int], count: int, kind: str, rng: Random) -> list[int]:
    if count > len(found):
        raise ValueError(f"patterns must not ask for {count} phrases of kind {kind!r}: there are {len(found)}")
    return sorted(rng.sample(found, count))


def _proportional(weights: Sequence[float], count: int) -> list[int]:
    """Indices of the weights, each as often as its share of ``count`` says."""
    exact = np.array(weights, dtype=float) / sum(weights) * count
    shares = np.floor(exact).astype(int)
    for index in np.argsort(shares - exact, kind="stable")[: count - shares.sum()]:
        shares[index] += 1
    return [index for index, share in enumerate(shares) for _ in range(share)]
