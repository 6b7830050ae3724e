"""Principles to go by or not, as buttons: the AI labeller's in chapter 3, the constitution's in chapter 4."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Protocol

import htpy as h

from widgets.kit import parts


class Stated(Protocol):
    """What can be ticked."""

    @property
    def statement(self) -> str: ...


def ticks(event: str, principles: Mapping[str, Stated], ticked: Collection[str], tone: str) -> Iterator[h.Element]:
    """An item each; a press sends its id and what it is from then on, ``on`` or ``off``."""
    for id, principle in principles.items():
        is_on = id in ticked
        press = parts.button(principle.statement, event, (id, "off" if is_on else "on"), pressed=is_on, tone=tone)
        yield h.li[press]
