"""What happens when a policy is pushed harder and harder against a reward model that is not quite right.

Gao, Schulman & Hilton 2022, arXiv:2210.10760: with d = sqrt(KL(policy || start)), the true reward gained follows
d (alpha - beta log d) for reinforcement learning and d (alpha - beta d) for best-of-n: it rises, peaks and falls, while
the reward model's own score keeps rising.
"""

from __future__ import annotations

import math
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
    """gain = d (alpha - beta log d), or d (alpha - beta d) where ``log`` is False, fitted by least squares;
    ``r_squared`` says how well."""

    alpha: float
    beta: float
    r_squared: float
    log: bool = True

    def gain(self, distance: np.ndarray | float) -> np.ndarray:
        """The gold gained over the start at these distances, any shape; 0 at 0."""
        distance = checks.finite("distance", distance)
        return distance * (self.alpha - self.beta * (np.log(np.maximum(distance, 1e-300)) if self.log else distance))


@dataclass(frozen=True)
class Lift:
    """How much more gold one chase has than another at the same distance, and the standard error of that."""

    distance: float
    gain: float
    error: float


def optima(
    reference: LanguageModel, reward: np.ndarray, judge: Judge, betas: Sequence[float], seed: int, count: int = 2000
) -> list[Point]:
    """The exact optimum at each beta, where reinforcement learning would end: distance and proxy exact, gold from
    ``count`` samples, for every beta with the same luck."""
    count = checks.whole("count", count)
    points: list[Point] = []
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
    points: list[Point] = []
    for n in ns:
        weights = best_of_n.weights(scores, n)
        mean = float(weights @ gold)
        error = float(np.sqrt((weights**2) @ (gold - mean) ** 2))
        points.append(Point(n, float(np.sqrt(best_of_n.kl(n))), float(weights @ scores), mean, error))
    return points


def mean_point(points: Sequence[Point]) -> Point:
    """One pressure's points on several questions as one."""
    error = float(np.sqrt(sum(point.gold_error**2 for point in points))) / len(points)
    mean = {name: float(np.mean([getattr(point, name) for point in points])) for name in ("distance", "proxy", "gold")}
    return Point(points[0].pressure, **mean, gold_error=error)


def peak(points: Sequence[Point]) -> int:
    """The index of the greatest gold reward."""
    if not points:
        raise ValueError("points must hold at least one, got none")
    return int(np.argmax([point.gold for point in points]))


def clearly_above(one: Point, other: Point, least: float, deviations: float = 2.0) -> bool:
    """Whether one point's gold is greater by ``least``, and by so many standard errors of the difference."""
    return one.gold - other.gold >= max(least, deviations * math.hypot(one.gold_error, other.gold_error))


def lifts(points: Sequence[Point], others: Sequence[Point]) -> list[Lift]:
    """How much more gold ``points`` have than ``others`` at the same distance: at each of their distances that lies
    within those of ``others``, whose gold is interpolated by ``monotone``. None where the others hardly move.

    A mere way of stopping earlier, such as a KL penalty, gains nothing; what does moves the frontier. The errors are
    taken as independent, which overstates that of points from the same luck.
    """
    ordered: list[Point] = []
    for point in sorted(others, key=lambda point: point.distance):
        if not ordered or point.distance - ordered[-1].distance > 1e-6:
            ordered.append(point)
    if len(ordered) < 3:
        return []
    names = ("distance", "gold", "gold_error")
    distances, golds, errors = (np.array([getattr(point, name) for point in ordered]) for name in names)
    within = [point for point in points if distances[0] <= point.distance <= distances[-1]]
    at = np.array([point.distance for point in within])
    found = zip(within, monotone(distances, golds, at), np.interp(at, distances, errors), strict=True)
    return [Lift(p.distance, float(p.gold - gold), math.hypot(p.gold_error, error)) for p, gold, error in found]


def monotone(xs: np.ndarray, ys: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The curve through points, (n,) each with rising ``xs``, at other places within them, (k,) -> (k,): cubic pieces
    that rise and fall only where the points do (Fritsch & Butland 1984, doi:10.1137/0905021). Raises ValueError for
    fewer than three points, or xs that don't rise."""
    xs, ys, at = checks.finite("xs", xs, (None,)), checks.finite("ys", ys, (len(xs),)), checks.finite("at", at, (None,))
    steps = np.diff(xs)
    if len(xs) < 3 or not (steps > 0).all():
        raise ValueError(f"xs must be three rising numbers or more, got {xs.tolist()}")
    rises = np.diff(ys) / steps
    slopes = np.concatenate([[_end_slope(steps, rises)], _slopes(steps, rises), [_end_slope(steps[::-1], rises[::-1])]])
    place = np.clip(np.searchsorted(xs, at, side="right") - 1, 0, len(steps) - 1)
    step, t = steps[place], (at - xs[place]) / steps[place]
    bend = ys[place] * (1 + 2 * t) * (1 - t) ** 2 + ys[place + 1] * t**2 * (3 - 2 * t)
    return bend + step * (slopes[place] * t * (1 - t) ** 2 + slopes[place + 1] * t**2 * (t - 1))


def _slopes(steps: np.ndarray, rises: np.ndarray) -> np.ndarray:
    """The curve's slope at each inner point: a weighted harmonic mean of its neighbours', 0 where they disagree."""
    before, after = rises[:-1], rises[1:]
    weight, other = 2 * steps[1:] + steps[:-1], steps[1:] + 2 * steps[:-1]
    agree = before * after > 0
    safe = np.where(agree, before, 1.0), np.where(agree, after, 1.0)
    return np.where(agree, (weight + other) / (weight / safe[0] + other / safe[1]), 0.0)


def _end_slope(steps: np.ndarray, rises: np.ndarray) -> float:
    """The slope at the first point, from three, held so that the first piece only rises or only falls."""
    slope = ((2 * steps[0] + steps[1]) * rises[0] - steps[0] * rises[1]) / (steps[0] + steps[1])
    if slope * rises[0] <= 0:
        return 0.0
    return 3 * rises[0] if rises[0] * rises[1] <= 0 and abs(slope) > 3 * abs(rises[0]) else slope


def fit_reinforcement(points: Sequence[Point]) -> Law:
    """d (alpha - beta log d), the law of reinforcement learning."""
    return _fit(points, log=True)


def fit_best_of(points: Sequence[Point]) -> Law:
    """d (alpha - beta d), the law of best-of-n."""
    return _fit(points, log=False)


def _judged(judge: Judge, tokens: np.ndarray) -> np.ndarray:
    gold = checks.numbers("judge", judge(tokens))
    if gold.shape != (len(tokens),) or not np.isfinite(gold).all():
        raise ValueError(f"judge must give finite numbers of shape ({len(tokens)},), got shape {gold.shape}")
    return gold


def _fit(points: Sequence[Point], log: bool) -> Law:
    for point in points:
        checks.number("distance", point.distance, 0)
        checks.number("gold", point.gold)
    used = [point for point in points if point.distance > 1e-6]
    if len(used) < 3:
        raise ValueError(f"points must hold at least three with a distance above 0, got {len(used)}")
    start = min(points, key=lambda point: point.distance).gold
    distance, gain = np.array([point.distance for point in used]), np.array([point.gold - start for point in used])
    design = np.stack([distance, -distance * (np.log(distance) if log else distance)], axis=1)
    (alpha, beta), *_ = np.linalg.lstsq(design, gain, rcond=None)
    residual = gain - design @ np.array([alpha, beta])
    spread = ((gain - gain.mean()) ** 2).sum()
    return Law(float(alpha), float(beta), float(1 - (residual**2).sum() / spread) if spread > 0 else 0.0, log)
