"""No line of a script or style sheet is longer than a screen is wide; of Python ruff holds it, in `make check`."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
WIDTH = 120


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
