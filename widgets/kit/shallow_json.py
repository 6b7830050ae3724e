"""JSON from strangers: nested no deeper than it needs to be."""

from __future__ import annotations

import json
import re
from itertools import accumulate
from typing import Any

# A JSON text; one that is never closed goes on to the end.
_TEXT = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")


class TooDeep(ValueError):
    """Lists and objects that are in one another more often than was allowed."""


def loads(text: str, depth: int, **options: Any) -> Any:
    """``json.loads``, where lists and objects are at most ``depth`` deep; raises TooDeep, or what ``json.loads``
    raises.

    In Pyodide, ``json`` ends Python where they are some thousands deep: the stack is the browser's, and no
    RecursionError comes.
    """
    if text.count("[") + text.count("{") <= depth:
        return json.loads(text, **options)
    steps = (1 if bracket in "[{" else -1 for bracket in _BRACKET.findall(_TEXT.sub("", text)))
    if any(level > depth for level in accumulate(steps)):
        raise TooDeep(f"it is nested more than {depth} deep")
    return json.loads(text, **options)
