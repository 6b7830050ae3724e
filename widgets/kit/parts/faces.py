"""Faces: small characters of one style, drawn from a few parameters, whose expression follows a mood.

A face stands beside a name, so it is decoration; where it stands alone, ``label`` says whose it is and how it looks.
Features are single strokes on a grid of 32, which look alike from 24 to 48 pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import htpy as h

from .words import Tone

Head = Literal["round", "long", "box", "dome"]
Top = Literal["none", "tuft", "swept", "parted", "wig", "aerial", "rod", "bent"]
Eyes = Literal["open", "half", "blank", "visor"]
Glasses = Literal["none", "round", "square"]
Mood = Literal["calm", "pleased", "doubtful", "frowning", "babbling"]

MOODS: tuple[Mood, ...] = ("calm", "pleased", "doubtful", "frowning", "babbling")


@dataclass(frozen=True)
class Face:
    """Who somebody is to the eye: a head, what is on it, eyes, glasses, a collar, and the tone of what they are."""

    head: Head
    top: Top = "none"
    eyes: Eyes = "open"
    glasses: Glasses = "none"
    collar: bool = False
    tone: Tone = "plain"


def face(who: Face, mood: Mood = "calm", label: str | None = None) -> h.Element:
    """Somebody's face in a mood: ``face(Face("round", "tuft", tone="human"), "pleased")``."""
    behind, before = _TOPS[who.top]
    pupils, lids = _EYES[who.eyes]
    brows, mouth = _MOODS[mood]
    lines = lids + ("" if who.eyes == "visor" else brows)
    return h.svg(
        class_=["face", f"tone-{who.tone}"],
        viewBox="0 0 32 32",
        role="img" if label else None,
        aria_label=label,
        aria_hidden=None if label else "true",
    )[
        behind and h.path(class_="face-hair", d=behind),
        h.path(class_="face-head", d=_HEADS[who.head] + (_COLLAR if who.collar else "")),
        before and h.path(class_="face-hair", d=before),
        pupils and h.path(class_="face-eyes", d=pupils),
        who.glasses != "none" and h.path(class_="face-glasses", d=_GLASSES[who.glasses]),
        lines and h.path(class_="face-lines", d=lines),
        h.path(class_="face-lines", d=mouth),
    ]


def beside(drawn: h.Node, *body: h.Node) -> h.Element:
    """A face, and what its owner says or thinks: ``beside(face(...), reading("I like this one."))``."""
    return h.div(class_="beside")[drawn, h.div(class_="beside-body")[body]]


_HEADS: dict[Head, str] = {
    "round": "M16 7c5.9 0 10 4.3 10 10.3S21.9 28 16 28 6 23.3 6 17.3 10.1 7 16 7Z",
    "long": "M16 5.5c5.2 0 8.8 4 8.8 10.3 0 7-3.7 12.7-8.8 12.7S7.2 22.8 7.2 15.8C7.2 9.5 10.8 5.5 16 5.5Z",
    "box": "M10 9h12a4 4 0 0 1 4 4v11a4 4 0 0 1-4 4H10a4 4 0 0 1-4-4V13a4 4 0 0 1 4-4ZM6 15.5H3.5v5H6M26 15.5h2.5v5H26",
    "dome": "M6 28V17a10 10 0 0 1 20 0v11Z",
}
_COLLAR = "M6 32 12.3 27.3 16 30.8 19.7 27.3 26 32"
# What is drawn behind the head, and what before it.
_TOPS: dict[Top, tuple[str, str]] = {
    "none": ("", ""),
    "tuft": ("", "M16 9C14 8 12.5 6 12.8 3M16 9C15.8 7 16 4.5 17 2M16 9c1.2-1.8 2.6-3.6 5-4.8"),
    "swept": (
        "",
        "M6.5 15.5C5.5 8 10.5 4 16.5 4.8 20.5 5.3 24.5 4.8 28 2.5 27.5 5 26.5 6.5 25 7.5c2 .2 3.5 0 5-.8"
        "C28.8 9.5 27 11 24.8 11.3 18.5 12.3 11 10.5 6.5 15.5Z",
    ),
    "parted": (
        "",
        "M7.3 13.5C6.5 6.5 10.5 3 16.5 3S25.7 6.5 24.7 13.5C22 12.5 20.5 11 19.8 8.8 17 11.8 12 12.8 7.3 13.5Z",
    ),
    "wig": (
        "M7 29a2.8 2.8 0 0 1-2.6-4.7 2.9 2.9 0 0 1-.6-5.3 2.9 2.9 0 0 1 .9-5.3C4.5 7.5 9 2.8 16 2.8"
        "s11.5 4.7 11.3 10.9a2.9 2.9 0 0 1 .9 5.3 2.9 2.9 0 0 1-.6 5.3"
        "A2.8 2.8 0 0 1 25 29Z",
        "M7 15.5C8 9.8 12 7.8 16 10.8 20 7.8 24 9.8 25 15.5 27 8.5 22.5 4.8 16 4.8S5 8.5 7 15.5Z",
    ),
    "aerial": ("M16 9V5.5M16 5.5a1.7 1.7 0 1 1 .01 0Z", ""),
    "rod": ("M16 9V3.5", ""),
    "bent": ("M16 9 13.5 6.8 18.5 5 15.5 2", ""),
}  # fmt: skip
# Pupils, and lids or rims.
_EYES: dict[Eyes, tuple[str, str]] = {
    "open": ("M12 17h.01M20 17h.01", ""),
    "half": ("M12 17.6h.01M20 17.6h.01", "M9.5 16.4h5M17.5 16.4h5"),
    "blank": ("", "M14 17a2 2 0 1 1-4 0 2 2 0 0 1 4 0ZM22.3 16.6a2.3 2.3 0 1 1-4.6 0 2.3 2.3 0 0 1 4.6 0Z"),
    "visor": ("", "M9.5 14.5h13v5h-13ZM12.5 17h7"),
}
_GLASSES: dict[str, str] = {
    "round": "M15 17a3.2 3.2 0 1 1-6.4 0 3.2 3.2 0 0 1 6.4 0ZM23.4 17a3.2 3.2 0 1 1-6.4 0 3.2 3.2 0 0 1 6.4 0ZM15 17h2",
    "square": "M9 14.8h5.6v4.4H9ZM17.4 14.8H23v4.4h-5.6ZM14.6 16h2.8",
}
# Brows and mouth.
_MOODS: dict[Mood, tuple[str, str]] = {
    "calm": ("", "M12.5 23.2Q16 23.8 19.5 23.2"),
    "pleased": ("M9.8 13.2Q12 11.4 14.2 12.8M17.8 12.8Q20 11.4 22.2 13.2", "M11.5 22.2Q16 27.2 20.5 22.2"),
    "doubtful": ("M9.8 13.4 14 13.6M18 12.4Q20 10.8 22.2 12.2", "M12.5 24Q15 22.4 19.5 23.4"),
    "frowning": ("M9.8 12.2 14.3 14.4M22.2 12.2 17.7 14.4", "M12 24.8Q16 21.4 20 24.8"),
    "babbling": ("M9.8 12.4 14 13M18 13 22.2 11.8", "M10.5 23.4q1.4-2.4 2.8 0t2.8 0 2.8 0 2.6-.4"),
}
