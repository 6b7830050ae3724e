"""The experiment of figure 4.1: one draw of labels, given to RLHF and to DPO alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from math import comb
from random import Random

import numpy as np

from widgets.core import dpo, optimum, pipeline, ppo, same_labels
from widgets.core.language_model import LanguageModel, phrase_reward
from widgets.core.pipeline import Comparisons, Task
from widgets.core.reward_model import sigmoid
from widgets.kit import parts

# The usual beta, for which the numbers of steps below were chosen. The slider reaches three times as far either way.
BETA = 0.3
LEASH = parts.LogScale(BETA / 3, BETA * 3, ticks=20)
OTHER_BETA = 3.0  # times BETA, where DPO is given another one
PAIRS, FEW, NOISE = 2000, 60, 0.3
PPO_STEPS, PPO_BATCH = 160, 512
# What DPO gains on single votes is the same at a tenth of this step size: the held-out labels stop it sooner or later.
DPO_STEPS, DPO_RATE = 200, 0.2
# How many times the labels are drawn.
DRAWS = 20
# A lead that luck alone would give less often than this, were both as good, is one.
LUCK = 0.05


@dataclass(frozen=True, eq=False)
class Draw:
    """Labels, and how they came about: ``missing`` is the phrase that no answer holds, ``flipped`` the number of votes
    turned into their opposite; ``voted`` says that each is one person's vote and not everybody's share."""

    labels: Comparisons
    voted: bool
    flipped: int = 0
    missing: str = ""


@dataclass(frozen=True, eq=False)
class Experiment:
    """One question, one true reward, and what was done to the labels (``broken``). Both arms get what ``draw`` returns.

    ``reward`` is the true one: labels are made by it, as Bradley-Terry says, and policies are measured by it.
    """

    task: Task
    reference: LanguageModel
    reward: np.ndarray
    broken: frozenset[str]
    beta: float = BETA

    @cached_property
    def target(self) -> LanguageModel:
        """pi*, exact."""
        return optimum.optimal_policy(self.reference, self.reward, self.beta)

    @cached_property
    def favourite(self) -> int:
        """The phrase that the optimum says more often than the reference by most."""
        gain = self.target.visits().sum(axis=0) - self.reference.visits().sum(axis=0)
        return int(np.argmax(gain[: self.target.end]))

    @property
    def dpo_beta(self) -> float:
        return self.beta * (OTHER_BETA if "beta" in self.broken else 1.0)

    def draw(self, number: int) -> Draw:
        """The labels of a draw, always the same for the same number."""
        luck = Random(f"{self.task.name} labels {number}")
        first, second, shares = self._pairs(luck)
        voted = bool(self.broken & {"votes", "few", "noisy"})
        labels = same_labels.vote(shares, luck) if voted else shares
        given = same_labels.flip(labels, NOISE, luck) if "noisy" in self.broken else labels
        missing = self.reference.phrases[self.favourite] if "uncovered" in self.broken else ""
        return Draw(Comparisons(first, second, given), voted, int((given != labels).sum()), missing)

    def _pairs(self, luck: Random) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Two answers each, and the share of people who prefer the first."""
        if "own" in self.broken:
            both = self.reference.sample(2 * PAIRS, luck)
            first, second = both[:PAIRS], both[PAIRS:]
            totals = [optimum.total_reward(self.reference, self.reward, tokens) for tokens in (first, second)]
            shares = sigmoid(totals[0] - totals[1])
        else:
            first, second, shares = dpo.covering_pairs(self.reference, self.reward, self.beta, PAIRS, luck)
        if "uncovered" in self.broken:
            kept = ~((first == self.favourite).any(axis=1) | (second == self.favourite).any(axis=1))
            first, second, shares = first[kept], second[kept], shares[kept]
        return (first[:FEW], second[:FEW], shares[:FEW]) if "few" in self.broken else (first, second, shares)

    # The two arms.

    def learned(self, draw: Draw) -> tuple[np.ndarray, float | None]:
        """RLHF's reward, and the pull of its weights to zero: fitted to the labels; with the oracle, the true one."""
        if "oracle" in self.broken:
            return self.reward, None
        model, l2 = same_labels.fit_reward(self.task, *same_labels.hold_out(draw.labels))
        return phrase_reward(model.weights), l2

    def practice(self, reward: np.ndarray) -> partial:
        """PPO on RLHF's reward, to be run once."""
        luck = self.task.rng("same optimum", 1)
        return partial(ppo.train, self.reference, reward, self.beta, luck, steps=PPO_STEPS, batch=PPO_BATCH)

    def direct(self, draw: Draw) -> partial:
        """DPO on the labels, but those held out."""
        labels, _ = same_labels.hold_out(draw.labels)
        return partial(
            dpo.train, self.reference, labels.first, labels.second, self.dpo_beta,
            preferences=labels.preferences, steps=DPO_STEPS, rate=DPO_RATE,
        )  # fmt: skip

    def watching(self, draw: Draw, training: Iterable[dpo.Iterate]) -> partial:
        """How DPO's training is watched on the held-out labels, which say when it is enough."""
        _, held_out = same_labels.hold_out(draw.labels)
        return partial(same_labels.watch, training, self.reference, held_out, self.dpo_beta)

    def watched(self, draw: Draw, training: partial) -> Iterator[same_labels.Watched]:
        """DPO's training, step by step."""
        return self.watching(draw, training())()

    def shares(self, draw: Draw) -> tuple[float, float]:
        """What RLHF and DPO gain on these labels; RLHF by the exact optimum of its reward, where PPO would end."""
        reward, _ = self.learned(draw)
        for last in self.watched(draw, self.direct(draw)):
            pass
        return self.climbed(optimum.optimal_policy(self.reference, reward, self.beta)), self.climbed(last.kept)

    def climbed(self, policy: LanguageModel) -> float:
        """The share of objective(pi*) - objective(pi_ref) that a policy has; 1 where there is nothing to gain."""
        models = (self.target, self.reference, policy)
        top, foot, here = (optimum.objective(model, self.reference, self.reward, self.beta) for model in models)
        return (here - foot) / (top - foot) if top - foot > 1e-9 else 1.0


def leads(shares: tuple[tuple[float, float], ...]) -> tuple[int, int]:
    """In how many draws RLHF was ahead, and in how many DPO."""
    return sum(one > other for one, other in shares), sum(one < other for one, other in shares)


def chance(ahead: int, behind: int) -> float:
    """How often luck alone would give so clear a lead, in either direction, were both as good: the sign test."""
    draws, most = ahead + behind, max(ahead, behind)
    return min(1.0, 2 * sum(comb(draws, wins) for wins in range(most, draws + 1)) / 2**draws)


def reader_reward(reference: LanguageModel, worth: np.ndarray) -> np.ndarray:
    """A reader's taste as the true reward, in its standard deviations under the reference, (n,) -> (n + 1, n + 1).

    A taste may tell no two answers to a question apart. It is then left at nothing.
    """
    reward = phrase_reward(worth)
    return reward / max(reference.deviation(reward), 1e-6)


def judges_reward(task: Task, reference: LanguageModel) -> np.ndarray:
    """One learned from 400 comparisons of the careful judge: the true reward here where nobody has labelled."""
    comparisons = pipeline.compare(task, (reference,), pipeline.COMPARISONS, 1)
    return pipeline.reward_table(pipeline.learn_reward(task, comparisons), reference)
