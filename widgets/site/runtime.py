"""The browser's bundle: Pyodide, numpy, the widgets and the page's scripts, each file named by its content.

Everything lands in one flat folder, and every file finds the others relative to itself, so that the site works
under any path. What did not change since the last build comes from the cache.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache as remember
from importlib.metadata import version
from pathlib import Path

import deflate

from .book import Book
from .errors import SiteError
from .fetch import fetch_wheel
from .fonts import fonts
from .progress import PROGRESS
from .wheels import archive, installed_files, source_files, wheel

ROOT = Path(__file__).parents[2]
PYODIDE = ROOT / "node_modules" / "pyodide"
BROWSER = ROOT / "widgets" / "browser"
CORE_FILES = ("pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
DEPENDENCIES = ("htpy", "markupsafe")
# In the order in which Python opens them.
LIBRARIES = (
    "numpy/_core/_multiarray_umath.cpython-314-wasm32-emscripten.so",
    "numpy/linalg/_umath_linalg.cpython-314-wasm32-emscripten.so",
)
SITE_PACKAGES = "/lib/python3.14/site-packages"


class BundleError(SiteError):
    """The bundle could not be made; the message says which step failed and what it said."""


@dataclass
class Bundle:
    """Files by their name in the site; ``page`` is the script that pages load, ``styles`` their style sheets.

    ``fonts`` are those that a page should ask for before it has
    read the style sheets, each with what the page then holds.
    """

    files: dict[str, Path] = field(default_factory=dict)
    page: str = ""
    styles: list[str] = field(default_factory=list)
    fonts: tuple[tuple[str, str], ...] = ()

    def copy_to(self, folder: Path) -> None:
        for name, path in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, folder / name)


def bundle(cache: Path, book: Book, *, content: bytes, snapshot: bool = True) -> Bundle:
    """Makes the bundle of a book, or finds its parts in the cache.

    ``content`` is the book's, as JSON. Without ``snapshot`` Python starts the stock way, which saves the build some
    seconds.
    """
    if not (PYODIDE / "pyodide.asm.wasm").exists():
        raise BundleError(f"Pyodide is not in {PYODIDE.parent}: run `npm ci` (or `make build`, which does).")
    result, store = Bundle(), Store(cache / "bundle")
    runtime = {"core": _core(result, store), "stock": _stock(result, store, cache, book), "snapshot": None}
    if snapshot:
        runtime["snapshot"] = _snapshot(result, store, cache, book, content)
    data = store.put(result, "content.json", content)
    constants = {"RUNTIME": runtime, "CONTENT_FILE": data, "ENTRY": book.entry}
    worker = store.put(result, "worker.js", script("worker.js", constants))
    result.page = store.put(
        result,
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
    faces = fonts(result, store)
    result.fonts = faces.early
    result.styles = [store.put(result, "fonts.css", faces.css), store.put(result, "book.css", script("book.css", {}))]
    return result


class Store:
    """A folder of files named by their content."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, result: Bundle, name: str, content: bytes) -> str:
        """Keeps a file and adds it to the bundle under a name that carries its hash; returns that name."""
        stem, _, suffix = name.rpartition(".")
        hashed = f"{stem}-{digest(content)}.{suffix}"
        result.files[hashed] = self.keep(hashed, content)
        return hashed

    def keep(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        if not path.exists() or path.stat().st_size != len(content):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, content)
        return path

    def made(self, name: str, make: Callable[[], bytes]) -> bytes:
        """What ``make`` returns, made only when the cache has not got it; the name carries a hash of its inputs."""
        path = self.folder / name
        return (path if path.exists() else self.keep(name, make())).read_bytes()


def write_whole(path: Path, content: bytes) -> None:
    """Writes all of the file or none of it."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        try:
            file.write(content)
            file.close()
            Path(file.name).replace(path)
        except OSError as error:
            Path(file.name).unlink()
            raise BundleError(f"{path} could not be written: {error}") from error
    path.chmod(0o644)


def digest(*parts: bytes) -> str:
    joined = hashlib.sha256()
    for part in parts:
        joined.update(hashlib.sha256(part).digest())
    return joined.hexdigest()[:12]


def _core(result: Bundle, store: Store) -> dict:
    """Pyodide's own files keep their names, which it asks for, in a folder named by their content."""
    contents = {name: (PYODIDE / name).read_bytes() for name in CORE_FILES}
    folder = f"core-{digest(*contents.values())}/"
    for name, content in contents.items():
        result.files[folder + name] = store.keep(folder + name, content)
    return {"folder": folder, "wasm": f"{folder}pyodide.asm.wasm", "bytes": len(contents["pyodide.asm.wasm"])}


def _stock(result: Bundle, store: Store, cache: Path, book: Book) -> dict:
    """Wheels and a lock file of our own, for starting Python the stock way."""
    numpy = numpy_wheel(cache)
    wheels = dict([(numpy.name, numpy.read_bytes()), *_own_wheels(book)])
    lock = store.made(f"lock-{digest(*wheels.values())}.json", lambda: _lock(wheels))
    folder = f"stock-{digest(lock, *wheels.values())}/"
    for name, content in [*wheels.items(), ("pyodide-lock.json", lock)]:
        result.files[folder + name] = store.keep(folder + name, content)
    size = (PYODIDE / "python_stdlib.zip").stat().st_size + sum(map(len, wheels.values()))
    return {"lock": folder + "pyodide-lock.json", "packages": [book.name], "bytes": size}


def numpy_wheel(cache: Path) -> Path:
    locked = _pyodide_lock()["packages"]["numpy"]
    return fetch_wheel(locked["file_name"], locked["sha256"], version_of_pyodide(), cache / "downloads")


def version_of_pyodide() -> str:
    return json.loads((PYODIDE / "package.json").read_text())["version"]


@remember
def _pyodide_lock() -> dict:
    return json.loads((PYODIDE / "pyodide-lock.json").read_text())


def _own_wheels(book: Book) -> Iterable[tuple[str, bytes]]:
    for name in DEPENDENCIES:
        requires = tuple(other for other in DEPENDENCIES if name == "htpy" and other != name)
        yield wheel(name, version(name), installed_files(name), requires)
    yield wheel(book.name, book.version, source_files(book.packages), ("numpy", "htpy"))


def _lock(wheels: Mapping[str, bytes]) -> bytes:
    """A lock file that names just these wheels: Pyodide's entry for numpy, `pyodide lockfile` adds ours."""
    base = {**_pyodide_lock(), "packages": {"numpy": _pyodide_lock()["packages"]["numpy"]}}
    own = [name for name in wheels if name != base["packages"]["numpy"]["file_name"]]
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "pyodide-lock.json", Path(folder) / "new.json"
        source.write_text(json.dumps(base))
        for name in own:
            (Path(folder) / name).write_bytes(wheels[name])
        paths = [Path(folder) / name for name in own]
        options = ["--input", source, "--output", target, "--base-path", folder]
        _run([Path(sys.executable).with_name("pyodide"), "lockfile", "add-wheels", *options, *paths])
        return target.read_bytes()


def _snapshot(result: Bundle, store: Store, cache: Path, book: Book, content: bytes) -> dict:
    """The memory snapshot, numpy's two libraries, and an archive of what may still be imported."""
    numpy = numpy_wheel(cache)
    maker = [Path(__file__).parent / "snapshot.mjs", BROWSER / "libraries.js"]
    theirs = {path: data for name in DEPENDENCIES for path, data in installed_files(name).items()}
    files = theirs | source_files(book.packages)
    inputs = [
        numpy.read_bytes(),
        book.entry.encode(),
        content,
        *(path.read_bytes() for path in maker),
        *(PYODIDE.glob("*.wasm")),
    ]
    key = digest(
        *(item if isinstance(item, bytes) else item.read_bytes() for item in inputs),
        repr(files).encode(),
        repr(NUMPY_DOCS).encode(),
    )
    told, memory = store.made(f"memory-{key}", lambda: _make_snapshot(numpy, book.entry, files, content)).split(
        b"\n", 1
    )
    with zipfile.ZipFile(numpy) as wheel_:
        contents = {name: wheel_.read(name) for name in LIBRARIES}
    # As .wasm, because hosts compress that on the way.
    files = {
        name: store.put(result, Path(name).name.split(".")[0] + ".wasm", content) for name, content in contents.items()
    }
    return {
        **json.loads(told),
        "file": store.put(result, "snapshot.gz", memory),
        "stdlib": store.put(result, "stdlib.zip", archive({})),
        "libraries": [{"path": f"{SITE_PACKAGES}/{name}", "file": file} for name, file in files.items()],
        "info": _pyodide_lock()["info"],
        "bytes": len(memory) + sum(map(len, contents.values())),
    }


# What these modules do is hang documentation on functions written in C: half a megabyte that no reader sees.
NUMPY_DOCS = ("numpy/_core/_add_newdocs.py", "numpy/_core/_add_newdocs_scalars.py")


def lay_out(packages: Path, numpy: Path, files: Mapping[str, bytes]) -> None:
    """A site-packages folder of numpy and these files, for Pyodide under Node."""
    with zipfile.ZipFile(numpy) as wheel_:
        # Metadata would make Pyodide note numpy as a loaded package, in JavaScript, beyond a snapshot's reach.
        wheel_.extractall(packages, [name for name in wheel_.namelist() if ".dist-info/" not in name])
    for path, content in files.items():
        (packages / path).parent.mkdir(parents=True, exist_ok=True)
        (packages / path).write_bytes(content)


def _make_snapshot(numpy: Path, entry: str, files: Mapping[str, bytes], content: bytes) -> bytes:
    """A line of JSON that says how the memory is packed, and the packed memory, compressed."""
    with PROGRESS.step("Making the snapshot of Python’s memory"), tempfile.TemporaryDirectory() as folder:
        packages, output, data = (Path(folder) / name for name in ("packages", "memory", "content.json"))
        data.write_bytes(content)
        lay_out(packages, numpy, files)
        for name in NUMPY_DOCS:
            (packages / name).write_text("")
        told = node(
            [Path(__file__).parent / "snapshot.mjs", PYODIDE, packages, output, entry, data]
            + [f"{SITE_PACKAGES}/{name}" for name in LIBRARIES]
        )
        facts = {name: value for name, value in json.loads(told).items() if name != "modules"}
        return json.dumps(facts).encode() + b"\n" + deflate.gzip_compress(output.read_bytes(), 12)


def script(name: str, constants: Mapping[str, object]) -> bytes:
    """A script or style sheet with all that it imports, minified, by esbuild."""
    defines = [f"--define:{key}={json.dumps(value)}" for key, value in constants.items()]
    options = [
        "--bundle",
        "--minify",
        "--format=esm",
        "--target=es2022,safari16,firefox114",
        "--log-level=error",
        "--legal-comments=none",
    ]
    options += ["--external:node:*", "--external:*.woff2", "--alias:idiomorph=idiomorph/dist/idiomorph.esm.js"]
    return _run([ROOT / "node_modules" / ".bin" / "esbuild", BROWSER / name, *options, *defines])


def node(arguments: list) -> bytes:
    return _run(["node", *arguments])


def _run(command: list) -> bytes:
    """What a command prints; raises BundleError with what it said when it fails."""
    try:
        answer = subprocess.run([str(word) for word in command], capture_output=True, cwd=ROOT, timeout=300)
    except FileNotFoundError as error:
        raise BundleError(f"{command[0]} is not installed: run `npm ci` (or `make build`, which does).") from error
    if answer.returncode:
        # Node quotes the line that failed, which in minified scripts is the whole script.
        said = "\n".join(
            line for line in answer.stderr.decode(errors="replace").splitlines() if len(line) < 1000
        ).strip()
        raise BundleError(f"{Path(command[0]).name} {Path(command[1]).name} failed:\n{said[-2000:]}")
    return answer.stdout
