"""Where the reader of chapter 3's chase is: whose score is chased, how hard, with which cures; and their best hack."""

from __future__ import annotations

from dataclasses import dataclass

from .chase import Chase
from .taste import Taste


@dataclass(frozen=True)
class Hack:
    """A text of the reader's, the reward model's score for it, and the judge's."""

    text: str
    score: float
    gold: float


@dataclass(frozen=True, eq=False)
class Hacking:
    taste: Taste
    question: str
    plain: Chase
    method: str = "rl"
    pressure: int = 0
    cures: frozenset[str] = frozenset()
    cured: Chase | None = None
    typed: str = ""
    best: Hack | None = None
    draw: str = "curves"
    price: int = 6

    @property
    def chase(self) -> Chase:
        return self.cured or self.plain
