"""Dialogues: turns of a person and of a model, as lists or as one text, and what two of them share."""

from __future__ import annotations

import json
import math
import re
from typing import NamedTuple

from widgets.kit import shallow_json

from .problems import Unusable


class Turn(NamedTuple):
    """Who spoke ("Human", "Assistant", "System", "Tool"), and what."""

    who: str
    text: str


WHO = {
    "human": "Human", "user": "Human", "prompter": "Human", "question": "Human",
    "assistant": "Assistant", "gpt": "Assistant", "model": "Assistant", "bot": "Assistant", "chatgpt": "Assistant",
    "answer": "Assistant",
    "system": "System",
    "tool": "Tool", "function": "Tool", "observation": "Tool", "function_call": "Tool", "ipython": "Tool",
}  # fmt: skip
# HH-RLHF's way to write a dialogue as one text; a turn begins at each.
_SPEAKER = re.compile(r"\n\n(Human|Assistant): ?")
_SPEAKERS = ("Human:", "Assistant:")
DEEPEST = 100


def said(value: object) -> str:
    """A text, whatever it is wrapped in; raises Unusable."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None or (isinstance(value, float) and not math.isfinite(value)):
        raise Unusable("text", f"it is {json.dumps(value)}")
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, dict):
        for name in ("content", "value", "text", "response", "answer"):
            if name in value:
                return said(value[name])
        raise Unusable("text", f"it has {names_of(value)}")
    if isinstance(value, list):
        return "".join(said(part) for part in value if not (isinstance(part, dict) and "text" not in part))
    raise Unusable("text")


def turns(value: object) -> list[Turn]:
    """A dialogue from a list of turns, from one turn, or from a
    text; a text without speakers is one turn of the model's.
    """
    if isinstance(value, str):
        return _written(value)
    if isinstance(value, dict):
        return [_turn(value, "Assistant")]
    if isinstance(value, list) and value:
        if all(isinstance(turn, dict) and ("role" in turn or "from" in turn) for turn in value):
            return [_turn(turn, "Assistant") for turn in value]
        return [Turn("Assistant", said(value))]
    return [Turn("Assistant", said(value))]


def _turn(value: dict, who: str) -> Turn:
    role = value.get("role", value.get("from"))
    return Turn(WHO.get(str(role).lower(), who), said(value))


def _written(text: str) -> list[Turn]:
    if not text.startswith("\n\n"):
        if not text.lstrip().startswith(_SPEAKERS):
            return [Turn("Assistant", text)]
        text = f"\n\n{text.lstrip()}"
    before, *parts = _SPEAKER.split(text)
    if not parts or before.strip():
        return [Turn("Assistant", text)]
    return list(map(Turn, parts[::2], parts[1::2]))


class Parted(NamedTuple):
    """Two dialogues as what they share and where they part: two answers."""

    shared: list[Turn]
    first: str
    second: str
    turns: int  # of the person, the most of either


def parted(first: list[Turn], second: list[Turn]) -> Parted:
    """What two dialogues share, and what the model says where they part; the last turn of each is always its own."""
    most, same = min(len(first), len(second)) - 1, 0
    while same < most and first[same] == second[same]:
        same += 1
    # Where a person's turn is the last that is the same, both answers follow it; a model's belongs to what is judged.
    count = max(sum(turn.who == "Human" for turn in dialogue) for dialogue in (first, second))
    return Parted(first[:same], answer(first[same:]), answer(second[same:]), max(count, 1))


def answer(own: list[Turn]) -> str:
    """What the model says in these turns, or all of it where it says nothing."""
    return "\n\n".join([turn.text for turn in own if turn.who == "Assistant"] or [turn.text for turn in own])


def asked(shared: list[Turn]) -> tuple[str, str]:
    """What the person said last, and the dialogue before that as a text."""
    for place in range(len(shared) - 1, -1, -1):
        if shared[place].who == "Human":
            break
    else:
        return "", written(shared)
    return shared[place].text, written(shared[:place] + shared[place + 1 :])


def written(dialogue: list[Turn]) -> str:
    """A dialogue as one text."""
    return "\n\n".join(f"{turn.who}: {turn.text}" for turn in dialogue)


def listed(cell: object) -> object:
    """A cell of a table that holds a list written as JSON, as that list; anything else as it is."""
    if not isinstance(cell, str) or not cell.lstrip().startswith("["):
        return cell
    try:
        return shallow_json.loads(cell, DEEPEST)
    except ValueError:
        return cell


def names_of(record: dict) -> str:
    """The names in a record, some of them."""
    names = [str(name)[:30] for name in record]
    return ", ".join(names[:8]) + (" …" if len(names) > 8 else "") if names else "no names"
