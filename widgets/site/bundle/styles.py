"""The style sheets, cut to what the book uses and put into each page.

A page that links to them waits for them before it is first painted. And when Material's instant navigation starts, it
writes the address of every link anew: for style sheets a browser then reads them again, lets go of the fonts that they
name, and styles and lays out the whole page a second time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from ..book import Book
from .tools import node
from .wheels import source_paths

# Where a page's address of a style sheet ends to be that of the site, and begins to be the sheet's in it.
LINK = re.compile(r'\s*<link rel="stylesheet" href="([^"]*?)(assets/[^"]+\.css)">')
FILE = re.compile(r'url\("?\./([^")]+)"?\)')
THEME = "assets/stylesheets/"


def put_into_pages(site: Path, book: Book) -> None:
    """Replaces the links to style sheets in every page of the site by what they lead to, and removes the files."""
    pages = {path: path.read_text(encoding="utf-8") for path in sorted(site.rglob("*.html"))}
    names = list(dict.fromkeys(name for html in pages.values() for _, name in LINK.findall(html)))
    sheets = dict(zip(names, _cut([site / name for name in names], site, book), strict=True))
    for path, html in pages.items():
        path.write_text(_with_styles(html, sheets), encoding="utf-8")
    for name in names:
        (site / name).unlink()
        (site / f"{name}.map").unlink(missing_ok=True)


def _cut(sheets: list[Path], site: Path, book: Book) -> Iterable[str]:
    """Material's sheets without the rules that nothing in the book can call for; the book's own stay whole."""
    content = [*site.rglob("*.html"), *site.rglob("*.js"), *source_paths(book.packages).values()]
    theme = [sheet for sheet in sheets if sheet.is_relative_to(site / THEME)]
    asked = {"css": [str(path) for path in theme], "content": [str(path) for path in content]}
    cut = dict(zip(theme, json.loads(node([Path(__file__).parent / "purge.mjs", json.dumps(asked)])), strict=True))
    for sheet in sheets:
        yield (cut.get(sheet) or sheet.read_text(encoding="utf-8")).strip()


def _with_styles(html: str, sheets: dict[str, str]) -> str:
    """The page with its sheets at the end of its head, after what a machine looks for there.

    Those that name files stand apart: their addresses are seen from the page. The others are the
    same text on every page, by which Material sees that they can stay when it turns to the next.
    """
    apart, alike = "", ""
    for root, name in LINK.findall(html):
        seen = FILE.sub(rf'url("{root}{Path(name).parent.as_posix()}/\1")', sheets[name])
        if seen == sheets[name]:
            alike += sheets[name]
        else:
            apart += f"<style>{seen}</style>\n"
    return LINK.sub("", html).replace("</head>", f"{apart}<style>{alike}</style>\n</head>", 1)
