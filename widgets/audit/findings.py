"""What a preference data set rewards, what a model learns from it, and where it looks wrong: found out bit by bit.

for findings in find_out(tally): ...      # each holds more than the one before; ``findings.done`` says how far it is
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np

from widgets.core import reward_model, validation
from widgets.core.features import FEATURES, NAMES
from widgets.core.reward_model import RewardModel
from widgets.core.validation import Bin, Gain, Learned, Share

from .tally import Repeats, Rows, Tally
from .words import Collecting, Terms, drawn

FOLDS, SEED = 5, 1
# The parts of the training pairs at which the learning curve is measured; the whole is what cross-validation measures.
PARTS = (1 / 16, 1 / 8, 1 / 4, 1 / 2)
# Fewer pairs than this say too little to learn from.
LEAST = 20
# Pairs that are offered to be looked at, and words that are shown for either side.
MOST_DOUBTFUL, MOST_WORDS = 200, 10
LENGTH = NAMES.index("length")


@dataclass(frozen=True)
class Glance:
    """What is there: ``pairs``, of which ``decided`` teach, while ``ties`` and ``equal``
    answers don't; ``turns`` and ``languages`` with how many pairs each; ``words`` are quartiles
    of (chosen, rejected) answers' lengths; ``silent`` pairs show no feature but length.
    """

    pairs: int
    decided: int
    ties: int
    equal: int
    turns: tuple[tuple[int, int], ...]
    languages: tuple[tuple[str, int], ...]
    words: tuple[tuple[float, float, float], tuple[float, float, float]]
    repeats: Repeats
    silent: int


@dataclass(frozen=True, eq=False)
class Rewards:
    """What the choices go with. ``model`` is fitted to all features at once, so that each
    weight holds the others fixed; ``without_length`` has no length in it. ``alone`` says of
    each feature how often the answer with more of it was chosen."""

    model: RewardModel
    without_length: RewardModel
    alone: tuple[Share, ...]

    @property
    def longer(self) -> Share:
        return self.alone[LENGTH]


@dataclass(frozen=True)
class Word:
    """A term that weighs: in how many pairs only one answer has it,
    how often that was the chosen one, and some of those pairs.
    """

    term: str
    weight: float
    chosen: Share
    met: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Learner:
    """A model that learns from the pairs: how often it is right about pairs it
    hasn't seen, whether it knows how sure it may be, and what more data bring.
    """

    name: str
    calibration: tuple[Bin, ...]
    curve: tuple[Learned, ...]  # the last point is trained on all
    over_length: Gain

    @property
    def right(self) -> Share:
        return self.curve[-1].right

    @property
    def by_the_second_half(self) -> Gain | None:
        """What the second half of the training pairs brought."""
        return validation.gain(*(point.margins for point in self.curve[-2:])) if len(self.curve) > 1 else None


@dataclass(frozen=True)
class Doubt:
    """A pair whose label a model doubts that hasn't seen it: its ``place`` on the shelf,
    its ``record`` in the file, from 0, and how sure the model is of the other answer.
    """

    place: int
    record: int
    sure: float


@dataclass(frozen=True, eq=False)
class Findings:
    """None where something is not found out yet, or there is too little to find it from."""

    glance: Glance
    rewards: Rewards | None = None
    learners: tuple[Learner, ...] = ()
    words: tuple[Word, ...] = ()
    weights: Mapping[str, float] = field(default_factory=dict)  # of all terms
    terms: int = 0
    doubts: tuple[Doubt, ...] = ()
    doubter: str = ""
    sampled: int = 0  # pairs that the model of words saw
    done: float = 0.0


def find_out(tally: Tally) -> Iterator[Findings]:
    """Everything about the pairs, a part after the other. The same pairs always give the same."""
    rows = tally.rows()
    found = Findings(glance(tally, rows))
    yield found
    places = np.flatnonzero(rows.decided)
    if len(places) < LEAST:
        yield replace(found, done=1.0)
        return
    differences = rows.differences()
    found = replace(found, rewards=rewards(differences, rows), done=0.1)
    yield found
    groups = validation.folds(rows.keys[places, 0], FOLDS, SEED)
    margins = {}
    for name, columns in (("length", [LENGTH]), ("features", list(range(len(FEATURES))))):
        judge = partial(_judged, differences[:, columns])
        *_, margins[name] = validation.held_out(judge, groups)
        curve = () if name == "length" else tuple(validation.learning_curve(judge, groups, PARTS, SEED))
        found = replace(
            found, learners=(*found.learners, _learner(name, margins[name], curve, margins["length"])), done=0.2
        )
        yield found
    sample = drawn(places, SEED)
    seen = np.searchsorted(places, sample)
    collecting = Collecting(tally.shelf, sample)
    for share in collecting:
        yield replace(found, done=0.2 + 0.3 * share)
    terms = collecting.terms
    margins["words"], curve = yield from _tried(found, terms, groups[seen])
    learners = (*found.learners, _learner("words", margins["words"], curve, margins["length"][seen]))
    weights = terms.fit(np.arange(len(terms.matrix))) if terms.names else np.zeros(0)
    doubter = max(learners[1:], key=lambda learner: learner.right.value).name
    doubts = _doubts(margins[doubter], sample if doubter == "words" else places, tally)
    yield replace(
        found,
        learners=learners,
        words=_words(terms, weights),
        weights=dict(zip(terms.names, weights.tolist(), strict=True)),
        terms=len(terms.names),
        doubts=doubts,
        doubter=doubter,
        sampled=len(sample),
        done=1.0,
    )


def _tried(
    found: Findings, terms: Terms, folds: np.ndarray
) -> Generator[Findings, None, tuple[np.ndarray, tuple[Learned, ...]]]:
    """The margins and the learning curve of a model that reads words: from 0.5 of the way to 0.95."""
    margins, curve = np.zeros(0), []
    for step, margins in enumerate(validation.held_out(terms.train_and_judge, folds), start=1):
        yield replace(found, done=0.5 + 0.3 * step / FOLDS)
    for point in validation.learning_curve(terms.train_and_judge, folds, PARTS, SEED):
        curve.append(point)
        yield replace(found, done=0.8 + 0.15 * len(curve) / len(PARTS))
    return margins, tuple(curve)


def glance(tally: Tally, rows: Rows) -> Glance:
    """What is there, at a glance."""
    lengths = tuple(_quartiles(counts[:, LENGTH]) for counts in (rows.chosen, rows.rejected))
    others = [column for column in range(len(FEATURES)) if column != LENGTH]
    silent = ~(rows.chosen[:, others].any(axis=1) | rows.rejected[:, others].any(axis=1))
    return Glance(
        len(tally),
        int(rows.decided.sum()),
        tally.ties,
        tally.equal,
        tuple(sorted(tally.turns.items())),
        tuple(tally.languages.most_common()),
        lengths,
        rows.repeats(),
        int(silent.sum()),
    )


def _quartiles(values: np.ndarray) -> tuple[float, float, float]:
    """The values below which a quarter, a half and three quarters lie."""
    if not len(values):
        return 0.0, 0.0, 0.0
    ordered = np.sort(values)
    low, middle, high = (float(ordered[min(int(part * len(ordered)), len(ordered) - 1)]) for part in (0.25, 0.5, 0.75))
    return low, middle, high


def rewards(differences: np.ndarray, rows: Rows) -> Rewards:
    """What the choices go with."""
    wins = np.ones(len(differences))
    others = [column for column in range(len(FEATURES)) if column != LENGTH]
    counts = (rows.chosen - rows.rejected)[rows.decided]
    alone = tuple(validation.share(float((column > 0).sum()), int((column != 0).sum())) for column in counts.T)
    return Rewards(reward_model.fit(differences, wins), reward_model.fit(differences[:, others], wins), alone)


def _judged(differences: np.ndarray, train: np.ndarray, test: np.ndarray) -> np.ndarray:
    return reward_model.fit(differences[train], np.ones(len(train))).score(differences[test])


def _learner(name: str, margins: np.ndarray, curve: tuple[Learned, ...], by_length: np.ndarray) -> Learner:
    whole = Learned(round(len(margins) * (1 - 1 / FOLDS)), margins)
    return Learner(name, validation.calibration(margins), (*curve, whole), validation.gain(by_length, margins))


def _words(terms: Terms, weights: np.ndarray) -> tuple[Word, ...]:
    """The terms with the largest weights of either sign, the strongest first."""
    order = np.argsort(-weights, kind="stable")
    chosen = [*order[:MOST_WORDS], *order[::-1][:MOST_WORDS]]
    columns, values = terms.matrix.columns, terms.matrix.values
    met = np.bincount(columns, minlength=len(weights))
    won = np.bincount(columns, values > 0, minlength=len(weights))
    return tuple(
        Word(terms.names[at], float(weights[at]), validation.share(float(won[at]), int(met[at])), terms.met[at])
        for at in dict.fromkeys(map(int, chosen))
        if weights[at]
    )


def _doubts(margins: np.ndarray, places: np.ndarray, tally: Tally) -> tuple[Doubt, ...]:
    """Where a model that hasn't seen the pair is surest of the answer that was not chosen, the surest first."""
    order = np.argsort(margins, kind="stable")[:MOST_DOUBTFUL]
    sure = reward_model.sigmoid(-margins[order])
    return tuple(
        Doubt(place, tally.shelf[place].record, float(p))
        for place, p in zip(places[order].tolist(), sure, strict=True)
        if p > 0.5
    )
