"""What the browser needs beside the pages: made before they are rendered, written after."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from .book import Book
from .bundle.bundle import bundle
from .bundle.store import Bundle, digest
from .bundle.tools import script
from .errors import SiteError
from .stage import Stage

# Where the bundle lies in the site; page.js finds everything else relative to itself.
FOLDER = "assets/book"


@dataclass(frozen=True)
class Publication:
    """The bundle, lying in the cache until the site's folder is there."""

    bundle: Bundle

    @property
    def script(self) -> str:
        return f"{FOLDER}/{self.bundle.page}"

    @property
    def styles(self) -> list[str]:
        return [f"{FOLDER}/{name}" for name in self.bundle.styles]

    @property
    def fonts(self) -> list[tuple[str, str]]:
        return [(f"{FOLDER}/{name}", part) for name, part in self.bundle.fonts]

    def write(self, site: Path, stage: Stage) -> None:
        """Puts the bundle and the stored views into the site."""
        folder = site / FOLDER
        self.bundle.copy_to(folder)
        for name, text in stage.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


class SearchError(SiteError):
    """Material's search is not where it was."""


def leave_out_other_languages(site: Path, language: str) -> None:
    """Material ships its search's files for every language; a book in English needs none of them."""
    if language == "en":
        shutil.rmtree(site / "assets" / "javascripts" / "lunr", ignore_errors=True)


def put_off_search(site: Path) -> None:
    """Has Material's search wait for Python, see widgets/browser/search.js."""
    folder = site / "assets" / "javascripts" / "workers"
    workers = list(folder.glob("search.*.min.js"))
    if len(workers) != 1:
        raise SearchError(
            f"{folder} holds {len(workers)} files search.*.min.js, where Material puts one: "
            "install the version of mkdocs-material that pyproject.toml names, or change put_off_search for the "
            "new one."
        )
    (worker,) = workers
    worker.write_bytes(script("search.js", {}).strip() + worker.read_bytes())


def write_service_worker(site: Path, book: Book) -> None:
    """Lists the whole site for the service worker, which keeps one release at a time."""
    files = {
        _address(path, site): digest(path.read_bytes())
        for path in sorted(site.rglob("*"))
        if path.is_file() and _kept(path, site)
    }
    release = digest(json.dumps(files).encode())
    constants = {"BOOK_NAME": book.name, "RELEASE": release, "FILES": files}
    (site / "service-worker.js").write_bytes(script("service-worker.js", constants))


def _address(path: Path, site: Path) -> str:
    """How the browser asks for a file: pages by their folders."""
    return path.relative_to(site).as_posix().removesuffix("index.html")


def _kept(path: Path, site: Path) -> bool:
    """Not the stock start, which is there for when the other
    fails, search in other languages, nor what only machines read.
    """
    name = path.relative_to(site).as_posix()
    passed_over = (
        f"{FOLDER}/stock-",
        "assets/javascripts/lunr/",
        "assets/cards/",
        "service-worker.js",
        "sitemap.xml.gz",
    )
    return not name.startswith(passed_over) and not name.endswith(".map")


def prepare(stage: Stage, *, snapshot: bool) -> Publication:
    """Makes the bundle, or finds it in the cache."""
    return Publication(bundle(stage.root / ".cache", stage.book, content=stage.shipped, snapshot=snapshot))
