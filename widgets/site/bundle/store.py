"""What the build keeps for the next one: files named by what they hold, or by a hash of what they come from."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import SiteError


class StoreError(SiteError):
    """A file could not be kept; the message says which and why."""


class Store:
    """A folder of files, each there as a whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        if not path.exists() or path.stat().st_size != len(content):
            _write_whole(path, content)
        return path

    def made(self, name: str, make: Callable[[], bytes]) -> bytes:
        """What ``make`` returns, made only when the cache has not got it; the name carries a hash of its inputs."""
        path = self.folder / name
        return (path if path.exists() else self.keep(name, make())).read_bytes()


def _write_whole(path: Path, content: bytes) -> None:
    """Writes all of the file or none of it."""
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            temporary = Path(file.name)
            file.write(content)
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        if temporary:
            temporary.unlink(missing_ok=True)
        raise StoreError(f"{path} could not be written: {error}") from error


def digest(*parts: bytes) -> str:
    joined = hashlib.sha256()
    for part in parts:
        joined.update(hashlib.sha256(part).digest())
    return joined.hexdigest()[:12]


@dataclass
class Bundle:
    """Files by their name in the site, and the store that they lie in.

    ``page`` is the script that pages load, ``styles`` their style sheets. ``fonts`` are those that a page should
    ask for before it has read the style sheets, each with what the page then holds.
    """

    store: Store
    files: dict[str, Path] = field(default_factory=dict)
    page: str = ""
    styles: list[str] = field(default_factory=list)
    fonts: tuple[tuple[str, str], ...] = ()

    def put(self, name: str, content: bytes) -> str:
        """Adds a file under a name that carries its hash; returns that name."""
        stem, _, suffix = name.rpartition(".")
        return self.put_as(f"{stem}-{digest(content)}.{suffix}", content)

    def put_as(self, name: str, content: bytes) -> str:
        self.files[name] = self.store.keep(name, content)
        return name

    def copy_to(self, folder: Path) -> None:
        for name, path in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, folder / name)
