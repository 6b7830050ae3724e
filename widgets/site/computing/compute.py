"""Has the build's numbers computed as the reader's browser computes them, so that every machine builds the same book.

numpy's results differ in their last bits from processor to processor, and training makes much of little. Pyodide under
Node has WebAssembly's arithmetic, which has not. It starts when something is asked that the cache has not got.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from ..book import Book
from ..bundle.pyodide import DEPENDENCIES, lay_out, numpy_wheel, version_of_pyodide
from ..bundle.store import Store, digest
from ..bundle.tools import PYODIDE
from ..bundle.wheels import installed_files, source_files
from ..errors import SiteError
from .reach import reached

# Build-time modules that run there beside those that ship.
MODULES = ("widgets.site.computing.jobs", "widgets.site.pages.views")


class ComputeError(SiteError):
    """Something could not be computed; the message says what Python or Node said."""


class Computer:
    """Answers jobs (see ``jobs``), from ``cache`` where it can. ``close`` it, or its process waits for more.

    A job's answer is decided by itself, the code, and ``about``, which is all else. ``code`` names the modules that do
    the work, where not the whole book does.
    """

    def __init__(self, cache: Path, book: Book) -> None:
        self._cache = cache
        self._book = book
        self._store = Store(cache / "computed")
        self._process: subprocess.Popen | None = None
        self._content = ""
        self._sent = ""
        self._codes: dict[tuple[str, ...], bytes] = {}

    def open(self, content: Mapping[str, Any]) -> None:
        """Sets the content, as plain data, that the jobs from now on are about."""
        self._content = json.dumps({"open": content, "entry": self._book.entry}, ensure_ascii=False, sort_keys=True)

    def answer(self, about: bytes, code: tuple[str, ...] = (), **job: Any) -> Any:
        """A job's answer."""
        text = json.dumps(job, ensure_ascii=False)
        return json.loads(self._store.made(self._name(about, code, job), lambda: self._ask(text).encode()))

    def known(self, about: bytes, code: tuple[str, ...] = (), **job: Any) -> bool:
        """Whether the cache has a job's answer."""
        return (self._store.folder / self._name(about, code, job)).exists()

    def _name(self, about: bytes, code: tuple[str, ...], job: Mapping[str, Any]) -> str:
        """Of the file that keeps a job's answer: its kind, and a hash of all that decides it."""
        kind = next(iter(job))
        return f"{kind}-{digest(self._code(code), about, json.dumps(job).encode())}.json"

    def close(self) -> None:
        if self._process:
            self._process.stdin.close()
            self._process.wait()
            self._process = None
            self._sent = ""

    @cached_property
    def _files(self) -> dict[str, bytes]:
        theirs = {path: data for name in DEPENDENCIES for path, data in installed_files(name).items()}
        return theirs | source_files((*self._book.packages, *MODULES))

    def _code(self, modules: tuple[str, ...]) -> bytes:
        """A hash of the code that some modules can come to run, and of the Python and numpy that run it."""
        if modules not in self._codes:
            paths = reached(self._files, modules) if modules else self._files
            files = [(path, self._files[path]) for path in sorted(paths)]
            python = f"{version_of_pyodide()} {numpy_wheel(self._cache).name}"
            self._codes[modules] = digest(python.encode(), repr(files).encode()).encode()
        return self._codes[modules]

    def _ask(self, job: str) -> str:
        if self._process is None:
            self._start()
        if self._sent != self._content:
            self._told(self._content)
            self._sent = self._content
        return self._told(job)

    def _told(self, job: str) -> str:
        try:
            self._process.stdin.write(job.encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            pass  # it has ended, and what it said last is below
        line = self._process.stdout.readline()
        if not line:
            self._process.wait()
            self._errors.seek(0)
            said = self._errors.read().decode(errors="replace").strip()
            self._process = None
            raise ComputeError(f"compute.mjs ended without an answer:\n{said[-2000:]}")
        told = json.loads(line)
        if "error" in told:
            raise ComputeError(f"Python could not compute what the book shows:\n{told['error'][-2000:]}")
        return told["answer"]

    def _start(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            packages = Path(folder)
            lay_out(packages, numpy_wheel(self._cache), self._files)
            self._errors = tempfile.TemporaryFile()  # noqa: SIM115, it lives as long as the process
            command = ["node", Path(__file__).parent / "compute.mjs", PYODIDE, packages, MODULES[0]]
            try:
                self._process = subprocess.Popen(
                    list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors
                )
            except FileNotFoundError as error:
                raise ComputeError("node is not installed: Node 20 or newer is needed.") from error
            self._told(self._content)  # its files have been read when it answers
            self._sent = self._content
