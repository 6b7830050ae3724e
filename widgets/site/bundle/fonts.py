"""The book's fonts: cut from npm's fonts to the letters, weights and sizes that its pages use.

Each comes with stand-ins: fonts that readers have, stretched to the same widths and heights (``size-adjust`` and
its kin), so that nothing on a page moves when the real one arrives.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import SiteError
from .store import Bundle, digest
from .tools import ROOT

PACKAGES = ROOT / "node_modules" / "@fontsource-variable"

# Latin-1 for names and quotations, and the signs that prose, controls and charts use beside it.
LETTERS = [*range(0x20, 0x7F), *range(0xA0, 0x100), *map(ord, "ŒœŠšŽž–—‘’“”…•−√≈≤≥←↑→↓")]
# Equations: digits, signs, and slanted Latin and Greek letters. Words in them, such as "log", are in the text's font.
FORMULAS = [*range(0x1D434, 0x1D468), *range(0x1D6FC, 0x1D715), *map(ord, "0123456789()[]|+−=<>≤≥,./:;…∏∑∝∣‖∗ℎ𝔼")]
# A sample of the book's own kind of text: what the average width of a letter is measured with.
SAMPLE = (
    "A language model fresh from its training can write. It cannot yet help. What turns one into the other is a "
    "method called reinforcement learning from human feedback: people compare answers, a second model learns their "
    "taste, and the first is trained to please it. You need no mathematics to follow; where an equation says it "
    "better, it stands beside the words. Nothing on these pages is faked: every number is computed by the reader."
)


@dataclass(frozen=True)
class StandIn:
    """A font that readers have: its names, and the average width of a letter in it, in em."""

    names: tuple[str, ...]
    width: float


# Average widths of the sample's letters; those of fonts that are not free are from @capsizecss/metrics, set to scale.
SERIFS = (
    StandIn(("Georgia",), 0.439),
    StandIn(("Noto Serif",), 0.474),
    StandIn(("Times New Roman", "Liberation Serif"), 0.400),
    StandIn(("DejaVu Serif",), 0.513),
)
ITALICS = (
    StandIn(("Georgia Italic", "Georgia-Italic"), 0.448),
    StandIn(("Noto Serif Italic",), 0.462),
    StandIn(("Times New Roman Italic", "Liberation Serif Italic"), 0.402),
    StandIn(("DejaVu Serif Italic",), 0.513),
)
SANS = (StandIn(("Roboto",), 0.442), StandIn(("Arial", "Liberation Sans"), 0.443), StandIn(("DejaVu Sans",), 0.508))
MONOS = (StandIn(("Courier New", "Liberation Mono"), 0.600), StandIn(("DejaVu Sans Mono",), 0.602))


@dataclass(frozen=True)
class Face:
    """One file: which part of which font, under which family and style."""

    family: str
    source: str
    axes: Mapping[str, float | tuple[float, float]]
    stand_ins: tuple[StandIn, ...]
    style: str = "normal"
    features: tuple[str, ...] = ("kern", "liga", "calt", "ccmp", "locl", "mark")
    early: str | None = None
    letters: tuple[int, ...] = tuple(LETTERS)
    size: str = "100%"

    @property
    def weight(self) -> str:
        weight = self.axes["wght"]
        return f"{weight[0]:g} {weight[1]:g}" if isinstance(weight, tuple) else f"{weight:g}"


# Newsreader is two families here: one drawn for text, one for titles. ``early`` is what a page holds
# that asks for the font before the style sheet is read: nothing, where every page begins with it.
FACES = (
    Face(
        "Newsreader",
        "newsreader/files/newsreader-latin-opsz-normal.woff2",
        {"wght": (400, 600), "opsz": 16},
        SERIFS,
        early="",
    ),
    Face(
        "Newsreader",
        "newsreader/files/newsreader-latin-opsz-italic.woff2",
        {"wght": 400, "opsz": 16},
        ITALICS,
        "italic",
        early="",
    ),
    Face(
        "Newsreader Display",
        "newsreader/files/newsreader-latin-opsz-normal.woff2",
        {"wght": 400, "opsz": 72},
        SERIFS,
        early="",
    ),
    Face(
        "Inter",
        "inter/files/inter-latin-wght-normal.woff2",
        {"wght": (400, 650)},
        SANS,
        features=("kern", "calt", "ccmp", "mark", "tnum"),
        early="",
    ),
    Face(
        "JetBrains Mono",
        "jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2",
        {"wght": 400},
        MONOS,
        features=("ccmp",),
    ),
    # Its letters are made as low as Newsreader's.
    Face(
        "STIX Two Math",
        "../@fontsource/stix-two-math/files/stix-two-math-latin-400-normal.woff2",
        {"wght": 400},
        (),
        features=(),
        letters=tuple(FORMULAS),
        size="92%",
        early="<math",
    ),
)


class FontError(SiteError):
    """A font could not be cut; the message says which and why."""


@dataclass(frozen=True)
class Fonts:
    """The ``@font-face`` rules, and the files that a page should ask for early, each with what the page then holds."""

    css: bytes
    early: tuple[tuple[str, str], ...]


def fonts(result: Bundle) -> Fonts:
    """Cuts every face, or finds it in the cache, and adds it to the bundle."""
    rules, early = [], []
    for face in FACES:
        data = result.store.made(f"font-{_key(face)}.woff2", lambda face=face: cut(face))
        name = result.put(f"{face.family.replace(' ', '-').lower()}-{face.style}.woff2", data)
        rules += [_rule(face, name), *_stand_in_rules(face, data)]
        early += [(name, face.early)] if face.early is not None else []
    return Fonts("\n".join(rules).encode(), tuple(early))


def cut(face: Face) -> bytes:
    """The face as WOFF2: only our letters, only the axes' ranges that are used."""
    from fontTools import subset
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    path = PACKAGES / face.source
    if not path.exists():
        raise FontError(f"{face.family} is not in {PACKAGES}: run `npm ci` (or `make build`, which does).")
    options = subset.Options(
        layout_features=list(face.features), hinting=False, notdef_outline=True, name_IDs=[1, 2], drop_tables=["DSIG"]
    )
    font = TTFont(path, recalcTimestamp=False)  # the same letters make the same file, at whatever time
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=face.letters)
    cutter.subset(font)
    if "fvar" in font:
        font = instancer.instantiateVariableFont(font, dict(face.axes))
    font.flavor = "woff2"
    buffer = io.BytesIO()
    font.save(buffer)
    return buffer.getvalue()


def _key(face: Face) -> str:
    source = PACKAGES / face.source
    return digest(repr(face).encode(), source.read_bytes() if source.exists() else b"")


def _rule(face: Face, file: str) -> str:
    return (
        f'@font-face{{font-family:"{face.family}";font-style:{face.style};font-weight:{face.weight};font-display:swap;'
        f'size-adjust:{face.size};src:url("./{file}") format("woff2")}}'
    )


def _stand_in_rules(face: Face, data: bytes) -> list[str]:
    """Every stand-in as a family of its own, "Newsreader 1", "Newsreader 2": the first that a reader has is used."""
    from fontTools.ttLib import TTFont

    font: Any = TTFont(io.BytesIO(data))
    em, head = font["head"].unitsPerEm, font["hhea"]
    rules = []
    for index, stand_in in enumerate(face.stand_ins, start=1):
        size = average_width(font) / stand_in.width
        heights = (head.ascent / em / size, -head.descent / em / size, head.lineGap / em / size)
        ascent, descent, gap = (f"{100 * height:.2f}%" for height in heights)
        sources = ",".join(f'local("{name}")' for name in stand_in.names)
        rules.append(
            f'@font-face{{font-family:"{face.family} '
            f'{index}";font-style:{face.style};font-weight:{face.weight};src:{sources};'
            f"size-adjust:{100 * size:.2f}%;ascent-override:{ascent};"
            f"descent-override:{descent};line-gap-override:{gap}}}"
        )
    return rules


def average_width(font) -> float:
    """The mean advance of a letter of the sample, in em."""
    cmap, advances = font.getBestCmap(), font["hmtx"]
    count = Counter(SAMPLE)
    total = sum(advances[cmap[ord(letter)]][0] * times for letter, times in count.items())
    return total / count.total() / font["head"].unitsPerEm
