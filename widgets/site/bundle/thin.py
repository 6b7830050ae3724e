"""Makes modules small before Python's memory is kept: run in Pyodide by snapshot.mjs, when all of them are imported.

They lose docstrings, assertions and line numbers; the book's own lose what they say of their arguments and results,
too, for which nobody asks at run time.
"""

import ast
import importlib.util
import json
import marshal
import sys
import types
import zipfile
from pathlib import Path


class _Unannotated(ast.NodeTransformer):
    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        self.generic_visit(node)
        node.returns = None
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.copy_location(ast.arg(node.arg), node)


def _thin(code: types.CodeType) -> types.CodeType:
    consts = tuple(_thin(item) if isinstance(item, types.CodeType) else item for item in code.co_consts)
    return code.replace(co_linetable=b"", co_consts=consts)


def _compiled(name: str, path: str) -> bytes:
    """The bytes of a .pyc."""
    read = getattr(sys.modules[name].__spec__.loader, "get_data", lambda path: Path(path).read_bytes())
    tree = ast.parse(read(path))
    if name.startswith("widgets."):
        tree = _Unannotated().visit(tree)
    code = _thin(compile(tree, path, "exec", dont_inherit=True, optimize=2))
    return importlib.util.MAGIC_NUMBER + bytes(12) + marshal.dumps(code)


def thinned(stdlib: str, packages: str, result: str) -> str:
    """Writes what was imported of the standard library's archive into another one, and of the packages file by file;
    returns the names of these, as JSON.
    """
    replaced: list[str] = []
    with zipfile.ZipFile(f"{result}/stdlib.zip", "w") as archive:
        for name, module in sorted(sys.modules.items()):
            path = getattr(module, "__file__", None) or ""
            frozen = getattr(module.__spec__, "origin", None) == "frozen"
            _, _, suffix = path.partition(f"{stdlib}/")
            if suffix and not frozen:
                archive.writestr(zipfile.ZipInfo(suffix.removesuffix(".py") + ".pyc"), _compiled(name, path))
            elif path.startswith(packages) and path.endswith(".py"):
                place = path.removeprefix(f"{packages}/")
                Path(result, place.replace("/", "|") + "c").write_bytes(_compiled(name, path))
                replaced.append(place)
    return json.dumps(replaced)
