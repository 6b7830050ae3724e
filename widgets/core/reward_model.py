"""The reward model: what a human prefers, learned from comparisons.

Bradley & Terry 1952, Biometrika 39; as used for RLHF by Christiano et al. 2017, arXiv:1706.03741. A response's
reward is linear in its features, r(x) = w.x, and the first of two is preferred with probability
sigmoid(r(first) - r(second)). The weights have a Gaussian prior, so few labels are no problem, and their
uncertainty is Laplace's approximation at the optimum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from . import checks

# The gradient's norm at which the fit stops, for differences of unit scale.
GRADIENT_NORM = 1e-8
MAX_STEPS = 100
# Differences of a larger norm than this make a gradient that rounding keeps from smaller norms.
LARGE = 1e4


def sigmoid(x: np.ndarray | float) -> np.ndarray:
    """1 / (1 + exp(-x)), without overflow, and with its small tail."""
    return np.exp(log_sigmoid(x))


def log_sigmoid(x: np.ndarray | float) -> np.ndarray:
    """log sigmoid(x), without overflow."""
    return -np.logaddexp(0.0, -checks.numbers("x", x))


@dataclass(frozen=True, eq=False)
class RewardModel:
    """A Gaussian over reward weights: mean ``weights`` (d,), ``covariance`` (d, d)."""

    weights: np.ndarray
    covariance: np.ndarray

    def __post_init__(self) -> None:
        weights = checks.finite("weights", self.weights, (None,))
        object.__setattr__(self, "weights", weights)
        object.__setattr__(
            self, "covariance", checks.finite("covariance", self.covariance, (len(weights), len(weights)))
        )

    def score(self, features: np.ndarray) -> np.ndarray:
        """The reward of responses with these features, (..., d) -> (...)."""
        return self._checked(features) @ self.weights

    def deviation(self, features: np.ndarray) -> np.ndarray:
        """The standard deviation of ``score`` under the uncertain weights, (..., d) -> (...)."""
        features = self._checked(features)
        return np.sqrt(np.maximum(((features @ self.covariance) * features).sum(-1), 0.0))

    def probability(self, a: np.ndarray, b: np.ndarray) -> np.ndarray | float:
        """The probability that ``a`` is preferred to ``b``: sigmoid(r(a) - r(b)). Both (..., d) -> (...), or one of
        them (d,), to be compared with each of the other's."""
        if np.ndim(a) > 1 and np.ndim(b) > 1:
            checks.same_shape("b", b, "a", a)
        return sigmoid(self.score(a) - self.score(b))

    def _checked(self, features: np.ndarray) -> np.ndarray:
        features = checks.numbers("features", features)
        if features.ndim == 0 or features.shape[-1] != len(self.weights):
            raise ValueError(f"features must have shape (..., {len(self.weights)}), got {features.shape}")
        return checks.finite("features", features)


def objective(weights: np.ndarray, differences: np.ndarray, preferences: np.ndarray, l2: float) -> float:
    """-sum[p log sigmoid(Dw) + (1 - p) log sigmoid(-Dw)] + l2/2 |w|^2, in nats.

    ``weights`` (d,), ``differences`` (n, d), ``preferences`` (n,) in [0, 1]; l2 may be 0 here.
    """
    return _objective(*_given(weights, differences, preferences, l2))


def gradient(weights: np.ndarray, differences: np.ndarray, preferences: np.ndarray, l2: float) -> np.ndarray:
    """The objective's derivative with respect to the weights, (d,)."""
    return _gradient(*_given(weights, differences, preferences, l2))


def hessian(weights: np.ndarray, differences: np.ndarray, l2: float) -> np.ndarray:
    """The objective's second derivative, (d, d); it does not depend on the preferences."""
    differences = checks.numbers("differences", differences)
    weights, differences, _, l2 = _given(weights, differences, np.zeros(differences.shape[:1]), l2)
    return _hessian(weights, differences, l2)


def _given(
    weights: np.ndarray, differences: np.ndarray, preferences: np.ndarray, l2: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """The arguments of the objective and its derivatives, as arrays."""
    differences, preferences = _checked(differences, preferences)
    return (
        checks.finite("weights", weights, differences.shape[1:]),
        differences,
        preferences,
        checks.number("l2", l2, 0),
    )


# What the fit calls many times, without checks.


def _objective(weights: np.ndarray, differences: np.ndarray, preferences: np.ndarray, l2: float) -> float:
    margins = differences @ weights
    log_likelihood = preferences @ log_sigmoid(margins) + (1 - preferences) @ log_sigmoid(-margins)
    return float(0.5 * l2 * weights @ weights - log_likelihood)


def _gradient(weights: np.ndarray, differences: np.ndarray, preferences: np.ndarray, l2: float) -> np.ndarray:
    return differences.T @ (sigmoid(differences @ weights) - preferences) + l2 * weights


def _hessian(weights: np.ndarray, differences: np.ndarray, l2: float) -> np.ndarray:
    margins = differences @ weights
    curvature = differences.T * (sigmoid(margins) * sigmoid(-margins))
    return curvature @ differences + l2 * np.eye(len(weights))


def fit(differences: np.ndarray, preferences: np.ndarray, l2: float = 1.0) -> RewardModel:
    """The reward model that best explains which of two responses was preferred.

    ``differences``  (n, d), features of the first response minus those of the second
    ``preferences``  (n,), 1 where the first was preferred, 0 where the second, 0.5 for a tie
    ``l2``           strength of the prior: the weights' prior variance is 1 / l2

    Minimises ``objective`` by Newton's method with step halving, to a gradient norm of 1e-8, or as many times the
    norm of the differences where they are large; with n = 0 the result is the prior. Raises ValueError for wrong
    shapes, values that are not finite, preferences outside [0, 1] or l2 <= 0, and RuntimeError where it does not
    arrive.
    """
    differences, preferences = _checked(differences, preferences)
    l2 = checks.positive("l2", l2)
    enough = GRADIENT_NORM * max(1.0, np.linalg.norm(differences) / LARGE)
    weights, slope = np.zeros(differences.shape[1]), np.zeros(differences.shape[1])
    for _ in range(MAX_STEPS):
        slope = _gradient(weights, differences, preferences, l2)
        if np.linalg.norm(slope) <= enough:
            return RewardModel(weights, np.linalg.inv(_hessian(weights, differences, l2)))
        direction = np.linalg.solve(_hessian(weights, differences, l2), slope)
        weights = _step(weights, direction, slope, differences, preferences, l2)
    found = f"gradient norm {np.linalg.norm(slope):.2g} after {MAX_STEPS} steps, wanted {enough:.2g}"
    raise RuntimeError(f"fit did not converge ({found}): bring the differences to a similar scale or raise l2")


def _step(
    weights: np.ndarray,
    direction: np.ndarray,
    slope: np.ndarray,
    differences: np.ndarray,
    preferences: np.ndarray,
    l2: float,
) -> np.ndarray:
    """A Newton step, halved until the objective falls as far as its slope promises (Armijo's rule)."""
    before, size = _objective(weights, differences, preferences, l2), 1.0
    while size > 1e-6:
        after = _objective(weights - size * direction, differences, preferences, l2)
        if after <= before - 1e-4 * size * (slope @ direction) + 1e-12 * (1 + abs(before)):
            break
        size /= 2
    return weights - size * direction


def _checked(differences: np.ndarray, preferences: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    differences = checks.numbers("differences", differences)
    if differences.ndim != 2:
        raise ValueError(f"differences must have shape (n, d), got {differences.shape}")
    return checks.finite("differences", differences), checks.shares("preferences", preferences, len(differences))


def _some(differences: np.ndarray, preferences: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same, at least one comparison."""
    differences, preferences = _checked(differences, preferences)
    if not len(differences):
        raise ValueError("differences must hold at least one comparison, got none")
    return differences, preferences


def log_likelihood(model: RewardModel, differences: np.ndarray, preferences: np.ndarray) -> float:
    """The mean of p log sigmoid(Dw) + (1 - p) log sigmoid(-Dw) over comparisons, in nats; log 1/2 is a coin's."""
    differences, preferences = _some(differences, preferences)
    return -objective(model.weights, differences, preferences, 0.0) / len(differences)


def accuracy(model: RewardModel, differences: np.ndarray, preferences: np.ndarray) -> float:
    """The share of comparisons that the model orders as people did; a tie of the model's counts half, ties of people
    do not count. nan where there is nothing to count."""
    differences, preferences = _checked(differences, preferences)
    return share_ordered(model.score(differences), preferences)


def share_ordered(margins: np.ndarray, preferences: np.ndarray) -> float:
    """``accuracy`` of whatever gives margins, (n,): what it thinks of the first response less what of the second."""
    margins = checks.finite("margins", margins, (None,))
    preferences = checks.shares("preferences", preferences, len(margins))
    decided = preferences != 0.5
    right = 0.5 * (1 + np.sign(margins) * np.sign(preferences - 0.5))
    return float(right[decided].mean()) if decided.any() else float("nan")


def ensemble(
    differences: np.ndarray, preferences: np.ndarray, size: int, rng: Random | int, l2: float = 1.0
) -> tuple[RewardModel, ...]:
    """Models fitted to bootstrap samples of the comparisons (Efron 1979, doi:10.1214/aos/1176344552): they agree where
    the data decide and differ where they do not."""
    differences, preferences = _some(differences, preferences)
    rng, count = checks.generator(rng), len(differences)
    draws = [[rng.randrange(count) for _ in range(count)] for _ in range(checks.whole("size", size))]
    return tuple(fit(differences[draw], preferences[draw], l2) for draw in draws)


def lower_bound(model: RewardModel, features: np.ndarray, deviations: float = 1.0) -> np.ndarray | float:
    """A score that doubt makes smaller: the mean less some standard deviations, (..., d) -> (...)."""
    return model.score(features) - checks.number("deviations", deviations) * model.deviation(features)


def ensemble_lower_bound(models: Sequence[RewardModel], features: np.ndarray, deviations: float = 1.0) -> np.ndarray:
    """The same for an ensemble: its mean score less some standard deviations among its members, (..., d) -> (...).

    A conservative reward, as in Coste et al. 2023, arXiv:2310.02743.
    """
    if not models:
        raise ValueError("models must hold at least one reward model, got none")
    scores, deviations = np.stack([model.score(features) for model in models]), checks.number("deviations", deviations)
    return scores.mean(axis=0) - deviations * scores.std(axis=0)


def predictive(model: RewardModel, differences: np.ndarray) -> np.ndarray:
    """The probability that the first response of each pair wins, under the uncertain weights, (n, d) -> (n,).

    The mean of the sigmoid over the margin's normal distribution: the less the model knows, the nearer to a half.
    """
    answers, weights = _answers(model, differences)
    return answers @ weights


def _answers(model: RewardModel, differences: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The first response's chance at nodes of the margin's distribution, (n, k), and the nodes' weights, (k,)."""
    mean, deviation = np.atleast_1d(model.score(differences)), np.atleast_1d(model.deviation(differences))
    nodes, weights = _NORMAL
    return sigmoid(mean[:, None] + deviation[:, None] * nodes), weights


def expected_information_gain(model: RewardModel, differences: np.ndarray) -> np.ndarray:
    """How many bits the answer to each comparison is expected to tell about the weights, (n, d) -> (n,).

    The answer's entropy under the uncertain weights, less its expected entropy once they are known (Lindley 1956,
    doi:10.1214/aoms/1177728069; as BALD, Houlsby et al. 2011, arXiv:1112.5745). The margin of a comparison is
    Gaussian, so both are one-dimensional integrals, done by sums over equally spaced nodes, which stay exact where the
    margin's deviation is large and the integrand narrow.
    """
    answers, weights = _answers(model, differences)
    return np.maximum(binary_entropy(answers @ weights) - binary_entropy(answers) @ weights, 0.0)


def binary_entropy(probability: np.ndarray) -> np.ndarray:
    """The entropy of a yes or no of these probabilities, in bits, any shape."""
    p = checks.finite("probability", probability)
    if ((p < 0) | (p > 1)).any():
        raise ValueError(f"probability must lie in [0, 1], got {p[(p < 0) | (p > 1)][0]}")
    p, q = np.maximum(p, 1e-300), np.maximum(1 - p, 1e-300)
    return -(p * np.log2(p) + q * np.log2(q))


def _normal(count: int = 401, reach: float = 8.0) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights for expectations under the standard normal distribution, by the trapezoidal rule."""
    nodes = np.linspace(-reach, reach, count)
    weights = np.exp(-0.5 * nodes**2)
    return nodes, weights / weights.sum()


_NORMAL = _normal()
