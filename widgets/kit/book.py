"""A book as its readers' browsers open it.

A book is a module that has ``WIDGETS``, a Registry. If its widgets are given content, it has the class of that, too,
``Content``, a dataclass that is built from plain data; without one they are given the data.
"""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

from .data import build
from .desk import Desk
from .registry import Registry


def opened(entry: str, content: Any) -> tuple[Registry, Any]:
    """The widgets of the book in a module, and its content, from plain data."""
    module: Any = import_module(entry)
    return module.WIDGETS, build(module.Content, content) if hasattr(module, "Content") else content


def open_desk(entry: str, content: str) -> Desk:
    """The desk of a browser session, from the content as JSON."""
    return Desk(*opened(entry, json.loads(content)))
