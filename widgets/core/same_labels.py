"""RLHF and DPO on the same labels: the one fits a reward model to them, the other trains a policy on them.

Neither gets a constant that was chosen for it: both hold out the same labels, RLHF to choose how strongly its reward
model's weights are pulled to zero, DPO to choose when to stop.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from . import checks, dpo, pipeline, reward_model
from .language_model import LanguageModel, uniforms
from .pipeline import Comparisons, Task
from .reward_model import RewardModel

L2S = (0.05, 0.5, 5.0, 50.0)


def vote(shares: np.ndarray, rng: Random | int) -> np.ndarray:
    """One person's choice on each pair, 1.0 or 0.0, where ``shares`` (m,) of all people prefer the first."""
    shares = checks.shares("shares", shares, len(shares))
    return (uniforms(checks.generator(rng), len(shares)) < shares).astype(float)


def flip(votes: np.ndarray, share: float, rng: Random | int) -> np.ndarray:
    """The same votes, (m,), each turned into its opposite with the chance ``share``."""
    wrong = uniforms(checks.generator(rng), len(votes)) < checks.number("share", share, 0.0)
    return np.where(wrong, 1 - votes, votes)


def hold_out(labels: Comparisons, share: float = 0.2) -> tuple[Comparisons, Comparisons]:
    """Those to train on, and the first ``share`` of them, held out. Raises ValueError where either would be empty."""
    count = round(checks.positive("share", share) * len(labels))
    if not 0 < count < len(labels):
        raise ValueError(f"labels must be enough to hold out a share of {share:g} and keep some, got {len(labels)}")
    return labels[count:], labels[:count]


def fit_reward(
    task: Task, labels: Comparisons, held_out: Comparisons, l2s: Sequence[float] = L2S
) -> tuple[RewardModel, float]:
    """RLHF's arm: a reward model with one weight a phrase, by the ``l2`` under which the held-out labels are likeliest;
    and that ``l2``."""
    differences = task.counts(held_out.first) - task.counts(held_out.second)
    models = [pipeline.learn_reward(task, labels, l2) for l2 in l2s]
    likely = [reward_model.log_likelihood(model, differences, held_out.preferences) for model in models]
    best = int(np.argmax(likely))
    return models[best], l2s[best]


@dataclass(frozen=True, eq=False)
class Watched:
    """DPO's training, watched: where it is after ``step``, its mean loss on the held-out labels there in nats, and the
    policy with the lowest such loss so far, found after ``kept_at`` steps."""

    step: int
    policy: LanguageModel
    held_out: float
    kept: LanguageModel
    kept_at: int


def watch(
    training: Iterable[dpo.Iterate], reference: LanguageModel, held_out: Comparisons, beta: float, patience: int = 40
) -> Iterator[Watched]:
    """DPO's arm: looks at the held-out labels after every step, and ends the training once ``patience`` steps have
    brought nothing new. The reference itself is the first candidate."""
    sides = (held_out.first, held_out.second)
    before = [reference.log_probs(tokens).sum(axis=1) for tokens in sides]

    def loss(policy: LanguageModel) -> float:
        now = [policy.log_probs(tokens).sum(axis=1) for tokens in sides]
        return dpo.loss(now[0], now[1], before[0], before[1], beta, held_out.preferences)[0]

    low, kept, kept_at = loss(reference), reference, 0
    for iterate in training:
        here = loss(iterate.policy)
        if here < low:
            low, kept, kept_at = here, iterate.policy, iterate.step
        yield Watched(iterate.step, iterate.policy, here, kept, kept_at)
        if iterate.step - kept_at >= patience:
            return
