"""Logistic regression on sparse differences: which words, and pairs of words, go with being preferred.

The Bradley-Terry model of ``reward_model``, where a response
has thousands of features and any two differ in few of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from . import checks
from .reward_model import log_sigmoid, sigmoid

# The share of its first norm at which the gradient is small enough, and the most Newton steps to get there.
ENOUGH, MOST_STEPS = 1e-4, 60
# Steps of conjugate gradients within one of Newton's.
MOST_INNER = 100


@dataclass(frozen=True, eq=False)
class Sparse:
    """A matrix (n, d) by rows: row i holds ``values`` at ``columns``, both from ``starts[i]`` to ``starts[i + 1]``."""

    starts: np.ndarray
    columns: np.ndarray
    values: np.ndarray
    width: int

    def __post_init__(self) -> None:
        starts, columns = checks.array("starts", self.starts), checks.array("columns", self.columns)
        values, width = checks.finite("values", self.values, (len(columns),)), checks.whole("width", self.width, 0)
        if len(starts) < 1 or starts[0] != 0 or starts[-1] != len(columns) or (np.diff(starts) < 0).any():
            raise ValueError(f"starts must rise from 0 to the {len(columns)} columns, got {starts[:3]}…")
        if len(columns) and not 0 <= columns.min() <= columns.max() < width:
            raise ValueError(f"columns must lie in 0 to {width - 1}, got {columns.min()} to {columns.max()}")
        object.__setattr__(self, "starts", starts.astype(np.intp))
        object.__setattr__(self, "columns", columns.astype(np.intp))
        object.__setattr__(self, "values", values)

    def __len__(self) -> int:
        return len(self.starts) - 1

    @cached_property
    def _filled(self) -> np.ndarray:
        """The rows that hold something."""
        return np.flatnonzero(np.diff(self.starts))

    def times(self, weights: np.ndarray) -> np.ndarray:
        """(d,) -> (n,)."""
        out = np.zeros(len(self))
        if len(self.columns):
            out[self._filled] = np.add.reduceat(self.values * weights[self.columns], self.starts[self._filled])
        return out

    def transposed_times(self, amounts: np.ndarray) -> np.ndarray:
        """(n,) -> (d,)."""
        spread = np.repeat(amounts, np.diff(self.starts))
        return np.bincount(self.columns, self.values * spread, self.width)

    def rows(self, chosen: np.ndarray | Sequence[int]) -> Sparse:
        """Some of the rows, in this order."""
        lengths = np.diff(self.starts)[chosen]
        starts = np.concatenate([[0], np.cumsum(lengths)])
        places = np.arange(int(starts[-1])) + np.repeat(self.starts[:-1][chosen] - starts[:-1], lengths)
        return Sparse(starts, self.columns[places], self.values[places], self.width)


def fit(
    differences: Sparse,
    preferences: np.ndarray,
    l2: float = 1.0,
    enough: float = ENOUGH,
    start: np.ndarray | None = None,
) -> np.ndarray:
    """Weights (d,) that best explain which of two responses was preferred; the objective is ``reward_model.objective``.

    ``differences``  (n, d) of the first response and the second; ``preferences`` (n,), 1 where the first was preferred
    ``l2``           strength of the prior
    ``enough``       the share of its norm at zero to which the gradient is brought
    ``start``        weights to begin with, such as those of nearly the same comparisons

    Newton's method, each step by conjugate gradients (as in Lin, Weng & Keerthi 2008,
    JMLR 9), halved until the objective falls. Raises ValueError for wrong shapes,
    preferences outside [0, 1] or l2 <= 0, and RuntimeError where it doesn't arrive.
    """
    preferences, l2 = checks.shares("preferences", preferences, len(differences)), checks.positive("l2", l2)
    weights = np.zeros(differences.width)
    first = np.linalg.norm(_gradient(weights, differences, preferences, l2)[0])
    weights = weights if start is None else checks.finite("start", start, weights.shape).copy()
    for _ in range(MOST_STEPS):
        slope, margins = _gradient(weights, differences, preferences, l2)
        norm = np.linalg.norm(slope)
        if norm <= enough * first:
            return weights
        direction = _newton(
            differences, sigmoid(margins) * sigmoid(-margins), slope, l2, min(0.5, np.sqrt(norm / first))
        )
        weights = _stepped(weights, direction, slope, differences, preferences, l2, margins)
    raise RuntimeError(f"fit did not converge in {MOST_STEPS} steps: raise l2")


def _gradient(
    weights: np.ndarray, differences: Sparse, preferences: np.ndarray, l2: float
) -> tuple[np.ndarray, np.ndarray]:
    margins = differences.times(weights)
    return differences.transposed_times(sigmoid(margins) - preferences) + l2 * weights, margins


def _newton(differences: Sparse, curvature: np.ndarray, slope: np.ndarray, l2: float, enough: float) -> np.ndarray:
    """What Newton's method would take off the weights, by conjugate gradients to this share of the slope's norm."""
    out, rest = np.zeros_like(slope), slope.copy()
    direction, norm = rest.copy(), rest @ rest
    wanted = enough**2 * norm
    for _ in range(MOST_INNER):
        curved = differences.transposed_times(curvature * differences.times(direction)) + l2 * direction
        size = norm / (direction @ curved)
        out += size * direction
        rest -= size * curved
        before, norm = norm, rest @ rest
        if norm <= wanted:
            break
        direction = rest + norm / before * direction
    return out


def _stepped(
    weights: np.ndarray,
    direction: np.ndarray,
    slope: np.ndarray,
    differences: Sparse,
    preferences: np.ndarray,
    l2: float,
    margins: np.ndarray,
) -> np.ndarray:
    """A step, halved until the objective falls as far as its slope promises (Armijo's rule)."""
    change, size = differences.times(direction), 1.0
    before = _objective(weights, margins, preferences, l2)
    while size > 1e-6:
        after = _objective(weights - size * direction, margins - size * change, preferences, l2)
        if after <= before - 1e-4 * size * (slope @ direction) + 1e-12 * (1 + abs(before)):
            break
        size /= 2
    return weights - size * direction


def _objective(weights: np.ndarray, margins: np.ndarray, preferences: np.ndarray, l2: float) -> float:
    lost = preferences @ log_sigmoid(margins) + (1 - preferences) @ log_sigmoid(-margins)
    return float(0.5 * l2 * weights @ weights - lost)
