"""Small pure-Python wheels: of the book itself, and of what it needs beside numpy."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path

from ..book import BookError

# What every book needs in the browser.
KIT = "widgets.kit"
# Files of the dependencies that the widgets never import: integrations and tools.
UNUSED = ("django.py", "starlette.py", "html2htpy.py")


def source_files(packages: Iterable[str]) -> dict[str, bytes]:
    """The source files of the kit and of these packages or modules, by their path in site-packages."""
    return {name: path.read_bytes() for name, path in source_paths(packages).items()}


def source_paths(packages: Iterable[str]) -> dict[str, Path]:
    return dict(sorted(found for package in (KIT, *packages) for found in _sources(package)))


def _sources(package: str) -> Iterator[tuple[str, Path]]:
    """A package's files, and the beginnings of the packages that it lies in."""
    try:
        spec = find_spec(package)
    except ModuleNotFoundError:  # what it should lie in
        spec = None
    if not spec or not spec.origin:
        raise BookError(f"there is no package {package!r} of Python source; correct its name in mkdocs.yml")
    origin, names = Path(spec.origin), package.split(".")
    is_package = origin.name == "__init__.py"
    top = origin.parents[len(names) - 1 + is_package]
    paths = [*origin.parent.rglob("*.py")] if is_package else [origin]
    paths += [top.joinpath(*names[:depth], "__init__.py") for depth in range(1, len(names))]
    yield from ((str(path.relative_to(top)), path) for path in paths)


def installed_files(name: str) -> dict[str, bytes]:
    """The Python files of an installed distribution, by their path in site-packages."""
    files = distribution(name).files or []
    wanted = [file for file in files if file.suffix == ".py" and file.name not in UNUSED]
    return {str(file): Path(str(file.locate())).read_bytes() for file in wanted}


def wheel(name: str, version: str, files: Mapping[str, bytes], requires: tuple[str, ...] = ()) -> tuple[str, bytes]:
    """A wheel's file name and bytes (PEP 427); the same files always make the same bytes."""
    stem = f"{name.replace('-', '_')}-{version}"
    info = f"{stem}.dist-info"
    metadata = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}"]
    metadata += [f"Requires-Dist: {requirement}" for requirement in requires]
    members = {
        **files,
        f"{info}/METADATA": ("\n".join(metadata) + "\n").encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: widgets.site\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},sha256={_record_hash(data)},{len(data)}\n" for path, data in members.items())
    members[f"{info}/RECORD"] = (record + f"{info}/RECORD,,\n").encode()
    return f"{stem}-py3-none-any.whl", archive(members)


def archive(members: Mapping[str, bytes]) -> bytes:
    """A zip file that depends on nothing but its members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        for path, data in members.items():
            file.writestr(zipfile.ZipInfo(path), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _record_hash(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
