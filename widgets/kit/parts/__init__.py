"""The instruments' parts: every widget is made of these, so that all look and behave alike.

A part is a function that returns HTML, escaped by construction, without style attributes or inline handlers:
geometry is in SVG attributes, looks in classes, amounts in ``<progress>`` or SVG. The page "Parts"
of the built book (``/parts/``, not in the navigation) shows each in every state.
"""

from .amounts import Bar, bars, gauge, progress, shares, signed
from .controls import (
    Card,
    LogScale,
    button,
    buttons,
    cards,
    chips,
    download,
    field,
    file_field,
    save_button,
    slider,
    stepper,
    switch,
)
from .faces import MOODS, Face, Mood, beside, face
from .flow import Stage, flow
from .frames import disclosure, drawer, empty, message, panel, panels, question, response, table, versus
from .icons import Icon, icon
from .tokens import Token, tokens
from .words import Tone, counted, exactly, hidden, listed, live, note, number, percent, reading, shown

__all__ = [
    "MOODS", "Bar", "Card", "Face", "Icon", "LogScale", "Mood", "Stage", "Token", "Tone",
    "bars", "beside", "button", "buttons", "cards", "chips", "counted", "disclosure", "download", "drawer",
    "empty", "exactly", "face", "field", "file_field", "flow",
    "gauge", "hidden", "icon", "listed", "live", "message", "note", "number", "panel", "panels", "percent", "progress",
    "question", "reading", "response", "save_button", "shares", "shown", "signed", "slider", "stepper",
    "switch", "table",
    "tokens", "versus",
]  # fmt: skip
