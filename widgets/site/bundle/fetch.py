"""Files from elsewhere: fetched once, checked against a known SHA-256, kept in a cache outside git.

numpy for the browser is not on PyPI. It is on Pyodide's CDN; where only package registries can be reached, the
same bytes lie inside the wheel of another package, from which one member is read by HTTP ranges.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

from ..errors import SiteError
from ..progress import PROGRESS
from .store import Store, StoreError

CDN = "https://cdn.jsdelivr.net/pyodide/v{version}/full/{name}"
# A package whose wheel carries Pyodide's files; its address comes from whatever index pip is set to.
CARRIER = "open-webui==0.12.4"
CARRIER_FOLDER = "open_webui/frontend/pyodide/"
TIMEOUT = 60
CHUNK = 1 << 16


class FetchError(SiteError):
    """A file could not be had from any source; the message says which source failed how."""


def fetch(name: str, sha256: str, cache: Path, sources: Mapping[str, Callable[[], bytes]]) -> Path:
    """The path of a file in the cache, fetched from the first source that has the right bytes.

    Raises FetchError; leaves either the whole file or nothing.
    """
    store, path = Store(cache), cache / name
    if path.exists() and _digest(path.read_bytes()) == sha256:
        return path
    path.unlink(missing_ok=True)  # damaged
    failures = []
    for source, read in sources.items():
        try:
            data = read()
        except Exception as error:  # any source may fail in its own way, and the next one may not
            failures.append(f"  {source}: {type(error).__name__}: {error}")
            continue
        if (found := _digest(data)) != sha256:
            failures.append(f"  {source}: wrong bytes, SHA-256 {found[:16]}… instead of {sha256[:16]}…")
            continue
        try:
            return store.keep(name, data)
        except StoreError as error:
            raise FetchError(f"{name} was fetched, but {error}") from error
    raise FetchError(f"{name} could not be fetched from any source:\n" + "\n".join(failures))


def fetch_wheel(name: str, sha256: str, version: str, cache: Path) -> Path:
    """A wheel of Pyodide's distribution, from its CDN or out of the carrier package."""
    sources = {
        "Pyodide's CDN": lambda: download(CDN.format(version=version, name=name)),
        f"the wheel of {CARRIER}": lambda: _from_carrier(name),
    }
    return fetch(name, sha256, cache, sources)


def download(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=TIMEOUT) as response:
        return _read(response, int(response.headers["Content-Length"] or 0))


def _read(source: IO[bytes], size: int) -> bytes:
    """All of it, and how far it is meanwhile; ``size`` is 0 where it is not known."""
    parts: list[bytes] = []
    while part := source.read(CHUNK):
        parts.append(part)
        PROGRESS.show("Fetching, in kB", sum(map(len, parts)) // 1000, size // 1000)
    return b"".join(parts)


def _from_carrier(name: str) -> bytes:
    from remotezip import RemoteZip

    with RemoteZip(_carrier_address()) as wheel, wheel.open(CARRIER_FOLDER + name) as member:
        return _read(member, wheel.getinfo(CARRIER_FOLDER + name).file_size)


def _carrier_address() -> str:
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--no-deps", "--ignore-requires-python"]
    command += ["--ignore-installed", "--quiet", "--report", "-", CARRIER]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=180)
    if answer.returncode:
        raise RuntimeError(answer.stderr.strip().splitlines()[-1] if answer.stderr.strip() else "pip failed")
    return json.loads(answer.stdout)["install"][0]["download_info"]["url"]


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
