"""Chapter 3: the policy chases the reader's reward model, and the reader tries to fool it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

import htpy as h
import numpy as np

from widgets.core import annotators, best_of_n, doubt, overoptimization, reward_model
from widgets.core.features import attribution, extract
from widgets.core.language_model import uniforms
from widgets.core.optimum import optimal_policy
from widgets.core.overoptimization import Law, Point
from widgets.kit import charts, parts
from widgets.kit.events import Choice, Event, Integer, Press, Switch, Text
from widgets.kit.settings import Setting, Settings
from widgets.kit.widget import Options, Widget

from . import chase_words
from .chase import BETAS, Chase, Chaser, Cure
from .chase_words import CURES, METHODS
from .content import Content
from .labels import Labeling
from .stand_ins import PORTRAITS
from .taste import Taste, phrase_features, taste_of

OFFERED = ("writing", "salary", "headache", "dog", "friend", "sleep")
PRESSURES = len(BETAS)
DRAWINGS = {"curves": "score and truth", "laws": "the two laws"}
TYPICAL_OF = 200
HACKS = {
    "flattery": ("flattery", "warmth"),
    "disclaimers": ("disclaimer", "hedge"),
    "padding": ("filler", "opener", "closer"),
}
LONGEST = 400
# What is typed is compared with so many of the model’s own answers; a score that beats this share of them is high.
OTHERS, HIGH = 300, 0.8
# The price of a phrase, in tenths of the score's unit.
PRICES = (1, 10)
# A law is drawn through so many places between its method’s first point and its last.
DRAWN_LAW = 24


@dataclass(frozen=True)
class Hack:
    """A text of the reader's, the reward model's score for it, and the judge's."""

    text: str
    score: float
    gold: float


@dataclass(frozen=True, eq=False)
class Hacking:
    taste: Taste
    question: str
    plain: Chase
    method: str = "rl"
    pressure: int = 0
    cures: frozenset[str] = frozenset()
    cured: Chase | None = None
    typed: str = ""
    best: Hack | None = None
    draw: str = "curves"
    price: int = 6

    @property
    def chase(self) -> Chase:
        return self.cured or self.plain


class RewardHacking(Widget[Hacking]):
    name = "reward-hacking"
    title = "Chase the score"
    needs = ("preference-labeling",)
    code = (
        overoptimization.optima,
        overoptimization.lifts,
        overoptimization.fit_reinforcement,
        overoptimization.fit_best_of,
        best_of_n.weights,
        optimal_policy,
        reward_model.ensemble,
        doubt.sceptical,
        attribution,
    )

    def __init__(self, content: Content, options: Options | None = None) -> None:
        super().__init__(content, options)
        self.ids = tuple(id for id in OFFERED if id in content.tasks) or tuple(content.tasks)[:6]
        self.chaser = Chaser(content)
        self.events = (
            Choice("question", self.ids),
            Choice("method", tuple(METHODS)),
            Integer("pressure", 0, PRESSURES - 1),
            *(Switch(cure) for cure in CURES),
            Text("typed", LONGEST),
            Press("keep"),
            Choice("draw", tuple(DRAWINGS)),
            Integer("price", *PRICES),
        )

    def start(self, preference_labeling: Labeling) -> Hacking:
        taste = taste_of(preference_labeling, self.content)
        return Hacking(taste, self.ids[0], self.chaser.chase(taste, self.ids[0]))

    def update(self, state: Hacking, event: Event) -> Hacking:
        match event.name:
            case "question":
                plain = self.chaser.chase(state.taste, event.value)
                return self._chased(replace(state, question=event.value, plain=plain, typed="", best=None))
            case "keep":
                hack = self.judged(state)
                better = state.best is None or hack.score - hack.gold > state.best.score - state.best.gold
                return replace(state, best=hack) if better and self.fools(state, hack) else state
            case "price":
                return self._chased(replace(state, price=event.value))
            case "method" | "pressure" | "draw" | "typed":
                return replace(state, **{event.name: event.value})
        cures = state.cures | {event.name} if event.value else state.cures - {event.name}
        return self._chased(replace(state, cures=cures))

    def _chased(self, state: Hacking) -> Hacking:
        """The same, with the chase that its cures lead to."""
        # The price is no part of what the other cures do.
        cure = Cure(price=state.price / 10) if "length" in state.cures else Cure()
        chase = self.chaser.chase(state.taste, state.question, state.cures, cure) if state.cures else None
        return replace(state, cured=chase)

    def settings(self, state: Hacking) -> tuple[Settings, ...]:
        answers = Setting("answers", TYPICAL_OF, "drawn, of which the middle one by true quality is shown")
        return (*state.chase.settings, Settings("The typical answer", (answers,)))

    # What is said at this pressure.

    def answers(self, state: Hacking, count: int) -> np.ndarray:
        """What is said at the present pressure, always with the same luck."""
        luck = Random(f"{state.question} chase")
        if state.method == "rl":
            return self.chaser.policy(state.chase, state.question, state.pressure).sample(count, luck)
        drawn, _ = self.chaser.drawn(state.question, state.chase.recipe)
        n = state.chase.recipe.numbers[state.pressure]
        chances = np.cumsum(best_of_n.weights(state.chase.proxy.scores(drawn), n))
        return drawn[np.searchsorted(chances, uniforms(luck, count) * chances[-1], side="right")]

    def exploits(self, state: Hacking, answer: np.ndarray) -> list[str | None]:
        """Why each phrase of an answer is there for the score
        alone: it adds to the score, and nothing to true quality.
        """
        task = self.content.tasks[state.question]
        said = [token for token in answer.tolist() if token != len(task.phrases)]
        so_far = np.full((len(said) + 1, len(answer)), len(task.phrases))
        for place, token in enumerate(said):
            so_far[place + 1 :, place] = token
        scores, golds = np.diff(state.chase.proxy.scores(so_far)), np.diff(task.gold(so_far))
        return [
            f"{_hack(task.kinds[token], token in said[:place])}: score {parts.shown(score, signed=True)}, "
            f"true quality {parts.shown(gold, signed=True)}"
            if score > 0 and gold <= 1e-9
            else None
            for place, (token, score, gold) in enumerate(zip(said, scores, golds, strict=True))
        ]

    def judged(self, state: Hacking) -> Hack:
        """The text that the reader has typed, by the reward model and by the judge."""
        question = self.content.question(state.question)
        score = float(extract(question.prompt, state.typed) @ state.taste.model.weights)
        return Hack(state.typed, score, self._gold(state, _sentences(state.typed)))

    def fools(self, state: Hacking, hack: Hack) -> bool:
        """Whether the reward model takes it for one of the best, and the judge for nothing much."""
        return bool(hack.text.strip()) and self._beaten(state, hack) > HIGH and hack.gold < 0.5

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

    # View.

    def view(self, state: Hacking) -> h.Node:
        return [
            parts.message("info", state.taste.note),
            parts.chips(
                "question", "Question", {id: self.content.question(id).topic for id in self.ids}, state.question
            ),
            parts.chips("method", "Chase it by", METHODS, state.method),
            self._slider(state),
            parts.panels(
                parts.panel("The score and the truth", self._drawing(state)),
                parts.panel("What it says now", self._answer(state)),
            ),
            h.div(class_="buttons", role="group", aria_label="Cures")[
                h.span(class_="field-label")["Cures"],
                (parts.switch(cure, name, cure in state.cures) for cure, name in CURES.items()),
            ],
            "length" in state.cures and self._price(state),
            self._cured(state),
            parts.panel("Fool it yourself", self._workshop(state), class_="panel-wide"),
        ]

    def _slider(self, state: Hacking) -> h.Node:
        setting = chase_words.setting(state.method, state.pressure, state.chase.recipe.leash)
        return parts.slider(
            "pressure",
            "Optimisation pressure",
            state.pressure,
            0,
            PRESSURES - 1,
            1,
            setting,
            ends=("none", "all there is"),
            tone="reward",
        )

    def _price(self, state: Hacking) -> h.Node:
        shown = f"{state.price / 10:g}"
        ends = ("low", "high")
        return parts.slider("price", "Price of a phrase", state.price, *PRICES, 1, shown, ends=ends, tone="reward")

    def _drawing(self, state: Hacking) -> Iterator[h.Node]:
        yield parts.chips("draw", "Draw", DRAWINGS, state.draw)
        if state.draw == "laws":
            yield from self._laws(state)
            return
        yield self._curves(state)
        yield parts.note(
            f"True quality is what the careful judge says. {PORTRAITS[annotators.CAREFUL.name]} Its unit is about one "
            "useful sentence, the score’s is the reward model’s own. Compare how they rise and fall, not their heights."
        )

    def _curves(self, state: Hacking) -> h.Node:
        points = getattr(state.chase, state.method)
        here, top = points[state.pressure], chase_words.peak(points)
        other = next(method for method in METHODS if method != state.method)
        before = getattr(state.plain, state.method) if state.cured else None
        without = f"without {'cures' if len(state.cures) > 1 else 'cure'}"
        return charts.chart(
            [
                charts.Line("score", [(point.distance, point.proxy) for point in points], "reward"),
                charts.Line("true quality", _golds(points), "aligned"),
                charts.Line(without, _golds(before), "muted", quiet=True) if before else None,
                charts.Line(f"by {METHODS[other]}", _golds(getattr(state.chase, other)), "plain", quiet=True),
                charts.Mark(top.distance, top.gold, "the peak", "aligned") if top else None,
                charts.Rule("here", x=here.distance),
            ],
            x=charts.Axis("distance from the start, √KL", low=0.0),
            y=charts.Axis("mean reward"),
            says=chase_words.says(state.chase, state.method, state.pressure, state.cures),
            live=True,
        )

    def _laws(self, state: Hacking) -> Iterator[h.Node]:
        """Each method's gain in true quality, and the law that Gao et al. found for it, fitted to these points."""
        fitted = chase_words.laws(state.chase)
        if fitted is None:
            yield parts.note("This score hardly moves the model, so there is no gain to fit a law to.")
            return
        yield charts.chart(
            [
                *(_law(fitted[method], state.chase, method, state.method) for method in METHODS),
                *(_gains(getattr(state.chase, method), method, state.method) for method in METHODS),
            ],
            x=charts.Axis("distance from the start d, √KL", low=0.0),
            y=charts.Axis("gain in true quality over the start"),
            says=chase_words.law_says(fitted),
            live=True,
        )
        yield parts.note(
            "Dots are measured. The laws are those of Gao et al. 2022: they say how the gain depends on d, with two "
            "constants each, fitted by least squares. R² is the share of the dots’ variance that a law explains; from "
            f"{chase_words.FITS:g} on it is said to fit. In their study the fall comes from too little data and "
            "too small "
            "a reward model, and moves out with both. Here it is built in: a score that counts phrases wants its "
            "favourites again and again, and the careful judge’s table takes points off for repetition."
        )

    def _answer(self, state: Hacking) -> h.Node:
        task = self.content.tasks[state.question]
        answers = self.answers(state, TYPICAL_OF)
        typical = typical_answer(answers, task.gold(answers))
        said = [token for token in typical.tolist() if token != len(task.phrases)]
        why = self.exploits(state, typical)
        pills = [
            parts.Token(task.phrases[token], state="exploited" if note else "shown", note=note)
            for token, note in zip(said, why, strict=True)
        ]
        now, before = (
            _counts(answers, task.kinds),
            _counts(self.chaser.drawn(state.question, state.chase.recipe)[0][:TYPICAL_OF], task.kinds),
        )
        rows = [
            (
                parts.Bar(name, before[name], tone="muted", whose="start"),
                parts.Bar(name, now[name], tone="human", whose="now"),
            )
            for name in now
        ]
        return [
            parts.question(self.content.question(state.question).prompt),
            parts.tokens(pills, "A typical answer", turn=f"{state.question} {said}")
            if pills
            else parts.note("It says nothing at all."),
            parts.note(
                f"A typical answer: of {TYPICAL_OF} drawn, the one in the middle by true quality, ",
                parts.number(float(task.gold(typical[None])[0])),
                ".",
            ),
            parts.note("Such phrases in an answer, on average:"),
            parts.shares(
                rows,
                "Phrases of each kind in an answer, on average: at the start, and now",
                most=3.0,
                format=lambda value: f"{value:.1f}",
            ),
        ]

    def _cured(self, state: Hacking) -> h.Node:
        if not state.cured:
            return parts.note("Switch on a cure to draw the same chase with it.")
        return [
            parts.reading(chase_words.compared(state.cured, state.plain, state.method, state.cures)),
            parts.note(" ".join(chase_words.done(state.cured, state.cures))),
        ]

    def _workshop(self, state: Hacking) -> h.Node:
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
                parts.reading(*self._opinions(state, hack)),
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


def typical_answer(answers: np.ndarray, golds: np.ndarray) -> np.ndarray:
    """The answer of median true quality."""
    return answers[np.argsort(golds, kind="stable")[len(answers) // 2]]


def _golds(points: tuple[Point, ...]) -> list[tuple[float, float]]:
    return [(point.distance, point.gold) for point in points]


def _gains(points: tuple[Point, ...], method: str, chosen: str) -> charts.Dots:
    start = min(points, key=lambda point: point.distance).gold
    dots = [charts.Dot(f"gain by {METHODS[method]}", point.distance, point.gold - start) for point in points]
    return charts.Dots(METHODS[method], dots, "aligned" if method == chosen else "plain")


def _law(law: Law, chase: Chase, method: str, chosen: str) -> charts.Line:
    name = f"{'the law' if method == chosen else 'law'} of {'RL' if method == 'rl' else METHODS[method]}"
    far = max(point.distance for point in getattr(chase, method))
    distances = np.linspace(0.0, far, DRAWN_LAW)
    points = list(zip(distances.tolist(), law.gain(distances).tolist(), strict=True))
    return charts.Line(name, points, "aligned" if method == chosen else "plain", quiet=method != chosen)


def _hack(kind: str, again: bool) -> str:
    return "said before" if again else next((name for name, kinds in HACKS.items() if kind in kinds), kind)


def _counts(answers: np.ndarray, kinds: tuple[str, ...]) -> dict[str, float]:
    """How many phrases of each kind of hack an answer holds on average; what is said again is padding, too."""
    end = len(kinds)
    counts = {
        name: float(np.array([kind in wanted for kind in [*kinds, ""]])[answers].sum(axis=1).mean())
        for name, wanted in HACKS.items()
    }
    again = [
        len(said) - len(set(said)) for said in ([token for token in row if token != end] for row in answers.tolist())
    ]
    return counts | {"said before": float(np.mean(again))}


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
