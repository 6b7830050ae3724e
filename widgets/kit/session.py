"""One reader's use of one widget: the event log, and the states it folds to."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import islice
from operator import is_
from typing import Any

from .codec import encode
from .events import Event, Events
from .widget import Widget

# Undo is instant this many times in a row; beyond, the log is folded anew.
REMEMBERED = 32


class Session[State]:
    """The log and its fold. ``send`` and ``replay`` are iterators: nothing happens until they are run.

    Closing the iterator of ``send`` stops the event's long work where it is; the log remembers how far it came.
    """

    def __init__(self, widget: Widget[State], inputs: Mapping[str, Any] | None = None) -> None:
        self.widget = widget
        self.inputs = dict(inputs or {})
        self.log: list[Event] = []
        self.state: State = self._start()
        self._before: deque[State] = deque(maxlen=REMEMBERED)
        self._told: tuple[list[Event], str] | None = None  # the log whose text was asked for last, and the text

    def html(self) -> str:
        return self.widget.html(self.state)

    def text(self) -> str:
        """The log as text, made once as long as it stays the same."""
        if self._told is None or not _are_same(self._told[0], self.log):
            self._told = self.log.copy(), encode(self.log)
        return self._told[1]

    def send(self, event: Event) -> Generator[State, None, None]:
        """Checks the event, writes it down and yields the states it leads to; raises Rejected."""
        event = self.widget.check(event)
        if self.log and self._replaces(event, self.log[-1]):
            self._pop()
        before, steps = self.state, 0
        self.log.append(event)
        self._before.append(before)
        finished = False
        try:
            for self.state in self._steps(before, event):
                steps += 1
                yield self.state
            finished = True
            self.state = self._at_end(self.state, event)
            self.log[-1] = self.widget.logged(self.state, event)
        finally:
            if not finished:
                self._stopped(event, steps)

    def undo(self) -> None:
        """Takes back the last event, if there is one."""
        if self.log:
            self._pop()

    def reset(self) -> None:
        """Takes back everything."""
        self.log.clear()
        self._before.clear()
        self.state = self._start()

    def replay(self, log: Iterable[Event], messages: list[str]) -> Iterator[State]:
        """Folds a log from the start. Events that do not fit are left out and reported in ``messages``."""
        log = list(log)
        self.reset()
        for event in log:
            try:
                yield from self.send(event)
            except Exception as error:  # one bad step, whatever its kind, must not cost the reader the others
                messages.append(str(error))

    def _start(self) -> State:
        return self.widget.start(**{name.replace("-", "_"): state for name, state in self.inputs.items()})

    def _replaces(self, event: Event, last: Event) -> bool:
        return event.name == last.name and Events(self.widget.events).named(event.name).setter

    def _steps(self, before: State, event: Event) -> Iterator[State]:
        """The states that an event leads to, as far as its work came."""
        with closing(self.widget.run(before, event)) as states:
            yield from islice(states, event.steps)

    def _at_end(self, state: State, event: Event) -> State:
        return state if event.steps is None else self.widget.stopped(state)

    def _stopped(self, event: Event, steps: int) -> None:
        """The work ended early: by the reader, or by an error in its first step, which undoes the event."""
        if steps:
            self.state = self.widget.stopped(self.state)
            kept = self.widget.logged(self.state, event)
            self.log[-1] = replace(event, steps=steps) if kept is event else kept
        else:
            self._pop()

    def _pop(self) -> None:
        self.log.pop()
        if self._before:
            self.state = self._before.pop()
            return
        state = self._start()
        for event in self.log:
            for state in self._steps(state, event):
                pass
            state = self._at_end(state, event)
        self.state = state


def _are_same(one: Sequence[Event], other: Sequence[Event]) -> bool:
    """Whether these are the very same events: equal ones may differ as text, as 0.0 and -0.0 do."""
    return len(one) == len(other) and all(map(is_, one, other))
