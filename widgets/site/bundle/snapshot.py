"""The memory snapshot: Python after it has imported numpy and the book, so that no reader waits for that."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import deflate

from ..book import Book
from ..progress import PROGRESS
from .pyodide import DEPENDENCIES, LIBRARIES, SITE_PACKAGES, lay_out, lock_file, numpy_wheel
from .store import Bundle, digest
from .tools import BROWSER, PYODIDE, node
from .wheels import archive, installed_files, source_files

# What these modules do is hang documentation on functions written in C: half a megabyte that no reader sees.
NUMPY_DOCS = ("numpy/_core/_add_newdocs.py", "numpy/_core/_add_newdocs_scalars.py")


def snapshot_of(result: Bundle, cache: Path, book: Book, content: bytes) -> dict:
    """The memory snapshot, numpy's two libraries, and an archive of what may still be imported."""
    numpy = numpy_wheel(cache)
    maker = [Path(__file__).parent / "snapshot.mjs", Path(__file__).parent / "thin.py", BROWSER / "libraries.js"]
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
    told, memory = result.store.made(f"memory-{key}", lambda: _make_snapshot(numpy, book.entry, files, content)).split(
        b"\n", 1
    )
    with zipfile.ZipFile(numpy) as wheel_:
        contents = {name: wheel_.read(name) for name in LIBRARIES}
    # As .wasm, because hosts compress that on the way.
    files = {name: result.put(Path(name).name.split(".")[0] + ".wasm", content) for name, content in contents.items()}
    return {
        **json.loads(told),
        "file": result.put("snapshot.gz", memory),
        "stdlib": result.put("stdlib.zip", archive({})),
        "libraries": [{"path": f"{SITE_PACKAGES}/{name}", "file": file} for name, file in files.items()],
        "info": lock_file()["info"],
        "bytes": len(memory) + sum(map(len, contents.values())),
    }


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
