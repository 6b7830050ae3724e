"""What the site is made of: a bill of materials (CycloneDX 1.6) and the licences of everything that is shipped."""

from __future__ import annotations

import fnmatch
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import distribution
from pathlib import Path

from .book import Book
from .bundle.pyodide import numpy_wheel
from .bundle.tools import ROOT
from .errors import SiteError

BILL, LICENCES = "bill-of-materials.json", "licences.txt"
MODULES = ROOT / "node_modules"


class BillError(SiteError):
    """Something that is shipped has no licence text to ship with it."""


@dataclass(frozen=True)
class Component:
    """Something that others made and the site ships: where from, under which licence, and in which of the site's files.

    ``inside`` names the component that brings it along, whose package says no version of it.
    """

    name: str
    source: str  # npm, pypi, or nothing for what another one brings along
    licence: str  # an SPDX identifier
    files: tuple[str, ...] = ()
    inside: str = ""

    @cached_property
    def version(self) -> str:
        if self.source == "npm":
            return json.loads((MODULES / self.name / "package.json").read_text())["version"]
        return distribution(self.name).version if self.source == "pypi" else ""

    @property
    def purl(self) -> str:
        """Its package URL."""
        return f"pkg:{self.source}/{self.name.replace('@', '%40')}@{self.version}"

    def text(self, cache: Path) -> str:
        """Its licence: the text that it comes with or, where it brings none, SPDX's."""
        return next(self._texts(cache)).strip()

    def _texts(self, cache: Path) -> Iterator[str]:
        if self.name == "numpy":
            with zipfile.ZipFile(numpy_wheel(cache)) as wheel:
                yield from (
                    wheel.read(name).decode()
                    for name in sorted(wheel.namelist())
                    if name.endswith("licenses/LICENSE.txt")
                )
        if self.source == "npm":
            yield from (path.read_text() for path in sorted((MODULES / self.name).glob("LICEN[CS]E*")))
        if self.source == "pypi":
            found = [file for file in distribution(self.name).files or [] if file.name.startswith("LICEN")]
            yield from (Path(str(file.locate())).read_text() for file in found)
        listed = MODULES / "spdx-license-list" / "licenses" / f"{self.licence}.json"
        if not listed.exists():
            raise BillError(
                f"{self.name}: there is no licence text for {self.licence!r}; name an SPDX identifier in "
                "widgets/site/bill.py."
            )
        yield json.loads(listed.read_text())["licenseText"]


PYODIDE = ("assets/book/core-*", "assets/book/stock-*/pyodide-lock.json", "assets/book/worker-*")
COMPONENTS = (
    Component("pyodide", "npm", "MPL-2.0", PYODIDE),
    Component(
        "CPython", "", "PSF-2.0", ("assets/book/core-*", "assets/book/stdlib-*", "assets/book/snapshot-*"), "pyodide"
    ),
    Component("emscripten", "", "MIT", ("assets/book/core-*",), "pyodide"),
    Component(
        "numpy",
        "pypi",
        "BSD-3-Clause",
        (
            "assets/book/stock-*/numpy-*",
            "assets/book/_multiarray_umath-*",
            "assets/book/_umath_linalg-*",
            "assets/book/snapshot-*",
        ),
    ),
    Component("htpy", "pypi", "MIT", ("assets/book/stock-*/htpy-*", "assets/book/snapshot-*")),
    Component("markupsafe", "pypi", "BSD-3-Clause", ("assets/book/stock-*/markupsafe-*", "assets/book/snapshot-*")),
    Component("idiomorph", "npm", "0BSD", ("assets/book/page-*",)),
    Component("@fontsource-variable/newsreader", "npm", "OFL-1.1", ("assets/book/*.woff2", "assets/cards/*")),
    Component("@fontsource-variable/inter", "npm", "OFL-1.1", ("assets/book/*.woff2", "assets/cards/*")),
    Component("@fontsource-variable/jetbrains-mono", "npm", "OFL-1.1", ("assets/book/*.woff2",)),
    Component("@fontsource/stix-two-math", "npm", "OFL-1.1", ("assets/book/*.woff2",)),
    Component("mkdocs-material", "pypi", "MIT", ("*.html", "assets/javascripts/*", "assets/images/*")),
    Component("material-design-icons", "", "Apache-2.0", ("*.html",), "mkdocs-material"),
    Component("rxjs", "", "Apache-2.0", ("assets/javascripts/bundle.*",), "mkdocs-material"),
    Component("tslib", "", "0BSD", ("assets/javascripts/bundle.*",), "mkdocs-material"),
    Component("clipboard", "", "MIT", ("assets/javascripts/bundle.*",), "mkdocs-material"),
    Component("escape-html", "", "MIT", ("assets/javascripts/bundle.*",), "mkdocs-material"),
    Component("focus-visible", "", "W3C-20150513", ("assets/javascripts/bundle.*",), "mkdocs-material"),
    Component("lunr", "", "MIT", ("assets/javascripts/workers/search.*",), "mkdocs-material"),
)
# The book's own files, beside its wheel and those that hold something of others.
OWN = (
    "*.html", "assets/book/*.json", "assets/book/views/*", "assets/book/*.js", "assets/book/*.css",
    "assets/cards/*", "images/*", "favicon.ico", "search/*",
    "service-worker.js", "sitemap.xml*", "tags.json", BILL, LICENCES,
)  # fmt: skip


def bill(book: Book) -> str:
    """The bill of materials, as CycloneDX's JSON; the same for the same components."""
    described = {
        "type": "application",
        "bom-ref": book.name,
        "name": book.name,
        "version": book.version,
        "licenses": _licences(book.licence) if book.licence else [],
    }
    inside = {
        component.name: [other.name for other in COMPONENTS if other.inside == component.name]
        for component in COMPONENTS
    }
    direct = [component.name for component in COMPONENTS if not component.inside]
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": described},
        "components": [_entry(component) for component in COMPONENTS],
        "dependencies": [
            {"ref": book.name, "dependsOn": direct},
            *({"ref": name, "dependsOn": brought} for name, brought in inside.items() if brought),
        ],
    }
    return json.dumps(document, indent=2) + "\n"


def _entry(component: Component) -> dict:
    known = {"version": component.version, "purl": component.purl} if component.source else {}
    return {
        "type": "library",
        "bom-ref": component.name,
        "name": component.name,
        **known,
        "licenses": _licences(component.licence),
    }


def _licences(identifier: str) -> list[dict]:
    return [{"license": {"id": identifier}}]


def licences(book: Book, root: Path) -> str:
    """The licence texts of everything shipped, one after the other; the book's own is in its folder."""
    own, cache = root / "LICENSE", root / ".cache"
    parts = [f"The book itself ({book.licence})\n{'=' * 70}\n{own.read_text().strip()}"] if own.exists() else []
    for component in COMPONENTS:
        named = f"{component.name} {component.version}".strip()
        brought = f", brought along by {component.inside}" if component.inside else ""
        parts.append(f"{named} ({component.licence}{brought})\n{'=' * 70}\n{component.text(cache)}")
    return "\n\n\n".join(parts) + "\n"


def unnamed(site: Path, book: Book) -> list[str]:
    """The site's files that neither the bill nor the list of the book's own names."""
    wheel = f"assets/book/stock-*/{book.name.replace('-', '_')}-*"
    patterns = [*OWN, wheel, *(pattern for component in COMPONENTS for pattern in component.files)]
    found = sorted(str(path.relative_to(site)) for path in site.rglob("*") if path.is_file())
    return [name for name in found if not any(fnmatch.fnmatch(name, pattern) for pattern in patterns)]
