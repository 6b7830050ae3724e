"""The whole of RLHF on one question: pre-training, supervised fine-tuning, reward model, PPO.

Each stage takes what the one before made; all draws come from one seed. The reward model here reads phrases as they
are, one weight a phrase, like a network that reads the text; the one of ten interpretable features is in ``features``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from random import Random

import numpy as np

from . import checks, corpus, ppo, sft
from .annotators import CAREFUL, Annotator, gold_reward
from .iterates import last
from .language_model import LanguageModel, phrase_reward
from .optimum import standardized
from .reward_model import RewardModel, fit

LENGTH = 8
WEB_TEXTS, DEMONSTRATIONS, HELD_OUT, COMPARISONS = 400, 80, 40, 400
BETA = 0.5


@dataclass(frozen=True, eq=False)
class Task:
    """One question's data: phrases with their kinds, and how texts are made of them (see ``corpus``).

    ``name`` sets its random draws apart from other questions'.
    ``care`` says that a warning is due. ``web`` and ``demonstrations`` are patterns of kinds with weights.
    """

    name: str
    phrases: tuple[str, ...]
    kinds: tuple[str, ...]
    grammar: Mapping[str, Mapping[str, float]]
    web: Sequence[tuple[Sequence[str], float]]
    demonstrations: Sequence[tuple[Sequence[str], float]]
    care: bool = False

    def __post_init__(self) -> None:
        if not self.phrases:
            raise ValueError("phrases must not be empty")
        if len(self.kinds) != len(self.phrases):
            raise ValueError(f"kinds must hold one for each of the {len(self.phrases)} phrases, got {len(self.kinds)}")

    def rng(self, stage: str, seed: int) -> Random:
        """The luck of one stage: the same for the same question, stage and seed, everywhere."""
        return Random(f"{self.name} {stage} {seed}")

    @cached_property
    def untrained(self) -> LanguageModel:
        """The model that knows the grammar of kinds and nothing else."""
        return LanguageModel(self.phrases, corpus.prior_logits(self.kinds, self.grammar), LENGTH)

    def web_texts(self, seed: int) -> np.ndarray:
        """What there is to pre-train on, (WEB_TEXTS, LENGTH)."""
        return self.web_draw(seed)()

    def web_draw(self, seed: int) -> partial[np.ndarray]:
        """The call that makes ``web_texts``."""
        return partial(corpus.texts, self.kinds, self.web, WEB_TEXTS, LENGTH, self.rng("web", seed))

    def demonstration_texts(self, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """For training, and held out."""
        rng = self.rng("demonstrations", seed)
        both = corpus.texts(self.kinds, self.demonstrations, DEMONSTRATIONS + HELD_OUT, LENGTH, rng)
        order = rng.sample(range(len(both)), len(both))
        return both[order[:DEMONSTRATIONS]], both[order[DEMONSTRATIONS:]]

    def gold(self, tokens: np.ndarray) -> np.ndarray:
        """The careful judge's reward of responses, (m, length) -> (m,)."""
        return gold_reward(tokens, self.kinds, self.care)

    def counts(self, tokens: np.ndarray) -> np.ndarray:
        """How often each phrase is in each response, (m, length) -> (m, n)."""
        tokens = checks.tokens(tokens, len(self.phrases))
        found = np.zeros((len(tokens), len(self.phrases) + 1))
        np.add.at(found, (np.arange(len(tokens))[:, None], tokens), 1.0)
        return found[:, :-1]


@dataclass(frozen=True, eq=False)
class Comparisons:
    """Pairs of responses with somebody's choices: ``first`` and ``second`` (m, length), ``preferences`` (m,)."""

    first: np.ndarray
    second: np.ndarray
    preferences: np.ndarray

    def __len__(self) -> int:
        return len(self.preferences)

    def __getitem__(self, part: slice) -> Comparisons:
        return Comparisons(self.first[part], self.second[part], self.preferences[part])


@dataclass(frozen=True, eq=False)
class Stages:
    """What each stage made."""

    raw: LanguageModel
    tuned: LanguageModel
    reward_model: RewardModel
    aligned: LanguageModel


# The calls that ``align`` makes, one a stage. What they bind is what shaped the models that come out.


def pretraining(task: Task, texts: np.ndarray) -> partial[Iterator[sft.Iterate]]:
    """Maximum likelihood on web texts."""
    return partial(sft.train, task.untrained, texts)


def fine_tuning(raw: LanguageModel, demonstrations: np.ndarray, held_out: np.ndarray) -> partial[Iterator[sft.Iterate]]:
    """Maximum likelihood on demonstrations, from the raw model on."""
    return partial(sft.train, raw, demonstrations, held_out)


def comparing(task: Task, tuned: LanguageModel, seed: int) -> partial[Comparisons]:
    """The careful judge's choices between the SFT model's answers."""
    return partial(compare, task, (tuned,), COMPARISONS, seed)


def practising(
    task: Task, tuned: LanguageModel, reward: np.ndarray, beta: float, seed: int
) -> partial[Iterator[ppo.Iterate]]:
    """PPO against a reward table, from the SFT model on."""
    return partial(ppo.train, tuned, reward, beta, task.rng("ppo", seed))


def pretrain(task: Task, seed: int) -> LanguageModel:
    """The raw model."""
    return last(pretraining(task, task.web_texts(seed))()).model


def fine_tune(task: Task, raw: LanguageModel, seed: int) -> LanguageModel:
    """The model after SFT on demonstrations."""
    return last(fine_tuning(raw, *task.demonstration_texts(seed))()).model


def compare(
    task: Task, models: Sequence[LanguageModel], count: int, seed: int, annotator: Annotator = CAREFUL
) -> Comparisons:
    """An annotator's choices between responses drawn from models in equal shares."""
    count = checks.whole("count", count)
    if not models:
        raise ValueError("models must hold at least one, got none")
    for model in models:
        task.untrained.check_alike(model, "models")
    rng = task.rng("comparisons", seed)
    both = np.concatenate([model.sample(-(-2 * count // len(models)), rng) for model in models])
    order = rng.sample(range(len(both)), 2 * count)
    first, second = both[order[:count]], both[order[count:]]
    return Comparisons(first, second, annotator.choose(first, second, task.kinds, rng, task.care))


def learn_reward(task: Task, comparisons: Comparisons, l2: float = 0.5) -> RewardModel:
    """A reward model with one weight a phrase."""
    differences = task.counts(comparisons.first) - task.counts(comparisons.second)
    return fit(differences, comparisons.preferences, l2)


def reward_table(model: RewardModel, reference: LanguageModel) -> np.ndarray:
    """The reward model's scores as PPO takes them, in units of their deviation under the reference."""
    return standardized(phrase_reward(model.weights), reference)


def align(task: Task, seed: int = 1, beta: float = BETA) -> Stages:
    """All stages, one after the other; the pairs that are compared are the SFT model's answers."""
    beta = checks.number("beta", beta, 0.0)
    raw = pretrain(task, seed)
    tuned = fine_tune(task, raw, seed)
    learned = learn_reward(task, comparing(task, tuned, seed)())
    aligned = last(practising(task, tuned, reward_table(learned, tuned), beta, seed)()).policy
    return Stages(raw, tuned, learned, aligned)
