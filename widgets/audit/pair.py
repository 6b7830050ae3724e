"""What every format is read to: two answers to one question, and which of them was preferred."""

from __future__ import annotations

from typing import NamedTuple


class Pair(NamedTuple):
    """``chosen`` was preferred to ``rejected``, or neither was, in a ``tie``.

    ``prompt`` is what the person said last, ``before`` the dialogue until then, "Human: …" and "Assistant: …" in turn;
    ``turns`` are the person's. ``record`` is where it stood, from 0; ``ranked`` says that its record held more than two
    answers, so that several pairs came from it.
    """

    record: int
    prompt: str
    chosen: str
    rejected: str
    tie: bool = False
    before: str = ""
    turns: int = 1
    language: str = ""
    ranked: bool = False
