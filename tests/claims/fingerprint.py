"""A hash of the code that a check depends on: the definitions that it reaches by name, and no others.

From the check's function on, every name that is used is followed to where the project defines it, through imports. So a
change of a figure's words leaves what its core computes alone. Comments, docstrings and types of arguments and results
don't count. What a function returns is followed by its type, so that its methods count; an argument is followed where
it is made. Of a class that is reached those methods count whose name is used anywhere in what is reached. Where a name
can't be told apart (a module that is handed on whole), everything that it may mean counts.
"""

from __future__ import annotations

import ast
import copy
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from widgets.site.computing.reach import imported

PROJECT = ("widgets", "tests")
# Not followed: what loads content, which counts as data (see ``sweep.depends``), and what fetches the trained models
# (see ``case.MADE_BY``). Nor is what only draws; of the kit, scales compute.
DATA = {("tests.claims.case", "content"), ("tests.claims.case", "packed")}
DRAWING, COMPUTING = ("widgets.kit.charts", "widgets.kit.parts"), {"LogScale"}
Definition = tuple[str, str]  # a module's dotted name, and a name in it, a method's after its class's


class Module:
    """A file's definitions and imports by name. ``path`` is relative to ``root``'s packages."""

    def __init__(self, root: Path, dotted: str) -> None:
        path = _file(root, dotted)
        self.dotted, self.package = dotted, dotted if path.name == "__init__.py" else dotted.rpartition(".")[0]
        self.definitions: dict[str, list[ast.stmt]] = {}
        self.methods: dict[str, list[str]] = {}
        self.imports: dict[str, tuple[str, str]] = {}
        for statement in ast.parse(path.read_text(encoding="utf-8")).body:
            kept = self._without_methods(statement) if isinstance(statement, ast.ClassDef) else statement
            for name in _defined(kept):
                self.definitions.setdefault(name, []).append(kept)
            self.imports |= dict(imported(statement, self.package))

    def _without_methods(self, made: ast.ClassDef) -> ast.ClassDef:
        """A class's own statement. Its methods become definitions of their own."""
        methods = [part for part in made.body if isinstance(part, ast.FunctionDef)]
        self.methods[made.name] = [method.name for method in methods]
        for method in methods:
            self.definitions.setdefault(f"{made.name}.{method.name}", []).append(method)
        rest = copy.copy(made)
        rest.body = [part for part in made.body if part not in methods]
        return rest


@cache
def _file(root: Path, dotted: str) -> Path | None:
    base = root.joinpath(*dotted.split("."))
    return next((path for path in (base.with_suffix(".py"), base / "__init__.py") if path.exists()), None)


def _defined(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        yield statement.name
    elif isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        yield from (node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name))


class Code:
    """The project's code under a folder; files are read once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.module = cache(lambda dotted: Module(root, dotted))
        self.uses = cache(self._uses)
        self.shape = cache(self._shape)

    def fingerprint(self, dotted: str, name: str) -> str:
        """Of one definition and all that it reaches."""
        reached = sorted(self.reached((dotted, name)))
        return hashlib.sha256(
            repr([(*definition, self.shape(definition)) for definition in reached]).encode()
        ).hexdigest()[:16]

    def reached(self, start: Definition) -> set[Definition]:
        found: set[Definition] = set()
        attributes: set[str] = set()
        waiting = [start]
        while waiting:
            definition = waiting.pop()
            if definition not in found and _counts(definition):
                found.add(definition)
                uses, named = self.uses(definition)
                attributes |= named
                waiting += uses
            waiting = waiting or [method for method in self._methods(found, attributes) if method not in found]
        return found

    def _methods(self, found: set[Definition], attributes: set[str]) -> Iterator[Definition]:
        """Of the classes reached, those methods that may be called."""
        for module, name in found:
            for method in self.module(module).methods.get(name, ()):
                if method in attributes or method.startswith("__"):
                    yield module, f"{name}.{method}"

    def _shape(self, definition: Definition) -> str:
        shapes = [_shape(statement) for statement in self.module(definition[0]).definitions[definition[1]]]
        return hashlib.sha256(repr(shapes).encode()).hexdigest()

    def _uses(self, definition: Definition) -> tuple[list[Definition], set[str]]:
        """What a definition uses by name, and the names of all attributes in it."""
        module = self.module(definition[0])
        statements = module.definitions[definition[1]]
        attributes = {
            node.attr for statement in statements for node in _followed(statement) if isinstance(node, ast.Attribute)
        }
        return [used for statement in statements for used in self._in_statement(module, statement)], attributes

    def _in_statement(self, module: Module, statement: ast.stmt) -> Iterator[Definition]:
        nodes = list(_followed(statement))
        imports = module.imports | {name: found for node in nodes for name, found in imported(node, module.package)}
        attributes = {id(node.value): node.attr for node in nodes if isinstance(node, ast.Attribute)}
        for node in nodes:
            if isinstance(node, ast.Name):
                if node.id in imports:
                    yield from self._named(*imports[node.id], attributes.get(id(node)))
                elif node.id in module.definitions:
                    yield module.dotted, node.id

    def _named(self, source: str, name: str, attribute: str | None) -> Iterator[Definition]:
        """What an imported name means, or its attribute where it is a module."""
        if source.split(".", maxsplit=1)[0] not in PROJECT:
            return
        whole = f"{source}.{name}" if name else source
        if _file(self.root, whole):
            there = self.module(whole)
            names = (
                [attribute]
                if attribute in (there.definitions | there.imports)
                else [known for known in there.definitions if "." not in known]
            )
            for wanted in names:
                yield from self._in_module(there, wanted)
        elif _file(self.root, source):
            yield from self._in_module(self.module(source), name)

    def _in_module(self, module: Module, name: str) -> Iterator[Definition]:
        if name in module.definitions:
            yield module.dotted, name
        elif name in module.imports:
            yield from self._named(*module.imports[name], None)


def _counts(definition: Definition) -> bool:
    return definition not in DATA and (
        not definition[0].startswith(DRAWING) or definition[1].partition(".")[0] in COMPUTING
    )


def _followed(node: ast.AST) -> Iterator[ast.AST]:
    """All of a definition but docstrings and the types of arguments."""
    yield node
    for name, value in ast.iter_fields(node):
        if not (isinstance(node, ast.arg) and name == "annotation"):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST) and not _docstring(child):
                    yield from _followed(child)


def _shape(node: ast.AST) -> tuple:
    """A definition as nested tuples, the same in every version of Python."""
    fields = []
    for name, value in ast.iter_fields(node):
        values = [child for child in (value if isinstance(value, list) else [value]) if not _docstring(child)]
        if not _only_said(node, name) and values not in ([], [None]):
            fields.append((name, [_shape(child) if isinstance(child, ast.AST) else repr(child) for child in values]))
    return type(node).__name__, fields


def _only_said(node: ast.AST, name: str) -> bool:
    return (isinstance(node, ast.arg) and name == "annotation") or (
        isinstance(node, ast.FunctionDef) and name in ("returns", "type_params")
    )


def _docstring(node: object) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
