"""How well the reward model predicts the reader's choices, in words that its record bears out."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb

import htpy as h

from widgets.kit import parts

from .labels import Label, fair_tests, favourite


def above_half_since(labels: Sequence[Label]) -> int | None:
    """The number of the choice, from 1, since which more than half of
    the fair tests so far were predicted; None where now they are not.
    """
    since, right, count = None, 0, 0
    for place, label in enumerate(labels, start=1):
        if label.tests:
            right, count = right + label.predicted, count + 1
            since = None if 2 * right <= count else since or place
    return since


def prediction_record(labels: Sequence[Label]) -> str:
    """How well it has predicted the reader, in a sentence, and whether that may be luck."""
    tested, since = fair_tests(labels), above_half_since(labels)
    if not tested:
        return (
            "Before every choice it guesses. The line begins at your first choice between two answers drawn "
            "at random, once it has an opinion."
        )
    late = tested[-10:]
    told = (
        f"Of the last {len(late)} choices between two answers drawn at random it predicted "
        f"{sum(label.predicted for label in late)}."
    )
    if len(late) == 1:
        told = (
            f"It {'predicted' if late[0].predicted else 'missed'} the first choice between two answers drawn at random."
        )
    if not since:
        return f"{told} Its share is not above a coin’s half."
    return (
        f"{told} Its share has been above a coin’s half since choice {since}. By luck, "
        f"a coin does as well {_times_in_100(_luck(tested))}."
    )


def verdict(label: Label, now: float) -> h.Node:
    """What came of a choice; ``now`` is what the model expects of A since."""
    if label.choice == "skip":
        return "It learns nothing from that, and that is fine."
    if label.guess is None:
        return (
            "It had no idea beforehand; now it has one."
            if favourite(now)
            else "It had no idea beforehand, and has none now."
        )
    sureness = max(label.expected, 1 - label.expected)
    confidence = parts.exactly(sureness, parts.percent(sureness))
    if label.choice == "tie":
        return ["Beforehand it leaned to ", label.guess.upper(), " with ", confidence, "."]
    came = "right." if label.predicted else "wrong, so it learned more."
    return ["Beforehand it expected ", label.guess.upper(), " with ", confidence, ": ", h.strong[came]]


def steady(labels: tuple[Label, ...]) -> tuple[int, int]:
    """How many pairs were judged again, and of how many the same was said; a skip is no judgement."""
    first: dict[frozenset, str] = {}
    asked = same = 0
    for label in labels:
        if label.choice == "skip":
            continue
        pair = frozenset((label.first, label.second))
        winner = {"a": label.first, "b": label.second}.get(label.choice, "neither")
        if pair in first:
            asked, same = asked + 1, same + (winner == first[pair])
        first.setdefault(pair, winner)
    return asked, same


def _luck(tested: Sequence[Label]) -> float:
    """The probability that a fair coin predicts as many of these choices or more."""
    count, right = len(tested), sum(label.predicted for label in tested)
    return sum(comb(count, more) for more in range(right, count + 1)) / 2**count


def _times_in_100(probability: float) -> str:
    times = round(100 * probability)
    return f"{parts.counted(times, 'time')} in 100" if times else "less than 1 time in 100"
