"""Chapter 4: RLHF, DPO and Constitutional AI, trained on the same question from the same model."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random

import htpy as h
import numpy as np

from widgets.core import constitution, dpo, pipeline, ppo
from widgets.core.annotators import CAREFUL
from widgets.core.language_model import LanguageModel, uniforms
from widgets.core.reward_model import sigmoid
from widgets.kit import charts, parts
from widgets.kit.events import Choice, Event, Press
from widgets.kit.widget import Options, Widget

from .content import Content
from .preference_labeling import Labeling
from .stand_ins import PORTRAITS
from .taste import Taste, phrase_features, taste_of, why_none

QUESTION_IDS = ("writing", "salary", "headache", "moon", "dog", "password")
BETA = 0.5
LABELS = 400
PPO_STEPS, PPO_BATCH = 150, 384
DPO_STEPS = 50  # more would fit the pairs’ noise
DRAFTS = 400
JUDGED = 1000


@dataclass(frozen=True)
class Method:
    """What a card says; its workflow; what speaks for and against it."""

    title: str
    short: str
    sign: str
    stages: tuple[parts.Stage, ...]
    back: str | None
    pros: tuple[str, ...]
    cons: tuple[str, ...]


METHODS = {
    "rlhf": Method(
        "RLHF",
        "Three steps, complex: examples, a reward model, practice.",
        "loop",
        (
            parts.Stage("SFT model", "model", "answers twice", "pairs", "aligned"),
            parts.Stage("People", "human", "choose", "comparisons", "human"),
            parts.Stage("Reward model", "judge", "learns their taste", "scores", "reward"),
            parts.Stage("PPO", "loop", "practises on a leash", None, "aligned"),
        ),
        "new answers, new scores, round and round",
        ("Proven in practice.", "The reward model can be used again, and be asked about new answers."),
        ("Four models in memory.", "Many settings, and training that can fail.", "Costly labels."),
    ),
    "dpo": Method(
        "DPO",
        "One step, direct: one loss on the comparisons, no reward model.",
        "data",
        (
            parts.Stage("SFT model", "model", "answers twice", "pairs", "aligned"),
            parts.Stage("People", "human", "choose", "comparisons", "human"),
            parts.Stage("DPO", "loop", "widens the margin between the two", None, "aligned"),
        ),
        None,
        ("As simple as supervised learning.", "Two models in memory, and nothing is sampled while it trains."),
        ("Knows only the pairs that it was given.", "No reward model is left to use again."),
    ),
    "cai": Method(
        "Constitutional AI",
        "A loop with itself, autonomous: it corrects itself by written principles. In its second phase, RLAIF, an AI compares.",
        "law",
        (
            parts.Stage("SFT model", "model", "drafts an answer", "a draft", "aligned"),
            parts.Stage("Principles", "law", "written by people", "an objection", "human"),
            parts.Stage("The same model", "model", "revises, and compares", "better answers", "aligned"),
            parts.Stage("Fine-tuning, RLAIF", "loop", "on its own revisions and verdicts", None, "aligned"),
        ),
        None,
        ("Few human labels.", "Its rules can be read, and disputed."),
        ("Only as good as its principles.", "Over-strict ones make it evasive."),
    ),
}


@dataclass(frozen=True, eq=False)
class Trained:
    """A method's policy, and what it took: ``drawn`` counts every answer that a model wrote for it."""

    policy: LanguageModel
    models: int
    human: int
    ai: int
    steps: int
    drawn: int


@dataclass(frozen=True)
class Run:
    """What one method took and reached, measured in this run."""

    method: str
    models: int
    human: int
    ai: int
    steps: int
    drawn: int
    seconds: float
    gold: float
    error: float
    kl: float
    answer: tuple[int, ...]


@dataclass(eq=False)
class Work:
    """Whether long work goes on. Its generator says so when it ends, also when the reader stops it: no state comes after that."""

    going: bool = True


@dataclass(frozen=True, eq=False)
class Cards:
    question: str
    taste: Taste | None = None
    whose: str = ""
    chosen: str = "rlhf"
    runs: tuple[Run, ...] = ()
    working: tuple[str, float] | None = None
    start: tuple[float, float] | None = None
    work: Work = field(default_factory=lambda: Work(False))


@dataclass(frozen=True, eq=False)
class Reader:
    """Chooses between answers as the reader's reward model would, which knows them by their features only."""

    features: np.ndarray
    weights: np.ndarray

    def choose(self, first: np.ndarray, second: np.ndarray, kinds: tuple[str, ...], rng: Random, care: bool = False) -> np.ndarray:
        gap = self.features[first].sum(axis=1) - self.features[second].sum(axis=1)
        return (uniforms(rng, len(gap)) < sigmoid(gap @ self.weights)).astype(float)


def readers_taste(labeling: Labeling, content: Content) -> tuple[Taste | None, str]:
    """The reader's taste, or None where the labels show none; and whose labels the figure goes by, in a sentence."""
    taste = taste_of(labeling, content) if labeling.informed else None
    if taste and taste.own:
        return taste, taste.note
    return None, f"{why_none(labeling.counts)}, so {CAREFUL.name} stands in. {PORTRAITS[CAREFUL.name]}"


class MethodCards(Widget[Cards]):
    name = "method-cards"
    title = "Three methods, one question"
    needs = ("preference-labeling",)
    code = (ppo.train, dpo.train, constitution.supervised, constitution.ai_labels)

    def __init__(self, content: Content, options: Options | None = None) -> None:
        super().__init__(content, options)
        self.ids = tuple(id for id in QUESTION_IDS if id in content.tasks) or tuple(content.tasks)[:6]
        self.principles = [principle.test for principle in content.principles if principle.id != "cautious"]
        self.events = (Choice("question", self.ids), Choice("method", tuple(METHODS)), Press("run"))

    def start(self, preference_labeling: Labeling) -> Cards:
        return Cards(self.ids[0], *readers_taste(preference_labeling, self.content))

    def update(self, state: Cards, event: Event) -> Cards | Iterator[Cards]:
        if event.name == "run":
            return self._run_all(state)
        if event.name == "question":
            return Cards(event.value, state.taste, state.whose, state.chosen)
        return replace(state, chosen=event.value)

    def progress(self, state: Cards) -> float | None:
        return (len(state.runs) + state.working[1]) / len(METHODS) if state.working else None

    # Training.

    def _run_all(self, state: Cards) -> Iterator[Cards]:
        task, reference = self.content.tasks[state.question], self.content.trained(state.question).tuned
        gold = task.gold(reference.sample(JUDGED, Random("judge")))
        work = Work()
        state = replace(state, runs=(), start=(float(gold.mean()), float(gold.std() / np.sqrt(JUDGED))), work=work)
        try:
            for method in METHODS:
                for state in self._run_one(state, method, reference):
                    yield state
        finally:
            work.going = False

    def _run_one(self, state: Cards, method: str, reference: LanguageModel) -> Iterator[Cards]:
        """One method's training, timed without the views between its steps."""
        training, seconds = getattr(self, f"_{method}")(state, reference), 0.0
        yield replace(state, working=(method, 0.0))
        while True:
            clock, trained = time.perf_counter(), None
            try:
                fraction = next(training)
            except StopIteration as finished:
                trained = finished.value
            seconds += time.perf_counter() - clock
            if trained:
                yield replace(state, runs=(*state.runs, self._measured(state, method, reference, trained, seconds)), working=None)
                return
            yield replace(state, working=(method, fraction))

    def comparisons(self, state: Cards) -> pipeline.Comparisons:
        """What people chose: RLHF and DPO get the same."""
        task, models = self.content.tasks[state.question], self.content.trained(state.question)
        reader = Reader(phrase_features(self.content, state.question), state.taste.model.weights) if state.taste else CAREFUL
        return pipeline.compare(task, (models.raw, models.tuned), LABELS, 1, reader)

    def _rlhf(self, state: Cards, reference: LanguageModel) -> Iterator[float]:
        task, human = self.content.tasks[state.question], self.comparisons(state)
        reward = pipeline.reward_table(pipeline.learn_reward(task, human), reference)
        for iterate in ppo.train(reference, reward, BETA, task.rng("cards", 1), steps=PPO_STEPS, batch=PPO_BATCH):
            yield iterate.step / PPO_STEPS
        return Trained(iterate.policy, 4, LABELS, 0, 2 * PPO_STEPS, 2 * LABELS + PPO_STEPS * PPO_BATCH)

    def _dpo(self, state: Cards, reference: LanguageModel) -> Iterator[float]:
        human = self.comparisons(state)
        for iterate in dpo.train(reference, human.first, human.second, BETA, preferences=human.preferences, steps=DPO_STEPS):
            yield iterate.step / DPO_STEPS
        return Trained(iterate.policy, 2, LABELS, 0, DPO_STEPS, 2 * LABELS)

    def _cai(self, state: Cards, reference: LanguageModel) -> Iterator[float]:
        """Fine-tunes on revisions, then practises by the same principles' verdicts (RLAIF)."""
        task = self.content.tasks[state.question]
        for phase in constitution.supervised(reference, task.kinds, self.principles, task.rng("drafts", 1), drafts=DRAFTS):
            if phase.revised % 40 == 0:
                yield 0.3 * phase.revised / DRAFTS
        # The pairs are hotter answers too, so that every principle is broken in some of them.
        tuned, luck = phase.model, task.rng("verdicts", 1)
        verdicts = constitution.ai_labels([(tuned, 1.0), (reference, 1.5)], task.kinds, self.principles, LABELS, luck)
        reward = pipeline.reward_table(pipeline.learn_reward(task, verdicts), tuned)
        for iterate in ppo.train(tuned, reward, BETA, luck, steps=PPO_STEPS, batch=PPO_BATCH):
            yield 0.3 + 0.7 * iterate.step / PPO_STEPS
        drawn = DRAFTS + self.redrawn(state, reference) + 2 * LABELS + PPO_STEPS * PPO_BATCH
        return Trained(iterate.policy, 4, 0, LABELS, phase.step + 2 * PPO_STEPS, drawn)

    def redrawn(self, state: Cards, reference: LanguageModel) -> int:
        """How many of the drafts had to be revised; the others stayed as they were."""
        task = self.content.tasks[state.question]
        drafts = reference.sample(DRAFTS, task.rng("drafts", 1))
        return int((constitution.violations(drafts, task.kinds, self.principles) > 0).sum())

    def _measured(self, state: Cards, method: str, reference: LanguageModel, trained: Trained, seconds: float) -> Run:
        policy = trained.policy
        gold = self.content.tasks[state.question].gold(policy.sample(JUDGED, Random("judge")))
        said = tuple(token for token in policy.sample(1, Random("answer"))[0].tolist() if token != policy.end)
        took = (trained.models, trained.human, trained.ai, trained.steps, trained.drawn)
        return Run(method, *took, seconds, float(gold.mean()), float(gold.std() / np.sqrt(JUDGED)), policy.kl(reference), said)

    # View.

    def view(self, state: Cards) -> h.Node:
        method = METHODS[state.chosen]
        return [
            parts.message("info", state.whose, f" True quality is what {CAREFUL.name} says. {PORTRAITS[CAREFUL.name]}" if state.taste else None),
            parts.cards("method", "Method", {name: parts.Card(m.title, m.short, m.sign) for name, m in METHODS.items()}, state.chosen),
            parts.flow(method.stages, f"The workflow of {method.title}", len(method.stages) - 1, back=method.back),
            parts.versus(_list("Speaks for it", method.pros), _list("Speaks against it", method.cons)),
            parts.chips("question", "Question", {id: self.content.question(id).topic for id in self.ids}, state.question),
            parts.buttons(parts.button("Run all three" if not state.runs else "Run them again", "run", key="r", kind="primary", sign="play")),
            self._results(state),
        ]

    def _results(self, state: Cards) -> h.Node:
        if not state.runs and not state.working:
            chosen = "chosen as the reward model of your labels would" if state.taste else f"chosen by {CAREFUL.name}"
            return parts.note(
                f"All start from the same SFT model. RLHF and DPO get the same {LABELS} comparisons, {chosen}; "
                f"Constitutional AI gets {len(self.principles)} principles and no human label."
            )
        # While it works, what is still to come has its place already, so that nothing jumps when it arrives.
        return [h.div(class_="work")[self._work(state)], self._table(state), self._picture(state), self._answers(state)]

    def _work(self, state: Cards) -> h.Node:
        if len(state.runs) == len(METHODS):
            return parts.note("All three are trained, from the same start.")
        if state.work.going:
            name, share = state.working or (tuple(METHODS)[len(state.runs)], 0.0)
            return parts.progress(f"Training: {METHODS[name].title}", share)
        done = [METHODS[run.method].title for run in state.runs]
        finished = f"{' and '.join(done)} {'is' if len(done) == 1 else 'are'} trained" if done else "None is trained yet"
        share = self.progress(state) or len(done) / len(METHODS)
        return parts.message("warn", f"Stopped at {parts.percent(share)}. {finished}. Run them again for all three.")

    def _table(self, state: Cards) -> h.Node:
        done = {run.method: run for run in state.runs}
        rows = [(METHODS[name].title, *(_measured(done[name]) if name in done else ("…",) * 8)) for name in METHODS]
        head = ("Method", "True quality", "KL, nats", "Models in memory", "Human labels", "AI labels", "Gradient steps", "Answers drawn", "Seconds here")
        return parts.table("Measured in this run", head, rows, chosen=list(METHODS).index(state.chosen))

    def _picture(self, state: Cards) -> h.Node:
        dots = [charts.Dot("start", 0.0, state.start[0], state.start[0] - 2 * state.start[1], state.start[0] + 2 * state.start[1])]
        dots += [charts.Dot(METHODS[run.method].title, run.kl, run.gold, run.gold - 2 * run.error, run.gold + 2 * run.error) for run in state.runs]
        return charts.chart(
            [charts.Dots("methods", dots, "aligned", labelled=True)],
            x=charts.Axis("KL from the SFT model, nats", low=0.0),
            y=charts.Axis("true quality"),
            says=_says(state),
            height="short",
            live=not state.work.going,
        )

    def _answers(self, state: Cards) -> h.Node:
        phrases, done = self.content.tasks[state.question].phrases, {run.method: run for run in state.runs}
        return [
            parts.question(self.content.question(state.question).prompt),
            h.div(class_="trio")[(self._answer(method, done.get(name), phrases) for name, method in METHODS.items())],
        ]

    def _answer(self, method: Method, run: Run | None, phrases: tuple[str, ...]) -> h.Node:
        if run is None:
            return parts.response(method.title, "…", tone="muted")
        said = [phrases[token] for token in run.answer]
        return parts.response(method.title, parts.tokens(said, "Answer") if said else "(It says nothing.)", tone="aligned")


def _measured(run: Run) -> tuple[h.Node, ...]:
    counts = (run.models, run.human, run.ai, run.steps)
    # Seconds are the machine’s own: no number to be compared with another’s.
    return (parts.number(run.gold), parts.number(run.kl, 1), *map(str, counts), f"{run.drawn:,}", two_digits(run.seconds))


def two_digits(value: float) -> str:
    """An amount with two significant digits: 0.034, 1.2, 150."""
    return f"{float(f'{value:.2g}'):g}"


def _says(state: Cards) -> str:
    if len(state.runs) < len(METHODS):
        return f"They all begin at a true quality of {parts.shown(state.start[0])}; {_left(len(METHODS) - len(state.runs))} not trained yet."
    best = max(state.runs, key=lambda run: run.gold)
    luck = "The others trail by more than luck explains." if _clear(best, state.runs) else "Some are as good, as far as luck lets one tell."
    return f"Highest true quality in this run: {METHODS[best.method].title}, {parts.shown(best.gold)}, {best.kl:.1f} nats from where all began. {luck}"


def _left(count: int) -> str:
    return "one is" if count == 1 else f"{count} are"


def _clear(best: Run, runs: tuple[Run, ...]) -> bool:
    return all(run is best or best.gold - run.gold > 2 * np.hypot(best.error, run.error) for run in runs)


def _list(title: str, items: tuple[str, ...]) -> h.Node:
    return h.div[h.p(class_="panel-title")[title], h.ul(class_="points")[(h.li[item] for item in items)]]
