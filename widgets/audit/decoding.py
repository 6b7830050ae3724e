"""From a file's bytes to its text, piece by piece: unpacked where it is gzipped, decoded by its byte-order mark."""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Iterator

# Bytes that are unpacked or decoded at once: a small file may unpack to a huge one.
PIECE = 1 << 16
_GZIP = b"\x1f\x8b"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# How files begin that hold no text, and what to do with them.
_PARQUET = (
    "This is a Parquet file, which a page can’t read. Convert it first, with Python and pandas: "
    "pandas.read_parquet(“data.parquet”).to_json(“data.jsonl”, orient=“records”, lines=True)"
)
_PACKED = "This is a {} archive. Unpack it, and open the file inside; of packed files only gzip (.gz) can be read."
OTHERS = {
    b"PAR1": _PARQUET,
    b"PK\x03\x04": _PACKED.format("zip"),
    b"\x28\xb5\x2f\xfd": _PACKED.format("zstd"),
    b"\xfd7zXZ": _PACKED.format("xz"),
    b"BZh": _PACKED.format("bzip2"),
    b"ARROW1": _PARQUET.replace("Parquet", "Arrow").replace("parquet", "feather"),
}
# As many bytes tell what a file is.
TELLING = 8


class Unreadable(ValueError):
    """A file of another kind; the message says what it is, and what to do."""


class Decoding:
    """Feed it chunks of bytes; it yields text. ``encoding`` and ``packed`` say how the file was written."""

    def __init__(self, errors: str = "replace") -> None:
        self.errors = errors  # what becomes of bytes that are no text
        self.packed = False
        self.mark = b""
        self.encoding = "utf-8"
        self.notes: list[str] = []
        self.undecoded = 0
        self._head: bytes | None = b""
        self._start: bytes | None = b""  # of what was unpacked
        self._unpack = None
        self._decode = None
        self._broken = False

    def feed(self, chunk: bytes, last: bool = False) -> Iterator[str]:
        """The text of the next bytes, at most ``PIECE`` of them at once. Raises Unreadable."""
        if self._head is not None:
            self._head += chunk
            if len(self._head) < TELLING and not last:
                return
            chunk, self._head = self._head, None
            self.packed = chunk.startswith(_GZIP)
        for piece in self._unpacked(chunk) if self.packed else _pieces(chunk):
            yield from self._decoded(piece, False)
        if last:
            if self.packed and not self._broken and self._unpack is not None and not self._unpack.eof:
                self.notes.append("The gzip file breaks off before its end; what came before was read.")
            yield from self._decoded(b"", True)
            if self.undecoded > 0:
                self.notes.append(
                    f"{self.undecoded:,} {'character' if self.undecoded == 1 else 'characters'} could not be "
                    "decoded as "
                    f"{self.encoding.upper()} and show as �. Save the file as UTF-8."
                )

    def _unpacked(self, chunk: bytes) -> Iterator[bytes]:
        """A gzip file may have several members, one after the other."""
        pending = False  # what was unpacked and not handed out, for want of room
        while (chunk or pending) and not self._broken:
            if self._unpack is None or (self._unpack.eof and chunk):
                if self._unpack is not None and not chunk.strip(b"\0"):
                    return  # padding
                self._unpack = zlib.decompressobj(31)
            before = self._unpack.copy()
            try:
                piece = self._unpack.decompress(chunk, PIECE)
            except zlib.error:
                self._broken = True
                self.notes.append("The gzip file is damaged; what came before the damage was read.")
                yield from _before_the_damage(before, chunk)
                return
            chunk = self._unpack.unconsumed_tail or self._unpack.unused_data
            pending = len(piece) == PIECE and not self._unpack.eof
            if piece:
                yield piece

    def _decoded(self, piece: bytes, last: bool) -> Iterator[str]:
        if self._start is not None:
            self._start += piece
            if len(self._start) < TELLING and not last:
                return
            piece, self._start = self._recognised(self._start), None
        text = self._decode.decode(piece, last)
        self.undecoded += text.count("�") - self._written(piece)
        if text:
            yield text

    def _written(self, piece: bytes) -> int:
        """How many of the signs for what can't be decoded stand in the file itself."""
        return piece.count("�".encode(self.encoding))

    def _recognised(self, start: bytes) -> bytes:
        """Settles the encoding from how the text begins; returns what comes after its mark."""
        for magic, sentence in OTHERS.items():
            if start.startswith(magic):
                raise Unreadable(sentence)
        for mark, encoding in _MARKS:
            if start.startswith(mark):
                self.mark, self.encoding = mark, encoding
        if not self.mark and start[1:2] == b"\0" and start[:1] != b"\0":
            self.encoding = "utf-16-le"
        elif not self.mark and start[:1] == b"\0" and start[1:2] not in (b"", b"\0"):
            self.encoding = "utf-16-be"
        if self.encoding != "utf-8" and self.errors == "surrogateescape":
            self.errors = "surrogatepass"  # of two bytes a letter, no one is escaped by itself
        self._decode = codecs.getincrementaldecoder(self.encoding)(self.errors)
        return start[len(self.mark) :]


def _before_the_damage(unpack, chunk: bytes) -> Iterator[bytes]:
    """What a damaged chunk gives until the damage is met, byte by byte."""
    for at in range(len(chunk)):
        try:
            yield unpack.decompress(chunk[at : at + 1])
        except zlib.error:
            return


def _pieces(chunk: bytes) -> Iterator[bytes]:
    for start in range(0, len(chunk), PIECE):
        yield chunk[start : start + PIECE]
