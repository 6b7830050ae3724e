"""What sets one book apart from another: the options of the MkDocs plugin ``widgets``, as mkdocs.yml gives them."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .errors import SiteError

SETTINGS, PLUGIN = "mkdocs.yml", "widgets"


class BookError(SiteError):
    """The settings do not say which book it is; the message says where to say so."""


@dataclass(frozen=True)
class Book:
    """``name`` is that of the wheel that readers' browsers load, and of all that they keep: it must never change.

    ``entry``      the module that has the book's WIDGETS and, if it has content, the class of that, Content
    ``packages``   all that the browser needs of the book's code, beside the kit
    ``build``      a module of what the book's build does beside the common: each of load, BLOCKS and add_commands that
                   it has (see ``Stage``, ``pages.extension`` and ``__main__``)
    ``known_as``   how pages of others say where a figure is from
    ``licence``    that of the book, as SPDX names it
    ``later``      what the book only announces, by the words (in bold) that name it: where they lead, once it is there
    """

    name: str
    entry: str
    packages: tuple[str, ...] = ()
    build: str = ""
    known_as: str = ""
    licence: str = ""
    later: dict[str, str] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """That of the installed package of the book's name."""
        try:
            return version(self.name)
        except PackageNotFoundError:
            return "0"

    def built(self, name: str, default: Any = None) -> Any:
        """Something of the module ``build``."""
        return getattr(import_module(self.build), name, default) if self.build else default


def read(root: Path) -> Book:
    """The book of a project's folder."""
    for plugin in _settings(root).get("plugins") or ():
        if isinstance(plugin, dict) and PLUGIN in plugin:
            return book(root, plugin[PLUGIN])
    raise BookError(f"{root / SETTINGS}: there is no plugin {PLUGIN!r}; add it, with the book's name and entry")


def book(root: Path, options: dict[str, Any]) -> Book:
    """The book of these options; what it names can be imported from its folder, too."""
    if str(root) not in sys.path:
        sys.path.append(str(root))
    return Book(**{**options, "packages": tuple(options.get("packages") or [options["entry"]])})


def published_path(root: Path) -> str:
    """The path below which the book is published: that of its site_url."""
    return urlsplit(_settings(root).get("site_url") or "/").path


def _settings(root: Path) -> dict[str, Any]:
    from mkdocs.utils.yaml import yaml_load

    with (root / SETTINGS).open("rb") as file:
        return yaml_load(file)
