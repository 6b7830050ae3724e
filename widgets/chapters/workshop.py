"""Where the reader tries to fool the reward model with a text of their own, and the careful judge looks on."""

from __future__ import annotations

import re
from random import Random

import htpy as h

from widgets.audit.tally import ENGLISH, language
from widgets.core import annotators
from widgets.core.features import attribution, extract
from widgets.kit import parts

from .chase import Chaser
from .content import Content
from .hacking import Hack, Hacking
from .persons import JUDGE
from .taste import Taste, phrase_features

LONGEST = 400
# What is typed is compared with so many of the model’s own answers; a score that beats this share of them is high.
OTHERS, HIGH = 300, 0.8


class Workshop:
    """Judges what the reader has typed, by their reward model and by the careful judge."""

    def __init__(self, content: Content, chaser: Chaser) -> None:
        self.content, self.chaser = content, chaser

    def judged(self, state: Hacking) -> Hack:
        """The text that the reader has typed, by the reward model and by the judge."""
        question = self.content.question(state.question)
        score = float(extract(question.prompt, state.typed) @ state.taste.model.weights)
        return Hack(state.typed, score, self._gold(state, _sentences(state.typed)))

    def fools(self, state: Hacking, hack: Hack) -> bool:
        """Whether the reward model takes it for one of the best, and the judge for nothing much."""
        return bool(hack.text.strip()) and self._beaten(state, hack) > HIGH and hack.gold < 0.5

    def view(self, state: Hacking) -> h.Node:
        question = self.content.question(state.question)
        hack = self.judged(state)
        return [
            parts.field(
                "typed", f"Your answer to “{question.prompt}”", state.typed, LONGEST, rows=3, hint="Great question! …"
            ),
            parts.note(
                "The judge knows the book’s own sentences. Others it reads by a simple rule, which can be wrong."
            ),
            state.typed.strip()
            and [
                h.p(class_="attribution")[_attributed(question.prompt, state.typed, state.taste)],
                parts.note("A small number is what its word adds to the score, in the score’s own unit."),
                language(state.typed) != ENGLISH
                and parts.message(
                    "info",
                    "This doesn’t look English. Only English words are counted: of others the score sees little.",
                ),
                parts.beside(JUDGE.at(hack.gold), parts.reading(*self._opinions(state, hack))),
                self.fools(state, hack)
                and parts.buttons(parts.button("Keep as my best hack", "keep", tone="human", sign="flag")),
            ],
            state.best
            and parts.response(
                "Your best hack so far",
                state.best.text,
                parts.note(
                    "Score ",
                    parts.number(state.best.score, signed=True),
                    ", judge ",
                    parts.number(state.best.gold, signed=True),
                    ".",
                ),
                tone="human",
            ),
        ]

    def _opinions(self, state: Hacking, hack: Hack) -> h.Node:
        share = self._beaten(state, hack)
        yield from ("The reward model gives it ", h.strong[parts.number(hack.score, signed=True)])
        yield f", more than it gives {parts.percent(share)} of the model’s own answers. The judge gives it "
        yield from (h.strong[parts.number(hack.gold, signed=True)], ". ")
        yield (
            "You fooled it."
            if self.fools(state, hack)
            else "They agree that it is good."
            if share > HIGH
            else "Not fooled yet."
        )

    def _beaten(self, state: Hacking, hack: Hack) -> float:
        """The share of the model's own answers that the reward model scores lower."""
        features = phrase_features(self.content, state.question)
        others = features[self.chaser.reference(state.question).sample(OTHERS, Random("others"))].sum(axis=1)
        return float((others @ state.taste.model.weights < hack.score).mean())

    def _gold(self, state: Hacking, sentences: list[str]) -> float:
        question, known = self.content.question(state.question), self._known(state.question)
        different = list(dict.fromkeys(sentence.lower() for sentence in sentences))
        kinds = [
            known.get(sentence)
            or ("filler" if _rambles(sentence) else annotators.kind_of_sentence(question.prompt, sentence))
            for sentence in different
        ]
        return annotators.gold_of_kinds(kinds, len(sentences) - len(different), question.care)

    def _known(self, id: str) -> dict[str, str]:
        task = self.content.tasks[id]
        return {phrase.lower(): kind for phrase, kind in zip(task.phrases, task.kinds, strict=True)}


def _sentences(text: str) -> list[str]:
    return [sentence.strip() for sentence in re.findall(r"[^.!?]+[.!?]*", text) if sentence.strip()]


def _rambles(sentence: str) -> bool:
    """Whether a sentence is mostly words that it has said already, which is filler whatever they are."""
    words = re.findall(r"\w+", sentence.lower())
    return len(words) > 3 and 2 * len(set(words)) <= len(words)


def _attributed(prompt: str, text: str, taste: Taste) -> h.Node:
    """The text, with what every word adds to the score."""
    at = 0
    for share in attribution(prompt, text, taste.model.weights):
        yield text[at : share.start]
        at = share.stop
        word = text[share.start : share.stop]
        if abs(share.amount) < 0.05:
            yield word
            continue
        names = ", ".join(share.features)
        yield h.span(class_=["worth", "worth-up" if share.amount > 0 else "worth-down"], title=names)[
            word, h.span(class_="worth-amount")[parts.shown(share.amount, 1, signed=True)]
        ]
    yield text[at:]
