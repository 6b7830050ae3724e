"""The index that readers search: each term, work and claim is found by itself, not as part of one long page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import escape, unescape
from pathlib import Path

ENTRY = re.compile(r'<dt id="([^"]+)">(.*?)</dt>\s*<dd>(.*?)</dd>', re.DOTALL)
# Of an entry: its number, where it is cited, TeX, and all markup.
LEFT_OUT = re.compile(
    r'<span class="(?:entry-number|cited)">.*?</span>|<annotation\b.*?</annotation>|<[^>]+>', re.DOTALL
)
# What the search plugin keeps the markup of: all but definition lists.
BLOCK = re.compile(r"<(p|ul|ol|pre)\b.*?</\1>", re.DOTALL)


def split_entries(site: Path) -> None:
    """Gives every entry of a definition list that can be linked to a place
    of its own in the index, and takes it out of the text of its section.
    """
    path = site / "search" / "search_index.json"
    if not path.exists():
        return
    index = json.loads(path.read_text(encoding="utf-8"))
    index["docs"] = [found for section in index["docs"] for found in _split(section, site)]
    path.write_text(json.dumps(index, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def _split(section: dict, site: Path) -> Iterator[dict]:
    address, _, anchor = section["location"].partition("#")
    page = (site / address / "index.html").read_text(encoding="utf-8")
    entries = ENTRY.findall(_html(page, anchor))
    if not entries:
        yield section
        return
    yield section | {"text": " ".join(block[0] for block in BLOCK.finditer(section["text"]))}
    for name, term, meaning in entries:
        yield section | {"location": f"{address}#{name}", "title": _text(term), "text": f"<p>{_text(meaning)}</p>"}


def _html(page: str, anchor: str) -> str:
    """The HTML from a heading to the next one; without an anchor, from the page's title."""
    start = f'<h[2-6] id="{re.escape(anchor)}"' if anchor else "<h1"
    found = re.search(rf"{start}.*?(?=<h[2-6] id=|$)", page, re.DOTALL)
    return found[0] if found else ""


def _text(html: str) -> str:
    return escape(re.sub(r"\s+", " ", unescape(LEFT_OUT.sub("", html))).strip(), quote=False)
