"""A model of words: one weight for each word, and for each two in a row, that one answer has and the other has not."""

from __future__ import annotations

import itertools
import re
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

import numpy as np

from widgets.core import sparse
from widgets.core.sparse import Sparse

from .pair import Pair
from .shelf import Shelf

# Pairs that the model is trained on, drawn at random where there are more.
MOST_PAIRS = 20_000
# A term must tell apart so many pairs; of those that do, the commonest are kept.
RAREST, MOST_TERMS = 5, 10_000
# Terms that are counted at once: when there are more, those met only once are forgotten.
COUNTED = 400_000
L2 = 30.0
# How exactly the weights are found, see ``sparse.fit``.
ENOUGH = 1e-2
EXAMPLES = 3
TURN = 200  # pairs between two looks at whether to stop
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


def terms(text: str) -> set[str]:
    """The words of a text, in small letters, and every two in a row."""
    words = _WORD.findall(text.lower())
    return {*words, *map(" ".join, itertools.pairwise(words))}


@dataclass(frozen=True, eq=False)
class Terms:
    """Which of n pairs has which term on one side only: a row
    each, 1 for the chosen answer and -1 for the rejected one.

    ``places`` (n,) are the pairs' on the shelf. ``met`` are some pairs for each term.
    """

    names: tuple[str, ...]
    matrix: Sparse
    places: np.ndarray
    met: tuple[tuple[int, ...], ...] = ()

    def fit(self, rows: np.ndarray) -> np.ndarray:
        """The weights that some of the pairs teach."""
        return sparse.fit(self.matrix.rows(rows), np.ones(len(rows)), L2, ENOUGH)

    def train_and_judge(self, train: np.ndarray, test: np.ndarray) -> np.ndarray:
        return self.matrix.rows(test).times(self.fit(train))


@dataclass
class Collecting:
    """Goes through the pairs twice: to see which terms there are,
    then to write them down. Iterate, then ask for ``terms``.
    """

    shelf: Shelf
    places: Sequence[int]
    terms: Terms | None = field(default=None, init=False)

    def __iter__(self) -> Iterator[float]:
        """How far it is, from 0 to 1, now and then."""
        met: Counter[str] = Counter()
        for done, pair in enumerate(self._pairs()):
            met.update(terms(pair.chosen) ^ terms(pair.rejected))
            if len(met) > COUNTED:
                met = Counter({term: count for term, count in met.items() if count > 1})
            if done % TURN == 0:
                yield done / len(self.places) / 2
        # Of those met equally often, the first in the alphabet: the same for every order of words in memory.
        kept = sorted((term for term, count in met.items() if count >= RAREST), key=lambda term: (-met[term], term))
        numbers = {term: number for number, term in enumerate(kept[:MOST_TERMS])}
        met.clear()
        starts, columns, values = array("i", [0]), array("i"), array("b")
        examples: list[list[int]] = [[] for _ in numbers]
        for done, pair in enumerate(self._pairs()):
            chosen, rejected = terms(pair.chosen), terms(pair.rejected)
            found = sorted(
                [(numbers[term], 1) for term in chosen - rejected if term in numbers]
                + [(numbers[term], -1) for term in rejected - chosen if term in numbers]
            )
            for number, side in found:
                columns.append(number)
                values.append(side)
                if len(examples[number]) < EXAMPLES:
                    examples[number].append(int(self.places[done]))
            starts.append(len(columns))
            if done % TURN == 0:
                yield 0.5 + done / len(self.places) / 2
        matrix = Sparse(np.array(starts), np.array(columns), np.array(values, dtype=float), len(numbers))
        self.terms = Terms(tuple(numbers), matrix, np.array(self.places), tuple(map(tuple, examples)))

    def _pairs(self) -> Iterator[Pair]:
        """The pairs of these places, which ascend, without unpacking a block twice."""
        wanted = iter(self.places)
        at = next(wanted, None)
        for place, pair in enumerate(self.shelf):
            if place == at:
                yield pair
                at = next(wanted, None)


def drawn(places: np.ndarray, seed: int = 1) -> np.ndarray:
    """At most ``MOST_PAIRS`` of these places, at random, in order."""
    if len(places) <= MOST_PAIRS:
        return places
    return np.sort(np.array(Random(seed).sample(places.tolist(), MOST_PAIRS)))
