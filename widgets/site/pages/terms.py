"""Terms of the glossary, explained where a chapter first uses them: a quiet link with the definition on pointing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from ..stage import Stage

_ENTRY = re.compile(
    r"^(?P<names>[^:\n][^\n]*?) \{ #(?P<id>[\w-]+) \}\n:   (?P<definition>(?:.+\n?)(?:    .+\n?)*)", re.MULTILINE
)
_PLACES = {"p", "li", "dd", "td"}
_SKIPPED = {"a", "code", "abbr", "h1", "h2", "h3", "h4", "th", "dt", "script", "svg", "button"}


@dataclass(frozen=True)
class Term:
    """An entry of the glossary: its anchor, how it may be written, and what it means."""

    id: str
    names: tuple[str, ...]
    definition: str


@lru_cache(maxsize=4)
def glossary(path: Path, changed: float) -> tuple[Term, ...]:
    """The entries of docs/glossary.md. ``changed`` is the file's time, so that an edit is seen."""
    found = []
    for entry in _ENTRY.finditer(path.read_text(encoding="utf-8")):
        names = [re.sub(r"[*$\\]", "", name).strip() for name in entry["names"].split(",")]
        words = re.sub(r"\s*\[Chapter\s+\d+\]\([^)]*\)", "", " ".join(entry["definition"].split()))
        found.append(Term(entry["id"], tuple(name for name in names if len(name) > 1), re.sub(r"[*$\\]", "", words)))
    return tuple(found)


class TermProcessor(Treeprocessor):
    """In chapters only; every term once a chapter, at its first use in running text."""

    def __init__(self, md: Markdown, stage: Stage) -> None:
        super().__init__(md)
        self.stage = stage

    def run(self, root: Element) -> None:
        path = self.stage.root / "docs" / "glossary.md"
        if not re.match(r"\d\d-", self.stage.source) or not path.exists():
            return
        waiting = {name.lower(): term for term in glossary(path, path.stat().st_mtime) for name in term.names}
        _walk(root, waiting, within=False)


def _walk(element: Element, waiting: dict[str, Term], within: bool) -> None:
    if element.tag in _SKIPPED:
        return
    within = within or element.tag in _PLACES
    if within and element.text:
        _explain(element, None, waiting)
    for child in list(element):
        _walk(child, waiting, within)
        if within and child.tail:
            _explain(element, child, waiting)


def _explain(parent: Element, after: Element | None, waiting: dict[str, Term]) -> None:
    """Links the first waiting term in a piece of text, then looks at what follows it."""
    text = (parent.text if after is None else after.tail) or ""
    if not waiting:
        return
    longest = "|".join(r"\s+".join(map(re.escape, name.split())) for name in sorted(waiting, key=len, reverse=True))
    match = re.search(rf"(?<![\w-])(?:{longest})s?(?![\w-])", text, re.IGNORECASE)
    if not match:
        return
    found = " ".join(match[0].lower().split())  # a term may stand over the end of a line
    term = waiting.get(found) or waiting[found.removesuffix("s")]
    for name in term.names:
        waiting.pop(name.lower(), None)
    link = Element("a", {"class": "term", "href": f"glossary.md#{term.id}", "title": term.definition})
    link.text, link.tail = AtomicString(match[0]), text[match.end() :]
    place = 0 if after is None else list(parent).index(after) + 1
    if after is None:
        parent.text = text[: match.start()]
    else:
        after.tail = text[: match.start()]
    parent.insert(place, link)
    _explain(parent, link, waiting)
