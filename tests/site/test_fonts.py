"""The book's fonts: few bytes, and every letter of an equation in the font for it."""

import io
import re
from pathlib import Path
from xml.etree import ElementTree

from fontTools.ttLib import TTFont

from widgets.site.bundle.fonts import FACES, FORMULAS, LETTERS, PACKAGES, cut
from widgets.site.pages.math import to_mathml

ROOT = Path(__file__).parents[2]
EQUATION = re.compile(r"\$\$(.+?)\$\$|(?<![\\$\w])\$([^$\n]+)\$", re.DOTALL)
MOST_BYTES = 120_000


def equations() -> list[str]:
    return [
        block or inline for path in (ROOT / "docs").glob("*.md") for block, inline in EQUATION.findall(path.read_text())
    ]


def slanted(letter: str) -> int:
    """The letter that a browser draws for a variable of one letter."""
    if letter == "h":
        return ord("ℎ")
    for first, last, to in (("A", "Z", 0x1D434), ("a", "z", 0x1D44E), ("α", "ω", 0x1D6FC)):
        if first <= letter <= last:
            return to + ord(letter) - ord(first)
    return {"ϵ": 0x1D716}.get(letter, ord(letter))


def test_all_fonts_together_are_small_and_do_not_tell_when_they_were_cut():
    fonts = [cut(face) for face in FACES]
    assert sum(map(len, fonts)) <= MOST_BYTES
    for face, font in zip(FACES, fonts, strict=True):
        cut_one, source = TTFont(io.BytesIO(font)), TTFont(PACKAGES / face.source)
        assert cut_one["head"].modified == source["head"].modified, face.family


def test_every_letter_of_every_equation_is_in_the_font_for_it():
    assert len(equations()) > 20
    for tex in equations():
        for element in ElementTree.fromstring(to_mathml(tex, display=False).replace("&nbsp;", " ")).iter():
            text = (element.text or "").strip()
            if element.tag == "mtext" or (len(text) > 1 and element.tag in ("mi", "mo")):
                assert {ord(letter) for letter in text} <= {*LETTERS}, text
            elif element.tag in ("mi", "mn", "mo"):
                assert {slanted(letter) if element.tag == "mi" else ord(letter) for letter in text} <= {*FORMULAS}, (
                    text,
                    tex,
                )
