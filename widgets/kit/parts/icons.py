"""A few line drawings on a grid of 24, made for this book."""

from __future__ import annotations

from typing import Literal

import htpy as h

Icon = Literal["human", "data", "model", "judge", "loop", "text", "dice", "play", "stop", "law", "flag", "again"]

_PATHS: dict[str, str] = {
    # A head and shoulders.
    "human": "M12 12.2a4.1 4.1 0 1 0 0-8.2 4.1 4.1 0 0 0 0 8.2ZM4 20.5c.6-4 3.7-6 8-6s7.4 2 8 6",
    # A stack of sheets.
    "data": "M12 3.5 3.5 8 12 12.5 20.5 8 12 3.5ZM3.5 12 12 16.5 20.5 12M3.5 16 12 20.5 20.5 16",
    # Three layers of a network.
    "model": "M5 7.5h.01M5 16.5h.01M12 4.5h.01M12 12h.01M12 19.5h.01M19 12h.01M5 7.5 12 4.5M5 7.5 12 12M5 7.5 12 19.5"
    "M5 16.5 12 4.5M5 16.5 12 12M5 16.5 12 19.5M12 4.5 19 12M12 12h7M12 19.5 19 12",
    # A pair of scales.
    "judge": "M12 4v16M7.5 20h9M4.5 7.5 12 6l7.5-1.5M4.5 7.5 2 13.5h5L4.5 7.5ZM19.5 4.5 17 10.5h5l-2.5-6Z"
    "M2 13.5a2.5 2.5 0 0 0 5 0M17 10.5a2.5 2.5 0 0 0 5 0",
    # Round and round.
    "loop": "M19.5 9A8 8 0 0 0 5 7.8L3.5 9.5M4.5 15A8 8 0 0 0 19 16.2l1.5-1.7M3.5 4.5v5h5M20.5 19.5v-5h-5",
    # A written page.
    "text": "M6 3.5h8.5L19 8v12.5H6v-17ZM14 3.5V8.5h5M9 12.5h7M9 16h5",
    # A die that shows five.
    "dice": "M4.5 4.5h15v15h-15ZM8.5 8.5h.01M15.5 8.5h.01M12 12h.01M8.5 15.5h.01M15.5 15.5h.01",
    "play": "M7 4.5v15l12.5-7.5L7 4.5Z",
    "stop": "M6 6h12v12H6Z",
    # A scroll of principles.
    "law": "M7 3.5h12v13.5a3.5 3.5 0 0 1-3.5 3.5H6A2.5 2.5 0 0 1 3.5 18v-2H13v2a2.5 2.5 0 0 0 2.5 2.5M7 "
    "3.5V16M10.5 7.5h5M10.5 11.5h5",
    "flag": "M5.5 21V4M5.5 4.5h12l-2.5 4 2.5 4h-12",
    "again": "M4.5 12a7.5 7.5 0 1 0 2.4-5.5L4.5 8.7M4.5 4v4.7h4.7",
}


def icon(name: Icon) -> h.Element:
    """A drawing beside words that say the same: ``icon("human")``."""
    return h.svg(class_="icon", viewBox="0 0 24 24", aria_hidden="true")[h.path(d=_PATHS[name])]
