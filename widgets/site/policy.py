"""The Content Security Policy in every page: only what the book itself brings may load or run.

One policy for all pages. Material's instant navigation swaps pages under the policy
of the one that was opened first, so that one must know the inline scripts and style
sheets of all; and as the element is the same everywhere, no swap adds another.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from pathlib import Path

from .errors import SiteError
from .pages.embeds import FOLDER

FIRST = '<meta charset="utf-8">'
# Types of script elements that a browser runs; others hold data.
RUNS = {"", "text/javascript", "module", "importmap"}


class PolicyError(SiteError):
    """A page holds what its policy can't allow; says where and what to do instead."""


@dataclass
class Inline(HTMLParser):
    """What stands in a page and needs the policy's leave: inline
    scripts, style sheets, and what must not be there at all.
    """

    html: str
    scripts: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    forbidden: list[str] = field(default_factory=list)
    _open: list[str] | None = None

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.html)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        self._open = None
        if tag == "style":
            self._open = self.styles
        elif tag == "script" and "src" not in given and (given.get("type") or "").lower() in RUNS:
            self._open = self.scripts
        if self._open is not None:
            self._open.append("")
        for name, value in attributes:
            if name == "style" or name.startswith("on") or (value or "").strip().lower().startswith("javascript:"):
                self.forbidden.append(f'<{tag} {name}="{value}">')

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self._open[-1] += data

    def handle_endtag(self, tag: str) -> None:
        self._open = None


def source(text: str) -> str:
    """How a policy names an inline script or style sheet."""
    digest = hashlib.sha256(text.replace("\r\n", "\n").encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def policy(pages: Mapping[str, str], published: str | None = None) -> str:
    """The policy under which these pages, each its HTML by its name, work; raises PolicyError for what none can allow.

    ``published`` is the book's address, for pages that may be framed without an origin: there WebKit takes 'self' for
    nothing, so that the same place has to be named by its address, too.
    """
    found = {name: Inline(html) for name, html in pages.items()}
    for name, inline in found.items():
        if inline.forbidden:
            raise PolicyError(
                f"{name}: {inline.forbidden[0]} would not work under the page's policy: "
                "write a class in place of a style attribute, and data-event or a listener in place of a handler."
            )
    scripts = sorted({source(text) for inline in found.values() for text in inline.scripts})
    styles = sorted({source(text) for inline in found.values() for text in inline.styles})
    own = ["'self'", *([published] if published else [])]
    directives = {
        "default-src": ["'none'"],
        # Python is WebAssembly; nothing makes code of text.
        "script-src": [*own, "'wasm-unsafe-eval'", *scripts],
        "style-src": styles or ["'none'"],
        "img-src": [*own, "data:"],  # Material's signs are pictures within its style sheet
        "font-src": own,
        "connect-src": own,
        "worker-src": [*own, "blob:"],  # of a blob where the frame has no origin, see facilities.js
        "frame-src": ["'self'"],
        "base-uri": own,
        "form-action": ["'none'"],
        # See theme/partials/trusted.html.
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["default"],
    }
    return "; ".join(" ".join([name, *values]) for name, values in directives.items())


def put_into_pages(site: Path, published: str) -> None:
    """Puts their policy into all pages of the site, before all that it rules. The pages must not change any more."""
    pages = {
        path.relative_to(site).as_posix(): path.read_text(encoding="utf-8") for path in sorted(site.rglob("*.html"))
    }
    framed = {name: html for name, html in pages.items() if name.startswith(f"{FOLDER}/")}
    swapped = {name: html for name, html in pages.items() if name not in framed}
    for some, content in ((swapped, policy(swapped)), (framed, policy(framed, published))):
        meta = f'<meta http-equiv="content-security-policy" content="{escape(content, quote=False)}">'
        for name, html in some.items():
            if FIRST not in html:
                raise PolicyError(f"{name}: there is no {FIRST} for the page's policy to follow.")
            (site / name).write_text(html.replace(FIRST, f"{FIRST}\n      {meta}", 1), encoding="utf-8")
