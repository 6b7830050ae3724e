"""Chapter 3: the policy chases the reader's reward model, and the reader tries to fool it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import htpy as h

from widgets.core import best_of_n, doubt, overoptimization, reward_model
from widgets.core.features import attribution
from widgets.core.optimum import optimal_policy
from widgets.kit import parts
from widgets.kit.events import Choice, Event, Integer, Press, Switch, Text
from widgets.kit.settings import Setting, Settings
from widgets.kit.widget import Options, Widget

from . import chase_answers, chase_charts, chase_words
from .chase import BETAS, Chaser, Cure
from .chase_charts import DRAWINGS
from .chase_words import CURES, METHODS
from .content import Content
from .hacking import Hacking
from .labels import Labeling
from .taste import taste_of
from .typical import TYPICAL_OF
from .workshop import LONGEST, Workshop

OFFERED = ("writing", "salary", "headache", "dog", "friend", "sleep")
PRESSURES = len(BETAS)
# The price of a phrase, in tenths of the score's unit.
PRICES = (1, 10)


class RewardHacking(Widget[Hacking]):
    name = "reward-hacking"
    title = "Chase the score"
    needs = ("preference-labeling",)
    code = (
        overoptimization.optima,
        overoptimization.lifts,
        overoptimization.fit_reinforcement,
        overoptimization.fit_best_of,
        best_of_n.weights,
        optimal_policy,
        reward_model.ensemble,
        doubt.sceptical,
        attribution,
    )

    def __init__(self, content: Content, options: Options | None = None) -> None:
        super().__init__(content, options)
        self.ids = content.offered(OFFERED)
        self.chaser = Chaser(content)
        self.workshop = Workshop(content, self.chaser)
        self.events = (
            Choice("question", self.ids),
            Choice("method", tuple(METHODS)),
            Integer("pressure", 0, PRESSURES - 1),
            *(Switch(cure) for cure in CURES),
            Text("typed", LONGEST),
            Press("keep"),
            Choice("draw", tuple(DRAWINGS)),
            Integer("price", *PRICES),
        )

    def start(self, preference_labeling: Labeling) -> Hacking:
        taste = taste_of(preference_labeling, self.content)
        return Hacking(taste, self.ids[0], self.chaser.chase(taste, self.ids[0]))

    def update(self, state: Hacking, event: Event) -> Hacking | Iterator[Hacking]:
        if event.name not in CURES:
            return super().update(state, event)
        cures = state.cures | {event.name} if event.value else state.cures - {event.name}
        return self._chased(replace(state, cures=cures))

    def on_question(self, state: Hacking, id: str) -> Hacking:
        plain = self.chaser.chase(state.taste, id)
        return self._chased(replace(state, question=id, plain=plain, typed="", best=None))

    def on_keep(self, state: Hacking) -> Hacking:
        hack = self.workshop.judged(state)
        better = state.best is None or hack.score - hack.gold > state.best.score - state.best.gold
        return replace(state, best=hack) if better and self.workshop.fools(state, hack) else state

    def on_price(self, state: Hacking, price: int) -> Hacking:
        return self._chased(replace(state, price=price))

    def _chased(self, state: Hacking) -> Hacking:
        """The same, with the chase that its cures lead to."""
        # The price is no part of what the other cures do.
        cure = Cure(price=state.price / 10) if "length" in state.cures else Cure()
        chase = self.chaser.chase(state.taste, state.question, state.cures, cure) if state.cures else None
        return replace(state, cured=chase)

    def settings(self, state: Hacking) -> tuple[Settings, ...]:
        answers = Setting("answers", TYPICAL_OF, "drawn, of which the middle one by true quality is shown")
        return (*state.chase.settings, Settings("The typical answer", (answers,)))

    # View.

    def view(self, state: Hacking) -> h.Node:
        return [
            parts.message("info", state.taste.note, who=state.taste.person.face()),
            parts.chips("question", "Question", self.content.topics(self.ids), state.question),
            parts.chips("method", "Chase it by", METHODS, state.method),
            self._slider(state),
            parts.panels(
                parts.panel("The score and the truth", chase_charts.drawing(state)),
                parts.panel("What it says now", chase_answers.panel(self.content, self.chaser, state)),
            ),
            h.div(class_="buttons", role="group", aria_label="Cures")[
                h.span(class_="field-label")["Cures"],
                (parts.switch(cure, name, cure in state.cures) for cure, name in CURES.items()),
            ],
            "length" in state.cures and self._price(state),
            self._cured(state),
            parts.panel("Fool it yourself", self.workshop.view(state), class_="panel-wide"),
        ]

    def _slider(self, state: Hacking) -> h.Node:
        setting = chase_words.setting(state.method, state.pressure, state.chase.recipe.leash)
        return parts.slider(
            "pressure",
            "Optimisation pressure",
            state.pressure,
            0,
            PRESSURES - 1,
            1,
            setting,
            ends=("none", "all there is"),
            tone="reward",
        )

    def _price(self, state: Hacking) -> h.Node:
        shown = f"{state.price / 10:g}"
        ends = ("low", "high")
        return parts.slider("price", "Price of a phrase", state.price, *PRICES, 1, shown, ends=ends, tone="reward")

    def _cured(self, state: Hacking) -> h.Node:
        if not state.cured:
            return parts.note("Switch on a cure to draw the same chase with it.")
        return [
            parts.reading(chase_words.compared(state.cured, state.plain, state.method, state.cures)),
            parts.note(" ".join(chase_words.done(state.cured, state.cures))),
        ]
