"""Chapter 4: RLHF, DPO and Constitutional AI, trained on one question from one model, by their whole paths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import htpy as h
import numpy as np

from widgets.core import constitution, dpo, ppo
from widgets.core.annotators import CAREFUL
from widgets.core.pipeline import Task
from widgets.kit import charts, parts
from widgets.kit.events import Choice, Press
from widgets.kit.settings import Settings
from widgets.kit.widget import Options, Widget

from .content import Content
from .labels import Labeling
from .method_paths import LABELS, Going, Lesson, Point, Reader, Run, lesson_settings, train
from .method_texts import METHODS, Method
from .persons import AI_LABELLER, ALIGNED, CRITIC, JUDGE
from .taste import Taste, chooser, phrase_features, readers_taste

OFFERED = ("writing", "salary", "headache", "moon", "dog", "password")
MOST_DRAWS = 5  # of labels: each is trained anew when the page is opened again
# So far, in nats, and so high in true quality, there is room in the picture from the start.
FAR, GOOD = 7.0, 3.0
TONES = {"rlhf": "reward", "dpo": "aligned", "cai": "human"}


@dataclass(frozen=True, eq=False)
class Draw:
    """One draw of everybody's labels and of all other luck, and the methods trained on it so far."""

    seed: int
    runs: tuple[Run, ...] = ()

    @property
    def done(self) -> bool:
        return len(self.runs) == len(METHODS)

    @property
    def common(self) -> float:
        """The distance that every method comes to on its path, in nats."""
        return min(max(point.kl for point in run.path) for run in self.runs)

    def at_common(self) -> dict[str, float | None]:
        """Each method's true quality where its path first comes that far."""
        return {run.method: run.at(self.common) for run in self.runs}


@dataclass(frozen=True, eq=False)
class Cards:
    question: str
    taste: Taste | None = None
    whose: str = ""
    chosen: str = "rlhf"
    draws: tuple[Draw, ...] = ()
    working: Going | None = None
    stopped: bool = False

    @property
    def whole(self) -> tuple[Draw, ...]:
        return tuple(draw for draw in self.draws if draw.done)


class MethodCards(Widget[Cards]):
    name = "method-cards"
    title = "Three methods, one question"
    needs = ("preference-labeling",)
    code = (ppo.train, dpo.train, dpo.loss, constitution.supervised, constitution.Labeller.choose)

    def __init__(self, content: Content, options: Options | None = None) -> None:
        super().__init__(content, options)
        self.ids = content.offered(OFFERED)
        self.principles = tuple(principle.test for principle in content.principles if principle.id != "cautious")
        self.events = (Choice("question", self.ids), Choice("method", tuple(METHODS)), Press("run"))

    def start(self, preference_labeling: Labeling) -> Cards:
        return Cards(self.ids[0], *readers_taste(preference_labeling, self.content))

    def on_question(self, state: Cards, id: str) -> Cards:
        return Cards(id, state.taste, state.whose, state.chosen)

    def on_method(self, state: Cards, chosen: str) -> Cards:
        return replace(state, chosen=chosen)

    def on_run(self, state: Cards) -> Cards | Iterator[Cards]:
        return self._run_all(state) if len(state.whole) < MOST_DRAWS else state

    def stopped(self, state: Cards) -> Cards:
        return replace(state, stopped=True)

    def progress(self, state: Cards) -> float | None:
        return (len(state.draws[-1].runs) + state.working.share) / len(METHODS) if state.working else None

    def settings(self, state: Cards) -> tuple[Settings, ...]:
        if not state.draws:
            return (lesson_settings(self.lesson(state, 1)),)
        of_runs = (
            Settings(f"{METHODS[run.method].title}: {group.title}", group.of)
            for run in state.draws[-1].runs
            for group in run.settings
        )
        return lesson_settings(self.lesson(state, state.draws[-1].seed)), *of_runs

    # Training.

    def lesson(self, state: Cards, seed: int) -> Lesson:
        """What the methods are given in one draw."""
        features = phrase_features(self.content, state.question) if state.taste else None
        annotator = Reader(features, state.taste.model.weights) if state.taste else CAREFUL
        task, start = self.content.tasks[state.question], self.content.trained(state.question).tuned
        return Lesson(task, start, annotator, self.principles, seed)

    def _run_all(self, state: Cards) -> Iterator[Cards]:
        """One more draw; a draw that was stopped is begun anew."""
        whole = state.whole
        lesson = self.lesson(state, len(whole) + 1)
        draw = Draw(lesson.seed)
        state = replace(state, draws=(*whole, draw), stopped=False)
        for method in METHODS:
            yield (state := replace(state, working=Going(method)))
            for told in train(lesson, method):
                if isinstance(told, Run):
                    draw = replace(draw, runs=(*draw.runs, told))
                    state = replace(state, draws=(*whole, draw), working=None)
                else:
                    state = replace(state, working=told)
                yield state

    # View.

    def view(self, state: Cards) -> h.Node:
        method = METHODS[state.chosen]
        judge = f" True quality is what {CAREFUL.name} says. {JUDGE.portrait}" if state.taste else None
        return [
            parts.message("info", state.whose, judge, who=chooser(state.taste).face()),
            parts.cards(
                "method",
                "Method",
                {name: parts.Card(m.title, m.short, m.sign) for name, m in METHODS.items()},
                state.chosen,
            ),
            parts.flow(method.stages, f"The workflow of {method.title}", len(method.stages) - 1, back=method.back),
            state.chosen == "cai"
            and [
                parts.beside(CRITIC.face(), parts.note(CRITIC.portrait)),
                parts.beside(AI_LABELLER.face(), parts.note(AI_LABELLER.portrait)),
            ],
            parts.versus(_list("Speaks for it", method.pros), _list("Speaks against it", method.cons)),
            parts.chips("question", "Question", self.content.topics(self.ids), state.question),
            self._run(state),
            self._results(state),
        ]

    def _run(self, state: Cards) -> h.Node:
        done = len(state.whole)
        label = "Run all three" if not done else "Run them on other labels"
        kind = "quiet" if done else "primary"
        return parts.buttons(parts.button(label, "run", key="r", kind=kind, sign="play", disabled=done >= MOST_DRAWS))

    def _results(self, state: Cards) -> h.Node:
        if not state.draws:
            return parts.note(
                f"All three start from the same SFT model, which answers {LABELS} times twice. "
                "For RLHF and DPO the same choices "
                f"between these answers are made by {'your reward model' if state.taste else CAREFUL.name}; "
                "for Constitutional AI "
                f"the AI labeller chooses between answers of its own by {len(self.principles)} principles. "
                "Each pair gets one vote."
            )
        # While it works, what is still to come has its place already, so that nothing jumps when it arrives.
        return [h.div(class_="work")[self._work(state)], self._picture(state), self._table(state), self._answers(state)]

    def _work(self, state: Cards) -> h.Node:
        runs = state.draws[-1].runs
        if state.draws[-1].done:
            return parts.note(f"All three are trained, on draw {len(state.draws)} of the labels.")
        if not state.stopped:
            going = state.working or Going(tuple(METHODS)[len(runs)])
            return parts.progress(f"Training: {METHODS[going.method].title}", going.share)
        done = [METHODS[run.method].title for run in runs]
        finished = (
            f"{' and '.join(done)} {'is' if len(done) == 1 else 'are'} trained" if done else "None is trained yet"
        )
        share = self.progress(state) or len(done) / len(METHODS)
        return parts.message("warn", f"Stopped at {parts.percent(share)}. {finished}. Run them again for all three.")

    def _picture(self, state: Cards) -> h.Node:
        """Every path so far, also of the method in training, on axes that have room from the first step."""
        draw = state.draws[-1]
        walked = [(run.method, run.path) for run in draw.runs]
        if state.working and state.working.path:
            walked.append((state.working.method, state.working.path))
        lines = [
            charts.Line(METHODS[method].title, [(point.kl, point.gold) for point in path], TONES[method])
            for method, path in walked
        ]
        kls, golds = ([getattr(point, name) for _, path in walked for point in path] for name in ("kl", "gold"))
        rule = charts.Rule("", x=draw.common) if draw.done else None
        return charts.chart(
            [*(lines or [charts.Line("start", [(0.0, 0.0)], "muted")]), rule],
            x=charts.Axis("KL from the SFT model, nats", low=0.0, high=max([FAR, *kls])),
            y=charts.Axis("true quality", low=min([0.0, *golds]), high=max([GOOD, *golds])),
            says=verdict(state),
            live=state.stopped or draw.done,
        )

    def _table(self, state: Cards) -> h.Node:
        done = {run.method: run for run in state.draws[-1].runs}
        rows = [(METHODS[name].title, *(_measured(done[name]) if name in done else ("…",) * 6)) for name in METHODS]
        head = ("Method", "Best on the way", "At the end", "Labels", "Steps", "Answers drawn", "Seconds here")
        return parts.table("Measured in this run", head, rows, chosen=list(METHODS).index(state.chosen))

    def _answers(self, state: Cards) -> h.Node:
        task, done = self.content.tasks[state.question], {run.method: run for run in state.draws[-1].runs}
        return [
            parts.question(self.content.question(state.question).prompt),
            h.div(class_="trio")[(self._answer(method, done.get(name), task) for name, method in METHODS.items())],
        ]

    def _answer(self, method: Method, run: Run | None, task: Task) -> h.Node:
        if run is None:
            return parts.response(method.title, "…", tone="muted")
        said = [task.phrases[token] for token in run.answer]
        return parts.response(
            method.title,
            parts.tokens(said, "Answer") if said else "(It says nothing.)",
            tone="aligned",
            who=ALIGNED.at(float(task.gold(np.array([[*run.answer, len(task.phrases)]]))[0])),
        )


def verdict(state: Cards) -> str:
    """What the paths say: at the distance that all reach, at their best, and over all draws of labels so far."""
    draw = state.draws[-1]
    if not draw.done:
        left = len(METHODS) - len(draw.runs)
        return f"All three set out from the same model; {'one is' if left == 1 else f'{left} are'} not trained yet."
    here = ", ".join(f"{METHODS[name].title} is at {parts.shown(gold)}" for name, gold in draw.at_common().items())
    direct = next(run for run in draw.runs if run.method == "dpo")
    sunk = (
        f"DPO goes on to {direct.end.kl:.1f} nats, where it has {parts.shown(direct.end.gold)}. "
        "It only has to widen the margin between "
        f"two answers: of those preferred, {parts.percent(direct.sunk)} became less likely."
    )
    return f"At {draw.common:.1f} nats (the dashed line), as far as all three come, {here}. {_over(state.whole)} {sunk}"


def _over(draws: tuple[Draw, ...]) -> str:
    """Which method is highest at the common distance, over the draws of labels so far."""
    if len(draws) == 1:
        return "That is one draw of labels: run them on others to see how much is luck."
    leads = [max(draw.at_common().items(), key=lambda pair: pair[1] or 0.0)[0] for draw in draws]
    told = [f"{METHODS[name].title} in {leads.count(name)}" for name in METHODS if name in leads]
    return f"Of {len(draws)} draws of labels, the highest at such a distance was {' and '.join(told)}."


def _measured(run: Run) -> tuple[h.Node, ...]:
    # Seconds are the machine’s own: no number to be compared with another’s.
    return (_place(run.best), _place(run.end), run.labels, f"{run.steps:,}", f"{run.drawn:,}", two_digits(run.seconds))


def _place(point: Point) -> h.Node:
    return [parts.number(point.gold), f" ± {parts.shown(2 * point.error)}, at ", parts.number(point.kl, 1), " nats"]


def two_digits(value: float) -> str:
    """An amount with two significant digits: 0.034, 1.2, 150."""
    return f"{float(f'{value:.2g}'):g}"


def _list(title: str, items: tuple[str, ...]) -> h.Node:
    return h.div[h.p(class_="panel-title")[title], h.ul(class_="points")[(h.li[item] for item in items)]]
