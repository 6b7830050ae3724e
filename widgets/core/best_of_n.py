"""Best of n: sample n responses, keep the one that the reward model scores highest. No training at all.

Its KL divergence from the model it samples is log n - (n - 1)/n for continuous scores (Stiennon et al. 2020,
arXiv:2009.01325), and below that where scores tie.
"""

from __future__ import annotations

import math
from random import Random

import numpy as np

from . import checks
from .language_model import LanguageModel
from .optimum import total_reward

# Scores this close are one score: the sum of the same terms can come out differently in its last digits.
TIE = 1e-9


def kl(n: int) -> float:
    """log n - (n - 1)/n, in nats: exact for continuous scores, a bound otherwise (Beirami et al. 2024,
    arXiv:2401.01879).
    """
    return math.log(checks.whole("n", n)) - (n - 1) / n


def sample(model: LanguageModel, reward: np.ndarray, n: int, count: int, rng: Random | int) -> np.ndarray:
    """``count`` responses, each the best of n samples, (count, length)."""
    n, count = checks.whole("n", n), checks.whole("count", count, 0)
    tokens = model.sample(count * n, rng)
    scores = total_reward(model, reward, tokens).reshape(count, n)
    best = scores.argmax(axis=1)
    return tokens.reshape(count, n, -1)[np.arange(count), best]


def weights(scores: np.ndarray, n: int) -> np.ndarray:
    """The probability that each of m samples is the best of n drawn from them with replacement, (m,) -> (m,).

    For a sample of the scores' distribution this estimates every best-of-n at once: the mean of anything under
    best-of-n is its mean with these weights. Ties, up to ``TIE``, share.
    """
    scores, n = _checked(scores), checks.whole("n", n)
    order = np.argsort(scores, kind="stable")
    group = np.empty(len(scores), dtype=int)  # equal scores are one group, the lowest is 0
    group[order] = np.cumsum(np.diff(scores[order], prepend=scores[order[0]]) > TIE)
    counts = np.bincount(group)
    mass = np.diff(np.concatenate([[0.0], np.cumsum(counts) / len(scores)]) ** n)
    return (mass / counts)[group]


def expected_reward(scores: np.ndarray, probabilities: np.ndarray, n: int) -> float:
    """The exact mean of the best of n draws from a distribution over finitely many scores, both (m,)."""
    scores, probabilities, n = _checked(scores), checks.numbers("probabilities", probabilities), checks.whole("n", n)
    if probabilities.shape != scores.shape or not (probabilities >= 0).all():
        raise ValueError(
            f"probabilities must be at least 0, of shape {scores.shape} like scores, got shape {probabilities.shape}"
        )
    order = np.argsort(scores, kind="stable")
    cumulative = np.cumsum(probabilities[order])
    if not math.isclose(cumulative[-1], 1.0, abs_tol=1e-6):
        raise ValueError(f"probabilities must sum to 1, got {cumulative[-1]}")
    mass = np.diff(np.concatenate([[0.0], np.minimum(cumulative, 1.0)]) ** n)
    return float(scores[order] @ mass)


def _checked(scores: np.ndarray) -> np.ndarray:
    scores = checks.finite("scores", scores)
    if scores.ndim != 1 or not scores.size:
        raise ValueError(f"scores must have shape (m,) with m > 0, got {scores.shape}")
    return scores
