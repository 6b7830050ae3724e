"""The walls between the rooms: who may import whom."""

import ast
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "widgets"
OWN = {
    "core": set(),
    "kit": set(),
    "audit": {"core", "kit"},
    "chapters": {"core", "kit", "audit"},
    "site": {"core", "kit", "audit", "chapters"},
}
OTHERS = {
    "core": {"numpy"},
    "kit": {"htpy", "markupsafe"},
    "audit": {"numpy"},
    "chapters": {"numpy", "htpy", "markupsafe"},
}


def imported(path: Path) -> set[str]:
    """The absolute names of all that a module imports, wherever in it the import stands."""
    package = ["widgets", *path.relative_to(PACKAGE).parts[:-1]]
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            names |= {f"{module}.{alias.name}" for alias in node.names}
    return names


MODULES = [path for room in OWN for path in sorted((PACKAGE / room).rglob("*.py"))]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_what_it_may(path):
    room = path.relative_to(PACKAGE).parts[0]
    for name in imported(path):
        top, *rest = name.split(".")
        if top == "widgets":
            assert rest[0] == room or rest[0] in OWN[room], f"{path.name} imports {name}"
        elif room in OTHERS:
            assert top in OTHERS[room] or top in sys.stdlib_module_names, f"{path.name} imports {name}"


def test_nothing_the_browser_runs_needs_numpy_random_or_fft():
    for path in MODULES:
        if path.relative_to(PACKAGE).parts[0] != "site":
            for line in path.read_text().splitlines():
                assert "np.random" not in line and "np.fft" not in line, f"{path}: {line.strip()}"
