"""The three methods, trained: each one's path of true quality
against distance, from data made and labelled in one way.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from random import Random

import numpy as np

from widgets.core import constitution, dpo, pipeline, ppo
from widgets.core.annotators import Annotator
from widgets.core.constitution import Labeller, Principle
from widgets.core.language_model import LanguageModel, uniforms
from widgets.core.pipeline import Comparisons, Task
from widgets.core.reward_model import sigmoid
from widgets.kit import settings
from widgets.kit.settings import Setting, Settings

from .practice_settings import practice

BETA = 0.5
LABELS = 400
PPO_STEPS, PPO_BATCH = 150, 384
DPO_STEPS = 450
DRAFTS, REVISION_STEPS = 400, 40
LOOKS = 30  # at which the true quality of a policy is judged, on the way
JUDGED = 1000  # answers, at each look


@dataclass(frozen=True)
class Point:
    """Where a policy is after a step of training: its KL from the common start, exact, in nats; its mean true quality
    over ``JUDGED`` answers, and that mean's standard error.
    """

    step: int
    kl: float
    gold: float
    error: float


@dataclass(frozen=True, eq=False)
class Run:
    """One method's path and what it took. ``sunk`` is, for DPO,
    the share of preferred answers that became less likely.
    """

    method: str
    path: tuple[Point, ...]
    labels: str
    steps: int
    drawn: int
    seconds: float
    answer: tuple[int, ...]
    settings: tuple[Settings, ...]
    sunk: float | None = None

    @property
    def best(self) -> Point:
        return max(self.path, key=lambda point: point.gold)

    @property
    def end(self) -> Point:
        return self.path[-1]

    def at(self, kl: float) -> float | None:
        """The true quality where the path first comes so far, between its points along a straight line; None where it
        never does.
        """
        for before, after in zip(self.path, self.path[1:], strict=False):
            if before.kl <= kl <= after.kl:
                share = (kl - before.kl) / (after.kl - before.kl) if after.kl > before.kl else 0.0
                return before.gold + share * (after.gold - before.gold)
        return None


@dataclass(frozen=True, eq=False)
class Reader:
    """Chooses between answers as the reader's reward model would, which knows them by their features only."""

    features: np.ndarray
    weights: np.ndarray
    name: str = "your reward model"

    def choose(
        self, first: np.ndarray, second: np.ndarray, kinds: tuple[str, ...], rng: Random, care: bool = False
    ) -> np.ndarray:
        gap = self.features[first].sum(axis=1) - self.features[second].sum(axis=1)
        return (uniforms(rng, len(gap)) < sigmoid(gap @ self.weights)).astype(float)


@dataclass(frozen=True, eq=False)
class Lesson:
    """What all three are given: a question, the SFT model, who compares, the principles, and the seed of all draws."""

    task: Task
    start: LanguageModel
    annotator: Annotator | Reader
    principles: tuple[Principle, ...]
    seed: int

    @property
    def compare(self) -> partial:
        """The comparisons that RLHF and DPO both learn from: two answers of the SFT model a pair, one vote each."""
        return partial(pipeline.compare, self.task, (self.start,), LABELS, self.seed, self.annotator)

    def look(self, step: int, policy: LanguageModel) -> Point:
        """A policy judged, every time with the same luck, so that two looks differ by their policies."""
        gold = self.task.gold(policy.sample(JUDGED, Random("judge")))
        return Point(step, policy.kl(self.start), float(gold.mean()), float(gold.std() / np.sqrt(JUDGED)))


class Pupil:
    """One method in training. ``steps`` yields how far it is, and leaves what it took in the fields of ``Run``."""

    def __init__(self, lesson: Lesson) -> None:
        self.lesson = lesson
        self.policy = lesson.start
        self.path = [lesson.look(0, lesson.start)]
        self.step = self.drawn = 0
        self.labels = ""
        self.sunk: float | None = None
        self.settings: list[Settings] = []

    def _walked(self, training: Iterator, of: int) -> Iterator[float]:
        """Follows a training to its end, and looks at its policy now and then; yields the share done."""
        every, began = max(1, of // LOOKS), self.step
        for iterate in training:
            self.policy, self.step = iterate.policy, began + iterate.step
            early = iterate.step & (iterate.step - 1) == 0  # a power of two: the first steps go far
            if early or iterate.step % every == 0 or iterate.step == of:
                self.path.append(self.lesson.look(self.step, self.policy))
            yield iterate.step / of

    def _practised(self, pairs: Comparisons) -> Iterator[float]:
        """RLHF's last two steps: a reward model of these comparisons, and PPO against it."""
        task, reference = self.lesson.task, self.policy
        fit = partial(pipeline.learn_reward, task, pairs)
        reward = pipeline.reward_table(fit(), reference)
        practise = partial(
            ppo.train, reference, reward, BETA, task.rng("cards", self.lesson.seed), steps=PPO_STEPS, batch=PPO_BATCH
        )
        self.settings += [
            settings.of(fit, "Reward model", l2="the pull of its weights towards zero"),
            practice(practise, "PPO"),
        ]
        self.drawn += PPO_STEPS * PPO_BATCH
        yield from self._walked(practise(), PPO_STEPS)


def rlhf(lesson: Lesson, pupil: Pupil) -> Iterator[float]:
    """A reward model of the comparisons, and PPO against it."""
    pupil.labels, pupil.drawn = f"{LABELS} by {lesson.annotator.name}", 2 * LABELS
    yield from pupil._practised(lesson.compare())


def direct(lesson: Lesson, pupil: Pupil) -> Iterator[float]:
    """DPO on the same comparisons."""
    pupil.labels, pupil.drawn = f"the same {LABELS}", 2 * LABELS
    pairs = lesson.compare()
    learn = partial(
        dpo.train,
        lesson.start,
        pairs.first,
        pairs.second,
        BETA,
        preferences=pairs.preferences,
        steps=DPO_STEPS,
        rate=dpo.learning_rate(BETA),
    )
    pupil.settings.append(settings.of(learn, "DPO", rate="Adam’s step at the start"))
    yield from pupil._walked(learn(), DPO_STEPS)
    preferred = np.where((pairs.preferences == 1)[:, None], pairs.first, pairs.second)
    before, now = (model.log_probs(preferred).sum(axis=1) for model in (lesson.start, pupil.policy))
    pupil.sunk = float((now < before).mean())


def constitutional(lesson: Lesson, pupil: Pupil) -> Iterator[float]:
    """Fine-tuning on its own revisions, then RLHF on comparisons
    that the AI labeller makes, in the same way (RLAIF).
    """
    task, labeller = lesson.task, Labeller(lesson.principles)
    revise = partial(
        constitution.supervised, lesson.start, task.kinds, lesson.principles, task.rng("drafts", lesson.seed),
        drafts=DRAFTS, steps=REVISION_STEPS,
    )  # fmt: skip
    redrawn = constitution.violations(
        lesson.start.sample(DRAFTS, task.rng("drafts", lesson.seed)), task.kinds, lesson.principles
    )
    pupil.drawn = DRAFTS + int((redrawn > 0).sum()) + 2 * LABELS
    for phase in revise():
        if phase.step:
            pupil.policy, pupil.step = phase.model, phase.step
            if phase.step % max(1, 3 * REVISION_STEPS // LOOKS) == 0:
                pupil.path.append(lesson.look(pupil.step, pupil.policy))
        yield 0.3 * (0.7 * phase.revised / DRAFTS + 0.3 * phase.step / REVISION_STEPS)
    compare = partial(pipeline.compare, task, (pupil.policy,), LABELS, lesson.seed, labeller)
    pupil.labels = f"{LABELS} by {labeller.name}"
    pupil.settings += [
        settings.of(revise, "Revisions", drafts="answers revised", rate="of the fine-tuning"),
        Settings(
            "Labels",
            (
                *settings.of(compare, "").of,
                Setting("sharpness", labeller.sharpness, "how surely it keeps to the principles"),
            ),
        ),
    ]
    for share in pupil._practised(compare()):
        yield 0.3 + 0.7 * share


METHODS: dict[str, Callable[[Lesson, Pupil], Iterator[float]]] = {"rlhf": rlhf, "dpo": direct, "cai": constitutional}


@dataclass(frozen=True, eq=False)
class Going:
    """One method on its way: the share of its training that is done, and its path so far."""

    method: str
    share: float = 0.0
    path: tuple[Point, ...] = ()


def train(lesson: Lesson, method: str) -> Iterator[Going | Run]:
    """Trains one method: yields how far it is after every step, and last the ``Run``. Seconds are of training alone."""
    pupil, seconds = Pupil(lesson), 0.0
    training = METHODS[method](lesson, pupil)
    while True:
        clock = time.perf_counter()
        share = next(training, None)
        seconds += time.perf_counter() - clock
        if share is None:
            break
        yield Going(method, share, tuple(pupil.path))
    answer = tuple(token for token in pupil.policy.sample(1, Random("answer"))[0].tolist() if token != pupil.policy.end)
    took = (pupil.labels, pupil.step, pupil.drawn, seconds, answer, tuple(pupil.settings), pupil.sunk)
    yield Run(method, tuple(pupil.path), *took)


def lesson_settings(lesson: Lesson) -> Settings:
    """What all three methods share."""
    pairs = settings.of(lesson.compare, "").of
    who = Setting("annotator", lesson.annotator.name, "one vote a pair, on two answers of the SFT model")
    return Settings(
        "What all three are given", (*pairs, who, Setting("judged", JUDGED, "answers at each look, with the same luck"))
    )
