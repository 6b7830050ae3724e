"""What could not be read: counted by reason, with a few examples of each and what can be done about it."""

from __future__ import annotations

from dataclasses import dataclass

EXAMPLES = 3
# Characters of a record that are quoted.
QUOTED = 80

# What is wrong with a record, and the cure.
REASONS: dict[str, tuple[str, str]] = {
    "json": (
        "not JSON",
        "Each line should be one JSON object, or the file one JSON array; look for a missing quote or comma.",
    ),
    "cells": (
        "with more or fewer cells than the header",
        "A cell that holds a comma, a quote or a line break has to stand in quotes, with quotes inside it doubled.",
    ),
    "object": ("not an object", 'A record needs names: {"prompt": …, "chosen": …, "rejected": …}.'),
    "deep": ("nested too deep", "Lists and objects may be nested 100 deep."),
    "long": (
        "too long",
        "A record may have 2,000,000 characters; a quote that is opened and never closed makes one that goes on.",
    ),
    "names": (
        "without a pair",
        "Name the two answers “chosen” and “rejected”, or give two answers and a “winner”.",
    ),
    "half": ("with one answer only", "A pair needs both “chosen” and “rejected”."),
    "text": (
        "with an answer or a prompt that is no text",
        "Texts, or lists of turns with “role” and “content”, can be read.",
    ),
    "winner": (
        "without a winner that can be read",
        "“winner” should be model_a, model_b or tie; the columns winner_model_a, winner_model_b and winner_tie "
        "hold 0 or 1.",
    ),
    "ranking": (
        "with answers but no order",
        "A ranking needs at least two answers, at most 20, each with a rank (1 is best) or a score (more is better).",
    ),
    "unpaired": (
        "unpaired: one answer with a verdict, and no other answer to the same prompt with the opposite verdict",
        "A comparison needs two answers to one prompt; methods such as KTO learn from single verdicts, "
        "a reward model does not.",
    ),
}


class Unusable(ValueError):
    """A record from which no pair can be made: ``reason`` is a
    key of ``REASONS``, ``detail`` what is particular to it.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True)
class Example:
    """The record's number, from 1, what was wrong in particular, and how it begins."""

    number: int
    detail: str
    text: str


class Problems:
    """A count and some examples for each reason."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.examples: dict[str, list[Example]] = {}

    def add(self, reason: str, number: int, text: str, detail: str = "") -> None:
        self.counts[reason] = self.counts.get(reason, 0) + 1
        kept = self.examples.setdefault(reason, [])
        if len(kept) < EXAMPLES:
            kept.append(Example(number, detail, quoted(text)))

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def told(self) -> tuple[Problem, ...]:
        """All of it, what is commonest first."""
        ordered = sorted(self.counts.items(), key=lambda item: -item[1])
        return tuple(Problem(*REASONS[reason], count, tuple(self.examples[reason])) for reason, count in ordered)


@dataclass(frozen=True)
class Problem:
    """One reason: what the records are, the cure, how many there were, and examples."""

    what: str
    cure: str
    count: int
    examples: tuple[Example, ...]


def quoted(text: str) -> str:
    """The beginning of a record on one line."""
    text = " ".join(text[: 2 * QUOTED].split())
    return text if len(text) <= QUOTED else f"{text[:QUOTED]}…"
