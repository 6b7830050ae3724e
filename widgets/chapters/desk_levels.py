"""What the mixing desk computes: its channels, and their levels under every model of the story. All of it is exact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import combinations

import numpy as np

from widgets.core import dpo, optimum, pipeline
from widgets.core.annotators import CAREFUL
from widgets.core.channels import Channels, likeliest
from widgets.core.language_model import LanguageModel
from widgets.kit import settings
from widgets.kit.settings import Setting, Settings

from .content import Content
from .label_draws import reader_reward
from .taste import Taste, phrase_features

# Answers on the desk end after so many phrases, so that a few of them hold a good share of all.
PHRASES = 2
# Which answers are on it: so many of the likeliest of the raw model, of the fine-tuned one, and of each of these
# optima.
OF_RAW, OF_TUNED, OF_OPTIMA = 2, 2, (0.5, 0.2, 0.03)
NAMES = "ABCDEFG"
COMPARISONS, SEED = 400, 1  # what a reward model of the careful judge's learns from, and the seed they are drawn with
DPO_BETA, DPO_STEPS = 0.3, 80


@dataclass(frozen=True, eq=False)
class Levels:
    """One question's desk: ``raw`` and ``tuned`` speak at most ``PHRASES`` phrases; ``gold`` (m,) is the careful
    judge's opinion of each answer; ``judged`` how the reward model was made.
    """

    channels: Channels
    raw: LanguageModel
    gold: np.ndarray
    judged: tuple[Settings, ...]

    @property
    def tuned(self) -> LanguageModel:
        return self.channels.reference

    @cached_property
    def before(self) -> np.ndarray:
        """Log-levels after pre-training, (m + 1,)."""
        return self.channels.levels_under(self.raw)

    @cached_property
    def start(self) -> np.ndarray:
        """Log-levels after fine-tuning, (m + 1,): where the optimum begins."""
        return self.channels.levels_under(self.tuned)

    def pairs(self, prefer: str) -> list[tuple[int, int]]:
        """Preferred and rejected channels, by their rewards: the best of the middle field against the next, or every
        pair.
        """
        order = np.argsort(-self.channels.rewards, kind="stable").tolist()
        return list(combinations(order, 2)) if prefer == "all" else [(order[2], order[3])]

    def training(self, prefer: str) -> partial:
        """The DPO run on these preferences, one vote each."""
        pairs = np.array(self.pairs(prefer))
        chosen, rejected = self.channels.responses[pairs[:, 0]], self.channels.responses[pairs[:, 1]]
        return partial(
            dpo.train, self.tuned, chosen, rejected, DPO_BETA, steps=DPO_STEPS, rate=dpo.learning_rate(DPO_BETA)
        )

    def path(self, prefer: str) -> list[np.ndarray]:
        """Log-levels after every step of that run, the start first; each (m + 1,)."""
        if prefer not in self._paths:
            steps = (self.channels.levels_under(iterate.policy) for iterate in self.training(prefer)())
            self._paths[prefer] = [self.start, *steps]
        return self._paths[prefer]

    @cached_property
    def _paths(self) -> dict[str, list[np.ndarray]]:
        return {}


def levels_of(content: Content, id: str, taste: Taste | None) -> Levels:
    """The desk of a question, under the reader's reward model or one of the careful judge's."""
    models, task = content.trained(id), content.tasks[id]
    raw, tuned = (_cut(model) for model in (models.raw, models.tuned))
    reward, judged = _reward(content, id, taste)
    answers = _answers(raw, tuned, reward)
    padded = np.full((len(answers), models.tuned.length), tuned.end)
    padded[:, :PHRASES] = answers
    return Levels(Channels(tuned, reward, answers), raw, task.gold(padded), judged)


def _reward(content: Content, id: str, taste: Taste | None) -> tuple[np.ndarray, tuple[Settings, ...]]:
    """A reward model's scores in units of their deviation among the fine-tuned model's answers, (n + 1, n + 1); and its
    settings.
    """
    models, task = content.trained(id), content.tasks[id]
    if taste:
        reward = reader_reward(models.tuned, phrase_features(content, id)[:-1] @ taste.model.weights)
        whose = Settings("Reward model", (Setting("labels", taste.labels, taste.sources),))
        return reward, (whose,)
    compare = partial(pipeline.compare, task, (models.raw, models.tuned), COMPARISONS, SEED)
    fit = partial(pipeline.learn_reward, task, compare())
    judged = settings.of(
        compare,
        f"Comparisons, judged by {CAREFUL.name}",
        count="pairs, from the raw and the fine-tuned model in equal shares",
    )
    return pipeline.reward_table(fit(), models.tuned), (
        judged,
        settings.of(fit, "Reward model", l2="the pull of its weights towards zero"),
    )


def _cut(model: LanguageModel) -> LanguageModel:
    """The same model, made to end after ``PHRASES`` phrases."""
    return LanguageModel(model.phrases, model.logits[:1], PHRASES)


def _answers(raw: LanguageModel, tuned: LanguageModel, reward: np.ndarray) -> np.ndarray:
    """The answers on the desk, (m, PHRASES): the likeliest of each model that are not there yet."""
    sources = [(raw, OF_RAW), (tuned, OF_TUNED)]
    sources += [(optimum.optimal_policy(tuned, reward, beta), 1) for beta in OF_OPTIMA]
    found: list[tuple[int, ...]] = []
    for model, count in sources:
        new = [answer for answer in _rows(likeliest(model, len(NAMES) + 1)) if answer not in found]
        found += new[:count]
    return np.array(found)


def _rows(answers: np.ndarray) -> Sequence[tuple[int, ...]]:
    return [tuple(row) for row in answers.tolist()]
