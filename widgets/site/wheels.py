"""Small pure-Python wheels: of the widgets themselves, and of what they need beside numpy."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Mapping
from importlib.metadata import distribution
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
# The rooms that run in the browser; the rest of the package is for the build.
ROOMS = ("core", "kit", "audit", "chapters")
# Files of the dependencies that the widgets never import: integrations and tools.
UNUSED = ("django.py", "starlette.py", "html2htpy.py")


def widget_files() -> dict[str, bytes]:
    """The widgets' source files, by their path in site-packages."""
    paths = [PACKAGE / "__init__.py", *(path for room in ROOMS for path in (PACKAGE / room).rglob("*.py"))]
    return {str(path.relative_to(PACKAGE.parent)): path.read_bytes() for path in sorted(paths)}


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
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: rlhf-book\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
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
