"""Comparisons from a file, as the labelling figure takes them: read once, and kept as what they taught.

The log holds the file's name, how many comparisons taught something, and the weights that they taught with their
covariance. So a link stays short, and a reload needs no file. Logs of earlier releases hold the file's text.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from widgets.audit import telling
from widgets.audit.opening import Bytes, Opened, open_all
from widgets.audit.problems import Problem
from widgets.core import reward_model
from widgets.core.features import FEATURES
from widgets.core.reward_model import RewardModel
from widgets.kit import files
from widgets.kit.events import EventType, Files, Rejected, Text, Value
from widgets.kit.files import Given, Gone

# Characters of a file's text in a log of an earlier release, and of a file's name.
LONGEST_TEXT, LONGEST_NAME = 4_000_000, 30
_SIDE = len(FEATURES)
_LOWER = np.tril_indices(_SIDE)
# The model is fitted anew whenever the file has grown by this share: often enough to be stopped, too seldom to cost
# much.
GROWTH = 0.2


@dataclass(frozen=True, eq=False)
class Imported:
    """``count`` comparisons from a file taught ``model``; ties and equal answers are none. While it is
    fresh, ``told`` and ``problems`` say what became of it; ``share`` is how far it was read, from 0 to 1.
    """

    name: str
    count: int
    model: RewardModel
    told: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    share: float = 1.0

    @property
    def came(self) -> str:
        """How many comparisons came from the file."""
        what = "comparison" if self.count == 1 else "comparisons"
        found = f"{self.count:,} {what} came from {self.name}"
        if self.share < 1.0:
            return (
                f"{found}, the first {telling.percent(self.share)} of it. Stopped here, it knows nothing of the rest; "
                "import it again to have all."
            )
        return f"{found}."

    @property
    def value(self) -> tuple[str, int, str]:
        """What the log keeps."""
        return self.name, self.count, packed(self.model)


def packed(model: RewardModel) -> str:
    """A model's weights and the root of its covariance, rounded to four bytes a number."""
    root = np.linalg.cholesky(model.covariance)
    numbers = np.concatenate([model.weights, root[_LOWER]]).astype("<f4")
    return base64.b64encode(numbers.tobytes()).decode()


def unpacked(text: str) -> RewardModel:
    """The model behind ``packed``; raises ValueError."""
    numbers = np.frombuffer(base64.b64decode(text, validate=True), "<f4").astype(float)
    if len(numbers) != _SIDE + len(_LOWER[0]) or not np.isfinite(numbers).all() or np.abs(numbers).max() > 1e6:
        raise ValueError("not the numbers of a model")
    root = np.zeros((_SIDE, _SIDE))
    root[_LOWER] = numbers[_SIDE:]
    if (np.diag(root) <= 0).any():
        raise ValueError("not the root of a covariance")
    return RewardModel(numbers[:_SIDE], root @ root.T)


@dataclass(frozen=True)
class Import(EventType):
    """Files that the reader gives; what one taught, as the log keeps it; or a file's text, as earlier logs hold it."""

    @property
    def setter(self) -> bool:
        return True

    def check(self, value: Value) -> Value:
        if isinstance(value, str):
            return Text(self.name, LONGEST_TEXT).check(value)
        if isinstance(value, (tuple, list)) and len(value) == 3 and isinstance(value[0], str):
            return self._taught(*value)
        return Files(self.name).check(value)

    def _taught(self, name: str, count: Any, model: Any) -> tuple[str, int, str]:
        usable = isinstance(count, int) and not isinstance(count, bool) and 0 < count < 2**31
        if not usable or len(name) > LONGEST_NAME or not isinstance(model, str):
            raise self.reject((name, count), "a file’s name, how many comparisons it had, and what they taught")
        try:
            unpacked(model)
        except (ValueError, binascii.Error):
            raise Rejected(f"{self.name}: what the file taught is damaged") from None
        return name, count, model


def read(value: Any) -> Iterator[Imported]:
    """What an event's value brings, bit by bit; every step is true if the reader stops there.

    A file that was given and is not here any more brings nothing and says so.
    """
    if isinstance(value, tuple) and isinstance(value[0], str):
        name, count, model = value
        yield Imported(name, count, unpacked(model))
        return
    given: tuple[Any, ...] = value if isinstance(value, tuple) else ()
    name = _name(given)
    here = [files.find(one) for one in given] if given else [Bytes(name, str(value).encode("utf-8", "surrogatepass"))]
    missing = [one.name for one, file in zip(given, here, strict=False) if file is None]
    if missing:
        yield Imported(name, 0, _untaught(), (f"“{missing[0]}” is not here any more: import it again.",))
        return
    fitted, found = 0, Imported(name, 0, _untaught(), share=0.0)
    try:
        for opened in open_all(here):
            if opened.pairs >= fitted * (1 + GROWTH) or opened.whole:
                found, fitted = _taught(name, opened), opened.pairs
            yield found
    except Gone as gone:
        yield Imported(name, 0, _untaught(), (str(gone),))


def _taught(name: str, opened: Opened) -> Imported:
    """What the pairs so far teach."""
    differences = opened.tally.rows().differences()
    model = reward_model.fit(differences, np.ones(len(differences)))
    told = [telling.file(file) for file in opened.files if file.refused]
    told += [note for file in opened.files for note in file.notes]
    told += [warning] if opened.pairs and (warning := only_english(opened)) else []
    problems = tuple(problem for file in opened.files for problem in file.problems)
    # Through what the log keeps, so that a replay gives the same to the last bit.
    kept = unpacked(packed(model))
    return Imported(name, len(differences), kept, tuple(told), problems, opened.share)


def only_english(opened: Opened) -> str | None:
    """A warning where the features, which count English words, say little of many answers."""
    languages = opened.tally.languages
    other = sum(languages.values()) - languages["English"]
    if other * 10 < opened.pairs:
        return None
    return (
        f"About {telling.percent(other / opened.pairs)} of the answers don’t look English. Only English words are "
        "counted here: of other languages it learns little but the length."
    )


def _untaught() -> RewardModel:
    return reward_model.fit(np.zeros((0, _SIDE)), np.zeros(0))


def _name(given: Sequence[Given]) -> str:
    if not given:
        return "the file"
    more = f" and {len(given) - 1} more" if len(given) > 1 else ""
    name = given[0].name[-(LONGEST_NAME - len(more)) :]
    return f"{name}{more}"
