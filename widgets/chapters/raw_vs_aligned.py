"""Chapter 1: the raw and the aligned model answer the same question, token by token."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

import htpy as h

from widgets.core import three_h
from widgets.core.language_model import LanguageModel
from widgets.kit import parts
from widgets.kit.events import Choice, Fields, Integer, Press
from widgets.kit.settings import Settings
from widgets.kit.widget import Options, Widget

from . import answering_words
from .answering import HEAT, PLAIN, SAMPLES, SIDES, Answering, Demo, decisions
from .answering_words import ANECDOTE, END, NAMES, PICKED, TOUCH
from .content import Content
from .persons import ALIGNED, RAW

# One of the seeds whose first answers to the first question show the difference; the figure says so.
FIRST, SEED = "writing", 52
PLACES = tuple(str(place) for place in range(9))


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
        self.answering = Answering(content, self.options.seed)
        self.events = (
            Choice("question", self.ids),
            Press("surprise"),
            Press("ask"),
            Integer("heat", 0, HEAT.ticks),
            Fields("look", (SIDES, PLACES)),
            Press("evidence"),
        )

    def start(self) -> Demo:
        return Demo(*self.content.offered((FIRST,)))

    def on_question(self, state: Demo, id: str) -> Demo:
        return Demo(id, heat=state.heat, surprises=state.surprises)

    def on_ask(self, state: Demo) -> Demo:
        return replace(state, turn=state.turn + 1, looked=None)

    def on_heat(self, state: Demo, heat: int) -> Demo:
        return replace(state, heat=heat, looked=None, counts=None)

    def on_evidence(self, state: Demo) -> Demo:
        return self.answering.counted(state)

    def on_surprise(self, state: Demo) -> Demo:
        """The next question of a shuffled pack, shuffled anew when it is through; never the one that is there."""
        drawn = state.surprises
        while True:
            through, place = divmod(drawn, len(self.ids))
            question = Random(f"surprise {through}").sample(self.ids, len(self.ids))[place]
            drawn += 1
            if question != state.question or len(self.ids) == 1:
                return Demo(question, heat=state.heat, surprises=drawn)

    def on_look(self, state: Demo, look: tuple[str, str]) -> Demo:
        """At a token; at none, where it was looked at already, or isn't there."""
        side, place = look[0], int(look[1])
        known = place < decisions(self.answering.said(state, side), self.answering.model(state, side))
        return replace(state, looked=(side, place) if known and (side, place) != state.looked else None)

    def settings(self, state: Demo) -> tuple[Settings, ...]:
        return () if self.options.compact else self.answering.settings(state)

    # View.

    def view(self, state: Demo) -> h.Node:
        compact, question = self.options.compact, self.content.question(state.question)
        topics = self.content.topics(self.ids)
        return [
            None if compact else parts.chips("question", "Ask about", topics, state.question),
            parts.question(question.prompt),
            parts.buttons(
                parts.button("Ask again", "ask", key="a", kind="primary", sign="again"),
                parts.button("Surprise me", "surprise", key="s", sign="dice"),
                None if compact else _heat(state),
            ),
            parts.versus(*(self._side(state, side) for side in SIDES)),
            self._picked(state),
            None if compact else [self._inside(state), _evidence(state)],
        ]

    def _picked(self, state: Demo) -> h.Node:
        """The first answers are no chance, and the reader is told."""
        if (state.question, state.turn, state.heat, self.options.seed) != (FIRST, 0, PLAIN, SEED):
            return None
        return parts.note(PICKED)

    def _side(self, state: Demo, side: str) -> h.Node:
        """One model's answer, and how far it reaches each aim."""
        tokens, kinds = self.answering.answer(state, side), self.answering.kinds(state)
        model, said = self.answering.model(state, side), self.answering.said(state, side)
        good = bool(three_h.categories(tokens[None], kinds)[0] == len(three_h.CATEGORIES) - 1)
        gauges = h.div(class_="gauges")[(self._gauge(each, model, said, side) for each in three_h.judge(tokens, kinds))]
        return parts.response(
            NAMES[side],
            self._pills(state, side, model, said),
            None if self.options.compact else gauges,
            tone=side,
            who=_face(side, good),
        )

    def _pills(self, state: Demo, side: str, model: LanguageModel, said: list[int]) -> h.Node:
        """An answer's tokens with their chances, the end among them."""
        chances = self.answering.chances(state, side)
        pills = [parts.Token(model.phrases[token], chance) for token, chance in zip(said, chances, strict=False)]
        if len(chances) > len(said):
            pills.append(parts.Token(END, chances[-1], "end"))
        return parts.tokens(
            pills,
            f"{NAMES[side]}’s answer",
            tone=side,
            event=None if self.options.compact else "look",
            chosen=state.looked[1] if state.looked and state.looked[0] == side else None,
            turn=self.ids.index(state.question) + state.turn,
            value=lambda place: (side, str(place)),
        )

    def _gauge(self, judgement: three_h.Judgement, model: LanguageModel, said: list[int], side: str) -> h.Node:
        why = [
            h.span(class_="why-phrase")["“", model.phrases[said[place]], "” ", parts.number(effect, 2, signed=True)]
            for place, effect in judgement.reasons
        ]
        return parts.gauge(
            judgement.aim.capitalize(),
            judgement.value,
            answering_words.aim(judgement),
            side,
            why=[answering_words.start_of(judgement.aim), why] if why else answering_words.unmoved(judgement),
        )

    def _inside(self, state: Demo) -> h.Node:
        """What both models would say next at the token that is looked at."""
        if state.looked is None:
            return parts.note(TOUCH)
        inside, model = self.answering.inside(state), self.answering.model(state, "raw")
        rows = [
            tuple(
                parts.Bar(answering_words.word(model, token, inside.touched), float(chances[token]), tone=name)
                for name, chances in inside.chances.items()
            )
            for token in inside.tokens
        ]
        return parts.panel(
            f"{answering_words.before(inside, model)}: what comes next?",
            parts.shares(rows, "Probability of the likeliest next tokens and of the one that was said", most=0.2),
            parts.reading(answering_words.disagreement(inside)),
        )


def _heat(state: Demo) -> h.Node:
    shown, ends = answering_words.heat(state.heat), ("favourites", "anything goes")
    return parts.slider("heat", "Temperature", state.heat, 0, HEAT.ticks, 1, shown, ends=ends)


def _evidence(state: Demo) -> h.Node:
    if state.counts is None:
        return h.div(class_="buttons")[
            parts.button(f"Ask both {SAMPLES} times", "evidence", key="e"),
            parts.note(ANECDOTE),
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
            format=lambda share: answering_words.with_interval(share, state.asked),
        ),
        parts.reading(answering_words.verdict(state.counts, state.asked)),
        parts.buttons(parts.button(f"Ask both {SAMPLES} more times", "evidence", key="e")),
    )


def _face(side: str, good: bool) -> h.Node:
    """Who answers, by whether the answer is a good one."""
    return (
        RAW.face("calm" if good else "babbling") if side == "raw" else ALIGNED.face("pleased" if good else "doubtful")
    )
