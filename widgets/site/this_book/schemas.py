"""``python -m widgets.site schemas``: JSON Schemas of the YAML in ``content/``, by which editors complete and check it.

The first line of each YAML file names its schema for the YAML language server. They are made of the very classes that
the build checks the content with; what goes beyond a single field only the build checks.
"""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import TypeAdapter

from widgets.chapters.content import Language, Principle, Question, QuizQuestion

from .claims import Claim

KINDS = {
    "question": Question,
    "language": Language,
    "principles": tuple[Principle, ...],
    "quiz": tuple[QuizQuestion, ...],
    "claims": tuple[Claim, ...],
}


def schemas() -> dict[str, str]:
    """Each schema's text, by its file's name."""
    made = {name: TypeAdapter(kind).json_schema() for name, kind in KINDS.items()}
    return {f"{name}.json": json.dumps(schema, indent=2, ensure_ascii=False) + "\n" for name, schema in made.items()}


def write_schemas(content: Path) -> list[Path]:
    """Writes them to the folder ``schemas`` of the content; returns the files."""
    folder = content / "schemas"
    folder.mkdir(exist_ok=True)
    for name, text in schemas().items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in schemas()]
