"""Direct preference optimization (Rafailov et al. 2023, arXiv:2305.18290): the policy learns from comparisons itself.

The policy's implicit reward is beta log(policy / reference); DPO is Bradley-Terry's likelihood of the comparisons
under that reward. Nothing is sampled while it trains.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import numpy as np

from . import checks
from .adam import PolicyOptimizer
from .language_model import LanguageModel, log_softmax, uniforms
from .optimum import log_ratio, optimal_policy, total_reward
from .reward_model import log_sigmoid, share_ordered, sigmoid


@dataclass(frozen=True, eq=False)
class Iterate:
    """Where training is: the policy after this step; the mean loss in nats and the share of pairs ordered as the data
    do (a tie counts half), both of the policy before it, from whose gradient the step was made."""

    step: int
    policy: LanguageModel
    loss: float
    accuracy: float


def loss(
    policy_chosen: np.ndarray,
    policy_rejected: np.ndarray,
    reference_chosen: np.ndarray,
    reference_rejected: np.ndarray,
    beta: float,
) -> tuple[float, tuple[np.ndarray, np.ndarray]]:
    """-log sigmoid(beta [log pi/ref (chosen) - log pi/ref (rejected)]), mean over the batch, from log-probabilities of
    whole responses, each (m,); and its gradients with respect to ``policy_chosen`` and ``policy_rejected``.

    Rafailov et al. 2023, eq. 7.
    """
    names = ("policy_chosen", "policy_rejected", "reference_chosen", "reference_rejected")
    beta = checks.positive("beta", beta)
    given = [checks.numbers(name, a) for name, a in zip(names, (policy_chosen, policy_rejected, reference_chosen, reference_rejected), strict=True)]
    for name, values in zip(names, given, strict=True):
        if values.shape != given[0].shape or values.ndim != 1 or not values.size:
            raise ValueError(f"{name} must have shape (m,) with m > 0, like the others, got {values.shape}")
        checks.finite(name, values)
    margin = beta * ((given[0] - given[2]) - (given[1] - given[3]))
    slope = -beta * sigmoid(-margin) / len(margin)
    return float(-log_sigmoid(margin).mean()), (slope, -slope)


def implicit_reward(policy: LanguageModel, reference: LanguageModel, tokens: np.ndarray, beta: float) -> np.ndarray:
    """beta log policy(y)/reference(y), (m, length) -> (m,): a reward, up to a constant."""
    return checks.positive("beta", beta) * log_ratio(policy, reference, tokens)


def train(
    reference: LanguageModel,
    chosen: np.ndarray,
    rejected: np.ndarray,
    beta: float,
    *,
    preferences: np.ndarray | None = None,
    steps: int = 450,
    rate: float | None = None,
) -> Iterator[Iterate]:
    """Minimises the loss over pairs of responses, each (m, length), full batch; yields every step.

    ``preferences`` (m,) in [0, 1] is the share of annotators who chose ``chosen``; all of them unless given. A pair
    on which they were divided pulls both ways, just as if it were in the data in both orders. ``rate``, Adam's step
    at the start, is ``learning_rate(beta)`` unless given. More ``steps`` than these order the pairs better, but on a weak
    leash the policy then drifts to responses that no pair holds. Raises ValueError, on the call, for beta <= 0, shapes
    that do not fit, or responses that the reference forbids.
    """
    beta, steps = checks.positive("beta", beta), checks.whole("steps", steps)
    pairs = _Pairs(reference, chosen, rejected)
    shares = np.ones(pairs.count) if preferences is None else checks.shares("preferences", preferences, pairs.count)
    optimizer = PolicyOptimizer(reference, learning_rate(beta) if rate is None else rate, steps, scale=beta)
    return _iterates(optimizer, reference, pairs, shares, beta, steps)


def _iterates(
    optimizer: PolicyOptimizer, reference: LanguageModel, pairs: _Pairs, shares: np.ndarray, beta: float, steps: int
) -> Iterator[Iterate]:
    for step in range(1, steps + 1):
        log_table = log_softmax(optimizer.logits)
        margin = beta * (pairs.margins(log_table) - pairs.reference)
        log_chances = log_sigmoid(margin)  # and log_sigmoid(-margin) is as much less the margin
        value = ((1 - shares) * margin - log_chances).mean()
        slope = beta * (shares - np.exp(log_chances)) / len(shares)
        optimizer.step(pairs.gradient(slope, log_table))
        yield Iterate(step, reference.with_logits(optimizer.logits.copy()), float(value), share_ordered(margin, shares))


def learning_rate(beta: float) -> float:
    """The smaller beta, the farther the logits have to go."""
    return 0.2 * (0.1 / checks.positive("beta", beta)) ** 0.6


def covering_pairs(
    reference: LanguageModel, reward: np.ndarray, beta: float, count: int, rng: Random | int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Comparisons that leave no gap: first and second responses, (count, length) each, and the exact share of
    Bradley-Terry's annotators who prefer the first, (count,).

    There are far too many responses to compare all. These come from the reference, from the optimum, from a hotter one
    of each, and from an optimum on a shorter leash, so that whatever either policy of interest may say has been compared
    with everything else. 40 % are drawn from the optimum or its hotter sister, which nobody has who collects data.

    On pairs drawn from the same kinds of answers the implicit reward's differences then correlate with the reward's at
    0.99 or better. On pairs of the reference's own answers alone it is less where the leash is weak, 0.91 to 0.98 for
    beta = 0.05 and 0.1: what the reference may say and a far-off optimum will not is compared too seldom. Raises
    ValueError when ``count`` is less than 1 or beta is not positive.
    """
    count, beta, rng = checks.whole("count", count), checks.positive("beta", beta), checks.generator(rng)
    best, nearer = (optimal_policy(reference, reward, strength) for strength in (beta, max(3 * beta, 0.5)))
    sources = [(reference, 1.0, 0.25), (reference, 2.0, 0.2), (best, 1.0, 0.2), (best, 1.5, 0.2), (nearer, 1.0, 0.15)]
    responses = np.concatenate([model.sample(math.ceil(2 * count * share), rng, heat) for model, heat, share in sources])
    order = np.argsort(uniforms(rng, len(responses)), kind="stable")
    first, second = responses[order[:count]], responses[order[count : 2 * count]]
    margin = total_reward(reference, reward, first) - total_reward(reference, reward, second)
    return first, second, sigmoid(margin)


class _Pairs:
    """Which decisions each pair's two responses make: a pair's margin is a sum over the log-table."""

    def __init__(self, model: LanguageModel, chosen: np.ndarray, rejected: np.ndarray) -> None:
        self.shape = (model.length, model.end + 1, model.end + 1)
        given = [checks.tokens(tokens, model.end, model.length, name) for name, tokens in (("chosen", chosen), ("rejected", rejected))]
        self.count = len(given[0])
        if len(given[1]) != self.count or not self.count:
            raise ValueError(f"chosen and rejected must hold the same number of responses, one or more, got {self.count} and {len(given[1])}")
        parts = list(zip(map(model.steps, given), (1.0, -1.0), strict=True))
        self.index = np.concatenate([np.ravel_multi_index((s.position, s.previous, s.next), self.shape) for s, _ in parts])
        self.row = np.concatenate([steps.row for steps, _ in parts])
        self.sign = np.concatenate([np.full(len(steps.row), sign) for steps, sign in parts])
        self.reference = self.margins(np.broadcast_to(model.log_table, self.shape))
        if not np.isfinite(self.reference).all():
            raise ValueError("chosen and rejected must be possible under the reference, got a transition that it forbids")

    def margins(self, log_table: np.ndarray) -> np.ndarray:
        """log P(chosen) - log P(rejected) of every pair, (m,)."""
        return np.bincount(self.row, self.sign * log_table.reshape(-1)[self.index], self.count)

    def gradient(self, slope: np.ndarray, log_table: np.ndarray) -> np.ndarray:
        """The logits' gradient for given gradients of the margins, (m,) -> (length, n + 1, n + 1)."""
        upstream = np.bincount(self.index, self.sign * slope[self.row], log_table.size).reshape(self.shape)
        return upstream - np.exp(log_table) * upstream.sum(axis=-1, keepdims=True)
