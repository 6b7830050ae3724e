"""A book of one widget: a coin, whose sides the content names."""

import json
from dataclasses import dataclass

from widgets.kit import parts
from widgets.kit.events import Press
from widgets.kit.registry import Registry
from widgets.kit.widget import Widget


@dataclass(frozen=True)
class Content:
    sides: tuple[str, str]


def load(root, computer):
    return Content(tuple(json.loads((root / "sides.json").read_text())))


class Coin(Widget[int]):
    name, title, events = "coin", "A coin", (Press("turn"),)

    def start(self):
        return 0

    def on_turn(self, state):
        return state + 1

    def view(self, state):
        side = self.content.sides[state % 2]
        return parts.reading(f"{side}, turned {state} times."), parts.button("Turn", "turn")


WIDGETS = Registry([Coin])
