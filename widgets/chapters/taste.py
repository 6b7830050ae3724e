"""Whose taste a figure goes by: the reader's labels, or a stand-in's where there are none yet."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from widgets.core import pipeline, reward_model
from widgets.core.annotators import HURRIED, Annotator
from widgets.core.features import FEATURES, extract
from widgets.core.reward_model import RewardModel
from widgets.kit import settings
from widgets.kit.settings import Setting, Settings

from .content import Content
from .labels import Counts, Labeling
from .persons import BY_NAME, JUDGE, YOU, Person

# So many comparisons on each of so many questions make the stand-in's labels.
STAND_IN_LABELS, STAND_IN_QUESTIONS = 40, 6
L2 = "the pull of its weights towards zero"


@dataclass(frozen=True, eq=False)
class Taste:
    """A reward model over features, the comparisons behind it, and whose they are.

    ``differences`` (k, d), ``preferences`` (k,); ``counts`` are the labels of the figure, by whose, which need not be
    those that it was trained on: where they say nothing, somebody stands in. ``made`` says how the stand-in's were
    made. ``prior`` is what a file taught, with which the comparisons were learned from.
    """

    whose: str
    own: bool
    model: RewardModel
    differences: np.ndarray
    preferences: np.ndarray
    counts: Counts = Counts()
    made: tuple[Settings, ...] = ()
    prior: RewardModel | None = None

    @property
    def labels(self) -> int:
        """How many comparisons it learned from, a file's among them."""
        return len(self.preferences) + (self.counts.imported if self.prior else 0)

    @property
    def settings(self) -> tuple[Settings, ...]:
        """How many labels there are, by whom, and how a stand-in's were made."""
        return (Settings("Labels", (Setting("labels", self.labels, f"by {self.whose}"),)), *self.made)

    @property
    def sources(self) -> str:
        """How many labels came from whom, in words: “your 12 labels (3 ties), the AI labeller’s 100 and 30 from a
        file”.
        """
        return self.counts.words

    @property
    def person(self) -> Person:
        """Whose taste it is."""
        return YOU if self.own else BY_NAME[self.whose]

    @property
    def note(self) -> str:
        if self.own:
            return f"Trained on {self.sources}, from figure “You are the annotator”."
        stands_in = f"{why_none(self.counts)}, so {self.whose} stands in, with {self.labels} labels."
        return f"{stands_in} {self.person.portrait}"


def why_none(counts: Counts) -> str:
    """Why the labels so far show no taste."""
    if not counts.total:
        return "You have only skipped so far" if counts.skips else "You have not labelled anything yet"
    if counts.ties < counts.total:
        return "The labels so far do not tell good answers from bad"
    if counts.total > counts.yours:
        return (
            f"All {counts.total} labels, "
            f"{'yours and the AI labeller’s' if counts.yours else 'all the AI labeller’s'}, were ties"
        )
    return "Your only label was a tie" if counts.total == 1 else f"Your {counts.total} labels were all ties"


def taste_of(labeling: Labeling, content: Content) -> Taste:
    """The reader's taste where there is one, else the stand-in's."""
    if labeling.informed and labeling.opinionated:
        comparisons = labeling.differences, labeling.preferences
        return Taste("you", True, labeling.model, *comparisons, labeling.counts, prior=labeling.prior)
    return replace(stand_in(content), counts=labeling.counts)


def readers_taste(labeling: Labeling, content: Content) -> tuple[Taste | None, str]:
    """The reader's taste, or None where the labels show none; and whose labels the figure goes by, in a sentence."""
    taste = taste_of(labeling, content) if labeling.informed else None
    if taste and taste.own:
        return taste, taste.note
    return None, f"{why_none(labeling.counts)}, so {JUDGE.name} stands in. {JUDGE.portrait}"


def chooser(taste: Taste | None) -> Person:
    """Who chooses between answers: the reader, or who stands in."""
    return YOU if taste else JUDGE


def stand_in(content: Content, annotator: Annotator = HURRIED, seed: int = 1) -> Taste:
    """What a simulated annotator likes, learned from choices between the models' answers; made once for each seed."""
    kept = content.__dict__.setdefault("_stand_ins", {})
    if (annotator, seed) not in kept:
        kept[annotator, seed] = _stand_in(content, annotator, seed)
    return kept[annotator, seed]


def _stand_in(content: Content, annotator: Annotator, seed: int) -> Taste:
    differences, preferences = [], []
    asked = list(content.tasks.items())[-STAND_IN_QUESTIONS:]
    for id, task in asked:
        models = content.trained(id)
        compare = partial(pipeline.compare, task, (models.raw, models.tuned), STAND_IN_LABELS, seed, annotator)
        comparisons = compare()
        features = phrase_features(content, id)
        differences.append(features[comparisons.first].sum(axis=1) - features[comparisons.second].sum(axis=1))
        preferences.append(comparisons.preferences)
    together = np.concatenate(differences), np.concatenate(preferences)
    fit = partial(reward_model.fit, *together)
    questions = Settings("Their questions", (Setting("questions", len(asked), "the book’s last ones"),))
    count = "on each question, between answers of the raw and of the SFT model in equal shares"
    made = (settings.of(compare, "Their comparisons", count=count), questions, settings.of(fit, "Reward model", l2=L2))
    return Taste(annotator.name, False, fit(), *together, made=made)


class MadeForTaste:
    """What a figure makes once for a taste, by what it is; another taste's are dropped."""

    def __init__(self) -> None:
        self._whose = b""
        self._made: dict[Hashable, Any] = {}

    def get(self, taste: Taste | None, what: Hashable, make: Callable[[], Any]) -> Any:
        whose = taste.model.weights.tobytes() if taste else b""
        if self._whose != whose:
            self._whose, self._made = whose, {}
        if what not in self._made:
            self._made[what] = make()
        return self._made[what]


def phrase_features(content: Content, id: str) -> np.ndarray:
    """The features of a question's phrases, (n + 1, d); the end of a response has none. Made once."""
    kept = content.__dict__.setdefault("_phrase_features", {})
    if id not in kept:
        prompt = content.question(id).prompt
        rows = [extract(prompt, phrase) for phrase in content.tasks[id].phrases]
        kept[id] = np.array([*rows, np.zeros(len(FEATURES))])
    return kept[id]
