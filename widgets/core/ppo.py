"""Proximal policy optimization (Schulman et al. 2017, arXiv:1707.06347), with RLHF's KL penalty in the reward.

Per decision the reward is r - beta log(pi / reference), as in Ziegler et al. 2019 (arXiv:1909.08593); with beta = 0 it
is r alone. Each batch is sampled from the present policy and used several times.

Where this departs from Schulman et al. and from InstructGPT (Ouyang et al. 2022, arXiv:2203.02155): the advantage is
the whole sum of what followed a decision less a baseline, without generalized advantage estimation (that is, lambda is
1); the baseline is a table of running means over earlier batches, not a value network; Adam's epsilon is large, see
``adam.RARE``; there is no pre-training loss mixed in, and no bonus for entropy.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import numpy as np

from . import checks
from .adam import DECAY, RARE, PolicyOptimizer
from .language_model import LanguageModel, Steps, log_softmax

# A log-ratio beyond this, far outside any clip range, counts as this, so that its exponential stays finite.
MOST_LOG_RATIO = 100.0


@dataclass(frozen=True, eq=False)
class Iterate:
    """Where training is. ``reward``, ``kl`` and ``entropy`` are means over the batch just sampled from ``policy``'s
    predecessor, in the reward's units and in nats; ``objective`` = reward - beta kl; ``clip_fraction`` is the share of
    decisions whose ratio lay outside the clip range in the last epoch."""

    step: int
    policy: LanguageModel
    reward: float
    kl: float
    entropy: float
    clip_fraction: float
    objective: float


def clipped_surrogate(
    log_probs: np.ndarray, old_log_probs: np.ndarray, advantages: np.ndarray, epsilon: float
) -> tuple[float, np.ndarray]:
    """The mean of min(rho A, clip(rho, 1 - epsilon, 1 + epsilon) A), rho = exp(log_probs - old_log_probs), and its
    gradient with respect to ``log_probs``; all (k,).

    Schulman et al. 2017, eq. 7. Where the clipped term is the smaller one the gradient is 0. Log-ratios beyond
    ``MOST_LOG_RATIO`` count as that. Raises ValueError for unlike shapes, values that are not finite or epsilon <= 0.
    """
    names = ("log_probs", "old_log_probs", "advantages")
    given = (log_probs, old_log_probs, advantages)
    log_probs, old_log_probs, advantages = (
        checks.finite(name, values) for name, values in zip(names, given, strict=True)
    )
    epsilon = checks.positive("epsilon", epsilon)
    if not (log_probs.shape == old_log_probs.shape == advantages.shape):
        shapes = f"{log_probs.shape}, {old_log_probs.shape} and {advantages.shape}"
        raise ValueError(f"log_probs, old_log_probs and advantages must have one shape, got {shapes}")
    if log_probs.size == 0:
        raise ValueError("log_probs must not be empty")
    ratio = np.exp(np.clip(log_probs - old_log_probs, -MOST_LOG_RATIO, MOST_LOG_RATIO))
    plain, clipped = ratio * advantages, np.clip(ratio, 1 - epsilon, 1 + epsilon) * advantages
    value = float(np.minimum(plain, clipped).mean())
    return value, np.where(plain <= clipped, plain, 0.0) / log_probs.size


def train(
    reference: LanguageModel,
    reward: np.ndarray,
    beta: float,
    rng: Random | int,
    *,
    policy: LanguageModel | None = None,
    steps: int = 200,
    batch: int = 512,
    epochs: int = 2,
    epsilon: float = 0.2,
    rate: float = 0.07,
    decay: float = DECAY,
    adam_epsilon: float = RARE,
) -> Iterator[Iterate]:
    """Maximises E[r] - beta KL(policy || reference); yields after every batch. The same beta holds at every step.

    ``reward``  (n + 1, n + 1) or (t, n + 1, n + 1), ``reward[..., previous, next]``, see ``LanguageModel.expected``
    ``beta``    the price of a nat, in the reward's units; at 0 the reference plays no part
    ``policy``  where to begin; the reference unless given
    ``steps``   batches, of ``batch`` responses each, each used for ``epochs`` steps of Adam
    ``epsilon`` the clip range of the ratio
    ``rate``    Adam's step at the start; it falls along half a cosine to ``decay`` times that
    ``adam_epsilon`` the gradient below which a logit moves less, see ``PolicyOptimizer``

    Raises ValueError, on the call, for beta < 0, sizes that are none, or a policy that allows what the reference
    forbids.
    """
    beta, epsilon, rng = checks.number("beta", beta, 0.0), checks.positive("epsilon", epsilon), checks.generator(rng)
    steps, batch, epochs = checks.whole("steps", steps), checks.whole("batch", batch), checks.whole("epochs", epochs)
    reward, begin = reference.checked_reward(reward), _checked_policy(policy, reference)
    optimizer = PolicyOptimizer(begin, rate, steps * epochs, epsilon=adam_epsilon, decay=decay)

    def iterates() -> Iterator[Iterate]:
        model, baseline = reference.with_logits(optimizer.logits.copy()), Baseline(reference)
        first = Rollout.draw(model, reference, reward, batch, rng)  # fills the baseline, and trains nothing
        baseline.add(first.decisions, first.returns(beta))
        for step in range(1, steps + 1):
            drawn = Rollout.draw(model, reference, reward, batch, rng)
            returns = drawn.returns(beta)
            advantages = returns - baseline.values(drawn.decisions)
            advantages /= advantages.std() + 1e-8
            baseline.add(drawn.decisions, returns)
            log_probs = drawn.old
            for _ in range(epochs):
                log_table = log_softmax(optimizer.logits)
                log_probs = drawn.log_probs(log_table)
                _, slope = clipped_surrogate(log_probs, drawn.old, advantages, epsilon)
                optimizer.step(drawn.gradient(slope, log_table))
            model = reference.with_logits(optimizer.logits.copy())
            sums = (values.sum() for values in (drawn.rewards, drawn.log_ratios, -drawn.old))
            mean_reward, kl, entropy = (float(total / batch) for total in sums)
            clipped = float((np.abs(np.exp(log_probs - drawn.old) - 1) > epsilon).mean())
            yield Iterate(step, model, mean_reward, kl, entropy, clipped, mean_reward - beta * kl)

    return iterates()


def _checked_policy(policy: LanguageModel | None, reference: LanguageModel) -> LanguageModel:
    """Where training begins: the reference unless given; it may say nothing that the reference forbids."""
    if policy is None:
        return reference
    reference.check_alike(policy, "policy")
    if ((policy.logits > -np.inf) & (reference.logits == -np.inf)).any():
        raise ValueError("policy must forbid what the reference forbids, got a transition that it allows")
    return policy


@dataclass(frozen=True, eq=False)
class Rollout:
    """A batch of responses as k decisions, with what is known of each: ``old`` is its log-probability under the policy
    that drew it, ``log_ratios`` log(pi / reference), ``rewards`` what it brought; all (k,)."""

    decisions: Steps
    old: np.ndarray
    log_ratios: np.ndarray
    rewards: np.ndarray

    @classmethod
    def draw(
        cls, model: LanguageModel, reference: LanguageModel, reward: np.ndarray, count: int, rng: Random
    ) -> Rollout:
        """``count`` responses of ``model``; ``reward`` has one table a position or one for all, (t, n + 1, n + 1)."""
        tokens = model.sample(count, rng)
        made = model.steps(tokens)
        tables = (model.log_table, reference.log_table)
        old, before = (table[made.table_index(len(table)), made.previous, made.next] for table in tables)
        return cls(made, old, old - before, _rewards(made, reward, tokens, model))

    def returns(self, beta: float) -> np.ndarray:
        """The sum of the rewards from each decision to the end of its response, the price of the KL taken off, (k,)."""
        table = self.decisions.spread(self.rewards - beta * self.log_ratios)
        return np.cumsum(table[:, ::-1], axis=1)[:, ::-1][self.decisions.row, self.decisions.position]

    def log_probs(self, log_table: np.ndarray) -> np.ndarray:
        """The decisions' log-probabilities under another table, (length, n + 1, n + 1) -> (k,)."""
        return log_table[self.decisions.position, self.decisions.previous, self.decisions.next]

    def gradient(self, slope: np.ndarray, log_table: np.ndarray) -> np.ndarray:
        """The logits' gradient for a given one of the decisions' log-probabilities, (k,) -> (length, n + 1, n + 1)."""
        made = self.decisions
        index = np.ravel_multi_index((made.position, made.previous, made.next), log_table.shape)
        upstream = np.bincount(index, slope, log_table.size).reshape(log_table.shape)
        return upstream - np.exp(log_table) * upstream.sum(axis=-1, keepdims=True)


def _rewards(made: Steps, reward: np.ndarray, tokens: np.ndarray, model: LanguageModel) -> np.ndarray:
    """The reward of each decision; what the forced end brings goes to the last one."""
    gained = reward[made.table_index(len(reward)), made.previous, made.next]
    full = tokens[:, -1] != model.end
    if full.any():
        last = (made.position == model.length - 1) & full[made.row]
        gained = gained + np.where(last, reward[-1][made.next, model.end], 0.0)
    return gained


class Baseline:
    """A running mean of what followed each previous token at each position, over the batches added so far: never over
    those that it is to judge.

    A cell that was met seldom leans on the same token at all positions, and that on the mean of all: each counts for
    ``PRIOR`` returns. Every batch added makes those before it count ``KEEP`` times as much.
    """

    PRIOR, KEEP = 4.0, 0.8

    def __init__(self, model: LanguageModel) -> None:
        self.total, self.count = np.zeros((2, model.length, model.end + 1))

    def add(self, made: Steps, returns: np.ndarray) -> None:
        """Takes in a batch's returns, (k,)."""
        index = np.ravel_multi_index((made.position, made.previous), self.total.shape)
        self.total = self.KEEP * self.total + np.bincount(index, returns, self.total.size).reshape(self.total.shape)
        self.count = self.KEEP * self.count + np.bincount(index, minlength=self.count.size).reshape(self.count.shape)

    def values(self, made: Steps) -> np.ndarray:
        """What is to be expected from each decision on, (k,)."""
        everything = self.total.sum() / max(self.count.sum(), 1e-9)
        everywhere = (self.total.sum(axis=0) + self.PRIOR * everything) / (self.count.sum(axis=0) + self.PRIOR)
        values = (self.total + self.PRIOR * everywhere) / (self.count + self.PRIOR)
        return values[made.position, made.previous]
