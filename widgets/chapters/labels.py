"""The labels of chapter 3: what one says, whose they are, and the reward model that they have made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from widgets.core.reward_model import RewardModel
from widgets.kit import parts

from .imported import Imported

CHOICES = ("a", "b", "tie", "skip")
PREFERENCES = {"a": 1.0, "b": 0.0, "tie": 0.5}


@dataclass(frozen=True)
class Label:
    """One comparison: two responses, what the reader chose, and what the model had expected of A before.

    ``drawn`` says that the pair was drawn at random, so that the guess is a fair test of it. ``principles`` are those
    that the AI labeller went by.
    """

    first: str
    second: str
    choice: str
    expected: float
    drawn: bool = False
    principles: tuple[str, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether it says that one is better, so that the model's expectation was right or wrong."""
        return self.choice in ("a", "b")

    @property
    def tests(self) -> bool:
        """Whether it tests the model: a pair drawn at random, a choice, and an expectation of which it would be."""
        return self.drawn and self.counts and self.guess is not None

    @property
    def guess(self) -> str | None:
        """The answer that the model expected to be chosen; None where it had no opinion."""
        return favourite(self.expected)

    @property
    def predicted(self) -> bool:
        """Whether it guessed, and rightly."""
        return self.guess is not None and self.guess == self.choice


@dataclass(frozen=True)
class Counts:
    """How many labels there are, by whose; ties are among them, skips are not."""

    yours: int = 0
    ai: int = 0
    imported: int = 0
    your_ties: int = 0
    ai_ties: int = 0
    skips: int = 0

    @property
    def total(self) -> int:
        return self.yours + self.ai + self.imported

    @property
    def ties(self) -> int:
        return self.your_ties + self.ai_ties

    @property
    def words(self) -> str:
        """“your 12 labels (3 ties), the AI labeller’s 100 and 30 from a file”; the first of them carries the noun."""
        whose = (
            ("your {}", self.yours, self.your_ties),
            ("the AI labeller’s {}", self.ai, self.ai_ties),
            ("{} from a file", self.imported, 0),
        )
        told: list[str] = []
        for form, count, ties in whose:
            if count:
                told.append(form.format(f"{count:,}" if told else parts.counted(count, "label")) + _ties(ties, count))
        return parts.listed(told) or "no labels"


@dataclass(frozen=True, eq=False)
class Labeling:
    """The reader's labels, the AI labeller's and a file's; the
    reward model fitted to all, and the weights after each change.

    ``differences`` (k, d) of features and ``preferences`` (k,) are those of the reader's and the AI labeller's labels;
    what a file taught is the prior with which they are learned from. ``marks`` are the changes that others' labels made
    when they came or went: which, and whose.
    """

    labels: tuple[Label, ...]
    model: RewardModel
    history: tuple[np.ndarray, ...]
    pair: tuple[str, str] | None
    differences: np.ndarray
    preferences: np.ndarray
    chooser: str = "informative"
    principles: tuple[str, ...] = ()
    ai: tuple[Label, ...] = ()
    imported: Imported | None = None
    marks: tuple[tuple[int, str], ...] = ()

    @property
    def prior(self) -> RewardModel | None:
        """What a file taught, where one did."""
        return self.imported.model if self.imported and self.imported.count else None

    @property
    def informed(self) -> bool:
        """Whether there is anything to go by."""
        return self.counts.total > 0

    @property
    def opinionated(self) -> bool:
        """Whether it scores any two answers differently: ties alone leave every weight at zero."""
        return float(np.abs(self.model.weights).max()) > 1e-6

    @cached_property
    def counts(self) -> Counts:
        said, ai = ([label.choice for label in labels] for labels in (self.labels, self.ai))
        skips, imported = said.count("skip"), self.imported.count if self.imported else 0
        return Counts(len(said) - skips, len(ai), imported, said.count("tie"), ai.count("tie"), skips)

    def marked(self, whose: str) -> tuple[tuple[int, str], ...]:
        """The marks with one at the change to come."""
        return *self.marks, (len(self.history), whose)


def fair_tests(labels: Sequence[Label]) -> list[Label]:
    """The labels that test the model fairly."""
    return [label for label in labels if label.tests]


def favourite(a: float) -> str | None:
    """The answer that is expected to be chosen where A is with probability ``a``; None where neither is."""
    if abs(a - 0.5) <= 1e-9:
        return None
    return "a" if a > 0.5 else "b"


def _ties(ties: int, labels: int) -> str:
    """How many of some labels are ties, in brackets; nothing where none is."""
    if not ties:
        return ""
    if ties == labels:
        return " (a tie)" if ties == 1 else " (all ties)"
    return f" ({parts.counted(ties, 'tie')})"
