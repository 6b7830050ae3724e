"""The answers of chapter 2's figure: how two are compared phrase by phrase, whose they are, and what they are worth."""

from __future__ import annotations

from random import Random

import htpy as h
import numpy as np

from widgets.core.language_model import LanguageModel
from widgets.core.pipeline import Task
from widgets.kit import parts

from .persons import JUDGE, RAW, Person
from .three_steps import Learned


def said(model: LanguageModel, luck: str) -> tuple[int, ...]:
    return tuple(token for token in model.sample(1, Random(luck))[0].tolist() if token != model.end)


def marked(model: LanguageModel, said: tuple[int, ...], other: tuple[int, ...], mark: str, tone: str) -> h.Node:
    """An answer whose phrases that the other one lacks are marked; two that share none are no edit of each other."""
    if not said:
        return "(It says nothing.)"
    kept = said if set(said).isdisjoint(other) else other
    pills = [parts.Token(model.phrases[token], state="shown" if token in kept else mark) for token in said]
    return parts.tokens(pills, "Answer", tone=tone)


def before(task: Task, model: LanguageModel, who: Person, answer: tuple[int, ...], other: tuple[int, ...]) -> h.Node:
    """What was said before a step; phrases that the ``other`` answer lacks are struck."""
    tone = "raw" if who is RAW else "plain"
    body = marked(model, answer, other, "removed", tone)
    return parts.response("Before this step", body, tone=tone, who=speaking(task, who, answer))


def after(
    task: Task, model: LanguageModel, who: Person, luck: str, other: tuple[int, ...], would: bool = False
) -> h.Node:
    """What is said after a step with the same luck; drawn lightly where it only ``would`` be said."""
    answer, tone = said(model, luck), "muted" if would else "aligned"
    return parts.response(
        "After, if practice got all the way" if would else "After",
        marked(model, answer, other, "inserted", tone),
        tone=tone,
        faint=would,
        who=speaking(task, who, answer),
    )


def speaking(task: Task, who: Person, answer: tuple[int, ...]) -> h.Node:
    """Who answers, pleased or not with what it says; a raw model babbles what nobody wants to hear."""
    quality = float(task.gold(np.array([[*answer, len(task.phrases)]]))[0])
    return RAW.face("babbling") if who is RAW and quality < 0 else who.at(quality)


def scored(task: Task, raw: LanguageModel, drawn: np.ndarray, learned: Learned | None) -> h.Node:
    """Different answers among those drawn, (m, length), with the reward model's score and the careful judge's."""
    answers = np.array(list(dict.fromkeys(map(tuple, drawn.tolist()))))
    golds, scores = task.gold(answers), learned and task.counts(answers) @ learned.model.weights
    order = range(len(answers)) if scores is None else np.argsort(-scores, kind="stable")

    def score(index: int) -> h.Node:
        return "none yet" if scores is None else parts.number(float(scores[index]), signed=True)

    return [
        parts.table(
            "Some answers before this step"
            if scores is None
            else "The same answers after it, the one that it prefers first",
            ("Score", "True quality", "Answer"),
            [
                (
                    score(index),
                    parts.number(float(golds[index]), signed=True),
                    raw.text(answers[index]) or "(says nothing)",
                )
                for index in order
            ],
        ),
        scores is not None and len(answers) > 1 and preferred(scores, golds),
    ]


def preferred(scores: np.ndarray, golds: np.ndarray) -> h.Node:
    """Whether the reward model's favourite is the careful judge's."""
    lost = float(golds.max() - golds[int(scores.argmax())])
    if lost < 0.005:
        told = "The answer that the reward model prefers is the careful judge’s favourite too."
        return parts.beside(JUDGE.face("pleased"), parts.note(told))
    told = f"In true quality (the careful judge’s verdict) another one is better by {parts.shown(lost)}."
    return parts.beside(JUDGE.face("frowning"), parts.note(told))
