"""What every format is read to: two answers to one question, and which of them was preferred."""

from __future__ import annotations

from typing import NamedTuple


class Pair(NamedTuple):
    """``chosen`` was preferred to ``rejected``, or neither was, in a ``tie``.

    ``prompt`` is what the person said last, ``before`` the dialogue until then, "Human: …" and "Assistant: …" in turn;
    ``turns`` are the person's. ``record`` is where it stood, from 0. ``fixed`` pairs can't be changed by themselves:
    they come
    from a ranking, from single verdicts, or from what could be saved of a broken record.
    """

    record: int
    prompt: str
    chosen: str
    rejected: str
    tie: bool = False
    before: str = ""
    turns: int = 1
    language: str = ""
    fixed: bool = False
