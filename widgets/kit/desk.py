"""The desk serves a page: it keeps every widget's session and works through what the page asks, bit by bit.

The page posts messages (JSON), the desk answers with replies (JSON). ``step`` does one small piece of work, so
that whoever drives the desk can take in new messages between two pieces: that is how long work is stopped.

Messages, all with ``id`` (rising) and ``widget`` (its name):
    mount   options, log (text or null), needs ({name: log text or null}), owed ({name: messages on top of that log})
    leave   the widget is not on the page any more
    event   name, value
    undo, reset, stop
    load    log (text); one that can't be read changes nothing
    link    of (names): asks for their logs as text
    save    what: asks for a file
Replies:
    view    id (the last message taken in), html (null: the first
    view, which the build put into the page), log (text; null while
            busy), length, busy, progress (0 to 1 or null), stale, untouched (nothing has happened
            here nor in what it builds on: the build's stored views hold), messages, unread ("damaged"
            or "newer" where the log could not be read), left_out (how many of its steps did not fit),
            private (it is not to be kept)
    link    id, links: by name log, short (the log without what is long), left_out (how many steps that lacks)
    piece   id, name, media, data (base64), progress, busy (whether more is to come): of a file to be saved
    stale   what the widget shows is of before a change in one that it builds on; a view follows when there is time
    error   id, message
"""

from __future__ import annotations

import base64
import json
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import files
from .codec import Newer, encode, read
from .events import Event, Rejected
from .registry import Registry
from .session import Session
from .widget import Widget, parse_options

# The reader sees the state of long work this often, in seconds.
REFRESH = 0.06
# Messages of the reader end an event's long work in the same widget; replays go on to their end.
STOPPING = ("event", "undo", "reset", "stop", "load")
# What a reader does to a figure, as it waits in storage.
DEEDS = ("event", "undo", "reset", "load")
# Characters of an event's value; one that is longer is a file or a long text, which a link may do without.
LONG = 300


@dataclass
class Notes:
    """What there is to say of the work in hand, beside the view."""

    messages: list[str] = field(default_factory=list[str])
    unread: dict[str, str] = field(default_factory=dict[str, str])  # by widget: why its log could not be read
    left_out: int = 0


class Desk:
    """``post`` takes a message in; ``step`` works and returns replies; both speak JSON text."""

    def __init__(self, registry: Registry, content: Any, clock: Callable[[], float] = time.monotonic) -> None:
        self._registry = registry
        self._content = content
        self._clock = clock
        self._sessions: dict[str, Session[Any]] = {}
        self._shown: set[str] = set()
        self._stale: set[str] = set()  # not shown, and to be folded anew before they are
        self._queue: deque[dict[str, Any]] = deque()
        self._message: dict[str, Any] = {}
        self._taken = 0  # the id of the last message taken in
        self._work: Generator[dict[str, Any] | None] | None = None
        self._notes = Notes()

    def post(self, text: str) -> None:
        """Takes a message in, and stops the work that it makes pointless or that can wait."""
        message = json.loads(text)
        if self._queue and self._supersedes(message, self._queue[-1]):
            self._queue.pop()
        self._queue.append(message)
        if self._work and message["type"] in STOPPING:
            if self._message["type"] == "rebase":
                self._queue.append(self._message)
                self._end_work()
            elif self._message["type"] in ("event", "save") and self._message["widget"] == message["widget"]:
                self._end_work()

    def hold(self, name: str, size: int, mark: str, read: Callable[[int, int], Any]) -> None:
        """Takes in a file that the reader gave, see ``files``."""
        files.hold(name, size, mark, read)

    def step(self) -> str | None:
        """Does one piece of work. Returns a reply, ``""`` when there is none yet, None when nothing is left to do."""
        if self._work is None:
            if not self._queue:
                return None
            self._message = self._next()
            self._work = self._answer(self._message)
        try:
            reply = next(self._work)
            return json.dumps(reply, allow_nan=False) if reply else ""
        except StopIteration:
            self._work = None
            return ""
        except Exception as error:
            self._work = None
            return json.dumps(self._failure(self._message, error))

    def _next(self) -> dict[str, Any]:
        """The reader's own messages come before figures that only follow."""
        for place, message in enumerate(self._queue):
            if message["type"] != "rebase":
                del self._queue[place]
                self._taken = message["id"]
                return message
        return self._queue.popleft()

    def can_wait(self) -> bool:
        """Whether all that is left to do is to follow: figures that build on what the reader is busy with."""
        return self._work is None and bool(self._queue) and all(message["type"] == "rebase" for message in self._queue)

    def _end_work(self) -> None:
        if self._work:
            self._work.close()
        self._work = None

    def session(self, name: str) -> Session[Any]:
        return self._sessions[name]

    def _supersedes(self, message: dict[str, Any], waiting: dict[str, Any]) -> bool:
        """A slider in motion sends many events; of those not yet begun, only the last need be worked on."""
        same = all(message.get(key) == waiting.get(key) for key in ("type", "widget", "name"))
        if not same or message["type"] != "event" or message["widget"] not in self._sessions:
            return False
        types = self._sessions[message["widget"]].widget.events
        return any(kind.name == message["name"] and kind.setter for kind in types)

    def _answer(self, message: dict[str, Any]) -> Generator[dict[str, Any] | None]:
        """Works through a message. Yields None after every piece, or a view where one is due."""
        name, self._notes = message["widget"], Notes()
        if message["type"] == "link":
            yield self._link(message)
            return
        if message["type"] == "save":
            yield from self._save(message)
            return
        before, seen = self._sessions.get(message["widget"]), self._clock()
        for _ in getattr(self, f"_{message['type']}")(message):
            due = name in self._sessions and message["type"] == "event" and self._clock() - seen >= REFRESH
            yield self._view(name, busy=True) if due else None
            seen = self._clock() if due else seen
        if message["type"] != "mount" or before not in (None, self._sessions[name]):
            for follower in self._pass_on(message):
                yield {"type": "stale", "widget": follower, "id": message["id"]}
        if name not in self._shown:
            return
        if message["type"] == "mount" and self._is_untouched(name):
            yield self._view(name, first=True)
            self._html(name)  # what it takes is then there for the first event
        else:
            yield self._view(name)

    def _mount(self, message: dict[str, Any]) -> Iterator[Any]:
        """The page knows best what has happened: a session that is
        at another point, or of other options, is folded anew.
        """
        name, needs = message["widget"], message.get("needs", {})
        for need in reversed(self._registry.needs(name)):
            if need not in self._shown:
                yield from self._open(need, {}, needs.get(need))
                yield from self._catch_up(need, message.get("owed", {}).get(need, ()))
        if self._notes.unread:
            self._notes.messages.append(
                "What this figure builds on can’t be read, and is shown as if nothing had been done."
            )
        yield from self._open(name, message.get("options") or {}, message["log"])
        self._shown.add(name)

    def _catch_up(self, name: str, owed: Iterable[dict[str, Any]]) -> Iterator[Any]:
        """What the reader did on another page, which was left before there was an answer."""
        for message in owed:
            try:
                if message["type"] in DEEDS:
                    yield from getattr(self, f"_{message['type']}")({**message, "widget": name})
            except Exception as error:  # it came out of storage
                print(f"{name}: a step that was not answered was left out. {error!r}")

    def _leave(self, message: dict[str, Any]) -> Iterator[Any]:
        self._shown.discard(message["widget"])
        return iter(())

    def _open(self, name: str, options: Mapping[str, str], log: str | None) -> Iterator[Any]:
        """Has a session stand at the end of a log; what it builds on is open already."""
        kind, present = self._registry[name], self._sessions.get(name)
        wanted, events = parse_options(kind.Options, options), self._read(name, log)
        if present and present.widget.options == wanted and tuple(present.log) == events and name not in self._stale:
            return
        session = Session(kind(self._content, wanted), self._inputs(kind))
        yield from self._replay(session, events)
        self._sessions[name] = session
        self._stale.discard(name)
        self._stale |= {
            other
            for other, following in self._sessions.items()
            if name in following.widget.needs and other not in self._shown
        }

    def _event(self, message: dict[str, Any]) -> Iterator[Any]:
        event = Event(message["name"], message.get("value"))
        try:
            yield from self._sessions[message["widget"]].send(event)
        except Rejected as rejected:
            self._notes.messages.append(str(rejected))

    def _undo(self, message: dict[str, Any]) -> Iterator[Any]:
        self._sessions[message["widget"]].undo()
        return iter(())

    def _reset(self, message: dict[str, Any]) -> Iterator[Any]:
        self._sessions[message["widget"]].reset()
        return iter(())

    def _stop(self, message: dict[str, Any]) -> Iterator[Any]:
        return iter(())

    def _load(self, message: dict[str, Any]) -> Iterator[Any]:
        name = message["widget"]
        events = self._read(name, message["log"])
        return iter(()) if name in self._notes.unread else self._replay(self._sessions[name], events)

    def _replay(self, session: Session[Any], events: Iterable[Event]) -> Iterator[Any]:
        yield from session.replay(events, reasons := [])
        for reason in reasons:
            print(f"{session.widget.name}: a saved step was left out. {reason}")
        self._notes.left_out += len(reasons)

    def _read(self, name: str, log: str | None) -> tuple[Event, ...]:
        if not log:
            return ()
        try:
            reading = read(log)
        except Rejected as rejected:
            print(f"{name}: {rejected}")
            self._notes.unread[name] = "newer" if isinstance(rejected, Newer) else "damaged"
            return ()
        if reading.cut:
            steps = "step is" if len(reading.events) == 1 else f"{len(reading.events)} steps are"
            self._notes.messages.append(f"The end of this saved state is missing: its first {steps} here.")
        return reading.events

    def _link(self, message: dict[str, Any]) -> dict[str, Any]:
        logs = {name: self._sessions[name].log for name in message["of"]}
        links = {name: _texts(log) for name, log in logs.items()}
        return {"type": "link", "widget": message["widget"], "id": message["id"], "links": links}

    def _save(self, message: dict[str, Any]) -> Iterator[dict[str, Any]]:
        session = self._sessions[message["widget"]]
        reply = {"type": "piece", "widget": message["widget"], "id": message["id"]}
        for piece in session.widget.save(session.state, message["what"]):
            about = {"name": piece.name, "media": piece.media, "progress": piece.share}
            yield reply | about | {"data": base64.b64encode(piece.data).decode(), "busy": True}
        yield reply | {"data": "", "busy": False, "progress": None}

    def _rebase(self, message: dict[str, Any]) -> Iterator[Any]:
        """Folds a widget's log anew from the present states of the widgets that it builds on."""
        session = self._sessions[message["widget"]]
        fresh = Session(session.widget, self._inputs(type(session.widget)))
        yield from fresh.replay(session.log, reasons := [])
        if reasons:
            steps = "One step does" if len(reasons) == 1 else f"{len(reasons)} steps do"
            self._notes.messages.append(f"{steps} not fit what this figure builds on now, and went out.")
        self._sessions[message["widget"]] = fresh

    def _pass_on(self, message: dict[str, Any]) -> Iterator[str]:
        """Has every widget that builds on this one folded anew, once the reader's messages are done, or when it is next
        shown.

        Yields those that the reader sees.
        """
        for name, session in self._sessions.items():
            if message["type"] == "leave" or message["widget"] not in session.widget.needs:
                continue
            if name not in self._shown:
                self._stale.add(name)
            elif not self._is_stale(name):
                self._queue.append({"type": "rebase", "widget": name, "id": message["id"]})
                yield name

    def _is_stale(self, name: str) -> bool:
        return any(message["type"] == "rebase" and message["widget"] == name for message in self._queue)

    def _is_untouched(self, name: str) -> bool:
        session = self._sessions[name]
        return not session.log and all(map(self._is_untouched, session.widget.needs))

    def _inputs(self, kind: type[Widget[Any]]) -> dict[str, Any]:
        return {need: self._sessions[need].state for need in kind.needs}

    def _html(self, name: str) -> str:
        session = self._sessions[name]
        return session.widget.html(session.state)

    def _view(self, name: str, busy: bool = False, first: bool = False) -> dict[str, Any]:
        session = self._sessions[name]
        return {
            "type": "view",
            "widget": name,
            "id": self._taken,
            "html": None if first else self._html(name),
            "log": None if busy else encode(session.log),
            "length": len(session.log),
            "busy": busy,
            "progress": session.widget.progress(session.state) if busy else None,
            "stale": self._is_stale(name),
            "untouched": self._is_untouched(name),
            "messages": [] if busy else self._notes.messages,
            "unread": self._notes.unread.get(name),
            "left_out": self._notes.left_out,
            "private": session.widget.private,
        }

    def _failure(self, message: dict[str, Any], error: Exception) -> dict[str, Any]:
        _print(error)
        return {
            "type": "error",
            "widget": message["widget"],
            "id": message["id"],
            "message": f"That step could not be computed ({error}). Nothing before it is lost.",
        }


def _print(error: Exception) -> None:
    """For the console. What is shipped carries no line numbers, without which ``traceback`` itself fails."""
    try:
        traceback.print_exception(error)
    except Exception:
        functions = [frame.f_code.co_qualname for frame, _ in traceback.walk_tb(error.__traceback__)]
        print(f"{error!r} in {', in '.join(reversed(functions))}", file=sys.stderr)


def _texts(log: Sequence[Event]) -> dict[str, Any]:
    short = [event for event in log if len(json.dumps(event.value)) <= LONG]
    return {"log": encode(log), "short": encode(short), "left_out": len(log) - len(short)}
