"""What is counted of every pair while a file is read; a row of numbers each, so that memory is bounded."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from widgets.core import counting
from widgets.core.features import FEATURES

from .pair import Pair
from .shelf import Shelf

# More pairs, or more bytes of their packed texts, are not taken in.
MOST_PAIRS, MOST_BYTES = 200_000, 96_000_000
ENGLISH = "English"
_ENGLISH = re.compile(r"\b(?:the|and|of|is|you|that|this|with|are|not|for|have)\b", re.IGNORECASE)
# Scripts by their letters, those first that decide where several are met.
_SCRIPTS = (
    ("Chinese or Japanese", re.compile("[぀-ヿ㐀-鿿]")),
    ("Korean", re.compile("[가-힣]")),
    ("Cyrillic letters", re.compile("[Ѐ-ӿ]")),
    ("Arabic letters", re.compile("[؀-ۿ]")),
    ("Hebrew letters", re.compile("[֐-׿]")),
    ("Greek letters", re.compile("[Ͱ-Ͽ]")),
    ("an Indian script", re.compile("[ऀ-෿]")),
    ("Thai letters", re.compile("[฀-๿]")),
)  # fmt: skip


class Tally:
    """Counts and keeps pairs, by ``add``, until it is ``full``."""

    def __init__(self) -> None:
        self.shelf = Shelf()
        self.ties = self.equal = 0
        self.turns: Counter[int] = Counter()
        self.languages: Counter[str] = Counter()
        self._chosen, self._rejected, self._keys, self._decided = array("i"), array("i"), array("q"), array("b")

    def __len__(self) -> int:
        return len(self._decided)

    @property
    def full(self) -> bool:
        return len(self) >= MOST_PAIRS or self.shelf.size >= MOST_BYTES

    def add(self, pairs: Iterable[Pair]) -> None:
        for pair in pairs:
            if self.full:
                return
            self._add(pair)

    def _add(self, pair: Pair) -> None:
        self.shelf.add(pair)
        self._chosen.extend(counting.count(pair.prompt, pair.chosen))
        self._rejected.extend(counting.count(pair.prompt, pair.rejected))
        asked = f"{pair.before}\0{pair.prompt}"
        self._keys.extend((_key(asked), _key(pair.chosen), _key(pair.rejected)))
        same = pair.chosen == pair.rejected
        self._decided.append(not same and not pair.tie)
        self.ties += pair.tie
        self.equal += same
        self.turns[pair.turns] += 1
        self.languages[pair.language or language(pair.chosen)] += 1

    def rows(self) -> Rows:
        """All that was counted so far, as arrays of its own."""
        wide = (-1, len(FEATURES))
        return Rows(
            np.array(self._chosen, dtype=np.intc).reshape(wide),
            np.array(self._rejected, dtype=np.intc).reshape(wide),
            np.array(self._keys, dtype=np.int64).reshape(-1, 3),
            np.array(self._decided, dtype=bool),
        )


@dataclass(frozen=True, eq=False)
class Rows:
    """A row for each of n pairs: counts (n, d) of the features of either answer, ``keys`` (n, 3) of what
    was asked, chosen and rejected, and ``decided`` (n,), whether somebody won and the answers differ.
    """

    chosen: np.ndarray
    rejected: np.ndarray
    keys: np.ndarray
    decided: np.ndarray

    def differences(self) -> np.ndarray:
        """The chosen answers' features less the rejected ones', of the pairs that were decided, (m, d)."""
        chosen, rejected = (counting.features(counts[self.decided]) for counts in (self.chosen, self.rejected))
        return chosen - rejected

    def repeats(self) -> Repeats:
        return _repeats(self.keys)


@dataclass(frozen=True)
class Repeats:
    """Pairs that say nothing new, or the opposite: how many are ``again`` exactly
    what one before was, how many comparisons are there with ``both`` verdicts, and
    how many pairs are ``sharing`` an answer with another one to the same prompt.
    """

    again: int = 0
    both: int = 0
    sharing: int = 0


def _repeats(keys: np.ndarray) -> Repeats:
    if not len(keys):
        return Repeats()
    asked, chosen, rejected = keys.T
    whole = _unique(_mixed(asked, _mixed(chosen, rejected)))
    asked, chosen, rejected = keys[whole].T
    low, high = np.minimum(chosen, rejected), np.maximum(chosen, rejected)
    order = np.sort(_mixed(asked, _mixed(low, high)))
    both = int((order[1:] == order[:-1]).sum())
    # Each comparison once, whichever way it went: which of its answers are in another one?
    once = _unique(_mixed(asked, _mixed(low, high)))
    once = once[low[once] != high[once]]
    answers = [_mixed(asked[once], answer[once]) for answer in (low, high)]
    met = np.sort(np.concatenate(answers))
    twice = met[1:][met[1:] == met[:-1]]
    sharing = np.zeros(len(once), dtype=bool)
    if len(twice):
        for answer in answers:
            places = np.minimum(np.searchsorted(twice, answer), len(twice) - 1)
            sharing |= twice[places] == answer
    return Repeats(len(keys) - len(whole), both, int(sharing.sum()))


def _unique(values: np.ndarray) -> np.ndarray:
    """Where each value is met first."""
    order = np.argsort(values, kind="stable")
    new = np.concatenate([[True], values[order][1:] != values[order][:-1]])
    return np.sort(order[new])


def _mixed(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """A key of two keys in order; whole numbers wrap around."""
    with np.errstate(over="ignore"):
        mixed = one * np.int64(-7046029254386353131) + np.int64(1442695040888963407)
        return (mixed ^ (mixed >> np.int64(29))) * np.int64(-4658895280553007687) + other


def _key(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little", signed=True)


def language(text: str) -> str:
    """A guess at a text's language, by its letters and by the commonest English words."""
    if not text.isascii():
        for name, letters in _SCRIPTS:
            if len(letters.findall(text)) * 8 > len(text):
                return name
    words = text.count(" ") + 1
    if words < 5 or len(_ENGLISH.findall(text)) * 25 >= words:
        return ENGLISH
    return "other, in Latin letters"
