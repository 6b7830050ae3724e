"""Which files of source a module's results can depend on: its own, and those of all that it imports, however far."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from importlib.util import resolve_name


def imported(node: ast.AST, package: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """The names that an import brings, each with its module and its name there; "" for the module itself."""
    if isinstance(node, ast.Import):
        yield from ((alias.asname or alias.name, (alias.name, "")) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        module = resolve_name("." * node.level + (node.module or ""), package)
        yield from ((alias.asname or alias.name, (module, alias.name)) for alias in node.names)


def all_imported(source: str | bytes, package: str) -> Iterator[tuple[str, str]]:
    """What a module of a package imports, wherever in it the import stands: from which module, and which name."""
    for node in ast.walk(ast.parse(source)):
        yield from (found for _, found in imported(node, package))


def reached(files: Mapping[str, bytes], modules: Iterable[str]) -> set[str]:
    """The paths, of those in ``files``. The packages that a module lies in are left out where nothing is imported from
    them: they run before it, and hand nothing on to it.
    """
    found: set[str] = set()
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        path = _path(files, name)
        if path and path not in found:
            found.add(path)
            package = name if path.endswith("/__init__.py") else name.rpartition(".")[0]
            for module, part in all_imported(files[path], package):
                waiting.append(whole if _path(files, whole := f"{module}.{part}") else module)
    return found


def _path(files: Mapping[str, bytes], name: str) -> str | None:
    base = name.replace(".", "/")
    return next((path for path in (f"{base}.py", f"{base}/__init__.py") if path in files), None)
