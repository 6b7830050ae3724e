"""What the desk says to the page, see ``desk``: each reply as it is before it becomes JSON.

view    id (the last message taken in), html (null: the first view, which the build put into the page), log (text;
        null while busy), length, busy, progress (0 to 1 or null), stale, untouched (nothing has happened here nor
        in what it builds on: the build's stored views hold), messages, unread ("damaged" or "newer" where the log
        could not be read), left_out (how many of its steps did not fit), private (it is not to be kept)
link    id, links: by name log, short (the log without what is long), left_out (how many steps that lacks)
piece   id, name, media, data (base64), progress, busy (whether more is to come): of a file to be saved
stale   what the widget shows is of before a change in one that it builds on; a view follows when there is time
error   id, message
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .codec import encode
from .events import Event
from .notes import Notes
from .session import Session
from .widget import Saved

Message = Mapping[str, Any]
Reply = dict[str, Any]

# Characters of an event's value; one that is longer is a file or a long text, which a link may do without.
LONG = 300


def view(session: Session[Any], notes: Notes, *, taken: int, busy: bool, first: bool, **standing: bool) -> Reply:
    """How a widget looks; ``standing`` is ``stale`` and ``untouched``."""
    widget = session.widget
    return {
        "type": "view",
        "widget": widget.name,
        "id": taken,
        "html": None if first else session.html(),
        "log": None if busy else session.text(),
        "length": len(session.log),
        "busy": busy,
        "progress": widget.progress(session.state) if busy else None,
        "messages": [] if busy else notes.messages,
        "unread": notes.unread.get(widget.name),
        "left_out": notes.left_out,
        "private": widget.private,
    } | standing


def link(message: Message, logs: Mapping[str, Sequence[Event]]) -> Reply:
    return _to(message, "link") | {"links": {name: _texts(log) for name, log in logs.items()}}


def pieces(message: Message, file: Iterable[Saved]) -> Iterator[Reply]:
    """A file, as a widget writes it; the last reply ends it."""
    reply = _to(message, "piece")
    for piece in file:
        about = {"name": piece.name, "media": piece.media, "progress": piece.share}
        yield reply | about | {"data": base64.b64encode(piece.data).decode(), "busy": True}
    yield reply | {"data": "", "busy": False, "progress": None}


def stale(message: Message, follower: str) -> Reply:
    return _to(message, "stale") | {"widget": follower}


def failure(message: Message, error: Exception) -> Reply:
    said = f"That step could not be computed ({error}). Nothing before it is lost."
    return _to(message, "error") | {"message": said}


def _to(message: Message, kind: str) -> Reply:
    return {"type": kind, "widget": message["widget"], "id": message["id"]}


def _texts(log: Sequence[Event]) -> dict[str, Any]:
    short = [event for event in log if len(json.dumps(event.value)) <= LONG]
    return {"log": encode(log), "short": encode(short), "left_out": len(log) - len(short)}
