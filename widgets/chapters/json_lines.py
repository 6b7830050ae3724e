"""Comparisons as JSON Lines with ``prompt``, ``chosen`` and ``rejected``, which preference-tuning tools read."""

from __future__ import annotations

import json


def to_line(prompt: str, chosen: str, rejected: str) -> str:
    """A comparison as one line, with its newline."""
    return json.dumps({"prompt": prompt, "chosen": chosen, "rejected": rejected}, ensure_ascii=False) + "\n"
