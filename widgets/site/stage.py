"""What one build of the site has in hand: the book, its content and widgets, and what rendering pages leaves behind.

The MkDocs plugin makes one for every build, and hands it to the Markdown extension.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from widgets.kit.data import plain
from widgets.kit.registry import Registry

from .book import Book, read
from .pages.citations import Citations
from .pages.embed import Embed

if TYPE_CHECKING:
    from .computing.compute import Computer


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
    def book(self) -> Book:
        return read(self.root)

    @cached_property
    def computer(self) -> Computer:
        from .computing.compute import Computer

        return Computer(self.root / ".cache", self.book)

    @cached_property
    def registry(self) -> Registry:
        return import_module(self.book.entry).WIDGETS

    @cached_property
    def content(self) -> Any:
        """What the book's build loads; nothing for a book that has no content but its widgets and pages."""
        return self.book.built("load", lambda *_: None)(self.root, self.computer)

    @property
    def shipped(self) -> bytes:
        """The content as the browser gets it."""
        return shipped(self.content).encode()

    @cached_property
    def _content(self) -> bytes:
        """The content as plain data, given to the computer; and what tells it from another one."""
        data = plain(self.content)
        self.computer.open(data)
        return json.dumps(data, ensure_ascii=False, sort_keys=True).encode()

    def views(self, name: str, options: Mapping[str, str]) -> dict[str, Any]:
        """A figure's first view as markup, and those after its first events by what leads to them.

        Of the book's own widgets, from the Python of readers'
        browsers; of others, which that has not got, from this one.
        """
        from .pages.views import views

        if self.registry is import_module(self.book.entry).WIDGETS:
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

    def keep(self, stem: str, text: str) -> str:
        """Keeps a text to be written beside the bundle; returns its name, which carries a hash of the text."""
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        name = f"{stem}-{digest}.json"
        self.files[name] = text
        return name

    def where(self, line: int) -> str:
        return f"{self.source}:{self.first_line + line}"


def shipped(content: Any) -> str:
    """Content as compact JSON, the same text for the same content."""
    return json.dumps(plain(content), ensure_ascii=False, separators=(",", ":"))
