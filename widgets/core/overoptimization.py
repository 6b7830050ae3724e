"""What happens when a policy is pushed harder and harder against a reward model that is not quite right.

Gao, Schulman & Hilton 2022, arXiv:2210.10760: with d = sqrt(KL(policy || start)), the true reward gained follows
d (alpha - beta log d) for reinforcement learning and d (alpha - beta d) for best-of-n: it rises, peaks and falls, while
the reward model's own score keeps rising.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from . import best_of_n, checks
from .language_model import LanguageModel
from .optimum import optimal_policy, total_reward

# Judges a batch of responses, (m, length) -> (m,).
Judge = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True, eq=False)
class Point:
    """One strength of optimisation: ``pressure`` is beta or n, ``distance`` is sqrt(KL), ``proxy`` the reward model's
    mean score and ``gold`` the judge's, with its standard error."""

    pressure: float
    distance: float
    proxy: float
    gold: float
    gold_error: float


@dataclass(frozen=True)
class Law:
    """gain = d (alpha - beta g(d)), fitted by least squares; ``r_squared`` says how well."""

    alpha: float
    beta: float
    r_squared: float


def optima(
    reference: LanguageModel, reward: np.ndarray, judge: Judge, betas: Sequence[float], seed: int, count: int = 2000
) -> list[Point]:
    """The exact optimum at each beta, where reinforcement learning would end: distance and proxy exact, gold from
    ``count`` samples, for every beta with the same luck."""
    points, count = [], checks.whole("count", count)
    for beta in betas:
        policy = optimal_policy(reference, reward, checks.positive("beta", beta))
        gold = _judged(judge, policy.sample(count, checks.generator(seed)))
        distance = float(np.sqrt(max(policy.kl(reference), 0.0)))
        error = float(gold.std() / np.sqrt(count))
        points.append(Point(beta, distance, policy.expected(reward), float(gold.mean()), error))
    return points


def best_of(
    reference: LanguageModel, reward: np.ndarray, judge: Judge, ns: Sequence[int], seed: int, count: int = 20000
) -> list[Point]:
    """Best-of-n for every n from one sample of ``count`` responses, each weighted by its chance to be the best of n."""
    tokens = reference.sample(checks.whole("count", count), checks.generator(seed))
    scores, gold = total_reward(reference, reward, tokens), _judged(judge, tokens)
    points = []
    for n in ns:
        weights = best_of_n.weights(scores, n)
        mean = float(weights @ gold)
        error = float(np.sqrt((weights**2) @ (gold - mean) ** 2))
        points.append(Point(n, float(np.sqrt(best_of_n.kl(n))), float(weights @ scores), mean, error))
    return points


def peak(points: Sequence[Point]) -> int:
    """The index of the greatest gold reward."""
    if not points:
        raise ValueError("points must hold at least one, got none")
    return int(np.argmax([point.gold for point in points]))


def fit_reinforcement(points: Sequence[Point]) -> Law:
    """d (alpha - beta log d), the law of reinforcement learning."""
    return _fit(points, np.log)


def fit_best_of(points: Sequence[Point]) -> Law:
    """d (alpha - beta d), the law of best-of-n."""
    return _fit(points, lambda d: d)


def _judged(judge: Judge, tokens: np.ndarray) -> np.ndarray:
    gold = checks.numbers("judge", judge(tokens))
    if gold.shape != (len(tokens),) or not np.isfinite(gold).all():
        raise ValueError(f"judge must give finite numbers of shape ({len(tokens)},), got shape {gold.shape}")
    return gold


def _fit(points: Sequence[Point], shape: Callable[[np.ndarray], np.ndarray]) -> Law:
    for point in points:
        checks.number("distance", point.distance, 0), checks.number("gold", point.gold)
    used = [point for point in points if point.distance > 1e-6]
    if len(used) < 3:
        raise ValueError(f"points must hold at least three with a distance above 0, got {len(used)}")
    start = min(points, key=lambda point: point.distance).gold
    distance, gain = np.array([point.distance for point in used]), np.array([point.gold - start for point in used])
    design = np.stack([distance, -distance * shape(distance)], axis=1)
    (alpha, beta), *_ = np.linalg.lstsq(design, gain, rcond=None)
    residual = gain - design @ np.array([alpha, beta])
    spread = ((gain - gain.mean()) ** 2).sum()
    return Law(float(alpha), float(beta), float(1 - (residual**2).sum() / spread) if spread > 0 else 0.0)
