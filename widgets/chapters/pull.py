"""The cover: one answer of a raw model, under a reward that the reader makes pull harder and harder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from random import Random

import htpy as h
import numpy as np

from widgets.core import optimum, pipeline
from widgets.core.language_model import LanguageModel
from widgets.kit import parts, settings
from widgets.kit.events import Integer, Press
from widgets.kit.settings import Setting, Settings
from widgets.kit.widget import Options, Widget

from .content import Content
from .persons import ALIGNED, JUDGE, RAW

QUESTION = "writing"
LEAST, MOST, STOPS = 0.25, 32.0, 24  # of the pull, 1 / beta; the first stop is none at all
COMPARISONS, SEED, JUDGED = 400, 1, 400
LOWEST, HIGHEST = -3.0, 3.0  # the ends of the scale of true quality


@dataclass(frozen=True)
class Pulled:
    """``stop`` of the slider, and ``turn``, the draw of luck."""

    stop: int = 0
    turn: int = 0


class Pull(Widget[Pulled]):
    name = "pull"
    title = "One raw model, and a reward that pulls"
    events = (Integer("stop", 0, STOPS), Press("ask"))
    code = (optimum.optimal_policy,)

    def __init__(self, content: Content, options: Options | None = None) -> None:
        super().__init__(content, options)
        (self.id,) = content.offered((QUESTION,))
        self._policies: dict[int, LanguageModel] = {}

    def start(self) -> Pulled:
        return Pulled()

    def on_ask(self, state: Pulled) -> Pulled:
        return replace(state, turn=state.turn + 1)

    def settings(self, state: Pulled) -> tuple[Settings, ...]:
        model = settings.of(self._fit, "Reward model", l2="the pull of its weights towards zero")
        luck = (Setting("luck", self._luck(state)), Setting("judged", JUDGED, "answers, for the true quality"))
        judged = settings.of(
            self._compare, f"Comparisons, judged by {JUDGE.name}", count="pairs of the raw model’s answers"
        )
        return judged, model, Settings("The answer", (Setting("beta", self._beta(state)), *luck))

    # The optimum at each stop.

    @cached_property
    def _compare(self) -> partial:
        return partial(pipeline.compare, self.content.tasks[self.id], (self._raw,), COMPARISONS, SEED)

    @cached_property
    def _fit(self) -> partial:
        return partial(pipeline.learn_reward, self.content.tasks[self.id], self._compare())

    @cached_property
    def _reward(self) -> np.ndarray:
        return pipeline.reward_table(self._fit(), self._raw)

    @property
    def _raw(self) -> LanguageModel:
        return self.content.trained(self.id).raw

    def _beta(self, state: Pulled) -> float:
        return float("inf") if not state.stop else 1 / (LEAST * (MOST / LEAST) ** ((state.stop - 1) / (STOPS - 1)))

    def policy(self, state: Pulled) -> LanguageModel:
        """The exact optimum at this pull; the raw model itself where nothing pulls."""
        if state.stop not in self._policies:
            pulled = optimum.optimal_policy(self._raw, self._reward, self._beta(state)) if state.stop else self._raw
            self._policies[state.stop] = pulled
        return self._policies[state.stop]

    def _luck(self, state: Pulled) -> str:
        return f"{self.id} cover {state.turn}"

    def quality(self, state: Pulled) -> float:
        """The mean true quality of many answers at this pull, with the same luck at each."""
        return float(self.content.tasks[self.id].gold(self.policy(state).sample(JUDGED, Random("cover"))).mean())

    @cached_property
    def _qualities(self) -> list[float]:
        """The true quality at every stop."""
        return [self.quality(Pulled(stop)) for stop in range(STOPS + 1)]

    # View.

    def view(self, state: Pulled) -> h.Node:
        policy, quality = self.policy(state), self._qualities[state.stop]
        said = [token for token in policy.sample(1, Random(self._luck(state)))[0].tolist() if token != policy.end]
        pills = [
            parts.Token(policy.phrases[token], float(policy.next_token(said[:place])[token]))
            for place, token in enumerate(said)
        ]
        pull = "no pull" if not state.stop else f"pull {1 / self._beta(state):.2g}"
        share = (quality - LOWEST) / (HIGHEST - LOWEST)
        return [
            parts.question(self.content.question(self.id).prompt),
            parts.slider(
                "stop",
                "How hard a reward pulls",
                state.stop,
                0,
                STOPS,
                1,
                pull,
                ends=("not at all", "all it can"),
                tone="reward",
            ),
            parts.beside(
                JUDGE.at(quality),
                parts.gauge(
                    "True quality",
                    min(max(share, 0.0), 1.0),
                    parts.shown(quality, signed=True),
                    "raw" if quality < 0 else "aligned",
                ),
            ),
            parts.reading(self._says(state, quality)),
            parts.buttons(parts.button("Another answer", "ask", key="a", sign="again")),
            # Last, as it grows and shrinks under the slider.
            h.div(class_="pull-answer")[
                parts.beside(
                    ALIGNED.at(quality) if quality >= 0 else RAW.face("babbling"),
                    parts.tokens(pills, "The model’s answer", tone="raw" if quality < 0 else "aligned")
                    if pills
                    else parts.note("It says nothing."),
                )
            ],
            parts.note(f"True quality is what {JUDGE.name} says of {JUDGED} answers, on average. {JUDGE.portrait}"),
        ]

    def _says(self, state: Pulled, quality: float) -> str:
        qualities = self._qualities
        best = int(np.argmax(qualities))
        if not state.stop:
            return (
                "A raw model says what is likely. Drag the slider: a reward, learned from comparisons, "
                "begins to pull at every word."
            )
        if state.stop < best:
            return (
                "The same luck, pulled: what people prefer becomes likelier, and what they do not is heard "
                "less. There is more to gain."
            )
        if state.stop == best:
            return (
                f"About as good as it gets: true quality {parts.shown(quality, signed=True)}, "
                f"from {parts.shown(qualities[0], signed=True)}. Pull on."
            )
        return (
            f"Too hard. The reward still rises; true quality, {parts.shown(quality, signed=True)}, "
            f"is below its best, {parts.shown(qualities[best], signed=True)}. "
            "Whatever the reward model overrates takes over."
        )
