"""Pictures that the build makes: a card for every page, for places that show links so, and the book's icons."""

from __future__ import annotations

import io
import re
from pathlib import Path

from ..bundle.fonts import PACKAGES
from ..bundle.store import Store, digest
from . import drawing
from .drawing import Pen

SIZE = (1200, 630)
GROUND, INK, MUTED = "#fcfbf8", "#1f1e1c", "#5f5b55"
# The four meanings' colours, as a band.
BAND = ("#b4461f", "#8f5300", "#5b3fd6", "#0b6e6e")

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
BOX = (96, 48)  # in which a chapter's figure is drawn in miniature, for the cover and the chapter's card


def card(title: str, words: str, above: str, cache: Path, miniature: str | None = None) -> bytes:
    """A PNG of 1200 by 630, with a miniature (SVG's shapes) if there is one; from the cache where the same was drawn
    before.
    """
    source = Path(__file__).read_bytes() + Path(drawing.__file__).read_bytes()
    drawn = (title, words, above, miniature)
    key = digest(repr(drawn).encode(), source)
    return Store(cache).made(f"{key}.png", lambda: _draw(*drawn))


def write_icons(site: Path, favicon: str) -> None:
    """The book's sign as browsers and home screens ask for it, if the theme has it as SVG."""
    if favicon.endswith(".svg"):
        svg = (site / favicon).read_text(encoding="utf-8")
        (site / "favicon.ico").write_bytes(_favicon(svg))
        (site / "images").mkdir(exist_ok=True)
        (site / "images" / "apple-touch-icon.png").write_bytes(_icon(svg))


def _icon(svg: str) -> bytes:
    """As a PNG, filled to its corners as home screens want it: they round them themselves."""
    return _png(_sign(svg.replace('rx="7"', 'rx="0"'), 180).convert("RGB"))


def _favicon(svg: str) -> bytes:
    """For browsers that ask for /favicon.ico."""
    out = io.BytesIO()
    _sign(svg, 48).save(out, "ICO", sizes=[(16, 16), (32, 32), (48, 48)])
    return out.getvalue()


def _sign(svg: str, size: int):
    return drawing.draw(re.sub(r"</?svg[^>]*>", "", svg), size, (32, 32), {})


def _draw(title: str, words: str, above: str, miniature: str | None) -> bytes:
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
    if miniature:
        drawn = drawing.draw(miniature, 288, BOX, PENS)
        image.paste(drawn, (SIZE[0] - 80 - drawn.width, SIZE[1] - 56 - drawn.height), drawn)
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
