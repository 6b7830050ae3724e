"""What the build does for this book alone; the plugin's option ``build`` in mkdocs.yml names this module."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import claims_page, content
from .gallery import gallery
from .models import trained
from .new_widget import new_widget
from .schemas import write_schemas

if TYPE_CHECKING:
    from widgets.chapters.content import Content

    from ..computing.compute import Computer
    from ..stage import Stage


def load(root: Path, computer: Computer) -> Content:
    """The book's content, with the models that are trained on it."""
    loaded = content.load(root / "content")
    return replace(loaded, models=trained(loaded, computer))


def _claims(stage: Stage) -> list[str]:
    return claims_page.lines(stage.root, tuple(question.id for question in stage.content.questions))


# Blocks of Markdown: ``::: parts`` shows every part of the kit, ``::: claims`` every claim and what was measured of it.
BLOCKS = {"parts": lambda _: gallery(), "claims": _claims}


def add_commands(commands: Any) -> None:
    """The book's own commands of ``python -m widgets.site``."""
    naming = commands.add_parser("new-widget", help="write a widget that works, and its test")
    naming.add_argument("name", help="what chapters embed, like my-figure")
    naming.set_defaults(run=_new_widget)
    writing = commands.add_parser("schemas", help="write the JSON Schemas of the content, for editors")
    writing.set_defaults(run=_write_schemas)


def _new_widget(arguments: Namespace) -> None:
    print(*new_widget(Path.cwd(), arguments.name), sep="\n")


def _write_schemas(_: Namespace) -> None:
    print(*write_schemas(Path("content")), sep="\n")
