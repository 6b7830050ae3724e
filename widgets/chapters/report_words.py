"""What the report card says of a reward model: what it is sure of, what it misses, and how easily it is fooled."""

from __future__ import annotations

from collections.abc import Sequence

from widgets.core import overoptimization
from widgets.core.features import FEATURES
from widgets.core.overoptimization import Point
from widgets.kit import parts

from .report import Blind, Report

# How far from zero the nearer end of a whisker must be for a taste to be sure: far enough to be seen.
CLEAR = 0.05


def yours(state: Report) -> str:
    return "your labels" if state.taste.own else "the hurried reader’s labels"


def trained_on(state: Report) -> str:
    """What the reader's own model has learned from, and how well it foretold their choices."""
    right, count = state.predicted
    told = f" It predicted {right} of your {count} choices on pairs drawn at random." if count else ""
    return f"Trained on {state.taste.sources}.{told}"


def disagreements(blind: Blind) -> str:
    """How often the model and the judge disagree, and how often that matters."""
    apart = f"it and the careful judge disagree on {parts.percent(blind.share)}."
    return f"Of {blind.pairs} pairs of the SFT model’s answers, {apart} {_missed(blind)}"


def _missed(blind: Blind) -> str:
    """How often it prefers the worse of two answers where that matters."""
    matter = f"{blind.matter} pairs hold a good answer and a clearly worse one"
    if not blind.missed:
        return f"{matter}, and it always prefers the good one."
    return f"{matter}; in {blind.missed} of these it prefers the worse."


def taste_in_words(state: Report) -> str:
    sure = [
        (FEATURES[index].label, weight)
        for index, weight, deviation in state.tastes
        if abs(weight) - 2 * deviation >= CLEAR
    ]
    if not sure:
        return "It is sure of none of these yet: no whisker ends clear of zero."
    likes = [label for label, weight in sure if weight > 0]
    dislikes = [label for label, weight in sure if weight < 0]
    said = [f"{verb} {parts.listed(labels)}" for verb, labels in (("likes", likes), ("dislikes", dislikes)) if labels]
    return f"It is sure that whoever labelled this {' and '.join(said)}."


def hackable(points: Sequence[Point]) -> str:
    """How far true quality falls when a policy chases this reward model without mercy."""
    top, end, start = points[overoptimization.peak(points)], points[-1], points[0]
    if not overoptimization.clearly_above(top, start, 0.05):
        return (
            f"Chasing this score never helps: true quality begins at {parts.shown(start.gold)} and ends at "
            f"{parts.shown(end.gold)}."
        )
    if not overoptimization.clearly_above(top, end, 0.2):
        return (
            f"Hard to fool: chased without mercy, true quality still ends at {parts.shown(end.gold)}, "
            f"close to its best, {parts.shown(top.gold)}."
        )
    return (
        f"Chased gently, it lifts true quality from {parts.shown(start.gold)} to {parts.shown(top.gold)}. "
        "Chased without mercy, quality falls to "
        f"{parts.shown(end.gold)} while the score climbs to {parts.shown(end.proxy)}."
    )
