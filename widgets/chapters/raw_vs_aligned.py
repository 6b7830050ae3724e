"""Chapter 1: the raw and the aligned model answer the same question, token by token."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, floor
from random import Random

import htpy as h
import numpy as np

from widgets.core import three_h
from widgets.core.language_model import LanguageModel
from widgets.kit import parts
from widgets.kit.events import Choice, Event, Fields, Integer, Press
from widgets.kit.settings import Setting, Settings
from widgets.kit.widget import Options, Widget

from .content import Content
from .model_settings import aligned_settings, packed_settings
from .persons import ALIGNED, RAW
from .regime import nats

SIDES = ("raw", "aligned")
NAMES = {"raw": "The raw model", "aligned": "The aligned model"}
HEAT = parts.LogScale(0.2, 5.0, ticks=20)
PLAIN = HEAT.tick(1.0)
SAMPLES = 200
# One of the seeds whose first answers to the first question show the difference; the figure says so.
FIRST, SEED = "writing", 52
LIKELIEST = 5
# What stands for the token that ends an answer.
END = "end of answer"
PLACES = tuple(str(place) for place in range(9))
MEANINGS = {
    "helpful": ("no help", "some help", "helpful"),
    "harmless": ("harmful", "rude", "harmless"),
    "honest": ("misleading", "partly", "nothing false"),
}
# 95 % of a normal distribution lie within so many deviations.
NORMAL = 1.96


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
class DemoOptions(Options):
    """``compact`` shows the two answers and nothing else; ``seed`` draws the luck: every seed gives real samples, and
    the first of the usual one shows the difference.
    """

    compact: bool = False
    seed: int = SEED


class RawVsAligned(Widget[Demo]):
    name = "raw-vs-aligned"
    title = "The same question, before and after alignment"
    code = (LanguageModel.sample, LanguageModel.next_token, LanguageModel.token_kl, three_h.judge)
    Options = DemoOptions

    def __init__(self, content: Content, options: Options | None = None) -> None:
        super().__init__(content, options)
        self.ids = tuple(question.id for question in content.questions)
        self.events = (
            Choice("question", self.ids),
            Press("surprise"),
            Press("ask"),
            Integer("heat", 0, HEAT.ticks),
            Fields("look", (SIDES, PLACES)),
            Press("evidence"),
        )

    def start(self) -> Demo:
        return Demo(FIRST if FIRST in self.ids else self.ids[0])

    def update(self, state: Demo, event: Event) -> Demo:
        match event.name:
            case "question":
                return Demo(event.value, heat=state.heat, surprises=state.surprises)
            case "surprise":
                return self._surprise(state)
            case "ask":
                return replace(state, turn=state.turn + 1, looked=None)
            case "heat":
                return replace(state, heat=event.value, looked=None, counts=None)
            case "look":
                side, place = event.value[0], int(event.value[1])
                known = place < _decisions(self._answer(state, side), self._model(state, side))
                return replace(state, looked=(side, place) if known and (side, place) != state.looked else None)
        return replace(state, counts={side: self._count(state, side) for side in SIDES})

    def _surprise(self, state: Demo) -> Demo:
        """The next question of a shuffled pack, shuffled anew when it is through; never the one that is there."""
        drawn = state.surprises
        while True:
            through, place = divmod(drawn, len(self.ids))
            question = Random(f"surprise {through}").sample(self.ids, len(self.ids))[place]
            drawn += 1
            if question != state.question or len(self.ids) == 1:
                return Demo(question, heat=state.heat, surprises=drawn)

    def answer(self, state: Demo, side: str) -> np.ndarray:
        """What one side says: the same luck for both, and at every temperature."""
        return self._model(state, side).sample(1, Random(self._luck(state)), HEAT[state.heat])[0]

    def _luck(self, state: Demo) -> str:
        """The seed of what both say."""
        return f"{state.question} answer {self.options.seed} {state.turn}"

    def settings(self, state: Demo) -> tuple[Settings, ...]:
        if self.options.compact:
            return ()
        draws = [Setting("seed", self._luck(state), "of both answers"), Setting("temperature", HEAT[state.heat])]
        if state.counts:
            last = self._tally(state, state.asked - SAMPLES)
            counted = (
                Setting("answers", state.asked, "counted of each model"),
                Setting("counting", last, f"seed of the last {SAMPLES}"),
            )
            draws += counted
        return (
            Settings("The draws", tuple(draws)),
            *aligned_settings(self.content.tasks[state.question]),
            packed_settings(aligned=True),
        )

    def _tally(self, state: Demo, asked: int) -> str:
        """The seed of the ``SAMPLES`` answers that follow so many."""
        return f"{state.question} evidence {asked}"

    def _model(self, state: Demo, side: str) -> LanguageModel:
        return getattr(self.content.trained(state.question), side)

    def _answer(self, state: Demo, side: str) -> list[int]:
        model = self._model(state, side)
        return [token for token in self.answer(state, side).tolist() if token != model.end]

    def _count(self, state: Demo, side: str) -> tuple[int, ...]:
        """What was counted before, and ``SAMPLES`` answers more."""
        luck = Random(self._tally(state, state.asked))
        tokens = self._model(state, side).sample(SAMPLES, luck, HEAT[state.heat])
        found = np.bincount(
            three_h.categories(tokens, self.content.tasks[state.question].kinds), minlength=len(three_h.CATEGORIES)
        )
        return tuple((found + (state.counts[side] if state.counts else 0)).tolist())

    # View.

    def view(self, state: Demo) -> h.Node:
        question = self.content.question(state.question)
        if self.options.compact:
            return [
                parts.question(question.prompt),
                parts.buttons(*self._asking()),
                parts.versus(*(self._side(state, side) for side in SIDES)),
                self._picked(state),
            ]
        return [
            parts.chips(
                "question", "Ask about", {item.id: item.topic for item in self.content.questions}, state.question
            ),
            parts.question(question.prompt),
            parts.buttons(*self._asking(), self._heat(state)),
            parts.versus(*(self._side(state, side) for side in SIDES)),
            self._picked(state),
            self._inside(state),
            self._evidence(state),
        ]

    def _asking(self) -> tuple[h.Node, ...]:
        return (
            parts.button("Ask again", "ask", key="a", kind="primary", sign="again"),
            parts.button("Surprise me", "surprise", key="s", sign="dice"),
        )

    def _picked(self, state: Demo) -> h.Node:
        """The first answers are no chance, and the reader is told."""
        if (state.question, state.turn, state.heat, self.options.seed) != (FIRST, 0, PLAIN, SEED):
            return None
        return parts.note("These two answers were picked to show the difference. From “Ask again” on, chance decides.")

    def _side(self, state: Demo, side: str) -> h.Node:
        tokens = self.answer(state, side)
        model, kinds = self._model(state, side), self.content.tasks[state.question].kinds
        said = [token for token in tokens.tolist() if token != model.end]
        pills = [
            parts.Token(model.phrases[token], float(model.next_token(said[:place], HEAT[state.heat])[token]))
            for place, token in enumerate(said)
        ]
        if _decisions(said, model) > len(said):
            pills.append(parts.Token(END, float(model.next_token(said, HEAT[state.heat])[model.end]), "end"))
        chosen = state.looked[1] if state.looked and state.looked[0] == side else None
        turn = self.ids.index(state.question) + state.turn
        return parts.response(
            NAMES[side],
            parts.tokens(
                pills,
                f"{NAMES[side]}’s answer",
                tone=side,
                event=None if self.options.compact else "look",
                chosen=chosen,
                turn=turn,
                value=lambda place: (side, str(place)),
            ),
            None
            if self.options.compact
            else h.div(class_="gauges")[
                (self._gauge(judgement, model, said, side) for judgement in three_h.judge(tokens, kinds))
            ],
            tone=side,
            who=_face(side, bool(three_h.categories(tokens[None], kinds)[0] == len(three_h.CATEGORIES) - 1)),
        )

    def _gauge(self, judgement: three_h.Judgement, model: LanguageModel, said: list[int], side: str) -> h.Node:
        low, middle, high = MEANINGS[judgement.aim]
        reading = low if judgement.value < 0.34 else middle if judgement.value < 0.75 else high
        # Harmful advice or flattery need not be false, but is nothing to call honest without more ado.
        if judgement.aim == "honest" and reading == high and judgement.reasons:
            reading = "doubtful"
        why = [
            h.span(class_="why-phrase")["“", model.phrases[said[place]], "” ", parts.number(effect, 2, signed=True)]
            for place, effect in judgement.reasons
        ]
        nothing = (
            "Nothing in this answer counts."
            if judgement.aim == "helpful"
            else "Nothing in this answer speaks against that."
        )
        scale = f"On a scale from 0 to 1, every answer starts at {three_h.STARTS[judgement.aim]:g}."
        return parts.gauge(
            judgement.aim.capitalize(), judgement.value, reading, side, why=[scale, why] if why else nothing
        )

    def _heat(self, state: Demo) -> h.Node:
        heat = HEAT[state.heat]
        words = "as trained" if state.heat == PLAIN else "bolder" if heat > 1 else "more predictable"
        return parts.slider(
            "heat",
            "Temperature",
            state.heat,
            0,
            HEAT.ticks,
            1,
            f"{heat:.2f}, {words}",
            ends=("favourites", "anything goes"),
        )

    def _inside(self, state: Demo) -> h.Node:
        """What both models would say next at the token that is looked at."""
        if state.looked is None:
            return parts.note(
                "Touch a token to see what else each model might have said there. The line under it is its probability."
            )
        side, place = state.looked
        said = self._answer(state, side)
        raw, aligned = (self._model(state, name) for name in SIDES)
        both = {name: self._model(state, name).next_token(said[:place], HEAT[state.heat]) for name in SIDES}
        touched = said[place] if place < len(said) else raw.end
        leading = {token for dist in both.values() for token in np.argsort(-dist, kind="stable")[:LIKELIEST].tolist()}
        order = sorted(leading | {touched}, key=lambda token: -max(dist[token] for dist in both.values()))
        rows = [
            tuple(parts.Bar(_word(raw, token, touched), float(both[name][token]), tone=name) for name in SIDES)
            for token in order
        ]
        before = f"After “{raw.phrases[said[place - 1]]}”" if place else "At the beginning"
        return parts.panel(
            f"{before}: what comes next?",
            parts.shares(rows, "Probability of the likeliest next tokens and of the one that was said", most=0.2),
            parts.reading(self._disagreement(said, place, HEAT[state.heat], raw, aligned)),
        )

    def _disagreement(
        self, said: list[int], place: int, heat: float, raw: LanguageModel, aligned: LanguageModel
    ) -> h.Node:
        """How far apart the two are here, as the KL divergence of the next token at the present temperature."""
        places = range(_decisions(said, raw))
        divergences = [
            _divergence(aligned.next_token(said[:at], heat), raw.next_token(said[:at], heat)) for at in places
        ]
        here = divergences[place]
        rank = (
            "Here the two nearly agree"
            if here < 0.1
            else ("Here the two disagree most in this answer" if here >= max(divergences) else "Here the two disagree")
        )
        return [
            rank,
            ": ",
            parts.exactly(here, nats(here)),
            ", where 0 is full agreement (the KL divergence of this token).",
        ]

    def _evidence(self, state: Demo) -> h.Node:
        if state.counts is None:
            return h.div(class_="buttons")[
                parts.button(f"Ask both {SAMPLES} times", "evidence", key="e"),
                parts.note("One answer is an anecdote. Shares need many."),
            ]
        rows = [
            tuple(parts.Bar(name, state.counts[side][index] / state.asked, tone=side) for side in SIDES)
            for index, name in enumerate(three_h.CATEGORIES)
        ]
        return parts.panel(
            f"Of {state.asked} answers each, with 95 % intervals",
            parts.shares(
                rows,
                f"Share of {state.asked} answers of each kind, with 95 % intervals (Wilson)",
                most=0.5,
                format=lambda share: _with_interval(share, state.asked),
            ),
            parts.reading(self._verdict(state)),
            parts.buttons(parts.button(f"Ask both {SAMPLES} more times", "evidence", key="e")),
        )

    def _verdict(self, state: Demo) -> str:
        good = {side: parts.percent(state.counts[side][-1] / state.asked) for side in SIDES}
        return (
            f"Of the aligned model’s answers {good['aligned']} are good, of the raw one’s {good['raw']}. "
            f"{_commonest(state.counts['raw'])}"
        )


def _face(side: str, good: bool) -> h.Node:
    """Who answers, by whether the answer is a good one."""
    return (
        RAW.face("calm" if good else "babbling") if side == "raw" else ALIGNED.face("pleased" if good else "doubtful")
    )


def _commonest(counts: tuple[int, ...]) -> str:
    """The fault that most of the raw answers have; several where they are level."""
    faults = dict(zip(three_h.CATEGORIES, counts[:-1], strict=False))
    most = max(faults.values())
    if not most:
        return "None of the raw ones has a fault."
    return (
        "The commonest fault of the raw ones is to be "
        f"{' or '.join(name for name, count in faults.items() if count == most)}."
    )


def _decisions(said: list[int], model: LanguageModel) -> int:
    """How many tokens were chosen: the phrases, and the end, unless it was forced."""
    return min(len(said) + 1, model.length)


def _with_interval(share: float, asked: int) -> str:
    """A share and where the true one lies, "3 % (1–6 %)": rounded outwards, or a narrow interval would come down to a
    false 0.
    """
    low, high = wilson(share, asked)
    return f"{parts.percent(share)} ({floor(100 * low)}–{ceil(100 * high)} %)"


def wilson(share: float, asked: int) -> tuple[float, float]:
    """Wilson's 95 % interval (1927): unlike two standard errors, it has a width even where a share is 0 or 1."""
    spread = NORMAL**2 / asked
    middle = share + spread / 2
    half = float(np.sqrt(spread * share * (1 - share) + spread**2 / 4))
    return max((middle - half) / (1 + spread), 0.0), min((middle + half) / (1 + spread), 1.0)


def _divergence(p: np.ndarray, q: np.ndarray) -> float:
    """KL(p || q) in nats; what heat has made too rare for a float to hold counts as the rarest that it can. Rounding
    can't make it negative.
    """
    used, q = p > 0, np.maximum(q, 1e-300)
    return max(float((p[used] * np.log(p[used] / q[used])).sum()), 0.0)


def _word(model: LanguageModel, token: int, touched: int) -> str:
    word = END if token == model.end else model.phrases[token]
    return f"▸ {word}" if token == touched else word
