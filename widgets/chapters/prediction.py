"""The question that opens a chapter, with the reader's guess. The chapter settles it, and the quiz counts it."""

from __future__ import annotations

from dataclasses import dataclass

import htpy as h

from widgets.kit import parts
from widgets.kit.events import Choice, Rejected, one_of
from widgets.kit.widget import Options, Widget

from .content import Content, QuizQuestion


@dataclass(frozen=True)
class Guesses:
    """The options that the reader guessed, from 0, by the question's id."""

    given: dict[str, int]


@dataclass(frozen=True)
class PredictionOptions(Options):
    """``about`` is the id of a question in content/predictions.yaml."""

    about: str = ""


class Prediction(Widget[Guesses]):
    name = "prediction"
    title = "Your guess"
    aside = True
    Options = PredictionOptions

    def __init__(self, content: Content, options: PredictionOptions | None = None) -> None:
        super().__init__(content, options)
        self.questions = {question.id: question for question in content.predictions}
        self.events = (
            Choice(
                "guess",
                tuple(
                    _choice(question, place)
                    for question in content.predictions
                    for place in range(len(question.options))
                ),
            ),
        )
        if self.options.about and self.options.about not in self.questions:
            raise Rejected(
                f"there is no question {self.options.about!r} in content/predictions.yaml; "
                f"{one_of(list(self.questions), self.options.about)}"
            )

    def start(self) -> Guesses:
        return Guesses({})

    def on_guess(self, state: Guesses, guess: str) -> Guesses:
        id, _, place = guess.rpartition(":")
        return Guesses(state.given | {id: int(place)})

    def view(self, state: Guesses) -> h.Node:
        if not self.questions:
            return parts.empty("There is nothing to guess yet.")
        question = self.questions[self.options.about or next(iter(self.questions))]
        given = state.given.get(question.id)
        options = {_choice(question, place): option for place, option in enumerate(question.options)}
        return [
            parts.chips("guess", question.ask, options, None if given is None else _choice(question, given)),
            parts.note("Guess before you read on.") if given is None else _kept(question, given),
        ]


def _kept(question: QuizQuestion, given: int) -> h.Node:
    """Where the guess is settled, and what comes of it, for those who can't wait."""
    _, _, anchor = question.figure.partition("#")
    verdict = "Right" if given == question.right else "Not quite"
    return [
        parts.note(
            "Kept. ", h.a(href=f"#{anchor}")["It is settled below"], ", and the quiz at the end of the book counts it."
        ),
        parts.disclosure(
            "See the answer now", h.p[h.strong[f"{verdict}. {question.options[question.right]}."], f" {question.why}"]
        ),
    ]


def _choice(question: QuizQuestion, place: int) -> str:
    """What a chip sends: a question and one of its options."""
    return f"{question.id}:{place}"
