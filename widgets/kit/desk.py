"""The desk serves a page: it keeps every widget's session and works through what the page asks, bit by bit.

The page posts messages (JSON), the desk answers with replies (JSON, see ``replies``). ``step`` does one small piece of
work, so that whoever drives the desk can take in new messages between two pieces: that is how long work is stopped, and
set aside while other figures are answered (see ``agenda``).

Messages, all with ``id`` (rising) and ``widget`` (its name):
    mount   options, log (text or null), needs ({name: log text or null}), owed ({name: messages on top of that log})
    leave   the widget is not on the page any more
    event   name, value
    undo, reset, stop
    load    log (text); one that can't be read changes nothing
    link    of (names): asks for their logs as text
    save    what: asks for a file
"""

from __future__ import annotations

import json
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from typing import Any

from . import files, replies
from .agenda import DEEDS, Agenda, Steps
from .events import Event, Rejected
from .notes import Notes
from .registry import Registry
from .replies import Message, Reply
from .session import Session
from .sessions import Sessions

# The reader sees the state of long work this often, in seconds.
REFRESH = 0.06


class Desk:
    """``post`` takes a message in; ``step`` works and returns replies; both speak JSON text."""

    def __init__(self, registry: Registry, content: Any, clock: Callable[[], float] = time.monotonic) -> None:
        self._sessions = Sessions(registry, content)
        self._clock = clock
        self._agenda = Agenda(clock)
        self._notes = Notes()  # of the work in hand
        self._answers: dict[str, Callable[[Message], Iterable[Reply | None]]] = {
            "mount": self._mount,
            "leave": self._leave,
            "link": self._link,
            "save": self._save,
        }
        self._deeds: dict[str, Callable[[Message], Iterable[Any]]] = {
            "event": self._event,
            "undo": self._undo,
            "reset": self._reset,
            "load": self._load,
            "stop": lambda _: (),  # ``post`` has stopped what there was
        }

    def post(self, text: str) -> None:
        """Takes a message in, and stops the work that it makes pointless or that can wait."""
        message = json.loads(text)
        self._agenda.hear()
        self._agenda.post(message, latest=self._is_setter(message))

    def hold(self, name: str, size: int, mark: str, read: Callable[[int, int], Any]) -> None:
        """Takes in a file that the reader gave, see ``files``."""
        self._agenda.hear()
        files.hold(name, size, mark, read)

    def step(self) -> str | None:
        """Does one piece of work. Returns a reply, ``""`` when there is none yet, None when nothing is left to do."""
        work = self._agenda.next(self._answer, self._follow)
        if work is None:
            return None
        self._notes = work.notes
        try:
            reply = next(work.steps)
            return json.dumps(reply, allow_nan=False) if reply else ""
        except StopIteration:
            self._agenda.done()
            return ""
        except Exception as error:
            self._agenda.done()
            _print(error)
            return json.dumps(replies.failure(work.message, error))

    def can_wait(self) -> float:
        """For how many seconds all that is left to do can wait: figures follow when the reader pauses."""
        return self._agenda.can_wait()

    def session(self, name: str) -> Session[Any]:
        return self._sessions[name]

    def _is_setter(self, message: Message) -> bool:
        """A slider in motion sends many events; of those not yet begun, only the last need be worked on."""
        if message["type"] != "event" or message["widget"] not in self._sessions:
            return False
        types = self._sessions[message["widget"]].widget.events
        return any(kind.name == message["name"] and kind.setter for kind in types)

    # Every kind of work yields None after a piece, or a reply where one is due.

    def _answer(self, message: Message) -> Steps:
        if message["type"] in self._answers:
            yield from self._answers[message["type"]](message)
            return
        shown = self._clock()
        for _ in self._deeds[message["type"]](message):
            due = message["type"] == "event" and self._clock() - shown >= REFRESH
            yield self._view(message["widget"], busy=True) if due else None
            shown = self._clock() if due else shown
        yield from self._changed(message)

    def _follow(self, message: Message) -> Steps:
        """Folds a widget's log anew from the present states of the widgets that it builds on."""
        name = message["widget"]
        fresh = self._sessions.anew(name)
        for _ in self._notes.follow(fresh, self._sessions[name].log):
            yield None
        self._sessions.put(name, fresh)
        yield from self._changed(message)

    def _changed(self, message: Message) -> Steps:
        """Has others follow a widget, and shows it."""
        yield from self._pass_on(message)
        if self._sessions.is_seen(message["widget"]):
            yield self._view(message["widget"])

    def _pass_on(self, message: Message) -> Steps:
        """Has every widget that builds on this one folded anew, once the reader's messages are done, or when it is next
        shown.
        """
        for follower in self._sessions.outdate(message["widget"]):
            if follower not in self._agenda.followers:
                self._agenda.followers[follower] = message["id"]
                yield replies.stale(message, follower)

    # Widgets come and go.

    def _mount(self, message: Message) -> Steps:
        """The page knows best what has happened: a session that is at another point, or of other options, is folded
        anew.
        """
        name = message["widget"]
        before = self._sessions.get(name)
        for _ in self._open_needs(message):
            yield None
        for _ in self._open(name, message.get("options") or {}, message["log"]):
            yield None
        self._sessions.show(name)
        if before not in (None, self._sessions[name]):
            yield from self._pass_on(message)
        first = self._sessions.is_untouched(name)
        yield self._view(name, first=first)
        if first:
            self._sessions[name].html()  # what it takes is then there for the first event

    def _open_needs(self, message: Message) -> Iterator[Any]:
        needs, owed = message.get("needs", {}), message.get("owed", {})
        for need in self._sessions.unseen_needs(message["widget"]):
            yield from self._open(need, {}, needs.get(need))
            yield from self._catch_up(need, owed.get(need, ()))
        if self._notes.unread:
            self._notes.messages.append(
                "What this figure builds on can’t be read, and is shown as if nothing had been done."
            )

    def _catch_up(self, name: str, owed: Iterable[Message]) -> Iterator[Any]:
        """What the reader did on another page, which was left before there was an answer."""
        for message in owed:
            try:
                if message["type"] in DEEDS:
                    yield from self._deeds[message["type"]]({**message, "widget": name})
            except Exception as error:  # it came out of storage
                print(f"{name}: a step that was not answered was left out. {error!r}")

    def _open(self, name: str, options: Mapping[str, str], log: str | None) -> Iterator[Any]:
        """Has a session stand at the end of a log; what it builds on is open already."""
        events = self._notes.read(name, log)
        if self._sessions.stands_at(name, options, events):
            return
        session = self._sessions.new(name, options)
        yield from self._notes.replay(session, events)
        self._sessions.put(name, session)
        self._sessions.outdate(name)

    def _leave(self, message: Message) -> Iterable[Reply]:
        self._sessions.hide(message["widget"])
        return ()

    # What the reader does.

    def _event(self, message: Message) -> Iterator[Any]:
        event = Event(message["name"], message.get("value"))
        try:
            with closing(self._sessions[message["widget"]].send(event)) as states:
                for pieces, state in enumerate(states):
                    yield state
                    if pieces and self._agenda.is_ended(message["widget"]):
                        return
        except Rejected as rejected:
            self._notes.messages.append(str(rejected))

    def _undo(self, message: Message) -> Iterable[Any]:
        self._sessions[message["widget"]].undo()
        return ()

    def _reset(self, message: Message) -> Iterable[Any]:
        self._sessions[message["widget"]].reset()
        return ()

    def _load(self, message: Message) -> Iterable[Any]:
        name = message["widget"]
        events = self._notes.read(name, message["log"])
        return () if name in self._notes.unread else self._notes.replay(self._sessions[name], events)

    # What the reader sees or takes away.

    def _view(self, name: str, busy: bool = False, first: bool = False) -> Reply:
        return replies.view(
            self._sessions[name],
            self._notes,
            taken=self._agenda.taken,
            busy=busy,
            first=first,
            stale=name in self._agenda.followers,
            untouched=self._sessions.is_untouched(name),
        )

    def _link(self, message: Message) -> Iterable[Reply]:
        return (replies.link(message, {name: self._sessions[name].log for name in message["of"]}),)

    def _save(self, message: Message) -> Iterable[Reply]:
        session = self._sessions[message["widget"]]
        return replies.pieces(message, session.widget.save(session.state, message["what"]))


def _print(error: Exception) -> None:
    """For the console. What is shipped carries no line numbers, without which ``traceback`` itself fails."""
    try:
        traceback.print_exception(error)
    except Exception:
        functions = [frame.f_code.co_qualname for frame, _ in traceback.walk_tb(error.__traceback__)]
        print(f"{error!r} in {', in '.join(reversed(functions))}", file=sys.stderr)
