"""Where a reward model and whoever it stands for disagree about pairs of answers, and where that matters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from . import checks


@dataclass(frozen=True, eq=False)
class Disagreement:
    """About n pairs: ``margins`` (n,), by how much the model scores the first answer above the second; ``first`` and
    ``second`` (n,), how good the answers really are. It matters where one is at least ``good``, and the other worse by
    at least ``worse``: two bad answers, or two that hardly differ, are nobody's concern.
    """

    margins: np.ndarray
    first: np.ndarray
    second: np.ndarray
    good: float
    worse: float

    def __post_init__(self) -> None:
        margins = checks.finite("margins", self.margins, (None,))
        object.__setattr__(self, "margins", margins)
        for name in ("first", "second"):
            object.__setattr__(self, name, checks.finite(name, getattr(self, name), (len(margins),)))

    @cached_property
    def golds(self) -> np.ndarray:
        """By how much the first answer is really better, (n,)."""
        return self.first - self.second

    @cached_property
    def wrong(self) -> np.ndarray:
        """Where the model prefers the worse answer, (n,); who has no opinion disagrees with nobody."""
        return self.margins * self.golds < 0

    @cached_property
    def matters(self) -> np.ndarray:
        """Where a good answer stands beside a clearly worse one, (n,)."""
        return (np.maximum(self.first, self.second) >= self.good) & (np.abs(self.golds) >= self.worse)

    @cached_property
    def missed(self) -> np.ndarray:
        """Where the model prefers the worse answer and that matters, (n,)."""
        return self.wrong & self.matters

    def worst(self) -> int | None:
        """The worst pair that is missed, if one is: a disagreement counts as far as both are sure of it."""
        if not self.missed.any():
            return None
        sure = np.minimum(np.abs(self.margins), np.abs(self.golds))
        return int(np.argmax(np.where(self.missed, sure, -1.0)))
