"""What was learned from some comparisons, as the prior of what is learned from others.

A reward model is a Gaussian over weights: the mean and the covariance at the optimum of what it was fitted to. Taken as
the prior of a second fit, it stands for comparisons that are not at hand any more. That is exact as far as the first
likelihood is Gaussian near its optimum, which it is the nearer, the more comparisons there were.
"""

from __future__ import annotations

from random import Random

import numpy as np

from . import checks
from .reward_model import GRADIENT_NORM, MAX_STEPS, RewardModel, log_sigmoid, sigmoid


def posterior(prior: RewardModel, differences: np.ndarray, preferences: np.ndarray) -> RewardModel:
    """The reward model after these comparisons, where ``prior`` was known before.

    ``differences``  (n, d), features of the first response minus those of the second
    ``preferences``  (n,), 1 where the first was preferred, 0 where the second, 0.5 for a tie

    Newton's method with step halving, as in ``reward_model.fit``, for weights prior.weights + L u, where L L' is the
    prior's covariance and the prior of u is standard normal; no comparisons give the prior. Raises ValueError for wrong
    shapes, values that are not finite, preferences outside [0, 1] or a covariance that is none, RuntimeError where it
    does not arrive.
    """
    differences = checks.finite("differences", differences, (None, len(prior.weights)))
    preferences = checks.shares("preferences", preferences, len(differences))
    try:
        root = np.linalg.cholesky(prior.covariance)
    except np.linalg.LinAlgError:
        raise ValueError("the prior's covariance must be positive definite") from None
    known, scaled, u = differences @ prior.weights, differences @ root, np.zeros(len(root))
    for _ in range(MAX_STEPS):
        margins = known + scaled @ u
        slope = scaled.T @ (sigmoid(margins) - preferences) + u
        curvature = (scaled.T * (sigmoid(margins) * sigmoid(-margins))) @ scaled + np.eye(len(u))
        if np.linalg.norm(slope) <= GRADIENT_NORM * max(1.0, np.linalg.norm(scaled)):
            return RewardModel(prior.weights + root @ u, root @ np.linalg.inv(curvature) @ root.T)
        direction, size, before = np.linalg.solve(curvature, slope), 1.0, _objective(u, margins, preferences)
        while size > 1e-6:
            moved = u - size * direction
            fallen = before - _objective(moved, known + scaled @ moved, preferences)
            if fallen >= 1e-4 * size * (slope @ direction) - 1e-12 * (1 + abs(before)):
                break
            size /= 2
        u = u - size * direction
    raise RuntimeError("posterior did not converge: bring the differences to a similar scale")


def _objective(u: np.ndarray, margins: np.ndarray, preferences: np.ndarray) -> float:
    return float(0.5 * u @ u - preferences @ log_sigmoid(margins) - (1 - preferences) @ log_sigmoid(-margins))


def ensemble(
    prior: RewardModel, differences: np.ndarray, preferences: np.ndarray, size: int, rng: Random | int
) -> tuple[RewardModel, ...]:
    """Models that differ where what is known leaves room: each begins with weights drawn from the prior, and learns
    from a bootstrap sample of the comparisons, as ``reward_model.ensemble`` does without a prior."""
    rng, count = checks.generator(rng), len(preferences)
    root = np.linalg.cholesky(prior.covariance)
    members: list[RewardModel] = []
    for _ in range(checks.whole("size", size)):
        weights = prior.weights + root @ np.array([rng.gauss(0, 1) for _ in prior.weights])
        draw = [rng.randrange(count) for _ in range(count)]
        members.append(posterior(RewardModel(weights, prior.covariance), differences[draw], preferences[draw]))
    return tuple(members)
