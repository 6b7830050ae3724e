"""Training yields iterates; often only the last one is wanted."""

from __future__ import annotations

from collections.abc import Iterable


def last[T](iterates: Iterable[T]) -> T:
    """The last of some iterates; raises ValueError where there is none."""
    found = None
    for found in iterates:
        pass
    if found is None:
        raise ValueError("iterates must hold at least one, got none")
    return found
