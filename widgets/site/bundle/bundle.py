"""The browser's bundle: Pyodide, numpy, the widgets and the page's scripts, each file named by its content.

Everything lands in one flat folder, and every file finds the others relative to itself, so that the site works
under any path. What did not change since the last build comes from the cache.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path

from ..book import Book
from .fonts import fonts
from .pyodide import DEPENDENCIES, lock_file, numpy_wheel
from .snapshot import snapshot_of
from .store import Bundle, Store, digest
from .tools import PYODIDE, ToolError, run, script
from .wheels import installed_files, source_files, wheel

CORE_FILES = ("pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")


def bundle(cache: Path, book: Book, *, content: bytes, snapshot: bool = True) -> Bundle:
    """Makes the bundle of a book, or finds its parts in the cache.

    ``content`` is the book's, as JSON. Without ``snapshot`` Python starts the stock way, which saves the build some
    seconds.
    """
    if not (PYODIDE / "pyodide.asm.wasm").exists():
        raise ToolError(f"Pyodide is not in {PYODIDE.parent}: run `npm ci` (or `make build`, which does).")
    result = Bundle(Store(cache / "bundle"))
    runtime = {"core": _core(result), "stock": _stock(result, cache, book), "snapshot": None}
    if snapshot:
        runtime["snapshot"] = snapshot_of(result, cache, book, content)
    data = result.put("content.json", content)
    constants = {"RUNTIME": runtime, "CONTENT_FILE": data, "ENTRY": book.entry}
    worker = result.put("worker.js", script("worker.js", constants))
    result.page = result.put(
        "page.js",
        script(
            "page.js",
            {
                "BOOK_NAME": book.name,
                "WORKER_FILE": worker,
                "WASM_FILE": runtime["core"]["wasm"],
                "OFFLINE": snapshot,
            },
        ),
    )
    faces = fonts(result)
    result.fonts = faces.early
    result.styles = [result.put("fonts.css", faces.css), result.put("book.css", script("book.css", {}))]
    return result


def _core(result: Bundle) -> dict:
    """Pyodide's own files keep their names, which it asks for, in a folder named by their content."""
    contents = {name: (PYODIDE / name).read_bytes() for name in CORE_FILES}
    folder = f"core-{digest(*contents.values())}/"
    for name, content in contents.items():
        result.put_as(folder + name, content)
    return {"folder": folder, "wasm": f"{folder}pyodide.asm.wasm", "bytes": len(contents["pyodide.asm.wasm"])}


def _stock(result: Bundle, cache: Path, book: Book) -> dict:
    """Wheels and a lock file of our own, for starting Python the stock way."""
    numpy = numpy_wheel(cache)
    wheels = dict([(numpy.name, numpy.read_bytes()), *_own_wheels(book)])
    lock = result.store.made(f"lock-{digest(*wheels.values())}.json", lambda: _lock(wheels))
    folder = f"stock-{digest(lock, *wheels.values())}/"
    for name, content in [*wheels.items(), ("pyodide-lock.json", lock)]:
        result.put_as(folder + name, content)
    size = (PYODIDE / "python_stdlib.zip").stat().st_size + sum(map(len, wheels.values()))
    return {"lock": folder + "pyodide-lock.json", "packages": [book.name], "bytes": size}


def _own_wheels(book: Book) -> Iterable[tuple[str, bytes]]:
    for name in DEPENDENCIES:
        requires = tuple(other for other in DEPENDENCIES if name == "htpy" and other != name)
        yield wheel(name, version(name), installed_files(name), requires)
    yield wheel(book.name, book.version, source_files(book.packages), ("numpy", "htpy"))


def _lock(wheels: Mapping[str, bytes]) -> bytes:
    """A lock file that names just these wheels: Pyodide's entry for numpy, `pyodide lockfile` adds ours."""
    base = {**lock_file(), "packages": {"numpy": lock_file()["packages"]["numpy"]}}
    own = [name for name in wheels if name != base["packages"]["numpy"]["file_name"]]
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "pyodide-lock.json", Path(folder) / "new.json"
        source.write_text(json.dumps(base))
        for name in own:
            (Path(folder) / name).write_bytes(wheels[name])
        paths = [Path(folder) / name for name in own]
        options = ["--input", source, "--output", target, "--base-path", folder]
        run([Path(sys.executable).with_name("pyodide"), "lockfile", "add-wheels", *options, *paths])
        return target.read_bytes()
