"""A small widget for the kit's own tests: it counts, and can count slowly."""

from __future__ import annotations

from dataclasses import dataclass, replace

import htpy as h

from widgets.kit.events import Choice, Event, Fields, Integer, Number, Press, Switch, Text
from widgets.kit.widget import Options, Widget


@dataclass(frozen=True)
class Counting:
    count: int = 0
    size: float = 1.0
    text: str = ""
    last: object = None
    stopped: bool = False


@dataclass(frozen=True)
class CounterOptions(Options):
    step: int = 1
    loud: bool = False


class Counter(Widget[Counting]):
    name = "counter"
    title = "A counter"
    depth = 2
    Options = CounterOptions
    events = (
        Press("add"),
        Press("break"),
        Choice("colour", ("red", "blue")),
        Switch("bold"),
        Number("size", 0.5, 4),
        Integer("slowly", 1, 1000),
        Text("text", 40),
        Text("note", 2000),
        Fields("pair", (("x", "y"), ("1", "2"))),
    )

    def start(self) -> Counting:
        return Counting()

    def update(self, state: Counting, event: Event):
        if event.name in ("colour", "bold", "note", "pair"):
            return replace(state, last=event.value)
        return super().update(state, event)

    def on_break(self, state: Counting):
        raise RuntimeError("broken on purpose")

    def on_add(self, state: Counting) -> Counting:
        return replace(state, count=state.count + self.options.step)

    def stopped(self, state: Counting) -> Counting:
        return replace(state, stopped=True)

    def on_slowly(self, state: Counting, times: int):
        for _ in range(times):
            state = replace(state, count=state.count + 1, stopped=False)
            yield state

    def view(self, state: Counting) -> h.Node:
        return h.div[
            h.output[str(state.count)],
            h.button(type="button", data_event="add")["Add"],
            h.button(type="button", data_event="colour", data_value='"red"')["Red"],
            h.button(type="button", data_event="slowly", data_value="3")["Slowly"],
            h.input(type="checkbox", data_event="bold"),
            h.p[state.text],
        ]


class Doubler(Widget[int]):
    """Shows twice what the counter says, plus its own presses."""

    name = "doubler"
    title = "A doubler"
    needs = ("counter",)
    events = (Press("more"), Integer("slowly", 1, 1000))

    def start(self, counter: Counting) -> int:
        return 2 * counter.count

    def update(self, state: int, event: Event):
        return (state + step for step in range(1, event.value + 1)) if event.name == "slowly" else state + 1

    def view(self, state: int) -> h.Node:
        return h.output[str(state)]
