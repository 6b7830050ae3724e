"""What the book asks, answers and says: the shape of everything in ``content/``.

These dataclasses are the one schema. The build fills them from YAML and checks every field; the browser
rebuilds them from JSON.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from widgets.core import constitution
from widgets.core.pipeline import Task, align
from widgets.kit.events import one_of

from .models import Models, pack, unpack

Style = Literal["helpful", "curt", "flattering", "padded", "hedged", "rude", "wrong"]

Kind = Literal[
    "opener", "warmth", "flattery", "hedge", "disclaimer", "filler", "rude", "evasive", "closer", "web",
    "right", "wrong", "harmful", "offtopic",
]  # fmt: skip
# Kinds of which every question has its own phrases; the others are shared.
OWN_KINDS = ("right", "wrong", "harmful", "offtopic")

STYLES: dict[str, str] = {
    "helpful": "helpful",
    "curt": "curt",
    "flattering": "flattering",
    "padded": "padded",
    "hedged": "over-hedged",
    "rude": "rude",
    "wrong": "confidently false",
}


@dataclass(frozen=True)
class Response:
    """One written answer. ``style`` is what kind it is; no model ever sees that."""

    id: str
    style: Style
    text: str

    __pydantic_config__ = {"extra": "forbid"}


@dataclass(frozen=True)
class Phrase:
    """A token of the toy language model: a clause or sentence that can follow others."""

    id: str
    kind: Kind
    text: str

    __pydantic_config__ = {"extra": "forbid"}


@dataclass(frozen=True)
class Question:
    """A question with answers of different kinds to choose between, and with phrases of its own.

    ``topic`` says in a word or two what it is about, for a chip; ``care`` marks questions on which a warning is due.
    """

    id: str
    prompt: str
    topic: str
    responses: tuple[Response, ...]
    phrases: tuple[Phrase, ...]
    care: bool = False

    __pydantic_config__ = {"extra": "forbid"}


@dataclass(frozen=True)
class Pattern:
    """A sequence of kinds, and how often texts of that pattern occur."""

    pattern: tuple[Kind, ...]
    weight: float

    __pydantic_config__ = {"extra": "forbid"}


@dataclass(frozen=True)
class Language:
    """What the toy language models of all questions share: phrases, grammar, and the patterns of their training texts.

    ``grammar[kind][next]`` says how likely a kind is followed by another before anything is learned; "start" and "end"
    stand for the ends of a response.
    """

    phrases: tuple[Phrase, ...]
    grammar: dict[str, dict[str, float]]
    web: tuple[Pattern, ...]
    demonstrations: tuple[Pattern, ...]

    __pydantic_config__ = {"extra": "forbid"}


@dataclass(frozen=True)
class Principle:
    """A sentence of a constitution, and the test that stands for it: see ``core.constitution``."""

    id: str
    statement: str
    limits: dict[Kind, int]
    needs: tuple[Kind, ...] = ()

    __pydantic_config__ = {"extra": "forbid"}

    @property
    def test(self) -> constitution.Principle:
        return constitution.Principle(self.id, self.statement, tuple(self.limits.items()), self.needs)


@dataclass(frozen=True)
class QuizQuestion:
    """A question on the book, asked in the quiz or, to be guessed, where a chapter opens: ``options`` to choose from,
    which is right (from 0), why, and the figure that shows it.
    """

    id: str
    ask: str
    options: tuple[str, ...]
    right: int
    why: str
    figure: str

    __pydantic_config__ = {"extra": "forbid"}


@dataclass(frozen=True)
class Content:
    """All of it. ``models`` are the trained models, packed, by
    question; where one is missing it is trained on demand.
    """

    questions: tuple[Question, ...]
    language: Language
    principles: tuple[Principle, ...] = ()
    quiz: tuple[QuizQuestion, ...] = ()
    predictions: tuple[QuizQuestion, ...] = ()
    models: dict[str, str] = field(default_factory=dict)

    def question(self, id: str) -> Question:
        return next(question for question in self.questions if question.id == id)

    def offered(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        """The questions that a figure lets its reader choose from; raises ValueError where one is not there."""
        for id in ids:
            if id not in self.tasks:
                raise ValueError(
                    f"A figure offers the question {id!r}, but content/questions/ holds no {id}.yaml; "
                    f"{one_of(self.tasks, id)}. Put the file back, or change the list in widgets/chapters/."
                )
        return ids

    def ticked(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        """The principles that a figure begins with; raises ValueError where one is not there."""
        known = [principle.id for principle in self.principles]
        for id in ids:
            if id not in known:
                raise ValueError(
                    f"A figure begins with the principle {id!r}, but content/principles.yaml holds none of that id; "
                    f"{one_of(known, id)}. Put it back, or change the list in widgets/chapters/."
                )
        return ids

    def topics(self, ids: tuple[str, ...]) -> dict[str, str]:
        """What some questions are about, by id, for chips."""
        return {id: self.question(id).topic for id in ids}

    def trained(self, id: str) -> Models:
        """A question's models, unpacked once."""
        if id not in self._trained:
            task = self.tasks[id]
            if id in self.models:
                self._trained[id] = unpack(task, self.models[id])
            else:
                stages = align(task)
                self._trained[id] = Models(stages.raw, stages.tuned, stages.aligned)
        return self._trained[id]

    @cached_property
    def _trained(self) -> dict[str, Models]:
        return {}

    @cached_property
    def responses(self) -> dict[str, tuple[Question, Response]]:
        """Every response with its question, by ``question/response``."""
        return {
            f"{question.id}/{response.id}": (question, response)
            for question in self.questions
            for response in question.responses
        }

    @cached_property
    def tasks(self) -> dict[str, Task]:
        """The questions as the core takes them, by id: a question's own phrases after the shared ones."""
        return {question.id: self._task(question) for question in self.questions}

    def _task(self, question: Question) -> Task:
        phrases = (*self.language.phrases, *question.phrases)
        return Task(
            name=question.id,
            phrases=tuple(phrase.text for phrase in phrases),
            kinds=tuple(phrase.kind for phrase in phrases),
            grammar=self.language.grammar,
            web=_weighted(self.language.web),
            demonstrations=_weighted(self.language.demonstrations),
            care=question.care,
        )


def _weighted(patterns: tuple[Pattern, ...]) -> tuple[tuple[tuple[str, ...], float], ...]:
    return tuple((pattern.pattern, pattern.weight) for pattern in patterns)


def trained(content: Content, question: str, seed: int) -> str:
    """The packed models of a question, as a job of the build."""
    return pack(align(content.tasks[question], seed))
