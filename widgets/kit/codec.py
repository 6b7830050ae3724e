"""Event logs as text: short enough for a link, safe to read back from anywhere.

The text is ``1.`` (the format's version) and base64url of a zlib-compressed JSON array, one entry an event:
``["name"]``, ``["name", value]`` or ``["name", value, steps]``.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
import zlib
from collections.abc import Iterable

from . import shallow_json
from .events import Event, Rejected, Value

VERSION = "1."
# Bytes of JSON. No log needs more, an imported file in it included; a hostile link could otherwise unpack to gigabytes.
LIMIT = 16_000_000
_ALPHABET = re.compile(r"[A-Za-z0-9_-]*\Z")
_DIGITS = 16
# Lists in one another: the list of events, an event, and its value.
_DEPTH = 2 + 4


def encode(log: Iterable[Event]) -> str:
    """The log as a text of letters, digits, dot, dash and underscore."""
    entries = [_entry(event) for event in log]
    text = json.dumps(entries, separators=(",", ":"), allow_nan=False, ensure_ascii=False).encode(
        "utf-8", "surrogatepass"
    )
    packed = zlib.compress(text, 6)
    return VERSION + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decode(text: str | bytes) -> tuple[Event, ...]:
    """The log behind a text; raises Rejected, saying why, for anything that ``encode`` could not have made."""
    if isinstance(text, bytes):
        text = text.decode("latin-1")
    if not text.startswith(VERSION):
        raise Rejected(f"a saved state starts with {VERSION!r}, this one with {text[:12]!r}")
    return tuple(_event(entry) for entry in _entries(_unpack(text[len(VERSION) :])))


def _entry(event: Event) -> list:
    if event.steps is not None:
        return [event.name, event.value, event.steps]
    return [event.name] if event.value is None else [event.name, event.value]


def _unpack(body: str) -> bytes:
    if not _ALPHABET.match(body):
        raise Rejected("a saved state holds only letters, digits, dash and underscore")
    unpacker = zlib.decompressobj()
    try:
        packed = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
        unpacked = unpacker.decompress(packed, LIMIT)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise Rejected(f"a saved state is damaged: {error}") from error
    if unpacker.unconsumed_tail:
        raise Rejected(f"a saved state holds more than {LIMIT} bytes")
    if not unpacker.eof or unpacker.unused_data:
        raise Rejected("a saved state is damaged: its end is missing or too long")
    return unpacked


def _entries(unpacked: bytes) -> list:
    try:
        text = unpacked.decode("utf-8", "surrogatepass")
        entries = shallow_json.loads(text, _DEPTH, parse_constant=_finite, parse_float=_finite, parse_int=_short)
    except ValueError as error:
        raise Rejected(f"a saved state is not JSON: {error}") from error
    if not isinstance(entries, list):
        raise Rejected("a saved state is a list of events")
    return entries


def _finite(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise ValueError(f"{text:.20} is not a finite number")
    return number


def _short(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise ValueError(f"{digits[:20]}… has more than {_DIGITS} digits")
    return int(digits)


def _event(entry: object) -> Event:
    if not isinstance(entry, list) or not 1 <= len(entry) <= 3 or not isinstance(entry[0], str):
        raise Rejected(f"an event is a name, a value and a number of steps; got {entry!r:.60}")
    name, value, steps = (entry + [None, None])[:3]
    if steps is not None and (not isinstance(steps, int) or isinstance(steps, bool) or steps < 0):
        raise Rejected(f"{name!r:.60}: steps are a whole number, got {steps!r:.60}")
    return Event(name, _value(value), steps)


def _value(value: object) -> Value:
    """Lists become tuples, so that an event is a value; objects have no place in an event."""
    if isinstance(value, list):
        return tuple(map(_value, value))
    if isinstance(value, dict):
        raise Rejected("an event's value is a text, a number, a switch or a list of these")
    return value
