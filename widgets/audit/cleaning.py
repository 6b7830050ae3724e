"""Writes a file anew with some of its pairs turned round or left out, and not a byte of the rest changed.

Flat records are changed where they stand: of a pair with names, what is said of the chosen answer and of the
rejected one
changes places, scores included; of a battle, the winner.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator, Mapping
from json.decoder import scanstring  # pyright: ignore[reportAttributeAccessIssue], its stubs leave it out
from typing import Literal

from .decoding import Decoding
from .framing import Layout
from .opening import CHUNK, Source
from .raw import LONGEST, Raw
from .shapes import ALIASES, WINNERS

Verdict = Literal["flip", "drop"]
# What follows a winner's name in a file, by that name.
OTHERS = {
    "a": "b", "b": "a", "model_a": "model_b", "model_b": "model_a",
    "response_a": "response_b", "response_b": "response_a",
    "answer_a": "answer_b", "answer_b": "answer_a",
}  # fmt: skip
_SPACE = re.compile(r"\s*")
_DECODER = json.JSONDecoder()


def cleaned(source: Source, verdicts: Mapping[int, Verdict], first: int = 0) -> Iterator[tuple[float, bytes]]:
    """The file's new bytes piece by piece, each with how far it is; ``verdicts`` are by record, of which ``first``
    is the file's
    first one. Written as the file was: its encoding, its mark, gzipped or not."""
    decoding, changing = Decoding("surrogateescape"), Changing(verdicts, first)
    pack = None
    for start in [*range(0, source.size, CHUNK), source.size]:
        chunk, last = source.read(start, start + CHUNK), start == source.size
        written = []
        for text in decoding.feed(chunk, last):
            written += changing.feed(text)
        if last:
            written += changing.close()
        if pack is None and (written or last):
            pack = zlib.compressobj(9, zlib.DEFLATED, 31) if decoding.packed else False
            written.insert(0, decoding.mark.decode(decoding.encoding))
        data = "".join(written).encode(decoding.encoding, decoding.errors)
        if pack:
            data = pack.compress(data) + (pack.flush() if last else b"")
        if data:
            yield start / max(source.size, 1), data


class Changing:
    """Feed it a file's text; it gives the text with the verdicts carried out."""

    def __init__(self, verdicts: Mapping[int, Verdict], first: int = 0) -> None:
        self._verdicts, self._number = verdicts, first
        self._layout = Layout()
        self._text = ""  # not given out yet
        self._head: str | None = ""  # what stands before the first record that is kept, until that is known

    def feed(self, text: str) -> Iterator[str]:
        self._text += text
        yield from self._all(self._layout.feed(text))
        if len(self._text) > 3 * LONGEST:  # of a record that never ends
            yield from self._pass(len(self._text) - 2 * LONGEST)

    def close(self) -> Iterator[str]:
        yield from self._all(self._layout.close())
        yield from [self._head or "", self._text]

    def _all(self, raws: Iterator[Raw]) -> Iterator[str]:
        for raw in raws:
            place = self._text.find(raw.text)
            between, self._text = self._text[:place], self._text[place + len(raw.text) :]
            verdict = self._verdicts.get(self._number)
            self._number += 1
            if self._head is not None:
                self._head = self._head or between
            if verdict == "drop":
                continue
            if self._head is not None:
                between, self._head = self._head, None
            yield between
            yield flipped(raw) if verdict == "flip" else raw.text

    def _pass(self, count: int) -> Iterator[str]:
        yield (self._head or "") + self._text[:count]
        self._head, self._text = None, self._text[count:]


def flipped(raw: Raw) -> str:
    """A record with the other answer preferred; as it is where it says nothing that could be turned round."""
    spans = _cells(raw) if raw.columns else _values(raw.text)
    changes = []
    for name, span in spans.items():
        other = name.replace("chosen", "\0").replace("rejected", "chosen").replace("\0", "rejected")
        if name in ("winner_model_a", "winner_model_b"):
            other = "winner_model_b" if name.endswith("a") else "winner_model_a"
        if other != name and other in spans:
            changes.append((span, raw.text[slice(*spans[other])]))
    if not changes and "winner" in spans:
        changes = _winner(raw.text, spans["winner"])
    if not changes and "output" in spans and not raw.columns:
        changes = _outputs(raw.text, spans["output"][0])
    text = raw.text
    for (start, stop), put in sorted(changes, reverse=True):
        text = text[:start] + put + text[stop:]
    return text


def _winner(text: str, span: tuple[int, int]) -> list[tuple[tuple[int, int], str]]:
    """Whoever else won, in the same spelling."""
    found = re.search(r"[\w]+", text[slice(*span)])
    if not found or WINNERS.get(found[0].lower()) not in ("a", "b"):
        return []
    other = OTHERS[found[0].lower()]
    start = span[0] + found.start()
    return [((start, start + len(found[0])), other.upper() if found[0].isupper() else other)]


def _outputs(text: str, start: int) -> list[tuple[tuple[int, int], str]]:
    """The two items of a list in each other's place."""
    at, items = _skip(text, start + 1), []
    while text[at] != "]":
        _, stop = _DECODER.raw_decode(text, at)
        items.append((at, stop))
        at = _skip(text, stop)
        at = _skip(text, at + 1) if text[at] == "," else at
    if len(items) != 2:
        return []
    one, other = items
    return [(one, text[slice(*other)]), (other, text[slice(*one)])]


def _values(text: str) -> dict[str, tuple[int, int]]:
    """Where each value of an object stands, by its name in small letters."""
    spans: dict[str, tuple[int, int]] = {}
    at = _skip(text, text.index("{") + 1)
    while text[at] == '"':
        name, at = scanstring(text, at + 1, False)
        at = _skip(text, _skip(text, at) + 1)  # behind the colon
        _, stop = _DECODER.raw_decode(text, at)
        spans.setdefault(_known(name), (at, stop))
        at = _skip(text, stop)
        at = _skip(text, at + 1) if text[at] == "," else at
    return spans


def _cells(raw: Raw) -> dict[str, tuple[int, int]]:
    """Where each cell of a row stands, quotes included, by its column."""
    spans, start, quoted = [], 0, False
    for at, sign in enumerate(raw.text):
        quoted ^= sign == '"'
        if sign == raw.separator and not quoted:
            spans.append((start, at))
            start = at + 1
    spans.append((start, len(raw.text)))
    return dict(zip(map(_known, raw.columns), spans, strict=False))


def _known(name: str) -> str:
    name = name.strip().lower()
    return ALIASES.get(name, name)


def _skip(text: str, at: int) -> int:
    return _SPACE.match(text, at).end()
