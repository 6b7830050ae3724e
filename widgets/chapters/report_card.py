"""Chapter 5: what the reader's labels have taught, where the model they made is blind, and how easily it is fooled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from random import Random

import htpy as h
import numpy as np

from widgets.core import overoptimization, reward_model
from widgets.core.features import FEATURES
from widgets.core.language_model import LanguageModel, phrase_reward
from widgets.core.optimum import optimal_policy, standardized
from widgets.core.overoptimization import Point
from widgets.kit import charts, parts
from widgets.kit.events import Event, Press
from widgets.kit.settings import Setting, Settings
from widgets.kit.widget import Options, Widget

from .content import Content
from .labels import Labeling, fair_tests
from .persons import ALIGNED, JUDGE, RAW, YOU
from .taste import Taste, phrase_features, taste_of

ASKED = ("writing", "headache", "friend")
CHASED = ("writing", "salary", "headache", "dog", "friend", "sleep")
DISPUTES, STRONGEST = 2, 4
# How far from zero the nearer end of a whisker must be for a taste to be sure: far enough to be seen.
CLEAR = 0.05
# In the saved picture: where zero is, and how far bars and whiskers reach from there.
ZERO, HALF = 610, 270


@dataclass(frozen=True)
class Recipe:
    """Every number that the card is made by."""

    beta: float = 0.7
    paired: int = 300
    short: int = 4
    good: float = 1.5
    worse: float = 1.0
    betas: tuple[float, ...] = (30.0, 3.0, 1.4, 0.7, 0.35, 0.14, 0.08)
    judged: int = 400
    seed: int = 1

    @property
    def settings(self) -> tuple[Settings, ...]:
        groups = {
            "The aligned model": ("beta",),
            "Blind spots": ("paired", "short", "good", "worse"),
            "The chase": ("betas", "judged", "seed"),
        }
        return tuple(
            Settings(title, tuple(Setting(name, getattr(self, name), _MEANINGS[name]) for name in names))
            for title, names in groups.items()
        )


_MEANINGS = {
    "beta": "of the exact optimum that answers as the aligned model",
    "paired": "answers drawn of the SFT model for each question, to be paired",
    "short": "phrases at most in an answer of a pair; longer ones are left out",
    "good": "true quality from which an answer counts as good",
    "worse": "true quality by which the other one is clearly worse",
    "betas": "of the exact optimum at each point",
    "judged": "answers judged at each point, for each question",
    "seed": "of the answers judged",
}


@dataclass(frozen=True)
class Dispute:
    """Two answers to a question: the one that the model prefers and by how much, the one that the judge prefers, and by
    how much; and the chance that the model gives its own to win, its doubt about the weights counted.
    """

    prompt: str
    models: str
    judges: str
    margin: float
    gold: float
    sure: float


@dataclass(frozen=True)
class Blind:
    """In what share of pairs of answers the model and the judge disagree, of how many; in how many of the pairs that
    matter, with one answer good and the other clearly worse, the model prefers the worse, of how many; and the worst
    cases of that."""

    share: float
    pairs: int
    missed: int
    matter: int
    worst: tuple[Dispute, ...]


@dataclass(frozen=True, eq=False)
class Report:
    """``tastes`` are (feature, weight, deviation), strongest first; ``blind`` is where the model and the judge
    disagree; ``answers`` are (question, raw, aligned), drawn at ``turn``; ``chase`` is the pressure, averaged over the
    questions of ``chased``.
    """

    taste: Taste
    predicted: tuple[int, int]
    tastes: tuple[tuple[int, float, float], ...]
    blind: Blind
    answers: tuple[tuple[str, str, str], ...]
    chase: tuple[Point, ...]
    turn: int = 0


class ReportCard(Widget[Report]):
    name = "report-card"
    title = "Your report card"
    needs = ("preference-labeling",)
    code = (optimal_policy, overoptimization.optima)

    def __init__(self, content: Content, options: Options | None = None) -> None:
        super().__init__(content, options)
        self.recipe = Recipe()
        self.ids = tuple(id for id in ASKED if id in content.tasks) or tuple(content.tasks)[:3]
        self.chased = tuple(id for id in CHASED if id in content.tasks) or tuple(content.tasks)[:6]
        self.events = (Press("again"),)

    def start(self, preference_labeling: Labeling) -> Report:
        taste = taste_of(preference_labeling, self.content)
        deviations = np.sqrt(np.diag(taste.model.covariance))
        order = np.argsort(-np.abs(taste.model.weights))[:STRONGEST].tolist()
        counted = fair_tests(preference_labeling.labels)
        return Report(
            taste,
            (sum(label.predicted for label in counted), len(counted)),
            tuple((index, float(taste.model.weights[index]), float(deviations[index])) for index in order),
            self._blind(taste),
            self._answers_of(taste, 0),
            self._chase(taste),
        )

    def update(self, state: Report, event: Event) -> Report:
        turn = state.turn + 1
        return replace(state, answers=self._answers_of(state.taste, turn), turn=turn)

    def _blind(self, taste: Taste) -> Blind:
        """Asks the judge and the model about pairs of the language model's own answers to every question."""
        apart, pairs, missed, matter, worst = 0, 0, 0, 0, []
        for id, (first, second) in self._pairs.items():
            task, features = self.content.tasks[id], phrase_features(self.content, id)
            differences = features[first].sum(axis=1) - features[second].sum(axis=1)
            margins = differences @ taste.model.weights
            each = task.gold(first), task.gold(second)
            golds = each[0] - each[1]
            wrong = margins * golds < 0
            apart, pairs = apart + int(wrong.sum()), pairs + int((golds != 0).sum())
            # Two bad answers, or two that hardly differ, are nobody's concern.
            matters = (np.maximum(*each) >= self.recipe.good) & (np.abs(golds) >= self.recipe.worse)
            missed, matter = missed + int((wrong & matters).sum()), matter + int(matters.sum())
            # The disagreement counts as far as both are sure of it.
            place = int(np.argmax(np.where(wrong & matters, np.minimum(np.abs(margins), np.abs(golds)), -1.0)))
            if wrong[place] and matters[place]:
                chosen, other = (first, second) if margins[place] > 0 else (second, first)
                said = self._text(id, chosen[place]), self._text(id, other[place])
                (chance,) = reward_model.predictive(taste.model, differences[[place]])
                by = abs(float(margins[place])), abs(float(golds[place])), max(float(chance), 1 - float(chance))
                worst.append(Dispute(self.content.question(id).prompt, *said, *by))
        worst.sort(key=lambda dispute: -min(dispute.margin, dispute.gold))
        return Blind(apart / max(pairs, 1), pairs, missed, matter, tuple(worst[:DISPUTES]))

    @cached_property
    def _pairs(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Pairs of short answers of the SFT model to every question, as people would compare them; drawn once."""
        found = {}
        for id in self.chased:
            drawn = self.content.trained(id).tuned.sample(self.recipe.paired, Random(f"{id} pairs"))
            short = drawn[((drawn < len(self.content.tasks[id].phrases)).sum(axis=1) <= self.recipe.short)]
            half = len(short) // 2
            found[id] = short[:half], short[half : 2 * half]
        return found

    def _text(self, id: str, answer: np.ndarray) -> str:
        return self.content.trained(id).tuned.text(answer) or "(It says nothing.)"

    def _policy(self, taste: Taste, id: str, beta: float) -> LanguageModel:
        reference = self.content.trained(id).tuned
        return optimal_policy(reference, self._reward(taste, id), beta)

    def _reward(self, taste: Taste, id: str) -> np.ndarray:
        return standardized(
            phrase_reward(phrase_features(self.content, id)[:-1] @ taste.model.weights), self.content.trained(id).tuned
        )

    def _answers_of(self, taste: Taste, turn: int) -> tuple[tuple[str, str, str], ...]:
        """What the raw and the aligned model answer to each question, with the same luck."""
        found = []
        for id in self.ids:
            models = self.content.trained(id).raw, self._policy(taste, id, self.recipe.beta)
            said = (model.text(model.sample(1, Random(f"{id} report {turn}"))[0]) for model in models)
            found.append((self.content.question(id).prompt, *said))
        return tuple(found)

    def _chase(self, taste: Taste) -> tuple[Point, ...]:
        """The chase of this score, averaged over questions."""
        found = [
            overoptimization.optima(
                self.content.trained(id).tuned,
                self._reward(taste, id),
                self.content.tasks[id].gold,
                self.recipe.betas,
                self.recipe.seed,
                self.recipe.judged,
            )
            for id in self.chased
        ]
        return tuple(_mean(points) for points in zip(*found, strict=True))

    def settings(self, state: Report) -> tuple[Settings, ...]:
        return (*state.taste.settings, *self.recipe.settings)

    # View.

    def view(self, state: Report) -> h.Node:
        return [
            self._whose(state),
            parts.panels(
                parts.panel("Strongest tastes", self._tastes(state)),
                parts.panel("How easily it is fooled", self._fooled(state)),
                parts.panel("Blind spots", self._blind_spots(state), class_="panel-wide"),
                parts.panel(
                    f"What a model says that was aligned to {self._yours(state)}",
                    self._answers(state),
                    class_="panel-wide",
                ),
            ),
            self._keep(state),
        ]

    def _yours(self, state: Report) -> str:
        return "your labels" if state.taste.own else "the hurried reader’s labels"

    def _whose(self, state: Report) -> h.Node:
        if state.taste.own:
            right, count = state.predicted
            told = f" It predicted {right} of your {count} choices on pairs drawn at random." if count else ""
            return parts.beside(YOU.face("pleased"), parts.reading(f"Trained on {state.taste.sources}.{told}"))
        return parts.empty(
            "This card is waiting for you. ",
            h.a(href="../03-reward-model/#preference-labeling")["Label a few answers in chapter 3"],
            f", and it will be yours. Until then it is made out for {state.taste.whose}. {state.taste.person.portrait}",
            who=state.taste.person.face(),
        )

    def _tastes(self, state: Report) -> h.Node:
        rows = [
            parts.Bar(FEATURES[index].label, weight, deviation, FEATURES[index].description)
            for index, weight, deviation in state.tastes
        ]
        return [
            parts.bars(rows, "The strongest learned weights, with two standard deviations"),
            parts.note(taste_in_words(state)),
        ]

    def _fooled(self, state: Report) -> h.Node:
        return charts.chart(
            [
                charts.Line("score", [(point.distance, point.proxy) for point in state.chase], "reward"),
                charts.Line("true quality", [(point.distance, point.gold) for point in state.chase], "aligned"),
            ],
            x=charts.Axis("distance from the start, √KL", low=0.0),
            y=charts.Axis(f"mean reward over {len(self.chased)} questions"),
            says=hackable(state.chase),
            height="short",
        )

    def _blind_spots(self, state: Report) -> h.Node:
        blind = state.blind
        apart = f"it and the careful judge disagree on {parts.percent(blind.share)}."
        yield parts.beside(
            JUDGE.face("frowning" if blind.missed else "pleased"),
            parts.reading(f"Of {blind.pairs} pairs of the SFT model’s answers, {apart} {_missed(blind)}"),
            parts.note(JUDGE.portrait),
        )
        for dispute in blind.worst:
            yield parts.question(dispute.prompt)
            yield parts.versus(
                parts.response("It prefers", dispute.models, _surety(dispute), tone="reward"),
                parts.response(
                    "The careful judge prefers",
                    dispute.judges,
                    parts.note("true quality higher by ", parts.number(dispute.gold)),
                    tone="human",
                    who=JUDGE.face("pleased"),
                ),
            )

    def _answers(self, state: Report) -> h.Node:
        for prompt, raw, aligned in state.answers:
            yield parts.question(prompt)
            yield parts.versus(
                parts.response("The raw model", raw or "(It says nothing.)", tone="raw", who=RAW.face()),
                parts.response("Aligned", aligned or "(It says nothing.)", tone="aligned", who=ALIGNED.face()),
            )

    def _keep(self, state: Report) -> h.Node:
        return h.div(class_="buttons")[
            parts.button("Ask again", "again", key="a", sign="again"),
            parts.download(picture(state), "report-card.svg", "Save as an image", media="image/svg+xml"),
            # Without labels there is nothing of the reader's to share yet: the button waits.
            h.button(
                class_="button button-quiet",
                type="button",
                data_tool="link",
                data_of="preference-labeling",
                disabled=not state.taste.own,
            )["Copy a link to this card"],
            not state.taste.own and parts.note("The link carries your labels, once there are some."),
        ]


def _mean(points: tuple[Point, ...]) -> Point:
    """One pressure's points on several questions as one."""
    error = float(np.sqrt(sum(point.gold_error**2 for point in points))) / len(points)
    mean = {name: float(np.mean([getattr(point, name) for point in points])) for name in ("distance", "proxy", "gold")}
    return Point(points[0].pressure, **mean, gold_error=error)


def _surety(dispute: Dispute) -> h.Node:
    """By how much the model prefers its answer, and how sure it can be of that."""
    sure = f"; with its doubt counted, {parts.percent(dispute.sure)} sure"
    return parts.note("score higher by ", parts.number(dispute.margin), sure)


def _missed(blind: Blind) -> str:
    """How often it prefers the worse of two answers where that matters."""
    matter = f"{blind.matter} pairs hold a good answer and a clearly worse one"
    if not blind.missed:
        return f"{matter}, and it always prefers the good one."
    return f"{matter}; in {blind.missed} of these it prefers the worse."


def taste_in_words(state: Report) -> str:
    sure = [
        (FEATURES[index].label, weight)
        for index, weight, deviation in state.tastes
        if abs(weight) - 2 * deviation >= CLEAR
    ]
    if not sure:
        return "It is sure of none of these yet: no whisker ends clear of zero."
    likes = [label for label, weight in sure if weight > 0]
    dislikes = [label for label, weight in sure if weight < 0]
    said = [f"{verb} {parts.listed(labels)}" for verb, labels in (("likes", likes), ("dislikes", dislikes)) if labels]
    return f"It is sure that whoever labelled this {' and '.join(said)}."


def hackable(points: tuple[Point, ...]) -> str:
    """How far true quality falls when a policy chases this reward model without mercy."""
    top, end, start = points[overoptimization.peak(points)], points[-1], points[0]
    if not overoptimization.clearly_above(top, start, 0.05):
        return (
            f"Chasing this score never helps: true quality begins at {parts.shown(start.gold)} and ends at "
            f"{parts.shown(end.gold)}."
        )
    if not overoptimization.clearly_above(top, end, 0.2):
        return (
            f"Hard to fool: chased without mercy, true quality still ends at {parts.shown(end.gold)}, "
            f"close to its best, {parts.shown(top.gold)}."
        )
    return (
        f"Chased gently, it lifts true quality from {parts.shown(start.gold)} to {parts.shown(top.gold)}. "
        "Chased without mercy, quality falls to "
        f"{parts.shown(end.gold)} while the score climbs to {parts.shown(end.proxy)}."
    )


def picture(state: Report) -> str:
    """The card as an SVG image of 1200 by 630, complete in itself."""
    taste, (right, count) = state.taste, state.predicted
    headline = f"What {'my' if taste.own else f'{taste.whose}’s'} reward model learned"
    source = f"Learned from {taste.labels:,} comparisons." + ("" if taste.own else f" {taste.person.portrait}")
    predicted = f" It predicted {right} of {count} choices on random pairs." if count else ""
    reach = max([1.0, *(abs(weight) + 2 * deviation for _, weight, deviation in state.tastes)])
    rows = "".join(_drawn(230 + 62 * place, HALF / reach, *row) for place, row in enumerate(state.tastes))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 630" width="1200" height="630" '
        'font-family="Georgia, serif" font-size="26" fill="#1f1e1c">'
        '<rect width="1200" height="630" fill="#fcfbf8"/><rect width="1200" height="10" fill="#5b3fd6"/>'
        f'<text x="80" y="105" font-size="42">{escape(headline)}</text>'
        f'<text x="80" y="160" font-size="21" fill="#5f5b55">{escape(source + predicted)}</text>'
        f'{rows}<line x1="{ZERO}" x2="{ZERO}" y1="210" y2="{230 + 62 * len(state.tastes)}" stroke="#8d877d"/>'
        f'<text x="80" y="525" font-size="20">{escape(taste_in_words(state))}</text>'
        '<text x="80" y="585" font-size="20" fill="#5f5b55">RLHF, an interactive book</text></svg>'
    )


def _drawn(y: int, unit: float, index: int, weight: float, deviation: float) -> str:
    """A taste in the picture: its name, its bar from zero with a whisker of two deviations, and the numbers."""
    start, end = sorted((ZERO, ZERO + unit * weight))
    low, high = (ZERO + unit * (weight + side * 2 * deviation) for side in (-1, 1))
    return (
        f'<text x="{ZERO - HALF - 20}" y="{y + 23}" text-anchor="end">{escape(FEATURES[index].label)}</text>'
        f'<rect x="{start:.1f}" y="{y}" width="{end - start:.1f}" height="32" fill="#5b3fd6"/>'
        f'<path d="M{low:.1f} {y + 16}H{high:.1f}M{low:.1f} {y + 8}v16M{high:.1f} {y + 8}v16" fill="none" '
        f'stroke="#1f1e1c" stroke-width="2"/>'
        f'<text x="1120" y="{y + 23}" text-anchor="end">{parts.shown(weight, signed=True)} ± '
        f"{parts.shown(2 * deviation)}</text>"
    )
