"""A preference data set to try: the book's own answers, labelled by a stand-in, with faults that are known."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import combinations

from widgets.core.features import NAMES, extract
from widgets.core.reward_model import sigmoid

from .content import Content
from .json_lines import to_line

# What the stand-in likes, in the units of the features; how likely a choice is follows Bradley and Terry.
LIKES = {"length": 1.2, "flattery": 1.5, "specifics": 0.5, "rudeness": -2.0, "hedging": -0.6}
SEED = 3
# Labels that are turned round, of those that were fairly sure; lines that are there twice; pairs that have both
# verdicts.
TURNED, SURE, TWICE, BOTH = 15, 1.5, 6, 4


@dataclass(frozen=True)
class Sample:
    """The file's text, and the records, from 0, whose label was turned round."""

    text: str
    turned: frozenset[int]


def sample(content: Content) -> Sample:
    """Every two answers to each question, and who won."""
    rng = random.Random(SEED)
    rows, sure = [], []
    for question in content.questions:
        worth = [_worth(question.prompt, response.text) for response in question.responses]
        for one, other in combinations(range(len(worth)), 2):
            margin = worth[one] - worth[other]
            best, rest = (one, other) if rng.random() < sigmoid(margin) else (other, one)
            rows.append((question.prompt, question.responses[best].text, question.responses[rest].text))
            if worth[best] - worth[rest] > SURE:
                sure.append(rows[-1])
    turned = set(rng.sample(sure, TURNED))
    rows = [
        (prompt, rest, best) if (prompt, best, rest) in turned else (prompt, best, rest) for prompt, best, rest in rows
    ]
    wrong = {(prompt, rest, best) for prompt, best, rest in turned}
    kept = [row for row in rows if row not in wrong]
    rows += rng.sample(kept, TWICE)
    rows += [(prompt, rest, best) for prompt, best, rest in rng.sample(kept, BOTH)]
    rng.shuffle(rows)
    return Sample(
        "".join(to_line(*row) for row in rows), frozenset(place for place, row in enumerate(rows) if row in wrong)
    )


def _worth(prompt: str, text: str) -> float:
    found = dict(zip(NAMES, extract(prompt, text).tolist(), strict=True))
    return sum(weight * found[name] for name, weight in LIKES.items())
