"""The open sessions of a reader, by their widgets' names: what is seen, what builds on what, and what has to follow.

A widget follows when one that it builds on has changed: its log is folded anew. One that the reader sees follows soon
(``follow``); one that isn't on the page follows when it is next opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .events import Event
from .registry import Registry
from .session import Session
from .widget import Options, Widget, parse_options


class Sessions:
    """``sessions["counter"]`` is one that has been put there."""

    def __init__(self, registry: Registry, content: Any) -> None:
        self._registry = registry
        self._content = content
        self._open: dict[str, Session[Any]] = {}
        self._seen: set[str] = set()
        self._outdated: set[str] = set()  # open, not seen, and to be folded anew before they are

    def __getitem__(self, name: str) -> Session[Any]:
        return self._open[name]

    def __contains__(self, name: str) -> bool:
        return name in self._open

    def get(self, name: str) -> Session[Any] | None:
        return self._open.get(name)

    def show(self, name: str) -> None:
        self._seen.add(name)

    def hide(self, name: str) -> None:
        self._seen.discard(name)

    def is_seen(self, name: str) -> bool:
        return name in self._seen

    def unseen_needs(self, name: str) -> Iterator[str]:
        """What a widget builds on and the reader doesn't see, each after those that it builds on itself."""
        return (need for need in reversed(self._registry.needs(name)) if need not in self._seen)

    def stands_at(self, name: str, options: Mapping[str, str], events: Iterable[Event]) -> bool:
        """Whether there is a session of these options at the end of this log, and nothing for it to follow."""
        session = self._open.get(name)
        if not session or name in self._outdated or session.widget.options != self._options(name, options):
            return False
        return session.log == list(events)

    def new(self, name: str, options: Mapping[str, str]) -> Session[Any]:
        """A session in which nothing has happened, on the present states of what the widget builds on."""
        return self._on_present(self._registry[name](self._content, self._options(name, options)))

    def anew(self, name: str) -> Session[Any]:
        """The same for a widget that is open."""
        return self._on_present(self._open[name].widget)

    def put(self, name: str, session: Session[Any]) -> None:
        """Opens a session, in place of the one before."""
        self._open[name] = session
        self._outdated.discard(name)

    def outdate(self, name: str) -> list[str]:
        """Has what builds on a widget, and isn't seen, be folded anew before it is. Returns those that are seen."""
        followers = [other for other, session in self._open.items() if name in session.widget.needs]
        self._outdated |= {follower for follower in followers if follower not in self._seen}
        return [follower for follower in followers if follower in self._seen]

    def is_untouched(self, name: str) -> bool:
        """Whether nothing has happened here nor in what this builds on."""
        session = self._open[name]
        return not session.log and all(map(self.is_untouched, session.widget.needs))

    def _on_present(self, widget: Widget[Any]) -> Session[Any]:
        return Session(widget, {need: self._open[need].state for need in widget.needs})

    def _options(self, name: str, options: Mapping[str, str]) -> Options:
        return parse_options(self._registry[name].Options, options)
