"""The models that the book ships, trained on its own content: raw, tuned and aligned, for every question."""

from __future__ import annotations

from widgets.chapters.content import Content
from widgets.core.pipeline import Task
from widgets.kit.data import plain

from ..computing.compute import Computer
from ..progress import PROGRESS

SEED = 1
# The modules that decide what is trained, with all that they import.
CODE = ("widgets.core.pipeline", "widgets.chapters.models")


def trained(content: Content, computer: Computer) -> dict[str, str]:
    """Every question's packed models; from the computer's cache where neither content nor code has changed."""
    computer.open(plain(content))
    new = [
        name for name, task in content.tasks.items() if not computer.known(_about(task), CODE, train=name, seed=SEED)
    ]
    found = {}
    for name, task in content.tasks.items():
        if name in new:
            PROGRESS.show("Training the models", new.index(name), len(new))
        found[name] = computer.answer(_about(task), CODE, train=name, seed=SEED)
    if new:
        PROGRESS.show("Training the models", len(new), len(new))
    return found


def _about(task: Task) -> bytes:
    """All that a question's models depend on beside the code."""
    return repr(task).encode()
