"""What chapter 1's models answer: drawn with one luck for both, looked into token by token, and counted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

import numpy as np

from widgets.core import three_h
from widgets.core.language_model import LanguageModel, divergence
from widgets.kit import parts
from widgets.kit.settings import Setting, Settings

from .content import Content
from .model_settings import aligned_settings, packed_settings

SIDES = ("raw", "aligned")
HEAT = parts.LogScale(0.2, 5.0, ticks=20)
PLAIN = HEAT.tick(1.0)
SAMPLES = 200
LIKELIEST = 5


@dataclass(frozen=True)
class Demo:
    """``turn`` numbers the draw; ``heat`` is a tick of ``HEAT``; ``looked`` the side and place of a token, if any;
    ``counts`` how many of some times ``SAMPLES`` answers fall into each category, by side; ``surprises`` how many
    questions chance has chosen."""

    question: str
    turn: int = 0
    heat: int = PLAIN
    looked: tuple[str, int] | None = None
    counts: dict[str, tuple[int, ...]] | None = None
    surprises: int = 0

    @property
    def asked(self) -> int:
        """How many answers of each model have been counted."""
        return sum(self.counts["raw"]) if self.counts else 0


@dataclass(frozen=True)
class Inside:
    """What both models would say at a place of an answer: the ``tokens`` worth showing, likeliest first, the one that
    is ``touched`` among them, how likely each is, by side, and how far the models are apart at every place of the
    answer, in nats.
    """

    said: list[int]
    place: int
    touched: int
    tokens: list[int]
    chances: dict[str, np.ndarray]
    divergences: list[float]


class Answering:
    """Asks both models, by what a state holds; ``seed`` draws the luck."""

    def __init__(self, content: Content, seed: int) -> None:
        self.content, self.seed = content, seed

    def model(self, state: Demo, side: str) -> LanguageModel:
        return getattr(self.content.trained(state.question), side)

    def kinds(self, state: Demo) -> tuple[str, ...]:
        return self.content.tasks[state.question].kinds

    def answer(self, state: Demo, side: str) -> np.ndarray:
        """What one side says: the same luck for both, and at every temperature."""
        return self.model(state, side).sample(1, Random(self._luck(state)), HEAT[state.heat])[0]

    def said(self, state: Demo, side: str) -> list[int]:
        """The phrases of an answer, without the end."""
        end = self.model(state, side).end
        return [token for token in self.answer(state, side).tolist() if token != end]

    def chances(self, state: Demo, side: str) -> list[float]:
        """How likely each token of an answer was; the end is among them, unless it was forced."""
        model, said = self.model(state, side), self.said(state, side)
        made = [*said, model.end][: decisions(said, model)]
        return [float(model.next_token(said[:place], HEAT[state.heat])[token]) for place, token in enumerate(made)]

    def inside(self, state: Demo) -> Inside:
        """At the token that is looked at."""
        side, place = state.looked
        said, heat = self.said(state, side), HEAT[state.heat]
        both = {name: self.model(state, name) for name in SIDES}
        places = range(decisions(said, both["raw"]))
        chances = [{name: model.next_token(said[:at], heat) for name, model in both.items()} for at in places]
        here, touched = chances[place], said[place] if place < len(said) else both["raw"].end
        leading = {token for dist in here.values() for token in np.argsort(-dist, kind="stable")[:LIKELIEST].tolist()}
        tokens = sorted(leading | {touched}, key=lambda token: -max(dist[token] for dist in here.values()))
        apart = [divergence(at["aligned"], at["raw"]) for at in chances]
        return Inside(said, place, touched, tokens, here, apart)

    def counted(self, state: Demo) -> Demo:
        """With ``SAMPLES`` answers of each model more."""
        return replace(state, counts={side: self._count(state, side) for side in SIDES})

    def _count(self, state: Demo, side: str) -> tuple[int, ...]:
        """What was counted before, and ``SAMPLES`` answers more."""
        luck = Random(_tally(state, state.asked))
        tokens = self.model(state, side).sample(SAMPLES, luck, HEAT[state.heat])
        found = np.bincount(three_h.categories(tokens, self.kinds(state)), minlength=len(three_h.CATEGORIES))
        return tuple((found + (state.counts[side] if state.counts else 0)).tolist())

    def _luck(self, state: Demo) -> str:
        """The seed of what both say."""
        return f"{state.question} answer {self.seed} {state.turn}"

    def settings(self, state: Demo) -> tuple[Settings, ...]:
        """What shaped the answers, and the models that gave them."""
        draws = [Setting("seed", self._luck(state), "of both answers"), Setting("temperature", HEAT[state.heat])]
        if state.counts:
            last = _tally(state, state.asked - SAMPLES)
            draws.append(Setting("answers", state.asked, "counted of each model"))
            draws.append(Setting("counting", last, f"seed of the last {SAMPLES}"))
        of_models = *aligned_settings(self.content.tasks[state.question]), packed_settings(aligned=True)
        return Settings("The draws", tuple(draws)), *of_models


def decisions(said: list[int], model: LanguageModel) -> int:
    """How many tokens were chosen: the phrases, and the end, unless it was forced."""
    return min(len(said) + 1, model.length)


def _tally(state: Demo, asked: int) -> str:
    """The seed of the ``SAMPLES`` answers that follow so many."""
    return f"{state.question} evidence {asked}"
