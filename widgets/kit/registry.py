"""The widgets a book offers, by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from .events import Rejected, one_of
from .widget import Widget


class Registry:
    """``Registry([PreferenceLabeling, ...])["preference-labeling"]``; an unknown name raises Rejected."""

    def __init__(self, widgets: Iterable[type[Widget[Any]]]) -> None:
        self._widgets: dict[str, type[Widget[Any]]] = {}
        for widget in widgets:
            for need in widget.needs:
                self[need]  # what is built upon comes first, so that nothing builds on itself
            self._widgets[widget.name] = widget

    def needs(self, name: str) -> tuple[str, ...]:
        """The widgets that this one builds on, and those that they build on, without repetition."""
        direct = self[name].needs
        return tuple(dict.fromkeys([*direct, *(far for need in direct for far in self.needs(need))]))

    def __getitem__(self, name: str) -> type[Widget[Any]]:
        if name not in self._widgets:
            raise Rejected(f"there is no widget {name!r}; {one_of(self._widgets, name)}")
        return self._widgets[name]

    def __iter__(self) -> Iterator[type[Widget[Any]]]:
        return iter(self._widgets.values())

    def __contains__(self, name: str) -> bool:
        return name in self._widgets
