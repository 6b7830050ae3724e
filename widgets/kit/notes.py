"""What there is to say of the desk's work in hand, beside the view."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from .codec import Newer, read
from .events import Event, Rejected
from .session import Session


@dataclass
class Notes:
    """``messages`` are sentences for the reader; ``unread`` says by widget why its log could not be read; ``left_out``
    is how many of a log's steps did not fit.
    """

    messages: list[str] = field(default_factory=list[str])
    unread: dict[str, str] = field(default_factory=dict[str, str])
    left_out: int = 0

    def read(self, name: str, log: str | None) -> tuple[Event, ...]:
        """A widget's events from text that was kept or linked; none where it can't be read."""
        if not log:
            return ()
        try:
            reading = read(log)
        except Rejected as rejected:
            print(f"{name}: {rejected}")
            self.unread[name] = "newer" if isinstance(rejected, Newer) else "damaged"
            return ()
        if reading.cut:
            steps = "step is" if len(reading.events) == 1 else f"{len(reading.events)} steps are"
            self.messages.append(f"The end of this saved state is missing: its first {steps} here.")
        return reading.events

    def replay(self, session: Session[Any], events: Iterable[Event]) -> Iterator[Any]:
        """Folds events that were kept or linked, piece by piece."""
        reasons: list[str] = []
        yield from session.replay(events, reasons)
        for reason in reasons:
            print(f"{session.widget.name}: a saved step was left out. {reason}")
        self.left_out += len(reasons)

    def follow(self, session: Session[Any], events: Iterable[Event]) -> Iterator[Any]:
        """Folds what the reader did on top of states that have changed since."""
        reasons: list[str] = []
        yield from session.replay(events, reasons)
        if reasons:
            steps = "One step does" if len(reasons) == 1 else f"{len(reasons)} steps do"
            self.messages.append(f"{steps} not fit what this figure builds on now, and went out.")
