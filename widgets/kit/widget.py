"""What a widget is: a pure state machine with a view.

    state0 = widget.start()                 # a frozen dataclass, cheap
    state  = widget.update(state, event)    # pure; or a generator that yields states while long work goes on:
                                            # what ``on_<event>`` makes of the state and the event's value
    html   = widget.view(state)             # htpy: escaped by construction

The same widget renders its first view at build time and answers every event in the reader's browser. Its
state is the fold of its event log, so reload, undo, links and "Python arrived late" are all one thing: replay.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from types import GeneratorType
from typing import Any, ClassVar, cast, get_type_hints

import htpy

from .events import Event, Events, EventType, Rejected, one_of
from .settings import Settings, shown


@dataclass(frozen=True)
class Saved:
    """A piece of a file that the reader saves: the file's name and media type, some bytes, and how far it is, from 0
    to 1."""

    name: str
    media: str
    data: bytes
    share: float


@dataclass(frozen=True)
class Options:
    """What an author may set where the widget is embedded. Subclass it; every field needs a default."""


class Widget[State]:
    """Subclass it, declare the class variables, write ``start``, ``view`` and ``on_<event>`` for each event.

    ``name``    what chapters embed: ``::: widget name``
    ``title``   the figure's title
    ``events``  declarations of everything the reader can do
    ``needs``   names of widgets whose states this one builds on; ``start`` receives them by keyword,
                dashes as underscores. When one of them changes, this widget's log is replayed on top.
    ``code``    the functions behind "Show the code", shown from their source
    ``aside``   a small prompt in the run of the text, without title bar and number
    ``private`` what it shows is the reader's own, and is not kept between visits; its log is
    ``depth``   how many events deep the build stores views for clicks that come before Python
    """

    name: ClassVar[str]
    title: ClassVar[str]
    events: tuple[EventType, ...] = ()
    needs: ClassVar[tuple[str, ...]] = ()
    code: ClassVar[tuple[Callable[..., Any], ...]] = ()
    aside: ClassVar[bool] = False
    private: ClassVar[bool] = False
    depth: ClassVar[int] = 1
    Options: ClassVar[type[Options]] = Options

    def __init__(self, content: Any, options: Options | None = None) -> None:
        self.content = content
        self.options: Any = options if options is not None else self.Options()  # of the class that the widget names

    def start(self, **inputs: Any) -> State:
        """The state before anything happened. ``inputs`` are the states of the widgets in ``needs``."""
        raise NotImplementedError

    def update(self, state: State, event: Event) -> State | Iterator[State]:
        """The state after a checked event; a generator yields states as its work proceeds.

        ``on_<event>(state, value)`` says what an event does, ``on_<event>(state)`` where it has no value; an event
        without one sets the field of its name.
        """
        handler = getattr(self, f"on_{event.name}", None)
        if handler is not None:
            return handler(state) if event.value is None else handler(state, event.value)
        if hasattr(state, event.name):
            return replace(cast(Any, state), **{event.name: event.value})
        raise NotImplementedError(
            f"{self.name} declares the event {event.name!r}: write on_{event.name}, or give its state a field of that "
            "name."
        )

    def view(self, state: State) -> htpy.Node:
        """The state as HTML. No style attributes, no inline handlers: a content security policy blocks them."""
        raise NotImplementedError

    def settings(self, state: State) -> Sequence[Settings]:
        """Every number that shaped what the state shows, from the objects that ran; see ``settings.of``."""
        return ()

    def progress(self, state: State) -> float | None:
        """How far long work is, from 0 to 1; None where that is not known."""
        return None

    def stopped(self, state: State) -> State:
        """The state where the reader stopped long work, also when the log is replayed to there."""
        return state

    def logged(self, state: State, event: Event) -> Event:
        """What the log keeps of an event once its work is over: what leads to the same state again, at once."""
        return event

    def save(self, state: State, what: str) -> Iterator[Saved]:
        """A file for the reader, by the name of what it holds, piece by piece."""
        raise NotImplementedError

    # What follows is the kit's, not for subclasses to change.

    def html(self, state: State) -> str:
        return str(htpy.fragment[self.whole(state)])

    def whole(self, state: State) -> htpy.Node:
        """The view, and the settings below it."""
        return [self.view(state), shown(self.settings(state))]

    def check(self, event: Event) -> Event:
        return Events(self.events).check(event)

    def run(self, state: State, event: Event) -> Generator[State, None, None]:
        """``update`` as an iterator in every case: the last state it yields is the result."""
        result = self.update(state, event)
        if isinstance(result, GeneratorType):
            yield from cast(Iterator[State], result)
        else:
            yield cast(State, result)

    def settle(self, state: State, event: Event) -> State:
        """The result of ``run`` without its progress."""
        for state in self.run(state, event):
            pass
        return state


def parse_options(kind: type[Options], given: Mapping[str, str]) -> Options:
    """The options an author wrote, converted to their declared types; raises Rejected naming the bad one."""
    types = get_type_hints(kind)
    names = [field.name for field in fields(kind)]
    values = {}
    for name, text in given.items():
        if name not in names:
            raise Rejected(f"unknown option {name!r}; {one_of(names, name)}")
        values[name] = _convert(name, text, types[name])
    return kind(**values)


def _convert(name: str, text: str, kind: type) -> Any:
    try:
        if kind is bool:
            return {"true": True, "false": False}[text.lower()]
        return kind(text)
    except (KeyError, ValueError):
        expected = {bool: "true or false", int: "a whole number", float: "a number"}.get(kind, kind.__name__)
        raise Rejected(f"option {name!r} takes {expected}, got {text!r}") from None
