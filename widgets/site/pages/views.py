"""The views after a reader's first clicks, made at build time: they answer until Python can."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from types import GeneratorType
from typing import Any

from widgets.kit.events import Event
from widgets.kit.registry import Registry
from widgets.kit.widget import Widget, parse_options

# A slider with more stops than this waits for Python.
MOST_STOPS = 40


def views(registry: Registry, content: Any, name: str, options: Mapping[str, str]) -> dict[str, Any]:
    """A figure's first view as markup, ``first``, and those after its first events, ``stored``."""
    kind = registry[name]
    widget = kind(content, parse_options(kind.Options, options))
    state = first_state(widget, registry, content)
    return {"first": widget.html(state), "stored": stored_views(widget, state)}


def first_state(widget: Widget, registry: Registry, content: Any) -> Any:
    """The state of a widget before anything has happened, in it or in those that it builds on."""
    return widget.start(
        **{need.replace("-", "_"): first_state(registry[need](content), registry, content) for need in widget.needs}
    )


def stored_views(widget: Widget, state: Any) -> dict[str, str]:
    """Views by the path of events that leads to them, as deep as the widget asks for.

    A path's key is the key of its events, one a line; an event's key is its name and its value as JSON, just
    as page.js finds them on the control. Events with long work have no stored view: their progress is the point.
    """
    return dict(_views(widget, state, widget.html(state), "", widget.depth))


def _views(widget: Widget, state: Any, html: str, path: str, depth: int) -> Iterator[tuple[str, str]]:
    if depth == 0:
        return
    for key, event in offered(html).items():
        result = widget.update(state, widget.check(event))
        if is_long(result):
            continue
        after = widget.html(result)
        yield path + key, after
        yield from _views(widget, result, after, f"{path}{key}\n", depth - 1)


def is_long(result: Any) -> bool:
    """Whether what ``update`` gave is work, and not yet a state."""
    return isinstance(result, GeneratorType)


def offered(html: str) -> dict[str, Event]:
    """The finite events that a view's buttons, radios, switches and sliders offer, by key."""
    reader = _Controls()
    reader.feed(html)
    return reader.found


class _Controls(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, Event] = {}

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if "data-event" not in given or "disabled" in given:
            return
        name = given["data-event"]
        if tag == "button":
            self._offer(name, given.get("data-value") or "null")
        elif tag == "input" and given.get("type") == "radio" and "checked" not in given:
            self._offer(name, json.dumps(given.get("value"), ensure_ascii=False))
        elif tag == "input" and given.get("type") == "range":
            for value in _stops(given):
                self._offer(name, json.dumps(value))
        elif tag == "input" and given.get("type") == "checkbox":
            self._offer(name, "false" if "checked" in given else "true")

    def _offer(self, name: str, value: str) -> None:
        self.found[f"{name} {value}"] = Event(name, _frozen(json.loads(value)))


def _stops(given: dict[str, str | None]) -> list[int]:
    """A slider's other values, where they are whole and few."""
    low, high, step, value = (float(given[name] or 0) for name in ("min", "max", "step", "value"))
    if step != 1 or low != int(low) or high - low > MOST_STOPS:
        return []
    return [stop for stop in range(int(low), int(high) + 1) if stop != value]


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
