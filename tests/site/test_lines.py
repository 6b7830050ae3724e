"""What is read at one sight stays so: no file, no function and no line is longer than a screen takes well."""

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WIDGETS = ROOT / "widgets"
WIDTH = 120  # of Python's lines ruff holds it, in `make check`
# Lines of a file.
PYTHON, SCRIPT = 300, 250
# Lines of a function, by the room; in the others there are algorithms and views that are one thing from end to end.
FUNCTION, ELSEWHERE = {"kit": 40, "browser": 40}, 60


def lengths(*suffixes: str) -> dict[str, int]:
    paths = [path for path in WIDGETS.rglob("*.*") if path.suffix in suffixes]
    return {str(path.relative_to(WIDGETS)): len(path.read_text().splitlines()) for path in paths}


def python_functions() -> dict[str, int]:
    """How many lines each function has, by where it begins."""
    return {
        f"{path.relative_to(WIDGETS)}:{node.lineno}": node.end_lineno - node.lineno + 1
        for path in WIDGETS.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def script_functions() -> dict[str, int]:
    scripts = [str(path.relative_to(WIDGETS)) for path in WIDGETS.rglob("*.*") if path.suffix in (".js", ".mjs")]
    command = ["node", Path(__file__).with_name("functions.mjs"), *scripts]
    told = subprocess.run(command, cwd=WIDGETS, capture_output=True, text=True, check=True).stdout
    return {place: int(count) for place, count in map(str.split, told.splitlines())}


def test_no_line_is_too_long():
    paths = [path for room in ("widgets", "tests") for path in (ROOT / room).rglob("*.*")]
    code = [path for path in paths if path.suffix in (".js", ".mjs", ".css", ".ts")]
    long = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in code
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > WIDTH
    ]
    assert code and not long


@pytest.mark.parametrize(("suffixes", "most"), [((".py",), PYTHON), ((".js", ".mjs"), SCRIPT)])
def test_no_file_is_too_long(suffixes, most):
    files = lengths(*suffixes)
    assert files and not {name: lines for name, lines in files.items() if lines > most}


@pytest.mark.parametrize("functions", [python_functions, script_functions])
def test_no_function_is_too_long(functions):
    found = functions()
    long = {place for place, lines in found.items() if lines > FUNCTION.get(Path(place).parts[0], ELSEWHERE)}
    assert len(found) > 100 and not long
