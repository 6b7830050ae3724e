"""Event logs as text: short enough for a link, and made to survive what happens to links on their way.

``2.`` (the format's version), five digits that say how long the body is, one that checks these, three that check the
body, and the body: a deflated JSON array, one entry an event, ``["name"]``, ``["name", value]`` or ``["name", value,
steps]``. All digits are base 62, so that no program takes one for punctuation or markup. As the length stands in front,
what was added at the end falls off, and a text that was cut gives back all whole events of what is left.

``1.`` is the format of earlier releases: base64url of the same array, compressed with zlib.
"""

from __future__ import annotations

import base64
import json
import math
import re
import string
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from types import NoneType
from typing import cast

from . import shallow_json
from .events import Event, Rejected, Value

VERSION = "2."
# Bytes of JSON. No log needs more; a hostile link could otherwise unpack to gigabytes.
LIMIT = 16_000_000
_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}
_LENGTH, _CHECKS = 5, (1, 3)
_HEAD = len(VERSION) + _LENGTH + sum(_CHECKS)
# So many digits hold that many bytes; longer bodies go in groups of the longest.
_DIGITS_OF = (0, 2, 3, 5, 6, 7, 9, 10, 11)
_GROUP, _BYTES = _DIGITS_OF[-1], len(_DIGITS_OF) - 1
_OLD = re.compile(r"1\.([A-Za-z0-9_-]*)\Z")
_NEW = re.compile(r"2\.[0-9A-Za-z]*\Z")
_LONGEST_NUMBER = 16
# What opens or closes in JSON. A text that never ends goes to the end.
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)
# Lists in one another: the list of events, an event, and its value.
_DEPTH = 2 + 4


class Newer(Rejected):
    """The text is in the format of a later release."""


@dataclass(frozen=True)
class Reading:
    """The events that a text holds; ``cut`` when its end is missing, and perhaps events with it."""

    events: tuple[Event, ...]
    cut: bool


def encode(log: Iterable[Event]) -> str:
    """The log as digits and letters, with one dot after the first."""
    entries = [_entry(event) for event in log]
    text = json.dumps(entries, separators=(",", ":"), allow_nan=False, ensure_ascii=False)
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(text.encode("utf-8", "surrogatepass")) + packer.flush()
    body = "".join(_to_digits(packed[start : start + _BYTES]) for start in range(0, len(packed), _BYTES))
    return _head(_number(len(body), _LENGTH), body) + body


def decode(text: str | bytes) -> tuple[Event, ...]:
    """The log behind a whole text; raises Rejected, saying why, for anything that ``encode`` could not have made."""
    reading = read(text)
    if reading.cut:
        raise Rejected("a saved state is damaged: its end is missing")
    return reading.events


def read(text: str | bytes) -> Reading:
    """What can be had from a text whose end may be missing; raises
    Rejected where nothing can, Newer for a later format.
    """
    if isinstance(text, bytes):
        text = text.decode("latin-1")
    if found := _OLD.match(text):
        unpacked, cut = _unpack(_from_base64(found[1]), zlib.MAX_WBITS)
    elif _NEW.match(text):
        packed, cut = _from_digits(text)
        unpacked, ended_early = _unpack(packed, -zlib.MAX_WBITS)
        if ended_early and not cut:
            raise Rejected("a saved state is damaged: its end is missing")
    elif re.match(r"[3-9]\.", text):
        raise Newer("a saved state was made by a newer release of this book")
    elif text.startswith(("1.", "2.")):
        raise Rejected("a saved state holds only letters, digits, dash and underscore")
    else:
        raise Rejected(f"a saved state starts with '1.' or '2.', this one with {text[:12]!r}")
    entries = _entries(_whole_events(unpacked) if cut else unpacked)
    return Reading(tuple(map(_event, entries)), cut)


def _entry(event: Event) -> list[Value]:
    if event.steps is not None:
        return [event.name, event.value, event.steps]
    return [event.name] if event.value is None else [event.name, event.value]


# Digits.


def _number(value: int, length: int) -> str:
    """A number in so many digits of base 62."""
    digits: list[str] = []
    for _ in range(length):
        value, digit = divmod(value, len(_DIGITS))
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))


def _value_of(digits: str) -> int:
    value = 0
    for digit in digits:
        value = value * len(_DIGITS) + _VALUES[digit]
    return value


def _head(length: str, body: str | None) -> str:
    """What stands before a body; as much of it as can be known when the body is not whole."""
    return VERSION + length + _check(length, _CHECKS[0]) + ("" if body is None else _check(body, _CHECKS[1]))


def _check(digits: str, length: int) -> str:
    return _number(zlib.crc32(digits.encode()) % len(_DIGITS) ** length, length)


def _to_digits(group: bytes) -> str:
    return _number(int.from_bytes(group), _DIGITS_OF[len(group)])


def _from_digits(text: str) -> tuple[bytes, bool]:
    """The packed bytes, and whether the end is missing; raises Rejected when a digit is not what it was."""
    if len(text) <= _HEAD:
        raise Rejected("a saved state is damaged: all but its beginning is missing")
    length = text[len(VERSION) : len(VERSION) + _LENGTH]
    wanted = _value_of(length)
    body = text[_HEAD : _HEAD + wanted]
    cut = len(body) < wanted
    if not text.startswith(_head(length, None if cut else body)):
        raise Rejected("a saved state is damaged: some of its letters are not what they were")
    groups = [body[start : start + _GROUP] for start in range(0, len(body), _GROUP)]
    lengths = [min(_GROUP, wanted - start) for start in range(0, len(body), _GROUP)]
    return b"".join(map(_group, groups, lengths)), cut


def _group(digits: str, length: int) -> bytes:
    """The bytes of a group that had ``length`` digits: those on
    which all that may follow agree, when some are missing.
    """
    if length not in _DIGITS_OF:
        raise Rejected("a saved state is damaged: its length is not one that there can be")
    count, missing = _DIGITS_OF.index(length), length - len(digits)
    base, room = len(_DIGITS) ** missing, 256**count
    least = _value_of(digits) * base
    if least >= room:
        raise Rejected("a saved state is damaged: some of its letters are not what they were")
    low, high = least.to_bytes(count), min(least + base - 1, room - 1).to_bytes(count)
    same = next((place for place in range(count) if low[place] != high[place]), count)
    return low[:same]


def _from_base64(body: str) -> bytes:
    """The bytes; a digit too many, which alone holds none, falls off."""
    whole = body[: len(body) - (len(body) % 4 == 1)]
    return base64.urlsafe_b64decode(whole + "=" * (-len(whole) % 4))


# JSON.


def _unpack(packed: bytes, window: int) -> tuple[bytes, bool]:
    """The JSON, and whether its end is missing. What stands behind the end is of no matter."""
    unpacker = zlib.decompressobj(window)
    try:
        unpacked = unpacker.decompress(packed, LIMIT)
    except zlib.error as error:
        raise Rejected(f"a saved state is damaged: {error}") from error
    if unpacker.unconsumed_tail:
        raise Rejected(f"a saved state holds more than {LIMIT} bytes")
    return unpacked, not unpacker.eof


def _whole_events(unpacked: bytes) -> bytes:
    """A JSON array whose end is missing, closed after the last whole one of its elements."""
    depth, end = 0, None
    for token in _TOKEN.finditer(unpacked):
        if token[0] in (b"[", b"{"):
            depth += 1
        elif token[0] in (b"]", b"}"):
            depth -= 1
            end = token.end() if depth == 1 else end
    if end is None:
        raise Rejected("a saved state is damaged: all but its beginning is missing")
    return unpacked[:end] + b"]"


def _entries(unpacked: bytes) -> list[object]:
    try:
        text = unpacked.decode("utf-8", "surrogatepass")
        entries = shallow_json.loads(text, _DEPTH, parse_constant=_finite, parse_float=_finite, parse_int=_short)
    except ValueError as error:
        raise Rejected(f"a saved state is not JSON: {error}") from error
    if not isinstance(entries, list):
        raise Rejected("a saved state is a list of events")
    return cast(list[object], entries)


def _finite(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise ValueError(f"{text:.20} is not a finite number")
    return number


def _short(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise ValueError(f"{digits[:20]}… has more than {_LONGEST_NUMBER} digits")
    return int(digits)


def _event(entry: object) -> Event:
    parts = cast(list[object], entry) if isinstance(entry, list) else []
    if not 1 <= len(parts) <= 3 or not isinstance(name := parts[0], str):
        raise Rejected(f"an event is a name, a value and a number of steps; got {entry!r:.60}")
    value, steps = [*parts[1:], None, None][:2]
    if steps is not None and (not isinstance(steps, int) or isinstance(steps, bool) or steps < 0):
        raise Rejected(f"{name!r:.60}: steps are a whole number, got {steps!r:.60}")
    return Event(name, _value(value), steps)


def _value(value: object) -> Value:
    """Lists become tuples, so that an event is a value; objects have no place in an event."""
    if isinstance(value, list):
        return tuple(map(_value, cast(list[object], value)))
    if not isinstance(value, (bool, int, float, str, NoneType)):
        raise Rejected("an event's value is a text, a number, a switch or a list of these")
    return value
