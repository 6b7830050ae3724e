"""A score with the doubt about it taken off: the lower bound of an ensemble of reward models, and its best policy.

Where reward models that were fitted to resampled comparisons differ, the score can't be trusted. So what counts is the
mean score less some standard deviations among them, taken at the mean features of all that a policy says. Coste et al.
2023, arXiv:2310.02743, take off the variance of each answer's score (UWO), or let the lowest member count (WCO).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import checks
from .language_model import LanguageModel, phrase_reward
from .optimum import optimal_policy


@dataclass(frozen=True, eq=False)
class Proxy:
    """What a policy chases: a score of answers by their features.

    ``features``    (n + 1, d) of the phrases and of the end
    ``weights``     (d,)
    ``covariance``  (d, d) of the weights among an ensemble
    ``usual``       (d,) the mean features of the reference's answers: doubt is about what differs from them
    ``deviations``  how many standard deviations among the ensemble are taken off; 0 doubts nothing
    ``price``       what every phrase costs
    """

    features: np.ndarray
    weights: np.ndarray
    covariance: np.ndarray
    usual: np.ndarray
    deviations: float = 0.0
    price: float = 0.0

    def reward(self, slope: np.ndarray) -> np.ndarray:
        """The reward of phrases when the weights are as wrong as ``slope``, (d,), says: (n + 1, n + 1)."""
        return phrase_reward(self.features[:-1] @ (self.weights - self.deviations * slope) - self.price)

    def slope(self, mean: np.ndarray) -> np.ndarray:
        """How the score's deviation among the ensemble grows with
        the features, at this mean of theirs: (d,) -> (d,).
        """
        gain = mean - self.usual
        deviation = np.sqrt(max(gain @ self.covariance @ gain, 0.0))
        return self.covariance @ gain / deviation if deviation > 1e-9 else np.zeros_like(gain)

    def scores(self, answers: np.ndarray) -> np.ndarray:
        """The scores of whole answers, each less its own doubt, (m, length) -> (m,)."""
        found = self.features[answers].sum(axis=1)
        gain, phrases = found - self.usual, (answers < len(self.features) - 1).sum(axis=1)
        deviation = np.sqrt(np.maximum(((gain @ self.covariance) * gain).sum(axis=1), 0.0))
        return found @ self.weights - self.deviations * deviation - self.price * phrases


def mean_features(policy: LanguageModel, features: np.ndarray) -> np.ndarray:
    """The exact mean features of a policy's answers, from those of its phrases and of the end, (n + 1, d) -> (d,)."""
    visits = policy.visits()
    said = visits[1:].sum(axis=0) + visits[-1] @ policy.table[-1]
    return said[:-1] @ features[:-1]


def sceptical(
    reference: LanguageModel, proxy: Proxy, beta: float, slope: np.ndarray, most: int = 24, gap: float = 0.01
) -> np.ndarray:
    """The slope of doubt, (d,), at the policy that maximises its mean score's lower bound - beta KL; sought from
    ``slope``.

    The bound is concave in the policy, and the least over an ellipsoid of weights, so the best policy is the optimum
    for the worst weights. Those are found by the method of Frank and Wolfe (1956, doi:10.1002/nav.3800030109), in
    ``most`` steps or until the bound can rise by less than ``gap``. Raises ValueError when beta is not positive.
    """
    beta = checks.positive("beta", beta)
    for step in range(checks.whole("most", most)):
        answer = mean_features(optimal_policy(reference, proxy.reward(slope), beta), proxy.features)
        worse = proxy.slope(answer)
        if (worse - slope) @ (answer - proxy.usual) < gap:
            break
        slope = slope + (worse - slope) * 2 / (step + 3)
    return slope
