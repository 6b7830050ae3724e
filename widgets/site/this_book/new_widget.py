"""``python -m widgets.site new-widget NAME``: a widget that works, with its test, its styles and where it shows."""

from __future__ import annotations

import re
from pathlib import Path
from string import Template

from ..errors import SiteError

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")

WIDGET = Template('''"""$title: say here what it shows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import htpy as h

from widgets.kit import parts
from widgets.kit.events import Press
from widgets.kit.widget import Widget


@dataclass(frozen=True)
class ${kind}State:
    """All that the view is made of."""

    presses: int = 0


class $kind(Widget[${kind}State]):
    name = "$name"
    title = "$title"
    events = (Press("press"),)

    def start(self) -> ${kind}State:
        return ${kind}State()

    def on_press(self, state: ${kind}State) -> ${kind}State:
        return replace(state, presses=state.presses + 1)

    def view(self, state: ${kind}State) -> h.Node:
        return h.div(class_="$name")[
            parts.reading(f"Pressed {parts.counted(state.presses, 'time')}."),
            parts.buttons(parts.button("Press", "press", key="p")),
        ]
''')

TEST = Template('''"""$title."""

import pytest

from widgets.chapters.$module import $kind
from widgets.kit.events import Event


@pytest.fixture
def widget(content):
    return $kind(content)


def test_presses_are_counted(widget):
    once = widget.update(widget.start(), Event("press"))
    assert "Pressed 1 time." in widget.html(once)
''')

STYLES = Template("""/* What only the figure $name needs; its looks are mostly those of its parts. */
.$name { display: grid; gap: 0.6rem; }
""")

SHOWN = Template("""
## $title

::: widget $name
Say here what to see in it, and move these lines into a chapter.
:::
""")


def new_widget(root: Path, name: str) -> list[Path]:
    """Writes all that a widget of this name is made of; returns the files written or changed. Raises SiteError."""
    if not _NAME.match(name):
        raise SiteError(f"a widget's name is small letters, digits and dashes, like my-figure; got {name!r}")
    module = name.replace("-", "_")
    words = {
        "name": name,
        "module": module,
        "kind": "".join(part.capitalize() for part in name.split("-")),
        "title": name.replace("-", " ").capitalize(),
    }
    made = {
        root / "widgets" / "chapters" / f"{module}.py": WIDGET,
        root / "tests" / "chapters" / f"test_{module}.py": TEST,
        root / "widgets" / "browser" / f"{name}.css": STYLES,
    }
    if there := [str(path) for path in made if path.exists()]:
        raise SiteError(f"{there[0]} is there already: choose another name, or remove it")
    for path, template in made.items():
        path.write_text(template.substitute(words))
    registry, sheet, page = (
        root / "widgets" / "chapters" / "__init__.py",
        root / "widgets" / "browser" / "book.css",
        root / "docs" / "parts.md",
    )
    _insert(registry, f"from .{module} import {words['kind']}\n", before="\n# What is built upon")
    _insert(registry, f"        {words['kind']},\n", before="    ]\n)")
    sheet.write_text(_with_import(sheet.read_text(), f'@import "./{name}.css";\n'))
    page.write_text(page.read_text() + SHOWN.substitute(words))
    return [*made, registry, sheet, page]


def _insert(path: Path, line: str, *, before: str) -> None:
    text = path.read_text()
    if text.count(before) != 1:
        raise SiteError(f"{path}: there is no one place for {line.strip()!r}; add it by hand")
    path.write_text(text.replace(before, line + before))


def _with_import(sheet: str, line: str) -> str:
    """Imports stand first in a style sheet, this one as the last of them."""
    head, last, rest = sheet.rpartition("@import ")
    this, _, below = rest.partition("\n")
    return f"{head}{last}{this}\n{line}{below}"
