"""What one build of the site has in hand: the content, the widgets, and what rendering the pages leaves behind.

The MkDocs hook sets the stage; the Markdown extension plays on it. Used alone, the extension sets one itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from widgets.kit.registry import Registry

from .citations import Citations
from .embeds import Embed

if TYPE_CHECKING:
    from .compute import Computer


@dataclass
class Stage:
    """``root`` is the project's folder; ``source`` and ``first_line`` say which Markdown is being rendered."""

    root: Path
    source: str = "the page"
    first_line: int = 1
    files: dict[str, str] = field(default_factory=dict)
    citations: Citations = field(default_factory=Citations)
    embeds: dict[str, Embed] = field(default_factory=dict)

    @cached_property
    def computer(self) -> Computer:
        from .compute import Computer

        return Computer(self.root / ".cache")

    @cached_property
    def content(self) -> Any:
        from .content import load
        from .models import trained

        content = load(self.root / "content")
        return replace(content, models=trained(content, self.computer))

    @cached_property
    def _content(self) -> bytes:
        """The content as plain data, given to the computer; and what tells it from another one."""
        from widgets.kit.data import plain

        data = plain(self.content)
        self.computer.open(data)
        return json.dumps(data, ensure_ascii=False, sort_keys=True).encode()

    def views(self, name: str, options: Mapping[str, str]) -> dict[str, Any]:
        """A figure's first view as markup, and those after its first events by what leads to them.

        Of the book's own widgets, from the Python of readers'
        browsers; of others, which that has not got, from this one.
        """
        from widgets.chapters import WIDGETS

        from .views import views

        if self.registry is WIDGETS:
            return self.computer.answer(self._content, views=name, options=dict(options))
        return views(self.registry, self.content, name, options)

    def embedding(self, name: str, options: Mapping[str, str]) -> Embed:
        """The own page of a figure in the source at hand: the first of those that look alike has it."""
        embed = Embed(name, tuple(sorted(options.items())), self.source)
        return self.embeds.setdefault(embed.slug, embed)

    def close(self) -> None:
        """Nothing more is to be computed."""
        if "computer" in self.__dict__:
            self.computer.close()

    @cached_property
    def registry(self) -> Registry:
        from widgets.chapters import WIDGETS

        return WIDGETS

    def keep(self, stem: str, text: str) -> str:
        """Keeps a text to be written beside the bundle; returns its name, which carries a hash of the text."""
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        name = f"{stem}-{digest}.json"
        self.files[name] = text
        return name

    def where(self, line: int) -> str:
        return f"{self.source}:{self.first_line + line}"


_present: Stage | None = None


def set_stage(stage: Stage) -> None:
    global _present
    _present = stage


def present() -> Stage:
    """The stage of this build; a new one for the working folder where none was set."""
    if _present is None:
        set_stage(Stage(Path.cwd()))
    assert _present is not None
    return _present
