"""The three steps of RLHF as chapter 2 runs them: each is a
generator, and what it yields is shown while work goes on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from random import Random

import numpy as np

from widgets.core import optimum, pipeline, ppo, reward_model, sft
from widgets.core.language_model import LanguageModel
from widgets.core.pipeline import Task
from widgets.core.reward_model import RewardModel
from widgets.kit import parts

SFT_STEPS = 40
SIZES = (10, 20, 40, 80, 160, 320, 640)
HELD_OUT = 300
# Tick 0 is no leash at all; the others are equal factors.
BETA = parts.LogScale(0.02, 10.0, ticks=12)
ITERATIONS, BATCH, LOOK_EVERY = 120, 384, 10
# Below so many comparisons, practice is compared with practice on the usual number.
ENOUGH, USUAL_SIZE = 80, 320
JUDGED = 600
# A difference beyond so many standard errors is one.
CLEAR = 3.0


@dataclass(frozen=True, eq=False)
class Tuned:
    """Step 1: the losses by step, on the demonstrations and on those held out, the model, and the call that made it."""

    losses: tuple[tuple[int, float, float | None], ...]
    model: LanguageModel
    training: partial[Iterator[sft.Iterate]]
    done: bool = False


@dataclass(frozen=True, eq=False)
class Learned:
    """Step 2: held-out accuracy by the number of comparisons, and the last model with its calibration; ``asked`` is the
    number of comparisons that it was to reach; ``asking`` and ``fitting`` are the calls that ran."""

    accuracies: tuple[tuple[int, float], ...]
    model: RewardModel
    calibration: tuple[tuple[float, float, int], ...]
    asked: int
    asking: partial
    fitting: partial
    held_out: int
    done: bool = False

    @property
    def size(self) -> int:
        return self.accuracies[-1][0]

    @property
    def accuracy(self) -> float:
        return self.accuracies[-1][1]


@dataclass(frozen=True)
class Look:
    """What the careful judge says after so many rounds, with its standard error, and the exact mean score there."""

    step: int
    quality: float
    error: float
    score: float

    def beyond(self, other: Look) -> bool:
        """Clearly better, by more than sampling explains."""
        return self.quality - other.quality > CLEAR * float(np.hypot(self.error, other.error))


@dataclass(frozen=True)
class Place:
    """A policy of this practice: what the judge and the score say of it, and how far it is from where practice began,
    in nats."""

    end: Look
    kl: float


@dataclass(frozen=True, eq=False)
class Practised:
    """Step 3: the exact mean score and KL after every round, the judge's looks every so often, and the policy.

    ``ideal`` is the exact optimum for this score on this leash, ``climbed`` the share of its gain over the start, in
    score less the leash's price, that practice has. ``size`` and ``accuracy`` are of the reward model behind the score;
    ``reach`` is the leash on which that score's exact optimum is best, and how good it is; ``rival`` is the same
    practice with what was left out, and ``compared`` counts its rounds. ``training`` is the call that ran.
    """

    beta: float
    rewards: tuple[tuple[int, float], ...]
    kls: tuple[tuple[int, float], ...]
    looks: tuple[Look, ...]
    policy: LanguageModel
    ideal: Place
    from_raw: bool
    size: int
    accuracy: float
    done: bool = False
    reach: tuple[float, Look] | None = None
    compared: int = 0
    rival: Place | None = None
    training: partial | None = None

    @property
    def rounds(self) -> int:
        return self.rewards[-1][0]

    @property
    def climbed(self) -> float:
        """1 where there is nothing to gain."""
        foot, top = self.rewards[0][1], self.ideal.end.score - self.beta * self.ideal.kl
        here = self.rewards[-1][1] - self.beta * self.kls[-1][1]
        return (here - foot) / (top - foot) if top - foot > 1e-9 else 1.0

    @property
    def golds(self) -> tuple[tuple[int, float], ...]:
        return tuple((look.step, look.quality) for look in self.looks)

    @property
    def lacked(self) -> str | None:
        """What was left out."""
        if self.from_raw:
            return "step 1"
        return f"{USUAL_SIZE} comparisons" if self.size < ENOUGH else None

    @property
    def progress(self) -> float:
        return (self.rounds + self.compared) / (ITERATIONS * (2 if self.lacked else 1))


def tune(task: Task, raw: LanguageModel, seed: int) -> Iterator[Tuned]:
    losses: tuple[tuple[int, float, float | None], ...] = ()
    training = partial(sft.train, raw, *task.demonstration_texts(seed), steps=SFT_STEPS)
    for iterate in training():
        losses = (*losses, (iterate.step, iterate.loss, iterate.held_out))
        made = Tuned(losses, iterate.model, training)
        yield made
    yield replace(made, done=True)


def learn(task: Task, model: LanguageModel, sizes: Sequence[int], seed: int) -> Iterator[Learned]:
    """From so many comparisons, each between two of the model's answers, one size after the other."""
    asking = partial(pipeline.compare, task, (model,), SIZES[-1] + HELD_OUT, seed)
    everything = asking()
    held_out = everything[SIZES[-1] :]
    differences = task.counts(held_out.first) - task.counts(held_out.second)
    accuracies: tuple[tuple[int, float], ...] = ()
    for size in sizes:
        fitting = partial(pipeline.learn_reward, task, everything[:size])
        learned = fitting()
        accuracies = (*accuracies, (size, reward_model.accuracy(learned, differences, held_out.preferences)))
        honest = calibration(differences @ learned.weights, held_out.preferences)
        made = Learned(accuracies, learned, honest, sizes[-1], asking, fitting, len(held_out))
        yield made
    yield replace(made, done=True)


def calibration(margins: np.ndarray, preferences: np.ndarray, bins: int = 5) -> tuple[tuple[float, float, int], ...]:
    """By how sure the model was: the mean probability it gave its favourite, how often that was chosen, and of how
    many.
    """
    sure = reward_model.sigmoid(np.abs(margins))
    right = np.where(margins > 0, preferences, 1 - preferences)
    found = []
    for low in np.linspace(0.5, 1.0, bins, endpoint=False):
        inside = (sure >= low) & (sure < low + 0.5 / bins + (low + 0.5 / bins >= 1.0))
        if inside.sum() >= 10:
            found.append((float(sure[inside].mean()), float(right[inside].mean()), int(inside.sum())))
    return tuple(found)


@dataclass(frozen=True, eq=False)
class Practice:
    """Step 3: what it begins with. ``tuned`` is None where step 1 was not run; ``skip`` leaves it out where it was."""

    task: Task
    seed: int
    raw: LanguageModel
    tuned: LanguageModel | None
    learned: Learned
    beta: float
    skip: bool = False

    @property
    def from_raw(self) -> bool:
        return self.skip or self.tuned is None

    @property
    def reference(self) -> LanguageModel:
        """Where practice begins, and what its leash is tied to."""
        return self.raw if self.skip or self.tuned is None else self.tuned

    @cached_property
    def reward(self) -> np.ndarray:
        return self.score(self.learned.model)

    @cached_property
    def start(self) -> Look:
        """What the judge says before the first round."""
        return self._look(0, self.reference, self.reward)

    def place(self, policy: LanguageModel) -> Place:
        """What the judge and the score say of a policy, and how far it is from where practice begins."""
        return self._place(policy, self.reference, self.reward)

    def run(self) -> Iterator[Practised]:
        from_raw, reference, reward = self.from_raw, self.reference, self.reward
        training = self.training(reference, reward)
        made = Practised(
            self.beta,
            rewards=((0, reference.expected(reward)),),
            kls=((0, 0.0),),
            looks=(self.start,),
            policy=reference,
            ideal=self.place(optimum.optimal_policy(reference, reward, self.beta)),
            from_raw=from_raw,
            size=self.learned.size,
            accuracy=self.learned.accuracy,
            training=training,
        )
        for iterate in training():
            step, policy = iterate.step, iterate.policy
            if step % LOOK_EVERY == 0:
                made = replace(made, looks=(*made.looks, self._look(step, policy, reward)))
            made = replace(
                made,
                rewards=(*made.rewards, (step, policy.expected(reward))),
                kls=(*made.kls, (step, _kl(policy, reference))),
                policy=policy,
            )
            yield made
        made = replace(made, reach=self._reach(reference, reward))
        if made.lacked:
            for made in self._compare(made):
                yield made
        yield replace(made, done=True)

    def score(self, learned: RewardModel) -> np.ndarray:
        """What practice is for: the reward model's score, in units of its standard deviation among the raw model's
        answers. With step 1 and without it the unit is the same, so that one beta is one price."""
        return pipeline.reward_table(learned, self.raw)

    def training(self, reference: LanguageModel, reward: np.ndarray) -> partial:
        """PPO as it will run, once: always with the same luck."""
        luck = self.task.rng("ppo", self.seed)
        return partial(ppo.train, reference, reward, self.beta, luck, steps=ITERATIONS, batch=BATCH)

    def _place(self, policy: LanguageModel, reference: LanguageModel, reward: np.ndarray) -> Place:
        return Place(self._look(ITERATIONS, policy, reward), _kl(policy, reference))

    def _look(self, step: int, model: LanguageModel, reward: np.ndarray) -> Look:
        """The careful judge's mean reward of a model's answers, always with the same luck."""
        golds = self.task.gold(model.sample(JUDGED, Random("judge")))
        return Look(step, float(golds.mean()), float(golds.std() / np.sqrt(JUDGED)), model.expected(reward))

    def _reach(self, reference: LanguageModel, reward: np.ndarray) -> tuple[float, Look]:
        """How good the score's exact optimum is on the leash that suits it best."""
        leashes = [BETA[tick] for tick in range(1, BETA.ticks + 1)]
        optima = [(beta, optimum.optimal_policy(reference, reward, beta)) for beta in leashes]
        return max(((beta, self._look(0, best, reward)) for beta, best in optima), key=lambda found: found[1].quality)

    def _compare(self, made: Practised) -> Iterator[Practised]:
        """The same practice with what this one lacked."""
        tuned = self.tuned or pipeline.fine_tune(self.task, self.raw, self.seed)
        learned = self.learned.model if made.from_raw else self._usual(tuned)
        reward = self.score(learned)
        for iterate in self.training(tuned, reward)():
            yield replace(made, compared=iterate.step)
        yield replace(made, compared=iterate.step, rival=self._place(iterate.policy, tuned, reward))

    def _usual(self, tuned: LanguageModel) -> RewardModel:
        """Learned from the usual number of comparisons, the few that there were among them."""
        everything = pipeline.compare(self.task, (tuned,), SIZES[-1] + HELD_OUT, self.seed)
        return pipeline.learn_reward(self.task, everything[:USUAL_SIZE])


def _kl(policy: LanguageModel, reference: LanguageModel) -> float:
    """Exact; rounding must not make a distance negative."""
    return max(policy.kl(reference), 0.0)
