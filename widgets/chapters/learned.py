"""What chapter 3's reward model has learned from labels: its
weights, scores, record and ranking, as charts and lists.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

import htpy as h
import numpy as np

from widgets.core import reward_model
from widgets.core.features import FEATURES
from widgets.core.reward_model import RewardModel
from widgets.kit import charts, parts

from .content import STYLES
from .forecast import prediction_record, steady
from .labels import Counts, Labeling, fair_tests
from .persons import AI_LABELLER, YOU
from .pool import Pool

TONES = {"helpful": "aligned", "rude": "raw", "wrong": "raw", "flattering": "human", "padded": "human"}


@cache
def untaught() -> RewardModel:
    """The model before any label: the prior."""
    return reward_model.fit(np.zeros((0, len(FEATURES))), np.zeros(0))


def weights(state: Labeling) -> h.Node:
    deviations = np.sqrt(np.diag(state.model.covariance))
    rows = sorted(zip(FEATURES, state.model.weights, deviations, strict=True), key=lambda row: -abs(row[1]))
    return [
        parts.bars(
            (parts.Bar(feature.label, weight, deviation, feature.description) for feature, weight, deviation in rows),
            "Learned weight of each feature of a response, with two standard deviations",
        ),
        state.informed and parts.note(f"Learned from {state.counts.words}. ", _narrowed(2 * deviations.mean())),
        parts.note(_surest(rows, state.counts)),
    ]


def scores(state: Labeling, pool: Pool) -> h.Node:
    """The mean score of each kind of answer after every label; the model is never told the kinds."""
    history = np.array(state.history)
    series = [
        charts.Line(STYLES[style], tuple(enumerate((history @ mean).tolist())), TONES.get(style, "plain"))
        for style, mean in pool.styles.items()
    ]
    changes = len(history) - 1
    axis = charts.Axis(
        "labels" if changes == state.counts.yours else "changes", low=0, high=max(10, changes), whole=True
    )
    return [
        charts.chart(
            [*series, *_rules(state.marks, axis.high)],
            x=axis,
            y=charts.Axis("mean score"),
            says=_highest(series, state.counts),
        ),
        state.marks
        and parts.note(
            "Each label of yours is one change. What the AI labeller or a file brings or takes away is one too, "
            "with an upright line."
        ),
        parts.note("It is never told which answer is of which kind."),
    ]


def record(state: Labeling) -> h.Node:
    """The share of choices predicted, counted from the first fair test; and how steady the reader is."""
    tested = fair_tests(state.labels)
    places = [place for place, label in enumerate(state.labels, start=1) if label.tests]
    right = np.cumsum([label.predicted for label in tested]) / np.arange(1, len(tested) + 1)
    line = tuple(zip(places, right.tolist(), strict=True))
    return [
        charts.chart(
            [charts.Line("so far", line, "reward") if line else None, charts.Rule("a coin", y=0.5)],
            x=charts.Axis("your choices", low=0, high=max(10, len(state.labels)), whole=True),
            y=charts.Axis("share predicted", low=0.0, high=1.0, format=parts.percent),
            says=prediction_record(state.labels),
            height="short",
        ),
        parts.note(
            "Only pairs drawn at random count: the most informative ones are those that are hardest to predict."
        ),
        _steadiness(state),
    ]


def ranking(state: Labeling, pool: Pool) -> h.Node:
    ranked = list(_unseen(state, pool))
    if len(ranked) < 2:
        return parts.note("You have judged every answer, or all but one: none are left to rank.")
    if not state.opinionated:
        return parts.note("Once it has learned to tell answers apart, it ranks those that you have not judged.")
    ends = [*ranked[:2], *ranked[-2:]] if len(ranked) > 3 else ranked
    places = {entry[0]: place for place, entry in enumerate(ranked, start=1)}
    return [
        parts.note(f"Ranked by {_whose_taste(state.counts)}; “±” is two standard deviations."),
        h.ol(class_="ranking")[(_ranked(pool, places[id], id, score, deviation) for id, score, deviation in ends)],
    ]


def whose(counts: Counts) -> h.Node:
    whose = (
        ("You", YOU.face(), counts.yours, counts.your_ties),
        ("The AI labeller", AI_LABELLER.face(), counts.ai, counts.ai_ties),
        ("A file", None, counts.imported, 0),
    )
    rows = [
        ([drawn, name], f"{count - ties:,}", f"{ties:,}")
        for name, drawn, count, ties in whose
        if count or name == "You"
    ]
    return parts.table("Whose labels it learned from", ("", "choices", "ties"), rows)


def _narrowed(reach: float) -> h.Node:
    first = 2 * np.sqrt(np.diag(untaught().covariance)).mean()
    return [
        "A whisker reaches ± ",
        parts.number(reach),
        " on average; before any label it was ± ",
        parts.number(first),
        ".",
    ]


def _surest(rows: list, counts: Counts) -> str:
    feature, weight, deviation = max(rows, key=lambda row: abs(row[1]) / row[2])
    if abs(weight) <= 2 * deviation:
        return "Every whisker still crosses zero: it is sure of nothing yet."
    return (
        f"It is surest of “{feature.label}” ({feature.description}): in {_whose_taste(counts)} it counts "
        f"{'for' if weight > 0 else 'against'} an answer."
    )


def _steadiness(state: Labeling) -> h.Node:
    """How often the reader said the same of the same pair, told kindly."""
    asked, same = steady(state.labels)
    if not asked:
        return None
    kindly = "" if same == asked else " Some pairs are too close to call."
    return parts.note(
        f"Asked {parts.counted(asked, 'pair')} a second time, you said the same {parts.counted(same, 'time')}.{kindly}"
    )


def _ranked(pool: Pool, place: int, id: str, score: float, deviation: float) -> h.Node:
    question, response = pool.responses[id]
    return h.li(value=place)[
        h.p(class_="ranking-score")[
            parts.number(score, signed=True), h.span(class_="bar-deviation")[" ± ", parts.number(2 * deviation)]
        ],
        h.div[h.p(class_="ranking-question")[question.prompt], h.p(class_="ranking-text")[response.text]],
    ]


def _unseen(state: Labeling, pool: Pool) -> Iterator[tuple[str, float, float]]:
    """Responses that the reader has not judged, best first, with their score and its deviation."""
    judged = {id for label in state.labels if label.choice != "skip" for id in (label.first, label.second)}
    ids = [id for id in pool.responses if id not in judged]
    if not ids:
        return iter(())
    matrix = np.array([pool.features[id] for id in ids])
    rows = zip(ids, state.model.score(matrix).tolist(), state.model.deviation(matrix).tolist(), strict=True)
    return iter(sorted(rows, key=lambda row: (-row[1], row[0])))


def _highest(series: Sequence[charts.Line], counts: Counts) -> str:
    """Which kinds of answers score highest and lowest, in a sentence."""
    best, worst = (pick(series, key=lambda line: line.points[-1][1]) for pick in (max, min))
    if best.points[-1][1] - worst.points[-1][1] < 1e-9:
        return (
            "So far every kind of answer scores the same. A choice bends the lines, "
            "a tie holds them together, a skip says nothing."
        )
    return f"After {counts.words}, {best.name} answers score highest and {worst.name} ones lowest."


def _rules(marks: tuple[tuple[int, str], ...], width: float) -> Iterator[charts.Rule]:
    """Upright lines where others' labels came, named where there is room."""
    named = -width
    for step, whose in marks:
        room = step - named >= width / 8
        yield charts.Rule(whose if room else "", x=step)
        named = step if room else named


def _whose_taste(counts: Counts) -> str:
    if counts.total == counts.yours:
        return "your taste"
    if counts.total == counts.ai:
        return "the AI labeller’s taste"
    if counts.total == counts.imported:
        return "the taste of whoever labelled the file"
    return "the taste of all these labels together"
