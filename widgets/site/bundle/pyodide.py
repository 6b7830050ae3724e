"""Pyodide as npm brings it, numpy for it, and what else of PyPI every book's Python holds."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from functools import cache as remember
from pathlib import Path

from .fetch import fetch_wheel
from .tools import PYODIDE

DEPENDENCIES = ("htpy", "markupsafe")
# In the order in which Python opens them.
LIBRARIES = (
    "numpy/_core/_multiarray_umath.cpython-314-wasm32-emscripten.so",
    "numpy/linalg/_umath_linalg.cpython-314-wasm32-emscripten.so",
)
SITE_PACKAGES = "/lib/python3.14/site-packages"


def numpy_wheel(cache: Path) -> Path:
    locked = lock_file()["packages"]["numpy"]
    return fetch_wheel(locked["file_name"], locked["sha256"], version_of_pyodide(), cache / "downloads")


def version_of_pyodide() -> str:
    return json.loads((PYODIDE / "package.json").read_text())["version"]


@remember
def lock_file() -> dict:
    return json.loads((PYODIDE / "pyodide-lock.json").read_text())


def lay_out(packages: Path, numpy: Path, files: Mapping[str, bytes]) -> None:
    """A site-packages folder of numpy and these files, for Pyodide under Node."""
    with zipfile.ZipFile(numpy) as wheel_:
        # Metadata would make Pyodide note numpy as a loaded package, in JavaScript, beyond a snapshot's reach.
        wheel_.extractall(packages, [name for name in wheel_.namelist() if ".dist-info/" not in name])
    for path, content in files.items():
        (packages / path).parent.mkdir(parents=True, exist_ok=True)
        (packages / path).write_bytes(content)
