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
    preferences: np.ndarray | float = 1.0,
) -> tuple[float, tuple[np.ndarray, np.ndarray]]:
    """-log sigmoid(beta [log pi/ref (chosen) - log pi/ref (rejected)]), mean over the batch, from log-probabilities of
    whole responses, each (m,); and its gradients with respect to ``policy_chosen`` and ``policy_rejected``.

    ``preferences``, (m,) or one for all, in [0, 1], is the share of annotators who chose ``chosen``: the loss of a pair
    on which they were divided is that of both orders, each by its share. Rafailov et al. 2023, eq. 7.
    """
    names = ("policy_chosen", "policy_rejected", "reference_chosen", "reference_rejected")
    given = (policy_chosen, policy_rejected, reference_chosen, reference_rejected)
    chosen, rejected, ref_chosen, ref_rejected = (checks.finite(*pair) for pair in zip(names, given, strict=True))
    for name, values in zip(names, (chosen, rejected, ref_chosen, ref_rejected), strict=True):
        if values.shape != chosen.shape or values.ndim != 1 or not values.size:
            raise ValueError(f"{name} must have shape (m,) with m > 0, like the others, got {values.shape}")
    beta = checks.positive("beta", beta)
    shares = checks.shares("preferences", np.broadcast_to(preferences, chosen.shape), len(chosen))
    margin = beta * ((chosen - ref_chosen) - (rejected - ref_rejected))
    log_chances = log_sigmoid(margin)  # log_sigmoid(-margin) is the same less the margin
    value = ((1 - shares) * margin - log_chances).mean()
    slope = beta * (np.exp(log_chances) - shares) / len(margin)
    return float(value), (slope, -slope)


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
    at the start, is ``learning_rate(beta)`` unless given. More ``steps`` than these order the pairs better, but on a
    weak leash the policy then drifts to responses that no pair holds. Raises ValueError, on the call, for beta <= 0,
    shapes that do not fit, or responses that the reference forbids.
    """
    beta, steps = checks.positive("beta", beta), checks.whole("steps", steps)
    pairs = _Pairs(reference, chosen, rejected)
    shares = np.ones(pairs.count) if preferences is None else checks.shares("preferences", preferences, pairs.count)
    rate = learning_rate(beta) if rate is None else checks.positive("rate", rate)
    before = pairs.log_probs(np.broadcast_to(reference.log_table, pairs.shape))
    if not np.isfinite(before).all():
        raise ValueError("chosen and rejected must be possible under the reference, got a transition that it forbids")

    def iterates() -> Iterator[Iterate]:
        optimizer = PolicyOptimizer(reference, rate, steps, scale=beta)
        for step in range(1, steps + 1):
            log_table = log_softmax(optimizer.logits)
            now = pairs.log_probs(log_table)
            value, slopes = loss(*now, *before, beta, shares)
            optimizer.step(-pairs.gradient(slopes, log_table))
            margin = (now[0] - before[0]) - (now[1] - before[1])
            yield Iterate(step, reference.with_logits(optimizer.logits.copy()), value, share_ordered(margin, shares))

    return iterates()


def learning_rate(beta: float) -> float:
    """The smaller beta, the farther the logits have to go."""
    return 0.2 * (0.1 / checks.positive("beta", beta)) ** 0.6


def covering_pairs(
    reference: LanguageModel, reward: np.ndarray, beta: float, count: int, rng: Random | int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Comparisons that leave no gap: first and second responses, (count, length) each, and the exact share of
    Bradley-Terry's annotators who prefer the first, (count,).

    There are far too many responses to compare all. These come from the reference, from the optimum, from a hotter one
    of each, and from an optimum on a shorter leash, so that whatever either policy of interest may say has been
    compared with everything else. 40 % are drawn from the optimum or its hotter sister, which nobody has who collects
    data.

    On pairs drawn from the same kinds of answers the implicit reward's differences then correlate with the reward's at
    0.99 or better. On pairs of the reference's own answers alone it is less where the leash is weak, 0.91 to 0.98 for
    beta = 0.05 and 0.1: what the reference may say and a far-off optimum will not is compared too seldom. Raises
    ValueError when ``count`` is less than 1 or beta is not positive.
    """
    count, beta, rng = checks.whole("count", count), checks.positive("beta", beta), checks.generator(rng)
    best, nearer = (optimal_policy(reference, reward, strength) for strength in (beta, max(3 * beta, 0.5)))
    sources = [(reference, 1.0, 0.25), (reference, 2.0, 0.2), (best, 1.0, 0.2), (best, 1.5, 0.2), (nearer, 1.0, 0.15)]
    responses = np.concatenate(
        [model.sample(math.ceil(2 * count * share), rng, heat) for model, heat, share in sources]
    )
    order = np.argsort(uniforms(rng, len(responses)), kind="stable")
    first, second = responses[order[:count]], responses[order[count : 2 * count]]
    margin = total_reward(reference, reward, first) - total_reward(reference, reward, second)
    return first, second, sigmoid(margin)


class _Pairs:
    """Which decisions each pair's two responses make: a response's log-probability is a sum over the log-table."""

    def __init__(self, model: LanguageModel, chosen: np.ndarray, rejected: np.ndarray) -> None:
        self.shape = (model.length, model.end + 1, model.end + 1)
        given = [
            checks.tokens(tokens, model.end, model.length, name)
            for name, tokens in (("chosen", chosen), ("rejected", rejected))
        ]
        self.count = len(given[0])
        if len(given[1]) != self.count or not self.count:
            raise ValueError(
                "chosen and rejected must hold the same number of responses, one or more, "
                f"got {self.count} and {len(given[1])}"
            )
        self.steps = [model.steps(tokens) for tokens in given]
        self.index = [np.ravel_multi_index((s.position, s.previous, s.next), self.shape) for s in self.steps]

    def log_probs(self, log_table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """log P of each pair's chosen and rejected response, (m,) each."""
        flat = log_table.reshape(-1)
        chosen, rejected = (steps.totals(flat[index]) for steps, index in zip(self.steps, self.index, strict=True))
        return chosen, rejected

    def gradient(self, slopes: tuple[np.ndarray, np.ndarray], log_table: np.ndarray) -> np.ndarray:
        """The logits' gradient for given gradients of ``log_probs``, (m,) each -> (length, n + 1, n + 1)."""
        upstream = np.zeros(log_table.size)
        for slope, steps, index in zip(slopes, self.steps, self.index, strict=True):
            upstream += np.bincount(index, slope[steps.row], log_table.size)
        upstream = upstream.reshape(self.shape)
        return upstream - np.exp(log_table) * upstream.sum(axis=-1, keepdims=True)
