"""What a reader can do to a widget: named events whose values are declared, checked and written down.

A widget declares every event it understands. Whatever arrives from a control, a link or storage is checked
against that declaration before it reaches the widget, so a widget's ``update`` never meets a surprise.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeGuard, cast

from .files import Given

Value = None | bool | int | float | str | tuple["Value", ...]


class Rejected(ValueError):
    """Something from outside does not fit its declaration. The message says what, and what would fit."""


@dataclass(frozen=True)
class Event:
    """One thing the reader did.

    ``steps`` is None when the event ran to its end, else how many steps of its long work were done when the
    reader stopped it: replaying it stops at the same place.
    """

    name: str
    value: Any = None  # a Value, of the type that the declaration of its name says
    steps: int | None = None


@dataclass(frozen=True)
class EventType:
    """The declaration of an event: its name, and which values it takes.

    ``setter`` events set something to a value (a slider, a text field), so only the last of a run counts and
    the log keeps only that one.
    """

    name: str

    @property
    def setter(self) -> bool:
        return False

    def check(self, value: Value) -> Value:
        """The value in its canonical form; raises Rejected when it does not fit."""
        raise NotImplementedError

    def reject(self, value: Value, expected: str) -> Rejected:
        shown = repr(value)
        return Rejected(f"{self.name}: got {shown[:60]}{'…' if len(shown) > 60 else ''}, expected {expected}")


@dataclass(frozen=True)
class Press(EventType):
    """A button without a value: ``Press("next")``."""

    def check(self, value: Value) -> None:
        if value is not None:
            raise self.reject(value, "no value")


@dataclass(frozen=True)
class Choice(EventType):
    """One of a fixed set of names: ``Choice("question", ("writing", "salary"))``."""

    options: tuple[str, ...]

    def check(self, value: Value) -> str:
        if not isinstance(value, str) or value not in self.options:
            raise self.reject(value, one_of(self.options, value))
        return value


@dataclass(frozen=True)
class Switch(EventType):
    """On or off: ``Switch("show_uncertainty")``."""

    def check(self, value: Value) -> bool:
        if not isinstance(value, bool):
            raise self.reject(value, "true or false")
        return value


def _is_number(value: Value) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


@dataclass(frozen=True)
class Number(EventType):
    """A number in a range, both ends included: ``Number("beta", 0.01, 10)``; a setter."""

    minimum: float
    maximum: float

    @property
    def setter(self) -> bool:
        return True

    def check(self, value: Value) -> float:
        # The range is compared before the conversion: an integer may be too large for a float.
        if not _is_number(value) or not self.minimum <= value <= self.maximum or not math.isfinite(value):
            raise self.reject(value, f"a number from {self.minimum:g} to {self.maximum:g}")
        return float(value)


@dataclass(frozen=True)
class Integer(EventType):
    """A whole number in a range, both ends included: ``Integer("seed", 0, 9999)``; a setter."""

    minimum: int
    maximum: int

    @property
    def setter(self) -> bool:
        return True

    def check(self, value: Value) -> int:
        if not _is_number(value) or not self.minimum <= value <= self.maximum or value != int(value):
            raise self.reject(value, f"a whole number from {self.minimum} to {self.maximum}")
        return int(value)


@dataclass(frozen=True)
class Text(EventType):
    """Typed text of bounded length: ``Text("answer", 500)``; a setter. It stays text: views escape it."""

    length: int

    @property
    def setter(self) -> bool:
        return True

    def check(self, value: Value) -> str:
        if not isinstance(value, str) or len(value) > self.length:
            raise self.reject(value, f"a text of at most {self.length} characters")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise self.reject(value, "a text without broken characters") from None
        return value


@dataclass(frozen=True)
class Numbered(EventType):
    """A choice for one of many: ``Numbered("verdict", 999, ("keep", "drop"))`` takes (3, "drop")."""

    most: int
    options: tuple[str, ...]

    def check(self, value: Value) -> tuple[int, str]:
        if not isinstance(value, (tuple, list)) or len(value) != 2:
            raise self.reject(value, "a number and a choice")
        number, name = value
        if not isinstance(name, str) or name not in self.options:
            raise self.reject(name, one_of(self.options, name))
        return Integer(self.name, 0, self.most).check(number), name


@dataclass(frozen=True)
class Files(EventType):
    """Files that the reader gave, by name, size and mark: ``Files("files")``; a setter. What is in them is in
    ``kit.files``."""

    most: int = 20

    @property
    def setter(self) -> bool:
        return True

    def check(self, value: Value) -> tuple[Given, ...]:
        if not isinstance(value, (tuple, list)) or not 1 <= len(value) <= self.most:
            raise self.reject(value, f"1 to {self.most} files")
        return tuple(map(self._given, value))

    def _given(self, value: Value) -> Given:
        if not isinstance(value, (tuple, list)) or len(value) != 3:
            raise self.reject(value, "a name, a size and a mark")
        name, size, mark = value
        if not isinstance(mark, str) or not re.fullmatch(r"[0-9a-z]{1,32}", mark):
            raise self.reject(mark, "a mark of small letters and digits")
        return Given(Text(self.name, 255).check(name), Integer(self.name, 0, 2**53).check(size), mark)


@dataclass(frozen=True)
class Fields(EventType):
    """Several choices at once, in order: ``Fields("label", (("r1", "r2"), ("r1", "r2"), ("a", "b")))``."""

    options: tuple[tuple[str, ...], ...]

    def check(self, value: Value) -> tuple[str, ...]:
        if not isinstance(value, (tuple, list)) or len(value) != len(self.options):
            raise self.reject(value, f"{len(self.options)} values")
        for item, options in zip(value, self.options, strict=True):
            if not isinstance(item, str) or item not in options:
                raise self.reject(item, one_of(options, item))
        return cast(tuple[str, ...], tuple(value))


@dataclass(frozen=True)
class Events:
    """All the events of a widget."""

    types: tuple[EventType, ...]

    def check(self, event: Event) -> Event:
        """The event with its value in canonical form; raises Rejected when it is unknown or does not fit."""
        declared = self.named(event.name)
        return Event(declared.name, declared.check(event.value), event.steps)

    def named(self, name: str) -> EventType:
        for declared in self.types:
            if declared.name == name:
                return declared
        names = [declared.name for declared in self.types]
        raise Rejected(f"{name!r:.60} is not an event here; {one_of(names, name)}")


def one_of(options: Iterable[str], found: Value) -> str:
    """What would have fitted, in words; the nearest option first where one is near."""
    options = list(options)
    near = get_close_matches(found, options, n=1) if isinstance(found, str) and len(found) < 200 else []
    if near:
        return f"perhaps {near[0]!r}"
    if not options:
        return "nothing: there are none"
    return "one of " + ", ".join(options[:12]) + (" …" if len(options) > 12 else "")
