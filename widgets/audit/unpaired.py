"""Single answers with a verdict each, as KTO takes them: what can be paired by its prompt is."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, NamedTuple

from .pair import Pair
from .problems import Unusable
from .turns import answer, listed, said, turns

# Characters of answers that wait for one to be paired with.
ROOM = 10_000_000
GOOD = {"true": True, "1": True, "1.0": True, "false": False, "0": False, "0.0": False}


class Single(NamedTuple):
    """An answer that is alone so far."""

    number: int
    text: str
    good: bool


class Unpaired:
    """Keeps answers until one with the opposite verdict comes to the same prompt; each is used once.

    ``count`` are kept. Those that have waited longest are dropped for want of room.
    """

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, list[Single]] = OrderedDict()
        self._size = self.count = 0
        self._dropped: list[Single] = []

    @staticmethod
    def takes(record: dict[str, Any]) -> bool:
        return "completion" in record and "label" in record

    def pair(self, record: dict[str, Any], number: int) -> Pair | None:
        """The pair that this record makes with one before it, or None; raises Unusable."""
        good = GOOD.get(str(record["label"]).strip().lower())
        if good is None:
            raise Unusable("winner", f"label is {str(record['label'])[:40]!r}")
        prompt = listed(record.get("prompt", ""))
        asked = answer(turns(prompt)) if isinstance(prompt, list) and prompt else said(prompt)
        single = Single(number, answer(turns(listed(record["completion"]))), good)
        waiting = self._waiting.get(asked)
        if not waiting or waiting[0].good == good:
            self._keep(asked, single)
            return None
        other = waiting.pop(0)
        self._size -= len(other.text)
        self.count -= 1
        if not waiting:
            self._forget(asked)
        best, rest = (single, other) if good else (other, single)
        return Pair(number, asked, best.text, rest.text, fixed=True)

    def _keep(self, asked: str, single: Single) -> None:
        if asked not in self._waiting:
            self._waiting[asked] = []
            self._size += len(asked)
        self._waiting[asked].append(single)
        self._size += len(single.text)
        self.count += 1
        while self._size > ROOM:
            self._dropped += self._forget(next(iter(self._waiting)))

    def _forget(self, asked: str) -> list[Single]:
        singles = self._waiting.pop(asked)
        self._size -= len(asked) + sum(len(single.text) for single in singles)
        self.count -= len(singles)
        return singles

    def dropped(self) -> list[Single]:
        """Those that were dropped since this was last asked."""
        dropped, self._dropped = self._dropped, []
        return dropped

    def rest(self) -> list[Single]:
        """Those that stayed alone, and now go."""
        while self._waiting:
            self._dropped += self._forget(next(iter(self._waiting)))
        return self.dropped()
