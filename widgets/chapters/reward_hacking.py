"""Chapter 3: the policy chases the reader's reward model, and the reader tries to fool it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from math import hypot
from random import Random

import htpy as h
import numpy as np

from widgets.core import annotators, best_of_n, overoptimization, reward_model
from widgets.core.features import attribution, extract
from widgets.core.language_model import LanguageModel, phrase_reward, uniforms
from widgets.core.optimum import optimal_policy
from widgets.core.overoptimization import Point
from widgets.core.reward_model import RewardModel
from widgets.kit import charts, parts
from widgets.kit.events import Choice, Event, Integer, Press, Switch, Text
from widgets.kit.widget import Options, Widget

from .content import Content
from .preference_labeling import Labeling
from .stand_ins import PORTRAITS
from .taste import Taste, phrase_features, taste_of

OFFERED = ("writing", "salary", "headache", "dog", "friend", "sleep")
BETAS = (30.0, 6.0, 3.0, 2.0, 1.4, 1.0, 0.7, 0.45, 0.25, 0.14, 0.08)
NUMBERS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
PRESSURES = len(BETAS)
JUDGED, DRAWN = 300, 3000
METHODS = {"rl": "reinforcement learning", "bon": "best-of-n"}
TYPICAL_OF = 200
# What each cure does, in its own terms: what is added to beta; standard deviations of doubt; the price of a phrase; labels
# in all, in so many rounds, on answers of policies of these betas.
LEASH, DOUBT, PRICE, BETTER = 0.6, 3.0, 0.6, 20
MEMBERS, ROUNDS, CHASING = 24, 5, (0.2, 0.05)
CURES = {"leash": "A KL penalty", "doubt": "An ensemble’s lower bound", "length": "A price on length", "better": f"{BETTER} better labels"}
HACKS = {"flattery": ("flattery", "warmth"), "disclaimers": ("disclaimer", "hedge"), "padding": ("filler", "opener", "closer")}
LONGEST = 400
# A change of true quality that counts, where it is not within the luck of the draw.
FELT = 0.05
# A score that beats this share of the model’s own answers is high.
HIGH = 0.8


@dataclass(frozen=True, eq=False)
class Proxy:
    """What is chased: a score of answers by their features, and how doubtful it is.

    ``features`` (n + 1, d) of phrases, ``weights`` (d,), ``doubt`` (d, d) the weights' covariance among an ensemble, zero where
    doubt does not count, ``usual`` (d,) the mean features of the reference's answers, ``price`` of a phrase.
    """

    features: np.ndarray
    weights: np.ndarray
    doubt: np.ndarray
    usual: np.ndarray
    price: float = 0.0

    def reward(self, slope: np.ndarray) -> np.ndarray:
        """The reward of phrases when the weights are as wrong as ``slope`` says."""
        return phrase_reward(self.features[:-1] @ (self.weights - DOUBT * slope) - self.price)

    def slope(self, mean: np.ndarray) -> np.ndarray:
        """How a score's deviation among the ensemble grows with the features, at answers with this mean, (d,)."""
        gain = mean - self.usual
        deviation = np.sqrt(max(gain @ self.doubt @ gain, 0.0))
        return self.doubt @ gain / deviation if deviation > 1e-9 else np.zeros_like(gain)

    def scores(self, answers: np.ndarray) -> np.ndarray:
        """The scores of whole answers less what doubt takes off, (m, length) -> (m,)."""
        found = self.features[answers].sum(axis=1)
        gain, phrases = found - self.usual, (answers < len(self.features) - 1).sum(axis=1)
        deviation = np.sqrt(np.maximum(((gain @ self.doubt) * gain).sum(axis=1), 0.0))
        return found @ self.weights - DOUBT * deviation - self.price * phrases


def sceptical(reference: LanguageModel, proxy: Proxy, beta: float, slope: np.ndarray, most: int = 24) -> np.ndarray:
    """The slope of doubt at the policy that maximises its mean score's lower bound - beta KL, found from ``slope``.

    The bound is concave in the policy and the least over an ellipsoid of weights, so the best policy is the optimum for the
    worst weights. Those are found by Frank and Wolfe's method (1956, doi:10.1002/nav.3800030109).
    """
    for step in range(most):
        answer = mean_features(optimal_policy(reference, proxy.reward(slope), beta), proxy.features)
        worse = proxy.slope(answer)
        # What the bound could still lose: 0 at the solution.
        if (worse - slope) @ (answer - proxy.usual) < 0.01:
            break
        slope = slope + (worse - slope) * 2 / (step + 3)
    return slope


def mean_features(policy: LanguageModel, features: np.ndarray) -> np.ndarray:
    """The exact mean features of a policy's answers, (d,)."""
    visits = policy.visits()
    said = visits[1:].sum(axis=0) + visits[-1] @ policy.table[-1]
    return said[:-1] @ features[:-1]


@dataclass(frozen=True, eq=False)
class Chase:
    """Everything that one proxy leads to: the reward of phrases at every beta, and both methods' points."""

    proxy: Proxy
    rewards: tuple[np.ndarray, ...]
    rl: tuple[Point, ...]
    bon: tuple[Point, ...]


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

    @property
    def chase(self) -> Chase:
        return self.cured or self.plain


class RewardHacking(Widget[Hacking]):
    name = "reward-hacking"
    title = "Chase the score"
    needs = ("preference-labeling",)
    code = (overoptimization.optima, best_of_n.weights, optimal_policy, reward_model.ensemble, sceptical, attribution)

    def __init__(self, content: Content, options: Options | None = None) -> None:
        super().__init__(content, options)
        self.ids = tuple(id for id in OFFERED if id in content.tasks) or tuple(content.tasks)[:6]
        # Going back to a cure or a question computes nothing anew. Few are kept: each holds on to a taste's labels.
        self._chase = lru_cache(maxsize=16)(self._chase)
        self.events = (
            Choice("question", self.ids),
            Choice("method", tuple(METHODS)),
            Integer("pressure", 0, PRESSURES - 1),
            *(Switch(cure) for cure in CURES),
            Text("typed", LONGEST),
            Press("keep"),
        )

    def start(self, preference_labeling: Labeling) -> Hacking:
        taste = taste_of(preference_labeling, self.content)
        return Hacking(taste, self.ids[0], self._chase(taste, self.ids[0], frozenset()))

    def update(self, state: Hacking, event: Event) -> Hacking:
        match event.name:
            case "question":
                cured = self._chase(state.taste, event.value, state.cures) if state.cures else None
                return replace(state, question=event.value, plain=self._chase(state.taste, event.value, frozenset()), cured=cured, typed="", best=None)
            case "typed":
                return replace(state, typed=event.value)
            case "keep":
                hack = self.judged(state)
                better = state.best is None or hack.score - hack.gold > state.best.score - state.best.gold
                return replace(state, best=hack) if better and self.fools(state, hack) else state
            case "method" | "pressure":
                return replace(state, **{event.name: event.value})
        cures = state.cures | {event.name} if event.value else state.cures - {event.name}
        return replace(state, cures=cures, cured=self._chase(state.taste, state.question, cures) if cures else None)

    # The chase.

    def _chase(self, taste: Taste, question: str, cures: frozenset[str]) -> Chase:
        proxy = self._proxy(taste, question, cures)
        rewards, points = [], []
        slope = np.zeros(len(proxy.weights))
        for beta in self._betas(cures):
            if "doubt" in cures:
                slope = sceptical(self._reference(question), proxy, beta, slope)
            rewards.append(proxy.reward(slope))
            (point,) = overoptimization.optima(self._reference(question), rewards[-1], self.content.tasks[question].gold, [beta], 1, JUDGED)
            # Doubt is about what differs from the reference's answers.
            points.append(replace(point, proxy=point.proxy + DOUBT * float(slope @ proxy.usual)))
        return Chase(proxy, tuple(rewards), tuple(points), self._best_of(proxy, question))

    def _best_of(self, proxy: Proxy, question: str) -> tuple[Point, ...]:
        """Best-of-n for every n from one sample, each answer weighted by its chance to be the best of n."""
        drawn, gold = self._drawn(question)
        scores, points = proxy.scores(drawn), []
        for n in NUMBERS:
            weights = best_of_n.weights(scores, n)
            mean = float(weights @ gold)
            error = float(np.sqrt((weights**2) @ (gold - mean) ** 2))
            points.append(Point(n, float(np.sqrt(best_of_n.kl(n))), float(weights @ scores), mean, error))
        return tuple(points)

    def _reference(self, question: str) -> LanguageModel:
        return self.content.trained(question).tuned

    def _betas(self, cures: frozenset[str]) -> list[float]:
        return [beta + (LEASH if "leash" in cures else 0.0) for beta in BETAS]

    def _drawn(self, question: str) -> tuple[np.ndarray, np.ndarray]:
        """Many answers of the reference and the judge's opinion of each; drawn once."""
        if question not in self._kept:
            drawn = self._reference(question).sample(DRAWN, Random(1))
            self._kept[question] = drawn, self.content.tasks[question].gold(drawn)
        return self._kept[question]

    @cached_property
    def _kept(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        return {}

    def _proxy(self, taste: Taste, question: str, cures: frozenset[str]) -> Proxy:
        """The reward model's score, in units of its deviation under the reference, with the cures that change it."""
        reference, features = self._reference(question), phrase_features(self.content, question)
        model, differences, preferences = taste.model, taste.differences, taste.preferences
        if "better" in cures:
            model, differences, preferences = self._better_labels(taste, question)
        # A taste that hardly tells answers apart is left faint.
        unit = max(reference.deviation(phrase_reward(features[:-1] @ taste.model.weights)), 0.05)
        weights, doubt = model.weights, np.zeros((features.shape[1],) * 2)
        if "doubt" in cures:
            # A large import needs fewer: its members hardly differ, and each takes its time.
            size = MEMBERS if len(preferences) <= 1000 else MEMBERS // 3
            members = np.array([member.weights for member in reward_model.ensemble(differences, preferences, size, Random("ensemble"))])
            doubt = np.cov(members.T, bias=True)
        return Proxy(features, weights / unit, doubt / unit**2, mean_features(reference, features), PRICE if "length" in cures else 0.0)

    def _better_labels(self, taste: Taste, question: str) -> tuple[RewardModel, np.ndarray, np.ndarray]:
        """More comparisons, by the careful judge, between what the hacking policy says now and what the reference says.

        In rounds: each is chosen from answers to the reward model that the one before has left.
        """
        task, features, reference = self.content.tasks[question], phrase_features(self.content, question), self._reference(question)
        unit = max(reference.deviation(phrase_reward(features[:-1] @ taste.model.weights)), 0.05)
        model, differences, preferences = taste.model, taste.differences, taste.preferences
        each = BETTER // ROUNDS
        usual = reference.sample(BETTER, Random("other")).reshape(ROUNDS, each, -1)
        for number, second in enumerate(usual):
            reward = phrase_reward(features[:-1] @ model.weights / unit)
            chasing = [optimal_policy(reference, reward, beta) for beta in CHASING]
            first = np.concatenate([policy.sample(each // len(CHASING), Random(f"better {number}")) for policy in chasing])
            choices = annotators.CAREFUL.choose(first, second, task.kinds, Random(f"choice {number}"), task.care)
            differences = np.concatenate([differences, features[first].sum(axis=1) - features[second].sum(axis=1)])
            preferences = np.concatenate([preferences, choices])
            model = reward_model.fit(differences, preferences)
        return model, differences, preferences

    def policy(self, state: Hacking) -> LanguageModel:
        beta = self._betas(state.cures)[state.pressure]
        return optimal_policy(self._reference(state.question), state.chase.rewards[state.pressure], beta)

    def answers(self, state: Hacking, count: int) -> np.ndarray:
        """What is said at the present pressure, always with the same luck."""
        luck = Random(f"{state.question} chase")
        if state.method == "rl":
            return self.policy(state).sample(count, luck)
        drawn, _ = self._drawn(state.question)
        chances = np.cumsum(best_of_n.weights(state.chase.proxy.scores(drawn), NUMBERS[state.pressure]))
        return drawn[np.searchsorted(chances, uniforms(luck, count) * chances[-1], side="right")]

    def exploits(self, state: Hacking, answer: np.ndarray) -> list[str | None]:
        """Why each phrase of an answer is there for the score alone: it adds to the score, and nothing to true quality."""
        task = self.content.tasks[state.question]
        said = [token for token in answer.tolist() if token != len(task.phrases)]
        so_far = np.full((len(said) + 1, len(answer)), len(task.phrases))
        for place, token in enumerate(said):
            so_far[place + 1 :, place] = token
        scores, golds = np.diff(state.chase.proxy.scores(so_far)), np.diff(task.gold(so_far))
        return [
            f"{_hack(task.kinds[token], token in said[:place])}: score {parts.shown(score, signed=True)}, true quality {parts.shown(gold, signed=True)}"
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
        others = features[self._reference(state.question).sample(JUDGED, Random("others"))].sum(axis=1) @ state.taste.model.weights
        return float((others < hack.score).mean())

    def _gold(self, state: Hacking, sentences: list[str]) -> float:
        question, known = self.content.question(state.question), self._known(state.question)
        different = list(dict.fromkeys(sentence.lower() for sentence in sentences))
        kinds = [known.get(sentence) or ("filler" if _rambles(sentence) else annotators.kind_of_sentence(question.prompt, sentence)) for sentence in different]
        return annotators.gold_of_kinds(kinds, len(sentences) - len(different), question.care)

    def _known(self, id: str) -> dict[str, str]:
        task = self.content.tasks[id]
        return {phrase.lower(): kind for phrase, kind in zip(task.phrases, task.kinds, strict=True)}

    # View.

    def view(self, state: Hacking) -> h.Node:
        return [
            parts.message("info", state.taste.note),
            parts.chips("question", "Question", {id: self.content.question(id).topic for id in self.ids}, state.question),
            parts.chips("method", "Chase it by", METHODS, state.method),
            self._slider(state),
            parts.panels(
                parts.panel(
                    "The score and the truth",
                    self._curves(state),
                    parts.note(
                        f"True quality is what the careful judge says. {PORTRAITS[annotators.CAREFUL.name]} Its unit is about one useful sentence, the score’s "
                        "is the reward model’s own. Compare how they rise and fall, not their heights."
                    ),
                ),
                parts.panel("What it says now", self._answer(state)),
            ),
            h.div(class_="buttons", role="group", aria_label="Cures")[
                h.span(class_="field-label")["Cures"], (parts.switch(cure, name, cure in state.cures) for cure, name in CURES.items())
            ],
            self._cured(state),
            parts.panel("Fool it yourself", self._workshop(state), class_="panel-wide"),
        ]

    def _slider(self, state: Hacking) -> h.Node:
        setting = _setting(state.method, state.pressure, state.cures)
        return parts.slider("pressure", "Optimisation pressure", state.pressure, 0, PRESSURES - 1, 1, setting, ends=("none", "all there is"), tone="reward")

    def _curves(self, state: Hacking) -> h.Node:
        points = getattr(state.chase, state.method)
        here, top = points[state.pressure], _peak(points)
        other = next(method for method in METHODS if method != state.method)
        before = getattr(state.plain, state.method) if state.cured else None
        return charts.chart(
            [
                charts.Line("score", [(point.distance, point.proxy) for point in points], "reward"),
                charts.Line("true quality", [(point.distance, point.gold) for point in points], "aligned"),
                charts.Line(f"without {'cures' if len(state.cures) > 1 else 'cure'}", [(point.distance, point.gold) for point in before], "muted", quiet=True) if before else None,
                charts.Line(f"by {METHODS[other]}", [(point.distance, point.gold) for point in getattr(state.chase, other)], "plain", quiet=True),
                charts.Mark(top.distance, top.gold, "the peak", "aligned") if top else None,
                charts.Rule("here", x=here.distance),
            ],
            x=charts.Axis("distance from the start, √KL", low=0.0),
            y=charts.Axis("mean reward"),
            says=_says(points, state.pressure, state.method, state.cures),
            live=True,
        )

    def _answer(self, state: Hacking) -> h.Node:
        task = self.content.tasks[state.question]
        answers = self.answers(state, TYPICAL_OF)
        typical = typical_answer(answers, task.gold(answers))
        said = [token for token in typical.tolist() if token != len(task.phrases)]
        why = self.exploits(state, typical)
        pills = [parts.Token(task.phrases[token], state="exploited" if note else "shown", note=note) for token, note in zip(said, why, strict=True)]
        now, before = _counts(answers, task.kinds), _counts(self._drawn(state.question)[0][:TYPICAL_OF], task.kinds)
        rows = [(parts.Bar(name, before[name], tone="muted", whose="start"), parts.Bar(name, now[name], tone="human", whose="now")) for name in now]
        return [
            parts.question(self.content.question(state.question).prompt),
            parts.tokens(pills, "A typical answer", turn=f"{state.question} {said}") if pills else parts.note("It says nothing at all."),
            parts.note(f"A typical answer: of {TYPICAL_OF} drawn, the one in the middle by true quality, ", parts.number(float(task.gold(typical[None])[0])), "."),
            parts.note("Such phrases in an answer, on average:"),
            parts.shares(rows, "Phrases of each kind in an answer, on average: at the start, and now", most=3.0, format=lambda value: f"{value:.1f}"),
        ]

    def _cured(self, state: Hacking) -> h.Node:
        if not state.cured:
            return parts.note("Switch on a cure to draw the same chase with it.")
        cured, plain = (getattr(chase, state.method) for chase in (state.cured, state.plain))
        useless = f"so {'these cures together' if len(state.cures) > 1 else 'this cure'} did not help"
        end = _compared(cured[-1], plain[-1], ("holds up better", f"does worse, {useless}", f"differs by no more than luck explains, {useless}"))
        best = _compared(_best(cured), _best(plain), ("higher", "lower", "as good, within luck"))
        # Best-of-n is not trained, so there is nothing to hold back.
        leash = "Best-of-n has no beta: a KL penalty does nothing to it. " if state.method == "bon" and "leash" in state.cures else ""
        return parts.reading(f"{leash}At full pressure, true quality {end}. The best on the way is {best}.")

    def _workshop(self, state: Hacking) -> h.Node:
        question = self.content.question(state.question)
        hack = self.judged(state)
        return [
            parts.field("typed", f"Your answer to “{question.prompt}”", state.typed, LONGEST, rows=3, hint="Great question! …"),
            parts.note("The judge knows the book’s own sentences. Others it reads by a simple rule, which can be wrong."),
            state.typed.strip()
            and [
                h.p(class_="attribution")[_attributed(question.prompt, state.typed, state.taste)],
                parts.note("A small number is what its word adds to the score, in the score’s own unit."),
                parts.reading(*self._opinions(state, hack)),
                self.fools(state, hack) and parts.buttons(parts.button("Keep as my best hack", "keep", tone="human", sign="flag")),
            ],
            state.best
            and parts.response(
                "Your best hack so far",
                state.best.text,
                parts.note("Score ", parts.number(state.best.score, signed=True), ", judge ", parts.number(state.best.gold, signed=True), "."),
                tone="human",
            ),
        ]

    def _opinions(self, state: Hacking, hack: Hack) -> h.Node:
        share = self._beaten(state, hack)
        yield from ("The reward model gives it ", h.strong[parts.number(hack.score, signed=True)])
        yield f", more than it gives {parts.percent(share)} of the model’s own answers. The judge gives it "
        yield from (h.strong[parts.number(hack.gold, signed=True)], ". ")
        yield "You fooled it." if self.fools(state, hack) else "They agree that it is good." if share > HIGH else "Not fooled yet."


def typical_answer(answers: np.ndarray, golds: np.ndarray) -> np.ndarray:
    """The answer of median true quality."""
    return answers[np.argsort(golds, kind="stable")[len(answers) // 2]]


def above(one: Point, other: Point) -> bool:
    """Whether true quality is higher at one point than at another, by more than the luck of the draw."""
    return one.gold - other.gold >= max(FELT, 2 * hypot(one.gold_error, other.gold_error))


def _best(points: tuple[Point, ...]) -> Point:
    return points[overoptimization.peak(points)]


def _peak(points: tuple[Point, ...]) -> Point | None:
    """Where true quality is best, if it rose to there and fell from there; None where it has not peaked in range."""
    best = _best(points)
    return best if above(best, points[0]) and above(best, points[-1]) else None


def _dip(points: tuple[Point, ...]) -> Point | None:
    """Where true quality is worst, if it fell to there and rose from there."""
    worst = min(points, key=lambda point: point.gold)
    return worst if above(points[0], worst) and above(points[-1], worst) else None


def _compared(cured: Point, plain: Point, words: tuple[str, str, str]) -> str:
    """Whether true quality is better with the cures, worse or neither, in these words, and both numbers."""
    better, worse, neither = words
    change = better if above(cured, plain) else worse if above(plain, cured) else neither
    return f"{change}: {parts.shown(cured.gold)} with, {parts.shown(plain.gold)} without"


def _setting(method: str, pressure: int, cures: frozenset[str]) -> str:
    if method == "bon":
        return f"n = {NUMBERS[pressure]}"
    beta = BETAS[pressure]
    return f"beta {beta + LEASH:g} ({beta:g} + a penalty of {LEASH:g})" if "leash" in cures else f"beta {beta:g}"


def _says(points: tuple[Point, ...], pressure: int, method: str, cures: frozenset[str]) -> str:
    here = points[pressure]
    where = f"Here the score is {parts.shown(here.proxy)} and true quality {parts.shown(here.gold)}."
    return f"{where} {_course(points, method, cures)}"


def _course(points: tuple[Point, ...], method: str, cures: frozenset[str]) -> str:
    """What becomes of true quality from no pressure to all there is, in a sentence."""
    start, end, top, low = points[0], points[-1], _peak(points), _dip(points)
    if top:
        setting = _setting(method, points.index(top), cures)
        return f"Quality peaks at {parts.shown(top.gold)}, at {setting}, and ends at {parts.shown(end.gold)}, while the score only rises."
    if low:
        setting = _setting(method, points.index(low), cures)
        return f"Quality falls first, to {parts.shown(low.gold)} at {setting}, and ends at {parts.shown(end.gold)}, while the score only rises."
    if above(end, start):
        return f"Within this range, quality has not peaked: it rises to {parts.shown(_best(points).gold)} and does not clearly fall again."
    chased = "these cures" if len(cures) > 1 else "this cure" if cures else "this reward model"
    return f"With {chased}, any chase makes things worse." if above(start, end) else f"With {chased}, no chase changes quality by more than luck explains."


def _hack(kind: str, again: bool) -> str:
    return "said before" if again else next((name for name, kinds in HACKS.items() if kind in kinds), kind)


def _counts(answers: np.ndarray, kinds: tuple[str, ...]) -> dict[str, float]:
    """How many phrases of each kind of hack an answer holds on average; what is said again is padding, too."""
    end = len(kinds)
    counts = {name: float(np.array([kind in wanted for kind in [*kinds, ""]])[answers].sum(axis=1).mean()) for name, wanted in HACKS.items()}
    again = [len(said) - len(set(said)) for said in ([token for token in row if token != end] for row in answers.tolist())]
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
