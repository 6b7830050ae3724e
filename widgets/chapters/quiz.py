"""Chapter 5: questions across the book. Every answer says why, and leads to where the book shows it.

What the reader guessed where the chapters open counts too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import htpy as h

from widgets.kit import parts
from widgets.kit.events import Fields, Integer
from widgets.kit.widget import Options, Widget

from .content import Content, QuizQuestion
from .prediction import Guesses, Prediction

LETTERS = "abcdef"


@dataclass(frozen=True)
class Answers:
    """Which question the reader is at, or past the last; what was first answered to each question, and what was guessed
    in the chapters, by id.
    """

    at: int
    given: dict[str, int]
    guessed: dict[str, int]


class Quiz(Widget[Answers]):
    name = "quiz"
    title = "What has stayed with you?"
    needs = (Prediction.name,)

    def __init__(self, content: Content, options: Options | None = None) -> None:
        super().__init__(content, options)
        ids = tuple(question.id for question in content.quiz)
        most = max((len(question.options) for question in content.quiz), default=1)
        self.events = (
            Fields("answer", (ids, tuple(LETTERS[:most]))),
            Integer("at", 0, len(ids)),
        )

    def start(self, prediction: Guesses) -> Answers:
        return Answers(0, {}, prediction.given)

    def on_answer(self, state: Answers, answer: tuple[str, str]) -> Answers:
        id, letter = answer
        question = next(question for question in self.content.quiz if question.id == id)
        place = LETTERS.index(letter)
        if id in state.given or place >= len(question.options):
            return state  # the first answer counts
        return replace(state, given=state.given | {id: place})

    def view(self, state: Answers) -> h.Node:
        questions = self.content.quiz
        if not questions:
            return parts.empty("There are no questions yet.")
        return [
            self._closing(state) if state.at == len(questions) else self._asking(state),
            self._walk(state),
            self._guesses(state),
        ]

    def _asking(self, state: Answers) -> h.Node:
        questions = self.content.quiz
        question = questions[state.at]
        return [
            parts.question(question.ask, f"Question {state.at + 1} of {len(questions)}"),
            h.div(class_="quiz-options", role="group", aria_label="Answers")[
                (self._option(question, place, state.given.get(question.id)) for place in range(len(question.options)))
            ],
            self._feedback(state, question),
        ]

    def _closing(self, state: Answers) -> h.Node:
        """How it went: what was missed, and where the book shows it."""
        questions, given = self.content.quiz, state.given
        missed = [question for question in questions if question.id in given and given[question.id] != question.right]
        return [
            parts.question(
                f"{right(questions, given)} of {len(questions)} right{self._with_guesses(state)}.", "How it went"
            ),
            parts.reading(_kindly(len(questions) - len(given), len(missed))),
            missed and h.ol(class_="guesses")[(self._guess(question, given[question.id]) for question in missed)],
        ]

    def _walk(self, state: Answers) -> h.Node:
        """Back and on: always both, so that focus stays on the one that was pressed."""
        last = len(self.content.quiz) - 1
        label = (
            "Next question" if state.at < last else "See how it went" if state.at == last else "To the first question"
        )
        return parts.buttons(
            parts.button("Back", "at", max(state.at - 1, 0), key="p", disabled=state.at == 0),
            parts.button(label, "at", state.at + 1 if state.at <= last else 0, key="n", kind="primary"),
        )

    def _option(self, question: QuizQuestion, place: int, given: int | None) -> h.Node:
        letter, mark = LETTERS[place], ""
        if given is not None:
            mark = " ✓" if place == question.right else " ✗" if place == given else ""
        return parts.button(
            question.options[place] + mark,
            "answer",
            (question.id, letter),
            key=f"{letter} {place + 1}",
            pressed=given == place,
            tone="aligned" if place == question.right else "raw",
            disabled=given is not None and place not in (given, question.right),
        )

    def _feedback(self, state: Answers, question: QuizQuestion) -> h.Node:
        given, count = state.given.get(question.id), len(state.given)
        if given is None:
            return parts.reading("Choose one. The first choice counts.")
        verdict = "Right. " if given == question.right else "Not quite. "
        score = (
            f" {right(self.content.quiz, state.given)} of {count} "
            f"{'right' if count == len(self.content.quiz) else 'so far'}{self._with_guesses(state)}."
        )
        return [
            parts.reading(h.strong[verdict], question.why, score if count > 1 else ""),
            h.p[h.a(href=address(question.figure))[f"Where chapter {chapter(question)} shows it"]],
        ]

    def _with_guesses(self, state: Answers) -> str:
        count = len(state.guessed)
        return (
            f", and {right(self.content.predictions, state.guessed)} of {count} guesses in the chapters"
            if count
            else ""
        )

    def _guesses(self, state: Answers) -> h.Node:
        """What the reader guessed where the chapters open, and what came of it."""
        guessed = [question for question in self.content.predictions if question.id in state.guessed]
        if not guessed:
            return parts.note("Every chapter opens with a question. What you guess there is counted here.")
        return parts.panels(
            parts.panel(
                f"Your guesses: {right(guessed, state.guessed)} of {len(guessed)} were right",
                h.ol(class_="guesses")[(self._guess(question, state.guessed[question.id]) for question in guessed)],
                class_="panel-wide",
            )
        )

    def _guess(self, question: QuizQuestion, place: int) -> h.Node:
        verdict = "✓ right" if place == question.right else f"✗ {question.options[question.right].removesuffix('.')}"
        return h.li[
            h.span(class_="guess-ask")[f"{question.ask} ", h.strong[question.options[place]], f" {verdict}. "],
            f"{question.why} ",
            h.a(href=address(question.figure))[f"Chapter {chapter(question)} shows it"],
        ]


def right(questions: Sequence[QuizQuestion], given: Mapping[str, int]) -> int:
    """How many were answered rightly."""
    return sum(given.get(question.id) == question.right for question in questions)


def _kindly(left: int, missed: int) -> str:
    if left:
        return f"{left} {'question is' if left == 1 else 'questions are'} still open. There is no hurry."
    return (
        "Whatever slipped is one figure away."
        if missed
        else "All of it has stayed with you. Thank you for reading so closely."
    )


def chapter(question: QuizQuestion) -> int:
    """The chapter that shows the answer: its page's name begins with its number."""
    return int(question.figure[:2])


def address(figure: str) -> str:
    """A chapter's figure, seen from another chapter: ``02-three-steps.md#pipeline-stepper``."""
    page, _, anchor = figure.partition("#")
    return f"../{page.removesuffix('.md')}/#{anchor}"
