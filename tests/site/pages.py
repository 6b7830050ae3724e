"""The built site as pages: their text, the anchors they have and the links they make."""

from __future__ import annotations

import json
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from tests.serving import PREFIX

ROOT = Path(__file__).parents[2]
SITE = ROOT / "site"
HOME = f"https://book.invalid{PREFIX}"
UNSEEN = {"script", "style", "svg", "pre", "code", "annotation"}
INLINE = {"a", "abbr", "b", "em", "i", "strong", "sub", "sup"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Page(HTMLParser):
    """What a page says and where it leads."""

    def __init__(self, html: str, address: str) -> None:
        super().__init__()
        self.address = address
        self.anchors: set[str] = set()
        self.links: list[str] = []  # what the reader may follow, as written
        self.loads: list[str] = []  # what the browser fetches
        self.terms: dict[str, str] = {}  # of a definition list, by anchor
        self.words: list[str] = []
        self._open: list[tuple[str, str | None]] = []
        self.feed(html)
        self.close()

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "base":
            # From here on, addresses are as seen from there: a figure's own page is seen from its chapter.
            self.address = urljoin(HOME + self.address, given["href"]).removeprefix(HOME)
            return
        self.anchors |= {given[name] for name in ("id", "name") if given.get(name)}
        if tag == "a" and given.get("href") is not None:
            self.links.append(given["href"])
        elif given.get("src") or given.get("href"):
            self.loads.append(given.get("src") or given["href"])
        if tag not in VOID:
            self._open.append((tag, given.get("id")))
        if tag == "dt" and given.get("id"):
            self.terms[given["id"]] = ""
        self._part(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass
        self._part(tag)

    def handle_data(self, data: str) -> None:
        if UNSEEN & {tag for tag, _ in self._open}:
            return
        self.words.append(data)
        for tag, anchor in self._open:
            if tag == "dt" and anchor:
                self.terms[anchor] += data

    def _part(self, tag: str) -> None:
        """Where an element begins or ends, a word ends; but not at <em> and its like."""
        if tag not in INLINE:
            self.words.append(" ")


@cache
def pages() -> dict[str, Page]:
    """Every page, by its address: "", "03-reward-model/", "404.html"."""
    found = {}
    for path in sorted(SITE.rglob("*.html")):
        address = str(path.relative_to(SITE)).removesuffix("index.html")
        found[address] = Page(path.read_text(), address)
    return found


def chapters() -> dict[str, Page]:
    return {address: page for address, page in pages().items() if re.match(r"\d\d-", address)}


def embeds() -> dict[str, Page]:
    """The figures' own pages."""
    return {address: page for address, page in pages().items() if address.startswith("embed/")}


def views() -> dict[str, dict[str, str]]:
    """The stored views of every widget, by the events that lead there."""
    return {
        path.name.rpartition("-")[0]: json.loads(path.read_text())
        for path in sorted(SITE.glob("assets/book/views/*.json"))
    }


def target(page: str, link: str) -> tuple[str | None, str]:
    """The address within the book that a link leads to, or None, and its anchor."""
    there = urljoin(HOME + page, link)
    if not there.startswith(HOME):
        return None, ""
    return unquote(urlsplit(there).path).removeprefix(PREFIX), unquote(urlsplit(there).fragment)
