"""Answers word by word: what each word counts, in colour."""

from __future__ import annotations

import re

import htpy as h

from widgets.audit.findings import Findings
from widgets.audit.pair import Pair
from widgets.audit.words import terms
from widgets.core.features import attribution

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
# Amounts from which a word is coloured faintly, clearly and strongly: shares of the strongest in sight.
LEVELS = (0.15, 0.4, 0.75)
# Characters of an answer that are shown around a word, and of one that is shown whole.
AROUND, LONGEST = 40, 4000


def coloured(text: str, other: str, prompt: str, found: Findings) -> h.Node:
    """An answer, each word coloured by what it adds to the score of the model that doubts the label."""
    text, rest = text[:LONGEST], len(text) - LONGEST
    if found.doubter == "words":
        amounts = _by_terms(text, other, found)
    else:
        shares = attribution(prompt, text, found.rewards.model.weights)
        amounts = [(share.start, share.stop, share.amount) for share in shares]
    most = max((abs(amount) for *_, amount in amounts), default=0.0)
    end = 0
    for start, stop, amount in amounts:
        yield text[end:start]
        level = sum(abs(amount) >= part * most for part in LEVELS) if most else 0
        yield _word(text[start:stop], amount, level)
        end = stop
    yield text[end:]
    if rest > 0:
        yield h.i[f" … and {rest:,} characters more"]


def _word(text: str, amount: float, level: int) -> h.Node:
    if not level:
        return text
    side = "for" if amount > 0 else "against"
    return h.mark(class_=f"word-{side} word-{level}", title=f"{amount:+.2f}")[text]


def _by_terms(text: str, other: str, found: Findings) -> list[tuple[int, int, float]]:
    """What the terms that the other answer lacks add, shared among their words; each term counts once, where it is
    first met."""
    places = list(_WORD.finditer(text))
    words = [match[0].lower() for match in places]
    lacks, counted = terms(text) - terms(other), set()
    amounts = [0.0] * len(words)
    for at, word in enumerate(words):
        two = f"{words[at - 1]} {word}" if at else ""
        for term, members in ((word, (at,)), (two, (at - 1, at))):
            if term in lacks and term not in counted:
                counted.add(term)
                for member in members:
                    amounts[member] += found.weights.get(term, 0.0) / len(members)
    return [(*match.span(), amount) for match, amount in zip(places, amounts, strict=True)]


def excerpt(pair: Pair, term: str) -> h.Node:
    """Where a term stands in the answer that has it, with a little around it."""
    pattern = re.compile(r"(?<![^\W_])" + r"[\W_]+".join(map(re.escape, term.split())) + r"(?![^\W_])", re.IGNORECASE)
    has = term in terms(pair.chosen) and term not in terms(pair.rejected)
    text, which = (pair.chosen, "chosen") if has else (pair.rejected, "rejected")
    met = pattern.search(text)
    if not met:
        return which
    start, stop = max(met.start() - AROUND, 0), met.end() + AROUND
    return [
        f"{which}: {'…' if start else ''}{text[start : met.start()]}",
        h.mark[met[0]],
        f"{text[met.end() : stop]}{'…' if stop < len(text) else ''}",
    ]
