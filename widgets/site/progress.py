"""Says on a terminal what a build is doing and how far it is; elsewhere it says nothing."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

WIDTH = 24  # of a bar, in characters
OFTEN = 0.1  # seconds between two looks of the same bar


class Progress:
    """Steps, each on a line of its own that changes while it goes on. ``stream``, or standard error."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._given = stream
        self._line = 0  # the length of what stands on the line
        self._shown = 0.0

    @property
    def _stream(self) -> TextIO:
        return self._given or sys.stderr

    def show(self, what: str, done: float, of: float) -> None:
        """How far a step is, with a bar; the line ends with the step."""
        now, is_done = time.monotonic(), done >= of
        if not is_done and now - self._shown < OFTEN:
            return
        self._shown = 0.0 if is_done else now
        full = round(WIDTH * min(done / of, 1.0)) if of else WIDTH
        self._put(f"{what} [{'#' * full}{'.' * (WIDTH - full)}] {done:,.0f} / {of:,.0f}", is_done)

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """A step of which only the length can be told, once it is over."""
        began = time.monotonic()
        self._put(f"{what} …", False)
        yield
        self._put(f"{what}: done in {time.monotonic() - began:.0f} s", True)

    def _put(self, text: str, ends: bool) -> None:
        if not self._stream.isatty():
            return
        # Spaces cover what stood there and was longer.
        self._stream.write("\r" + text.ljust(self._line) + ("\n" if ends else ""))
        self._stream.flush()
        self._line = 0 if ends else len(text)


PROGRESS = Progress()
