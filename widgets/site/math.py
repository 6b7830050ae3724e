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
    semantics = ElementTree.Element("semantics")
    semantics.extend(list(root))
    ElementTree.SubElement(semantics, "annotation", encoding="application/x-tex").text = tex
    for child in list(root):
        root.remove(child)
    root.append(semantics)
    html = ElementTree.tostring(root, encoding="unicode", method="html")
    # A long equation scrolls on a phone, so it must be possible to focus it.
    return f'<div class="equation" role="group" aria-label="Equation" tabindex="0">{html}</div>' if display else html
