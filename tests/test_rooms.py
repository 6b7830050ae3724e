"""The walls between the rooms: who may import whom."""

import ast
import re
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from widgets.site.computing.reach import all_imported

PACKAGE = Path(__file__).parents[1] / "widgets"
OWN = {
    "core": set(),
    "kit": set(),
    "audit": {"core", "kit"},
    "chapters": {"core", "kit", "audit"},
    "site": {"kit"},  # it builds other books, too; what it does for this one alone is in a room within it
    "site/this_book": {"core", "kit", "audit", "chapters", "site"},
}
OTHERS = {
    "core": {"numpy"},
    "kit": {"htpy", "markupsafe"},
    "audit": {"numpy"},
    "chapters": {"numpy", "htpy", "markupsafe"},
}


def names(path: Path) -> set[str]:
    """The absolute names of all that a module imports."""
    package = ".".join(["widgets", *path.relative_to(PACKAGE).parts[:-1]])
    return {f"{module}.{name}" if name else module for module, name in all_imported(path.read_bytes(), package)}


def room_of(path: Path) -> str:
    """The innermost room that a module is in."""
    name = path.relative_to(PACKAGE).as_posix()
    return max((room for room in OWN if name.startswith(f"{room}/")), key=len)


MODULES = [path for room in OWN for path in sorted((PACKAGE / room).rglob("*.py")) if room_of(path) == room]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_what_it_may(path):
    room = room_of(path)
    for name in names(path):
        top, *rest = name.split(".")
        if top == "widgets":
            there = room_of(PACKAGE.joinpath(*rest, "a module"))
            assert there == room or there in OWN[room], f"{path.name} imports {name}"
        elif room in OTHERS:
            assert top in OTHERS[room] or top in sys.stdlib_module_names, f"{path.name} imports {name}"


def module(name: str) -> Path | None:
    """The file of a module of the book, by its absolute name or that of something in it; None for other modules."""
    parts = name.split(".")[1:] if name.startswith("widgets.") else []
    for size in range(len(parts), 0, -1):
        there = PACKAGE.joinpath(*parts[:size])
        for path in (there.with_suffix(".py"), there / "__init__.py"):
            if path.exists():
                return path
    return None


def test_no_modules_import_each_other_in_a_circle():
    """Also not where only types are meant, nor in the middle of a function."""
    graph = {path: {module(name) for name in names(path)} - {None, path} for path in MODULES}
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the modules


def test_nothing_the_browser_runs_needs_numpy_random_or_fft():
    for path in MODULES:
        if not room_of(path).startswith("site"):
            for line in path.read_text().splitlines():
                assert "np.random" not in line and "np.fft" not in line, f"{path}: {line.strip()}"


# What is this book's alone: its name, its address, its code, what it says of itself.
CONSTANTS = re.compile(
    r"rlhf|code agents|\bof (?:5|five)\b|five chapters|widgets[./](?:core|audit|chapters)", re.IGNORECASE
)
COMMON = [
    path
    for room in ("kit", "site", "browser")
    for path in sorted((PACKAGE / room).rglob("*"))
    if path.suffix in (".py", ".js", ".mjs", ".ts", ".css", ".html", ".sh") and "site/this_book" not in path.as_posix()
]


def test_what_serves_every_book_names_none():
    named = {str(path.relative_to(PACKAGE)): CONSTANTS.findall(path.read_text(encoding="utf-8")) for path in COMMON}
    assert {path: words for path, words in named.items() if words} == {}


def test_the_core_says_what_each_of_its_modules_is_for():
    told = ast.get_docstring(ast.parse((PACKAGE / "core" / "__init__.py").read_text()))
    listed = {name for line in told.splitlines() if line.startswith("    ") for name in re.findall(r"``(\w+)``", line)}
    assert listed == {path.stem for path in (PACKAGE / "core").glob("*.py")} - {"__init__", "__main__"}
