"""Pictures that the build makes: a card for every page, for places that show links so, and the book's icons."""

from __future__ import annotations

import hashlib
import io
import re
from pathlib import Path

from . import drawing
from .drawing import Pen
from .fonts import PACKAGES

SIZE = (1200, 630)
GROUND, INK, MUTED = "#fcfbf8", "#1f1e1c", "#5f5b55"
# The four meanings' colours, as a band.
BAND = ("#b4461f", "#8f5300", "#5b3fd6", "#0b6e6e")

# Every chapter's figure in miniature, in a box of 96 by 48: on the cover of the book, and on the chapter's card.
DRAWINGS = {
    1: '<g class="tone-raw"><rect x="4" y="8" width="34" height="7" rx="2"/><rect x="4" y="20" width="24" '
    'height="7" rx="2"/><rect x="4" y="32" width="30" height="7" rx="2"/></g><g class="tone-aligned"><rect '
    'x="50" y="8" width="30" height="7" rx="2"/><rect x="50" y="20" width="40" height="7" rx="2"/><rect x="50" '
    'y="32" width="22" height="7" rx="2"/></g>',
    2: '<g class="line"><path d="M24 24H38M58 24H72"/></g><g class="tone-human"><circle cx="14" cy="24" '
    'r="9"/></g><g class="tone-reward"><circle cx="48" cy="24" r="9"/></g><g class="tone-aligned"><circle '
    'cx="82" cy="24" r="9"/></g>',
    3: '<g class="line"><path d="M48 4V44"/></g><g class="tone-reward"><rect x="48" y="7" width="34" '
    'height="8"/><rect x="26" y="20" width="22" height="8"/><rect x="48" y="33" width="14" height="8"/></g>',
    4: '<g class="stroke tone-reward"><path d="M6 10C26 38 52 36 82 37"/></g><g class="stroke '
    'tone-aligned"><path d="M6 10C20 24 50 35 82 37"/></g><g class="tone-human"><circle cx="86" cy="37" r="5"/></g>',
    5: '<g class="line"><rect x="18" y="4" width="60" height="40" rx="4" fill="none"/></g><g '
    'class="tone-aligned"><rect x="26" y="14" width="30" height="5"/></g><g class="tone-raw"><rect x="26" y="24" '
    'width="18" height="5"/></g><g class="tone-reward"><rect x="26" y="34" width="38" height="5"/></g>',
}
RAW, HUMAN, REWARD, ALIGNED = BAND
PENS = {
    "line": Pen(None, "#8d867b", 1.5),
    "tone-raw": Pen(RAW),
    "tone-human": Pen(HUMAN),
    "tone-reward": Pen(REWARD),
    "tone-aligned": Pen(ALIGNED),
    "stroke tone-reward": Pen(None, REWARD, 3),
    "stroke tone-aligned": Pen(None, ALIGNED, 3),
}
ICON = Path(__file__).parents[2] / "docs" / "images" / "favicon.svg"


def card(title: str, words: str, above: str, cache: Path, chapter: int | None = None) -> bytes:
    """A PNG of 1200 by 630, with the chapter's miniature if there is one; from the cache where the same was drawn
    before.
    """
    source = Path(__file__).read_bytes() + Path(drawing.__file__).read_bytes()
    key = hashlib.sha256(repr((title, words, above, chapter, source)).encode()).hexdigest()[:16]
    path = cache / f"{key}.png"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_draw(title, words, above, chapter))
    return path.read_bytes()


def icon(size: int = 180) -> bytes:
    """The book's sign as a PNG, filled to its corners as home screens want it: they round them themselves."""
    return _png(_sign(size, square=True).convert("RGB"))


def favicon() -> bytes:
    """The book's sign for browsers that ask for /favicon.ico."""
    out = io.BytesIO()
    _sign(48).save(out, "ICO", sizes=[(16, 16), (32, 32), (48, 48)])
    return out.getvalue()


def _sign(size: int, square: bool = False):
    svg = re.sub(r"</?svg[^>]*>", "", ICON.read_text(encoding="utf-8"))
    return drawing.draw(svg.replace('rx="7"', 'rx="0"') if square else svg, size, (32, 32), {})


def _draw(title: str, words: str, above: str, chapter: int | None) -> bytes:
    from PIL import Image, ImageDraw

    image = Image.new("RGB", SIZE, GROUND)
    draw = ImageDraw.Draw(image)
    for place, colour in enumerate(BAND):
        draw.rectangle((300 * place, 0, 300 * place + 299, 13), fill=colour)
    draw.text((80, 86), above, font=_font("inter/files/inter-latin-wght-normal.woff2", 28), fill=MUTED)
    y = 150
    for line in _lines(draw, title, big := _font("newsreader/files/newsreader-latin-opsz-normal.woff2", 84)):
        draw.text((80, y), line, font=big, fill=INK)
        y += 96
    y += 30
    for line in _lines(draw, words, small := _font("newsreader/files/newsreader-latin-opsz-italic.woff2", 40)):
        draw.text((80, y), line, font=small, fill=MUTED)
        y += 52
    if chapter in DRAWINGS:
        miniature = drawing.draw(DRAWINGS[chapter], 288, (96, 48), PENS)
        image.paste(miniature, (SIZE[0] - 80 - miniature.width, SIZE[1] - 56 - miniature.height), miniature)
    return _png(image)


def _png(image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _lines(draw, text: str, font, width: int = 1040) -> list[str]:
    """The text broken where it would become too wide."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if draw.textlength(longer, font=font) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _font(source: str, size: int):
    """A font from npm, unpacked from WOFF2 in memory."""
    from fontTools.ttLib import TTFont
    from PIL import ImageFont

    font = TTFont(PACKAGES / source)
    font.flavor = None
    out = io.BytesIO()
    font.save(out)
    out.seek(0)
    return ImageFont.truetype(out, size)
