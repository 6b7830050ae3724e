"""The answers that the reader compares, every two of them to one question, and which two come next."""

from __future__ import annotations

import random
from collections.abc import Iterable
from functools import cached_property
from itertools import combinations

import numpy as np

from widgets.core import reward_model
from widgets.core.features import extract
from widgets.core.reward_model import RewardModel

from .content import STYLES, Content
from .labels import Label

CHOOSERS = {"informative": "most informative", "random": "at random"}
# Every so many comparisons one is drawn at random: on informative ones, hard to predict by design, it can't be judged.
AT_RANDOM = 2
# After so many comparisons, an earlier one is asked again, the other way round.
ASK_AGAIN = 10


class Pool:
    """Every answer of the book, its features (d,) and all pairs; ``seed`` decides their order and sides."""

    def __init__(self, content: Content, seed: int) -> None:
        self.questions, self.responses, self.seed = content.questions, content.responses, seed

    @cached_property
    def features(self) -> dict[str, np.ndarray]:
        """The features of every response."""
        return {id: extract(question.prompt, response.text) for id, (question, response) in self.responses.items()}

    @cached_property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Every two responses to one question, in an order and with sides that depend on the seed alone."""
        shuffle = random.Random(self.seed)
        pairs = []
        for question in self.questions:
            ids = [f"{question.id}/{response.id}" for response in question.responses]
            pairs += [pair if shuffle.random() < 0.5 else pair[::-1] for pair in combinations(ids, 2)]
        shuffle.shuffle(pairs)
        return tuple(pairs)

    @cached_property
    def differences(self) -> np.ndarray:
        return np.array([self.features[first] - self.features[second] for first, second in self.pairs])

    @cached_property
    def styles(self) -> dict[str, np.ndarray]:
        """The mean features (d,) of each kind of answer."""
        vectors: dict[str, list[np.ndarray]] = {style: [] for style in STYLES}
        for id, (_, response) in self.responses.items():
            vectors[response.style].append(self.features[id])
        return {style: np.mean(found, axis=0) for style, found in vectors.items() if found}

    def after(self, labels: tuple[Label, ...], model: RewardModel, chooser: str) -> tuple[str, str] | None:
        """The next comparison: the one from which the model would
        learn most, or any by turns; now and then an old one again.

        Never the same question twice in a row, as long as that can be helped.
        """
        again = due_again(labels)
        if again:
            return again
        seen = {frozenset((label.first, label.second)) for label in labels}
        last = labels[-1].first.split("/")[0] if labels else None
        if is_drawn(len(labels), chooser):
            order: Iterable[int] = range(len(self.pairs))  # they are shuffled already
        else:
            order = np.argsort(-reward_model.expected_information_gain(model, self.differences), kind="stable")
        best = None
        for index in order:
            pair = self.pairs[index]
            if frozenset(pair) not in seen:
                best = best or pair
                if pair[0].split("/")[0] != last:
                    return pair
        return best


def is_drawn(count: int, chooser: str) -> bool:
    """Whether the comparison after so many is drawn at random."""
    return chooser == "random" or count % AT_RANDOM == 1


def due_again(labels: tuple[Label, ...]) -> tuple[str, str] | None:
    """An earlier choice to be made again, sides swapped, when it is time for one."""
    if not labels or len(labels) % ASK_AGAIN != ASK_AGAIN - 1:
        return None
    counts: dict[frozenset, int] = {}
    for label in labels:
        counts[frozenset((label.first, label.second))] = counts.get(frozenset((label.first, label.second)), 0) + 1
    for label in labels[:-4]:
        if label.counts and counts[frozenset((label.first, label.second))] == 1:
            return label.second, label.first
    return None
