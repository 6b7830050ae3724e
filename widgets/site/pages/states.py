"""Links to a figure in a state: ``[no leash](state:pipeline-stepper?run&step=1&run&step=2&beta=0&run)``; and the figure
itself in a frame: ``<iframe src="embed:pipeline-stepper?run" title="...">``.

What follows the question mark are the reader's events in order, each a name and a value (JSON, or a word). The build
checks them against what the figure declares and writes the same link that "Copy link" would.
"""

from __future__ import annotations

import html as entities
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from widgets.kit.codec import encode
from widgets.kit.events import Event, Rejected

from ..errors import SiteError
from ..stage import Stage
from .embeds import FOLDER

_LINK = re.compile(r'(?:href="state|src="embed):(?P<name>[\w-]+)\?(?P<events>[^"]*)"')


class StateError(SiteError):
    """A link to a state that a figure can't be in; says which and why."""


def resolve(html: str, stage: Stage) -> str:
    """A page's HTML with its state links made real."""

    def real(match: re.Match) -> str:
        name = match["name"]
        if name not in [widget.name for widget in stage.registry]:
            raise StateError(f"{stage.source}: {name!r} in a state link is not a figure")
        widget = stage.registry[name](stage.content)
        try:
            log = [widget.check(_event(text)) for text in entities.unescape(match["events"]).split("&")]
        except Rejected as rejected:
            raise StateError(f"{stage.source}: the link to a state of {name}: {rejected}") from None
        # In what it builds on, nothing has happened: the link shows the same to every reader.
        needs = "".join(f"&amp;{need}=" for need in stage.registry.needs(name))
        state = f"#{name}={encode(log)}{needs}"
        if match[0].startswith("src"):
            return f'src="../{FOLDER}/{name}/{state}"'
        return f'href="../{_page(name, stage.root / "docs")}/{state}"'

    return _LINK.sub(real, html)


def _event(text: str) -> Event:
    name, _, value = unquote(text).partition("=")
    return Event(name, _value(value))


def _value(text: str) -> Any:
    if not text:
        return None
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return tuple(value) if isinstance(value, list) else value


def _page(name: str, docs: Path) -> str:
    """The chapter that has the figure."""
    for path in sorted(docs.glob("[0-9]*.md")):
        if re.search(rf"^::: widget {re.escape(name)}\b", path.read_text(encoding="utf-8"), re.MULTILINE):
            return path.stem
    raise StateError(f"{name} is in no chapter, so nothing can link to a state of it")
