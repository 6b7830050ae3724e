"""What a reader does to a figure, without the page around it."""

from __future__ import annotations

from itertools import islice

from widgets.kit.events import Event


def after(widget, state, *events):
    """The state after events, each a name or a name and a value."""
    for event in events:
        name, value = event if isinstance(event, tuple) else (event, None)
        state = widget.settle(state, widget.check(Event(name, value)))
    return state


def stopped(widget, state, event, steps):
    """The state where a reader stops an event's work after some steps."""
    *_, state = islice(widget.run(state, widget.check(Event(event))), steps)
    return widget.stopped(state)
