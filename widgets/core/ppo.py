"""Proximal policy optimization (Schulman et al. 2017, arXiv:1707.06347), with RLHF's KL penalty in the reward.

Per decision the reward is r - beta log(pi / reference); the advantage of a decision is what followed it, less a baseline:
a running mean of what followed the same previous token at the same position. Each batch is sampled from the present
policy and used several times.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import numpy as np

from . import checks
from .adam import PolicyOptimizer
from .language_model import LanguageModel, Steps, log_softmax

# A leash weaker than this begins at this strength, see ``_leash``.
FIRST_LEASH = 0.5
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
    log_probs, old_log_probs, advantages = (checks.finite(name, values) for name, values in zip(names, given, strict=True))
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


def learning_rate(beta: float) -> float:
    """Weak leashes want far moves and forgive noise, strong ones the other way round."""
    return 0.09 * (0.1 / max(checks.positive("beta", beta), 0.03)) ** 0.5


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
    epsilon: float = 0.3,
    rate: float | None = None,
) -> Iterator[Iterate]:
    """Maximises E[r] - beta KL(policy || reference); yields after every batch.

    ``reward``  (n + 1, n + 1) or (t, n + 1, n + 1), ``reward[..., previous, next]``, see ``LanguageModel.expected``
    ``policy``  where to begin; the reference unless given
    ``steps``   batches, of ``batch`` responses each, each used for ``epochs`` steps of Adam
    ``epsilon`` the clip range of the ratio; ``rate`` Adam's step at the start, ``learning_rate(beta)`` unless given

    A penalty below ``FIRST_LEASH`` begins there and falls to beta over the first half; iterates tell of beta itself.
    Raises ValueError, on the call, for beta <= 0, sizes that are none, or a policy that allows what the reference forbids.
    """
    beta, rng, epsilon = checks.positive("beta", beta), checks.generator(rng), checks.positive("epsilon", epsilon)
    reward = reference.checked_reward(reward)
    policy = reference if policy is None else policy
    reference.check_alike(policy, "policy")
    if ((policy.logits > -np.inf) & (reference.logits == -np.inf)).any():
        raise ValueError("policy must forbid what the reference forbids, got a transition that it allows")
    steps, batch, epochs = checks.whole("steps", steps), checks.whole("batch", batch), checks.whole("epochs", epochs)
    optimizer = PolicyOptimizer(policy, learning_rate(beta) if rate is None else rate, steps * epochs)
    return _iterates(optimizer, reference, reward, beta, rng, steps, batch, epochs, epsilon)


def _iterates(
    optimizer: PolicyOptimizer,
    reference: LanguageModel,
    reward: np.ndarray,
    beta: float,
    rng: Random,
    steps: int,
    batch: int,
    epochs: int,
    epsilon: float,
) -> Iterator[Iterate]:
    policy, critic = reference.with_logits(optimizer.logits.copy()), Critic(reference)
    for step in range(1, steps + 1):
        tokens = policy.sample(batch, rng)
        decisions = policy.steps(tokens)
        old = policy.log_table[decisions.position, decisions.previous, decisions.next]
        tables = decisions.table_index(len(reference.log_table))
        ratio = old - reference.log_table[tables, decisions.previous, decisions.next]
        gained = _gains(decisions, reward, tokens, reference)
        advantages = critic.advantages(decisions, gained - _leash(beta, step / steps) * ratio)
        clipped = _improve(optimizer, policy, decisions, old, advantages, epochs, epsilon)
        policy = reference.with_logits(optimizer.logits.copy())
        mean_reward, kl, entropy = (float(values.sum() / batch) for values in (gained, ratio, -old))
        yield Iterate(step, policy, mean_reward, kl, entropy, clipped, mean_reward - beta * kl)


def _leash(beta: float, done: float) -> float:
    """The KL penalty's weight after a share of training: a weak leash is let out over the first half.

    On a weak leash from the start a policy settles on the first good answers it happens to meet.
    """
    return beta + max(FIRST_LEASH - beta, 0.0) * max(1 - 2 * done, 0.0)


def _gains(decisions: Steps, reward: np.ndarray, tokens: np.ndarray, model: LanguageModel) -> np.ndarray:
    """The reward of each decision; what the forced end brings goes to the last one."""
    gained = reward[decisions.table_index(len(reward)), decisions.previous, decisions.next]
    full = tokens[:, -1] != model.end
    if full.any():
        last = (decisions.position == model.length - 1) & full[decisions.row]
        gained = gained + np.where(last, reward[-1][decisions.next, model.end], 0.0)
    return gained


class Critic:
    """The baseline: a running mean of what followed each previous token at each position."""

    PRIOR = 4.0  # how many samples the estimate from all other positions counts for
    KEEP = 0.8

    def __init__(self, model: LanguageModel) -> None:
        self.shape = (model.length, model.end + 1)
        self.total, self.count = np.zeros(self.shape), np.zeros(self.shape)

    def advantages(self, decisions: Steps, rewards: np.ndarray) -> np.ndarray:
        """What followed each decision, less the baseline, scaled to unit deviation."""
        returns = _to_go(decisions, rewards)
        index = decisions.position * self.shape[1] + decisions.previous
        size = self.shape[0] * self.shape[1]
        self.total = self.KEEP * self.total + np.bincount(index, returns, size).reshape(self.shape)
        self.count = self.KEEP * self.count + np.bincount(index, minlength=size).reshape(self.shape)
        everywhere = self.total.sum(axis=0) / np.maximum(self.count.sum(axis=0), 1e-9)
        values = (self.total + self.PRIOR * everywhere) / (self.count + self.PRIOR)
        advantages = returns - values.reshape(-1)[index]
        return advantages / (advantages.std() + 1e-8)


def _to_go(decisions: Steps, rewards: np.ndarray) -> np.ndarray:
    """The sum of the rewards from each decision to the end of its response."""
    table = decisions.spread(rewards)
    return np.cumsum(table[:, ::-1], axis=1)[:, ::-1][decisions.row, decisions.position]


def _improve(
    optimizer: PolicyOptimizer,
    policy: LanguageModel,
    decisions: Steps,
    old: np.ndarray,
    advantages: np.ndarray,
    epochs: int,
    epsilon: float,
) -> float:
    """Several steps up the clipped surrogate on one batch; returns the last share of clipped decisions."""
    shape, log_table, table = optimizer.logits.shape, policy.log_table, policy.table
    index = np.ravel_multi_index((decisions.position, decisions.previous, decisions.next), shape)
    for epoch in range(epochs):
        if epoch:
            log_table = log_softmax(optimizer.logits)
            table = np.exp(log_table)
        log_probs = log_table.reshape(-1)[index]
        _, slope = clipped_surrogate(log_probs, old, advantages, epsilon)
        upstream = np.bincount(index, slope, optimizer.logits.size).reshape(shape)
        optimizer.step(upstream - table * upstream.sum(axis=-1, keepdims=True))
    return float((np.abs(np.exp(log_probs - old) - 1) > epsilon).mean())
