"""Equations: ``$...$`` in a line and ``$$...$$`` on its own become MathML at build time, no script needed."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from latex2mathml import converter
from markdown import Markdown
from markdown.inlinepatterns import InlineProcessor

_MATHML = "http://www.w3.org/1998/Math/MathML"
_PATTERN = r"(?<!\\)\$\$(?P<block>.+?)\$\$|(?<![\\$\w])\$(?P<inline>[^$\s](?:[^$]*[^$\s])?)\$(?!\w)"


class MathPattern(InlineProcessor):
    """The TeX stays in the page as the equation's annotation, so that it can be copied."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(_PATTERN, md)
        self.compiled_re = re.compile(_PATTERN, re.DOTALL)

    def handleMatch(self, match: re.Match, data: str) -> tuple[str, int, int]:
        display = match["block"] is not None
        html = to_mathml(match["block"] or match["inline"], display)
        return self.md.htmlStash.store(html), match.start(0), match.end(0)


def to_mathml(tex: str, display: bool) -> str:
    """A ``<math>`` element for a TeX formula."""
    tex = " ".join(tex.split())
    root = ElementTree.fromstring(converter.convert(tex, display="block" if display else "inline"))
    for element in root.iter():
        element.tag = element.tag.removeprefix(f"{{{_MATHML}}}")
        if element.text == "*":
            element.text = "∗"  # the keyboard's is raised already, and would be twice as high
        if element.tag == "mo" and element.text in ("/", "."):
            element.attrib |= {"lspace": "0", "rspace": "0"}
    for row in root.iter():
        _space_functions(list(row))
    semantics = ElementTree.Element("semantics")
    semantics.extend(list(root))
    ElementTree.SubElement(
        semantics, "annotation", {"encoding": "application/x-tex", "data-search-exclude": ""}
    ).text = _plain(tex)
    for child in list(root):
        root.remove(child)
    root.append(semantics)
    html = ElementTree.tostring(root, encoding="unicode", method="html")
    # A long equation scrolls on a phone, so it must be possible to focus it.
    return f'<div class="equation" role="group" aria-label="Equation" tabindex="0">{html}</div>' if display else html


def _plain(tex: str) -> str:
    """TeX as people copy it: without the classes by which a figure lights up a term."""
    return re.sub(r"\\class\{[^}]*\}", "", tex)


def _space_functions(row: list[ElementTree.Element]) -> None:
    """Sets "log" and its like apart from what they stand between; signs and brackets bring their own room."""
    for before, element, after in zip([None, *row], row, [*row[1:], None], strict=False):
        if _is_function(element):
            element.tag = "mo"
            element.attrib |= {"lspace": _room(before), "rspace": _room(after)}


def _is_function(element: ElementTree.Element) -> bool:
    text = element.text or ""
    return element.tag in ("mi", "mo") and text.isalpha() and len(text) > 1


def _room(neighbour: ElementTree.Element | None) -> str:
    return "0" if neighbour is None or neighbour.tag in ("mo", "mspace") else "0.167em"
