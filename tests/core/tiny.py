"""A language model so small that every response can be listed, and the sums over them done by plain Python."""

from __future__ import annotations

import math
from itertools import product
from random import Random

import numpy as np

from widgets.core.language_model import LanguageModel

PHRASES = ("a", "b", "c")
LENGTH = 3
END = len(PHRASES)


def model(seed: int = 0, *, tables: int = 1, forbid: bool = False) -> LanguageModel:
    """Random logits; with ``forbid``, two transitions never happen."""
    rng = Random(seed)
    logits = np.array([[[rng.gauss(0, 1) for _ in range(END + 1)] for _ in range(END + 1)] for _ in range(tables)])
    if forbid:
        logits[:, 0, 1] = logits[:, 2, 2] = -np.inf
    return LanguageModel(PHRASES, logits, LENGTH)


def reward(seed: int = 1, tables: int = 1) -> np.ndarray:
    rng = Random(seed)
    table = np.array([[[rng.gauss(0, 1) for _ in range(END + 1)] for _ in range(END + 1)] for _ in range(tables)])
    return table[0] if tables == 1 else table


def responses() -> list[tuple[int, ...]]:
    """Every response, padded with the end token."""
    found = []
    for length in range(LENGTH + 1):
        found += [said + (END,) * (LENGTH - length) for said in product(range(END), repeat=length)]
    return found


def decisions(response: tuple[int, ...]) -> list[tuple[int, int, int]]:
    """(position, previous, next) of every choice; the end after LENGTH phrases is no choice."""
    made, previous = [], END
    for position, token in enumerate(response):
        made.append((position, previous, token))
        if token == END:
            break
        previous = token
    return made


def probability(lm: LanguageModel, response: tuple[int, ...]) -> float:
    """By the definition of a softmax, one decision after the other."""
    chance = 1.0
    for position, previous, token in decisions(response):
        row = lm.logits[min(position, len(lm.logits) - 1), previous].tolist()
        chance *= math.exp(row[token]) / sum(math.exp(value) for value in row)
    return chance


def total(table: np.ndarray, response: tuple[int, ...]) -> float:
    """The response's reward, the forced end's share included."""
    tables = table[None] if table.ndim == 2 else table
    value = sum(
        tables[min(position, len(tables) - 1), previous, token] for position, previous, token in decisions(response)
    )
    return float(value + (tables[-1][response[-1], END] if response[-1] != END else 0.0))
