"""Chapter 4: a model criticises and revises its own answers
by the reader's principles, and is trained on the result.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import htpy as h
import numpy as np

from widgets.core import constitution, three_h
from widgets.core.constitution import Objection
from widgets.kit import parts
from widgets.kit.events import Choice, Event, Fields, Press, Text
from widgets.kit.settings import Settings
from widgets.kit.widget import Options, Widget

from . import constitution_words
from .constitution_words import DEPARTURE, NO_PRINCIPLE, ONE_ANSWER, TESTS
from .content import Content
from .drafting import DRAFTS, JUDGED, Drafter, Drafting
from .persons import ALIGNED, CRITIC, RAW
from .principles import ticks
from .typical import TYPICAL_OF

OFFERED = ("writing", "salary", "headache", "cleaning", "friend", "password")
TICKED = ("helpful", "truthful", "kind", "harmless")
WORDING = 120


class Constitution(Widget[Drafting]):
    name = "constitution"
    title = "Write a constitution"
    code = (constitution.critique, constitution.revise, constitution.kept_share, constitution.supervised)

    def __init__(self, content: Content, options: Options | None = None) -> None:
        super().__init__(content, options)
        self.ids = content.offered(OFFERED)
        self.known = {principle.id: principle for principle in content.principles}
        self.drafter = Drafter(content)
        self.events = (
            Choice("question", self.ids),
            Fields("tick", (tuple(self.known), ("on", "off"))),
            Text("wording", WORDING),
            Choice("test", tuple(TESTS)),
            Press("add"),
            Press("drop"),
            Press("draft"),
            Press("revise"),
            Press("train"),
        )

    def start(self) -> Drafting:
        return self.drafter.drafted(self.ids[0], self.content.ticked(TICKED), 0)

    def update(self, state: Drafting, event: Event) -> Drafting | Iterator[Drafting]:
        return super().update(replace(state, refused=""), event)

    def on_question(self, state: Drafting, id: str) -> Drafting:
        return self.drafter.redrafted(state, id, 0).as_drawn

    def on_draft(self, state: Drafting) -> Drafting:
        return self.drafter.redrafted(state, state.question, state.turn + 1)

    def on_tick(self, state: Drafting, tick: tuple[str, str]) -> Drafting:
        """With a principle ticked or not, in the order in which they are listed."""
        id, on = tick
        ticked = {*state.ticked, id} if on == "on" else {*state.ticked} - {id}
        return replace(state, ticked=tuple(other for other in self.known if other in ticked)).as_drawn

    def on_add(self, state: Drafting) -> Drafting:
        """With the reader's principle, or with the reason why not."""
        if refused := constitution_words.refusal(state):
            return replace(state, refused=refused)
        words = state.wording.strip() or f"{TESTS[state.test].capitalize()}."
        return replace(state, own=(*state.own, (words, state.test)), wording="").as_drawn

    def on_drop(self, state: Drafting) -> Drafting:
        return replace(state, own=state.own[:-1]).as_drawn

    def on_revise(self, state: Drafting) -> Drafting:
        return self.drafter.revised(state)

    def on_train(self, state: Drafting) -> Iterator[Drafting]:
        return self.drafter.train(state)

    def stopped(self, state: Drafting) -> Drafting:
        return replace(state, stopped=True)

    def progress(self, state: Drafting) -> float | None:
        return state.trained

    def settings(self, state: Drafting) -> tuple[Settings, ...]:
        return self.drafter.settings(state)

    # View.

    def view(self, state: Drafting) -> h.Node:
        return [
            parts.chips("question", "Question", self.content.topics(self.ids), state.question),
            parts.panel("The principles", self._ticks(state), _wording(state)),
            parts.panels(
                parts.panel("Draft, critique, revision", self._drafts(state)),
                parts.panel("Fine-tuned on its own revisions", self._training(state)),
            ),
        ]

    def _ticks(self, state: Drafting) -> h.Node:
        return h.ul(class_="principles")[
            ticks("tick", self.known, state.ticked, "aligned"),
            (
                h.li(class_="principle-own")[parts.note("Yours: ", words, f" ({TESTS[kind]})")]
                for words, kind in state.own
            ),
        ]

    def _drafts(self, state: Drafting) -> h.Node:
        objections, stuck = self.drafter.objections(state), state.at_cap
        return [
            parts.question(self.content.question(state.question).prompt),
            self._version(state, objections),
            self._critique(state, objections),
            parts.buttons(
                parts.button(
                    "Revise", "revise", key="r", kind="primary", tone="aligned", disabled=not objections or stuck
                ),
                parts.button("Another draft", "draft", key="d", sign="dice"),
            ),
        ]

    def _version(self, state: Drafting, objections: Sequence[Objection]) -> h.Node:
        """The present version: what breaks a principle is struck, what is new since the last one is marked."""
        said, first = self._said(state, state.versions[-1]), len(state.versions) == 1
        before = state.versions[-1 if first else -2]
        broken = {objection.position for objection in objections}
        pills = [
            parts.Token(text, state="removed" if place in broken else "shown" if token in before else "inserted")
            for place, (token, text) in enumerate(said)
        ]
        title = "Draft of the raw model" if first else f"Revision {len(state.versions) - 1}"
        drafted = RAW.face("babbling" if objections else "calm")
        revised = ALIGNED.face("doubtful" if objections else "pleased")
        return parts.response(
            title,
            _spoken(pills, title, turn=f"{state.question} {state.turn} {len(state.versions)}"),
            tone="raw" if first else "aligned",
            marked="keeps every principle" if self.drafter.principles(state) and not objections else None,
            who=drafted if first else revised,
        )

    def _critique(self, state: Drafting, objections: Sequence[Objection]) -> h.Node:
        phrases, principles = self.content.tasks[state.question].phrases, self.drafter.principles(state)
        told = [constitution_words.objection(found, phrases, state, principles) for found in objections]
        return parts.beside(
            CRITIC.face("frowning" if objections else "pleased" if principles else "calm"),
            h.ul(class_="points")[(h.li[words] for words in told)] if told else None,
            parts.reading(constitution_words.critique(state, objections, principles)),
            parts.note(CRITIC.portrait),
        )

    def _training(self, state: Drafting) -> h.Node:
        able, done = bool(self.drafter.principles(state)), state.trained == 1.0
        label = f"Revise {DRAFTS} drafts and fine-tune"
        run = [
            parts.buttons(parts.button(label, "train", key="t", kind="primary", sign="play", disabled=not able)),
            not able and parts.note(NO_PRINCIPLE),
        ]
        if state.before is None or state.after is None:
            return [run, _under_way(state)]
        return [run, not done and _under_way(state), self._trained(state, done)]

    def _trained(self, state: Drafting, done: bool) -> h.Node:
        """What training has changed: a typical answer, and shares of answers before and after."""
        principles = self.drafter.principles(state)
        statements = [principle.statement for principle in principles]
        kept = _compared(statements, state.before.kept, state.after.kept, done)
        categories = _compared(three_h.CATEGORIES, state.before.categories, state.after.categories, done)
        return [
            state.sample and self._typical(state, done),
            parts.shares(kept, f"Share of {JUDGED} answers that keep each principle", texts=True),
            parts.disclosure(
                "What kinds of answers are these?", parts.shares(categories, f"Share of {JUDGED} answers of each kind")
            ),
            done and parts.reading(constitution_words.verdict(state, principles)),
            parts.note(DEPARTURE),
        ]

    def _typical(self, state: Drafting, done: bool) -> h.Node:
        quality = float(self.content.tasks[state.question].gold(np.array([state.sample]))[0])
        return parts.response(
            "A typical answer of the fine-tuned model" if done else "A typical answer, so far",
            _spoken([text for _, text in self._said(state, state.sample)], "The fine-tuned model’s answer"),
            parts.note(f"Of {TYPICAL_OF} drawn, the one in the middle by true quality."),
            tone="aligned",
            who=ALIGNED.at(quality),
        )

    def _said(self, state: Drafting, answer: Sequence[int]) -> list[tuple[int, str]]:
        """An answer's tokens with their texts, the end left out."""
        phrases = self.content.tasks[state.question].phrases
        return [(token, phrases[token]) for token in answer if token != len(phrases)]


def _wording(state: Drafting) -> h.Node:
    return parts.disclosure(
        "Word one of your own",
        parts.chips("test", "Test", TESTS, state.test),
        parts.field("wording", "In your words", state.wording, WORDING, hint="Spare me the small print."),
        parts.buttons(
            parts.button("Add it", "add", tone="aligned"),
            parts.button("Drop the last", "drop", disabled=not state.own),
        ),
        state.refused and parts.message("warn", state.refused),
    )


def _spoken(pills: Sequence[str | parts.Token], label: str, turn: str | None = None) -> h.Node:
    return parts.tokens(pills, label, turn=turn) if pills else "(It says nothing.)"


def _compared(
    names: Sequence[str], before: Sequence[float], after: Sequence[float], done: bool
) -> list[tuple[parts.Bar, parts.Bar]]:
    """Shares before training and after it, or so far."""
    now = "after" if done else "so far"
    return [
        (parts.Bar(name, was, tone="raw", whose="before"), parts.Bar(name, is_, tone="aligned", whose=now))
        for name, was, is_ in zip(names, before, after, strict=True)
    ]


def _under_way(state: Drafting) -> h.Node:
    if state.trained is None:
        return parts.note(ONE_ANSWER)
    if not state.stopped:
        return parts.progress("Revising and training", state.trained)
    return parts.message("warn", f"Stopped at {parts.percent(state.trained)}. Run it again to see what it changes.")
