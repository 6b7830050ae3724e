"""What the report card is made of: what the reader's labels have taught, tried out beside the careful judge."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from random import Random

import numpy as np

from widgets.core import overoptimization, reward_model
from widgets.core.disagreement import Disagreement
from widgets.core.language_model import phrase_reward
from widgets.core.optimum import optimal_policy, standardized
from widgets.core.overoptimization import Point
from widgets.kit.settings import Setting, Settings

from .content import Content
from .labels import Labeling, fair_tests
from .taste import Taste, phrase_features, taste_of

ASKED = ("writing", "headache", "friend")
CHASED = ("writing", "salary", "headache", "dog", "friend", "sleep")
DISPUTES, STRONGEST = 2, 4
NOTHING = "(It says nothing.)"


@dataclass(frozen=True)
class Recipe:
    """Every number that the card is made by."""

    beta: float = 0.7
    paired: int = 300
    short: int = 4
    good: float = 1.5
    worse: float = 1.0
    betas: tuple[float, ...] = (30.0, 3.0, 1.4, 0.7, 0.35, 0.14, 0.08)
    judged: int = 400
    seed: int = 1

    @property
    def settings(self) -> tuple[Settings, ...]:
        groups = {
            "The aligned model": ("beta",),
            "Blind spots": ("paired", "short", "good", "worse"),
            "The chase": ("betas", "judged", "seed"),
        }
        return tuple(
            Settings(title, tuple(Setting(name, getattr(self, name), _MEANINGS[name]) for name in names))
            for title, names in groups.items()
        )


_MEANINGS = {
    "beta": "of the exact optimum that answers as the aligned model",
    "paired": "answers drawn of the SFT model for each question, to be paired",
    "short": "phrases at most in an answer of a pair; longer ones are left out",
    "good": "true quality from which an answer counts as good",
    "worse": "true quality by which the other one is clearly worse",
    "betas": "of the exact optimum at each point",
    "judged": "answers judged at each point, for each question",
    "seed": "of the answers judged",
}


@dataclass(frozen=True)
class Dispute:
    """Two answers to a question: the one that the model prefers and by how much, the one that the judge prefers, and by
    how much; and the chance that the model gives its own to win, its doubt about the weights counted.
    """

    prompt: str
    models: str
    judges: str
    margin: float
    gold: float
    sure: float


@dataclass(frozen=True)
class Blind:
    """In what share of pairs of answers the model and the judge disagree, of how many; in how many of the pairs that
    matter, with one answer good and the other clearly worse, the model prefers the worse, of how many; and the worst
    cases of that."""

    share: float
    pairs: int
    missed: int
    matter: int
    worst: tuple[Dispute, ...]


@dataclass(frozen=True, eq=False)
class Report:
    """``tastes`` are (feature, weight, deviation), strongest first; ``blind`` is where the model and the judge
    disagree; ``answers`` are (question, raw, aligned), drawn at ``turn``; ``chase`` is the pressure, averaged over the
    questions of ``chased``.
    """

    taste: Taste
    predicted: tuple[int, int]
    tastes: tuple[tuple[int, float, float], ...]
    blind: Blind
    answers: tuple[tuple[str, str, str], ...]
    chase: tuple[Point, ...]
    turn: int = 0


class Examiner:
    """Tries out what labels have taught: draws answers and pairs of them, judges them, and chases the score."""

    def __init__(self, content: Content) -> None:
        self.content, self.recipe = content, Recipe()
        self.ids = content.offered(ASKED)
        self.chased = content.offered(CHASED)

    def report(self, labeling: Labeling) -> Report:
        taste = taste_of(labeling, self.content)
        deviations = np.sqrt(np.diag(taste.model.covariance))
        order = np.argsort(-np.abs(taste.model.weights))[:STRONGEST].tolist()
        counted = fair_tests(labeling.labels)
        return Report(
            taste,
            (sum(label.predicted for label in counted), len(counted)),
            tuple((index, float(taste.model.weights[index]), float(deviations[index])) for index in order),
            self.blind(taste),
            self.answers(taste, 0),
            self._chase(taste),
        )

    def blind(self, taste: Taste) -> Blind:
        """Asks the judge and the model about pairs of the language model's own answers to every question."""
        found = {id: self._disagreement(taste, id) for id in self.chased}
        worst = [
            self._dispute(taste, id, each, place) for id, each in found.items() if (place := each.worst()) is not None
        ]
        worst.sort(key=lambda dispute: -min(dispute.margin, dispute.gold))
        pairs = sum(int((each.golds != 0).sum()) for each in found.values())
        wrong, missed, matter = (
            sum(int(getattr(each, name).sum()) for each in found.values()) for name in ("wrong", "missed", "matters")
        )
        return Blind(wrong / max(pairs, 1), pairs, missed, matter, tuple(worst[:DISPUTES]))

    def _disagreement(self, taste: Taste, id: str) -> Disagreement:
        """The model's margins and the judge's verdicts on the pairs of one question."""
        gold, (first, second) = self.content.tasks[id].gold, self._pairs[id]
        margins = self._differences(id) @ taste.model.weights
        return Disagreement(margins, gold(first), gold(second), self.recipe.good, self.recipe.worse)

    def _dispute(self, taste: Taste, id: str, found: Disagreement, place: int) -> Dispute:
        """One of the pairs, told."""
        margin, gold = float(found.margins[place]), float(found.golds[place])
        said = [self.content.trained(id).tuned.text(answers[place]) or NOTHING for answers in self._pairs[id]]
        chosen, other = said if margin > 0 else reversed(said)
        (chance,) = reward_model.predictive(taste.model, self._differences(id)[[place]])
        sure = max(float(chance), 1 - float(chance))
        return Dispute(self.content.question(id).prompt, chosen, other, abs(margin), abs(gold), sure)

    def _differences(self, id: str) -> np.ndarray:
        """What the model sees of the pairs of one question: their features' differences, (n, d)."""
        features, (first, second) = phrase_features(self.content, id), self._pairs[id]
        return features[first].sum(axis=1) - features[second].sum(axis=1)

    @cached_property
    def _pairs(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Pairs of short answers of the SFT model to every question, as people would compare them; drawn once."""
        found = {}
        for id in self.chased:
            drawn = self.content.trained(id).tuned.sample(self.recipe.paired, Random(f"{id} pairs"))
            short = drawn[((drawn < len(self.content.tasks[id].phrases)).sum(axis=1) <= self.recipe.short)]
            half = len(short) // 2
            found[id] = short[:half], short[half : 2 * half]
        return found

    def answers(self, taste: Taste, turn: int) -> tuple[tuple[str, str, str], ...]:
        """What the raw and the aligned model answer to each question, with the same luck."""
        found = []
        for id in self.ids:
            aligned = optimal_policy(self.content.trained(id).tuned, self._reward(taste, id), self.recipe.beta)
            models = self.content.trained(id).raw, aligned
            said = (model.text(model.sample(1, Random(f"{id} report {turn}"))[0]) for model in models)
            found.append((self.content.question(id).prompt, *said))
        return tuple(found)

    def _chase(self, taste: Taste) -> tuple[Point, ...]:
        """The chase of this score, averaged over questions."""
        recipe = self.recipe
        found = [
            overoptimization.optima(
                self.content.trained(id).tuned,
                self._reward(taste, id),
                self.content.tasks[id].gold,
                recipe.betas,
                recipe.seed,
                recipe.judged,
            )
            for id in self.chased
        ]
        return tuple(overoptimization.mean_point(points) for points in zip(*found, strict=True))

    def _reward(self, taste: Taste, id: str) -> np.ndarray:
        return standardized(
            phrase_reward(phrase_features(self.content, id)[:-1] @ taste.model.weights), self.content.trained(id).tuned
        )
