"""What was found in a data set, part by part."""

from __future__ import annotations

import htpy as h
import numpy as np

from widgets.audit import findings, telling
from widgets.audit.findings import Findings, Glance, Learner, Word
from widgets.audit.shelf import Shelf
from widgets.audit.words import RAREST
from widgets.core.annotators import ANNOTATORS
from widgets.core.features import FEATURES
from widgets.kit import charts, parts

from .audit_words import excerpt
from .content import Content
from .persons import YOU, Person
from .taste import Taste, stand_in

# Languages and numbers of turns that are listed.
LISTED = 6
TONES = {"length": "human", "features": "reward", "words": "aligned"}


def glance(seen: Glance) -> h.Node:
    words = [f"{side[1]:.0f}" for side in seen.words]
    facts = [
        (f"{seen.pairs:,}", "pair" if seen.pairs == 1 else "pairs"),
        (f"{seen.ties:,}", "ties"),
        (f"{seen.equal:,}", "of equal answers"),
        (f"{seen.repeats.again:,}", "there again, word for word"),
        (f"{seen.repeats.both:,}", "with both verdicts"),
        (f"{seen.repeats.sharing:,}", "share an answer"),
        (words[0], "words in a chosen answer"),
        (words[1], "words in a rejected one"),
    ]
    warning = telling.only_english(seen)
    return [
        parts.reading(telling.pairs(seen)),
        h.dl(class_="facts")[(h.div[h.dt[label], h.dd[value]] for value, label in facts)],
        parts.note(
            "Words are those of the answer in the middle; half of all chosen answers have "
            f"{seen.words[0][0]:.0f} to {seen.words[0][2]:.0f}, of the rejected ones {seen.words[1][0]:.0f} to "
            f"{seen.words[1][2]:.0f}."
        ),
        warning and parts.message("info", warning),
        parts.panels(
            parts.panel(
                "The person’s turns", _parted([(f"{turn}", count) for turn, count in seen.turns], seen.pairs, "turns")
            ),
            parts.panel("Languages, guessed", _parted(list(seen.languages), seen.pairs, "languages")),
        ),
    ]


def _parted(counts: list[tuple[str, int]], whole: int, caption: str) -> h.Element:
    """Shares of all pairs, the rest summed up."""
    rest = sum(count for _, count in counts[LISTED:])
    rows = [*counts[:LISTED], *([("others", rest)] if rest else [])]
    return parts.shares([parts.Bar(name, count / max(whole, 1), tone="human") for name, count in rows], caption)


def rewards(found: Findings) -> h.Node:
    seen = found.rewards
    deviations = np.sqrt(np.diag(seen.model.covariance))
    rows = sorted(zip(FEATURES, seen.model.weights, deviations, strict=True), key=lambda row: -abs(row[1]))
    free = dict(
        zip([feature for feature in FEATURES if feature.name != "length"], seen.without_length.weights, strict=True)
    )
    alone = dict(zip(FEATURES, seen.alone, strict=True))
    return [
        parts.reading(telling.longer(seen)),
        parts.gauge("Longer is chosen", seen.longer.value, telling.interval(seen.longer), tone="human"),
        parts.panels(
            parts.panel(
                "What the choices go with, each with the others held fixed",
                parts.bars(
                    [
                        parts.Bar(feature.label, weight, deviation, feature.description)
                        for feature, weight, deviation in rows
                    ],
                    "Weight of each feature, with two standard deviations",
                ),
                parts.note(telling.surest(seen), " Whiskers are two standard deviations."),
                class_="panel-wide",
            ),
            h.div(class_="panel panel-wide")[
                parts.table(
                    "Each feature by itself",
                    ("", "chosen when it has more", "pairs that differ", "weight without length", "with length fixed"),
                    [
                        (
                            feature.label,
                            telling.interval(alone[feature]) if alone[feature].count else "–",
                            f"{alone[feature].count:,}",
                            parts.number(free[feature], signed=True) if feature in free else "–",
                            parts.number(weight, signed=True),
                        )
                        for feature, weight, _ in rows
                    ],
                ),
                parts.note(telling.held_fixed(seen)),
            ],
        ),
    ]


def learns(found: Findings, shelf: Shelf, unfolded: bool) -> h.Node:
    top = telling.best(found)
    # Both charts begin as low as the lowest interval does.
    low = min(0.5, *(right.low for right in [point.right for point in (*top.curve, *top.calibration)]))
    return [
        parts.reading(telling.learners(found), " ", telling.beyond_length(found)),
        parts.shares(
            [
                parts.Bar(
                    telling.LEARNERS[learner.name],
                    learner.right.value,
                    _deviation(learner.right),
                    tone=TONES[learner.name],
                )
                for learner in found.learners
            ],
            "Share of unseen choices that each model is right about",
        ),
        parts.panels(
            parts.panel("Would more data help?", _more_data(top, low)),
            parts.panel("Does it know how sure it may be?", _sure_and_right(top, low)),
            parts.panel("The words that weigh most", _words(found, shelf, unfolded), class_="panel-wide"),
        ),
        parts.note(telling.how(found)),
    ]


def _more_data(top: Learner, low: float) -> h.Node:
    return charts.chart(
        [
            *_shares([(float(point.size), point.right) for point in top.curve], TONES[top.name]),
            charts.Rule("a coin", y=0.5),
        ],
        x=charts.Axis("training pairs", low=0, whole=True),
        y=charts.Axis("right about unseen choices", low=low, format=parts.percent),
        says=telling.more_data(top) or "One size was tried.",
        height="short",
    )


def _sure_and_right(top: Learner, low: float) -> h.Node:
    return charts.chart(
        [
            *_shares([(part.sure, part.right) for part in top.calibration], TONES[top.name]),
            charts.Line("as sure as right", [(0.5, 0.5), (1.0, 1.0)], "muted", quiet=True),
        ],
        x=charts.Axis("how sure it is", low=0.5, high=1.0, format=parts.percent),
        y=charts.Axis("how often it is right", low=low, high=1.0, format=parts.percent),
        says=telling.sure_and_right(top),
        height="short",
    )


def _shares(points: list[tuple[float, findings.Share]], tone: str) -> tuple[charts.Band, charts.Line]:
    """Shares with their intervals."""
    band = charts.Band("95 %", [(x, share.low, share.high) for x, share in points], tone)
    return band, charts.Line("right", [(x, share.value) for x, share in points], tone)


def _deviation(share: findings.Share) -> float:
    return (share.high - share.low) / 4


def _words(found: Findings, shelf: Shelf, unfolded: bool) -> h.Node:
    if not found.words:
        return parts.note(f"No word tells answers apart in {RAREST} pairs or more.")
    for_, against = ([word for word in found.words if (word.weight > 0) == good] for good in (True, False))
    lists = [
        h.div(class_=f"tone-{tone}")[
            h.p(class_="audit-side")[title],
            h.ul(class_="audit-terms")[(_term(word, shelf, unfolded) for word in words)],
        ]
        for title, words, tone in (("for an answer", for_, "aligned"), ("against it", against, "raw"))
    ]
    return [parts.switch("unfold", "Show them in the answers, which may be offensive", unfolded), parts.versus(*lists)]


def _term(word: Word, shelf: Shelf, unfolded: bool) -> h.Element:
    return h.li[
        h.b[word.term],
        " ",
        parts.number(word.weight, signed=True),
        h.span(class_="audit-met")[f"chosen in {telling.percent(word.chosen.value)} of {word.chosen.count:,} pairs"],
        unfolded and h.ul[(h.li[excerpt(shelf[place], word.term)] for place in word.met)],
    ]


def against(found: Findings, taste: Taste, content: Content) -> h.Node:
    """These weights beside others."""
    others = ([taste] if taste.own else []) + [stand_in(content, annotator) for annotator in ANNOTATORS]
    own = found.rewards.model.weights
    named = [(other.person, other.model.weights) for other in others]
    near = max(named, key=lambda other: _alike(own, other[1]))
    rows = sorted(zip(FEATURES, own, *(weights for _, weights in named), strict=True), key=lambda row: -abs(row[1]))
    alike = [f"{person.name} {parts.shown(_alike(own, weights), signed=True)}" for person, weights in named]
    return [
        parts.reading(
            f"The taste in these labels is most like {_whose(near[0])}. Likeness, from −1 to 1: {', '.join(alike)}."
        ),
        parts.table(
            "Weights of the book’s features",
            ("", "this file", *([person.face(), person.name] for person, _ in named)),
            [(row[0].label, *(parts.number(float(value), signed=True) for value in row[1:])) for row in rows],
        ),
        parts.note(
            "You are who labelled in “You are the annotator”; the others are simulated. "
            if taste.own
            else "Label some pairs in chapter 3, and your own weights stand here too. The others are simulated. ",
            "Likeness is the cosine of the angle between two lists of weights.",
        ),
    ]


def _whose(person: Person) -> str:
    return "yours" if person is YOU else f"that of {person.name}"


def _alike(one: np.ndarray, other: np.ndarray) -> float:
    lengths = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one @ other) / lengths if lengths else 0.0
