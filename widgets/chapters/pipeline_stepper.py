"""Chapter 2: the three steps of RLHF, each of which really runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random

import htpy as h
import numpy as np

from widgets.core import pipeline, ppo, sft
from widgets.core.language_model import LanguageModel
from widgets.core.pipeline import Task
from widgets.kit import parts
from widgets.kit.events import Choice, Integer, Press, Switch
from widgets.kit.settings import Settings
from widgets.kit.widget import Options, Widget

from . import step_answers, step_charts, step_words
from .content import Content
from .leashes import Leashes
from .persons import ALIGNED, RAW, TUNED
from .step_answers import said, scored
from .step_settings import settings_of
from .three_steps import BETA, SFT_STEPS, SIZES, Learned, Practice, Practised, Tuned, learn, tune

STEPS = ("Show it how", "Learn what people prefer", "Practise")
OFFERED = ("writing", "salary", "headache", "moon", "dog", "password")
USUAL = BETA.tick(0.75)


@dataclass(frozen=True, eq=False)
class Pipeline:
    """Where the reader is, what is set, and what each step has made so far; ``turn`` numbers the answers drawn."""

    question: str
    step: int = 0
    turn: int = 0
    seed: int = 1
    size: int = SIZES.index(320)
    beta: int = USUAL
    skip: bool = False
    tuned: Tuned | None = None
    learned: Learned | None = None
    practised: Practised | None = None

    @property
    def made(self) -> tuple[Tuned | None, Learned | None, Practised | None]:
        return self.tuned, self.learned, self.practised


class PipelineStepper(Widget[Pipeline]):
    name = "pipeline-stepper"
    title = "Run the three steps"
    code = (sft.train, pipeline.learn_reward, ppo.train, ppo.clipped_surrogate)

    def __init__(self, content: Content, options: Options | None = None) -> None:
        super().__init__(content, options)
        self.ids = content.offered(OFFERED)
        # Few are kept: each holds thirteen policies.
        self._leashes = lru_cache(maxsize=2)(self._ends)
        self.events = (
            Choice("question", self.ids),
            Integer("step", 0, len(STEPS) - 1),
            Press("run"),
            Press("reseed"),
            Integer("size", 0, len(SIZES) - 1),
            Integer("beta", 0, BETA.ticks),
            Switch("skip"),
            Press("ask"),
        )

    def start(self) -> Pipeline:
        return Pipeline(self.ids[0])

    def on_question(self, state: Pipeline, id: str) -> Pipeline:
        return replace(state, question=id, turn=0, tuned=None, learned=None, practised=None)

    def on_ask(self, state: Pipeline) -> Pipeline:
        return replace(state, turn=state.turn + 1)

    def on_reseed(self, state: Pipeline) -> Pipeline:
        return replace(state, seed=state.seed + 1, tuned=None, learned=None, practised=None, step=0)

    def on_run(self, state: Pipeline) -> Iterator[Pipeline]:
        return (self._tune, self._learn, self._practise)[state.step](state)

    def on_skip(self, state: Pipeline, skip: bool) -> Pipeline:
        return replace(state, skip=skip, practised=None)

    def settings(self, state: Pipeline) -> Sequence[Settings]:
        return settings_of(state.seed, *state.made)

    def progress(self, state: Pipeline) -> float | None:
        tuned, learned, practised = state.made
        match state.step:
            case 0:
                return len(tuned.losses) / (SFT_STEPS + 1) if tuned else None
            case 1:
                return len(learned.accuracies) / (state.size + 1) if learned else None
        return practised.progress if practised else None

    # The steps, as generators: every yield is a state that the page shows while work goes on.

    def _tune(self, state: Pipeline) -> Iterator[Pipeline]:
        for made in tune(self._task(state), self._raw(state), state.seed):
            yield replace(state, tuned=made, learned=None, practised=None)

    def _learn(self, state: Pipeline) -> Iterator[Pipeline]:
        model = self._tuned(state) or self._raw(state)
        for made in learn(self._task(state), model, SIZES[: state.size + 1], state.seed):
            yield replace(state, learned=made, practised=None)

    def _practise(self, state: Pipeline) -> Iterator[Pipeline]:
        if state.learned is None:
            yield state
            return
        for made in self._practice(state, self.beta(state)).run():
            yield replace(state, practised=made)

    def _practice(self, state: Pipeline, beta: float) -> Practice:
        task, raw, tuned = self._task(state), self._raw(state), self._tuned(state)
        return Practice(task, state.seed, raw, tuned, state.learned, beta, state.skip)

    def leashes(self, state: Pipeline) -> Leashes:
        """Where practice would end on each leash; kept for what it begins with."""
        return self._leashes(state.question, state.seed, state.tuned, state.learned, state.skip)

    def _ends(self, question: str, seed: int, tuned: Tuned | None, learned: Learned, skip: bool) -> Leashes:
        begins = Pipeline(question, seed=seed, tuned=tuned, learned=learned, skip=skip)
        return Leashes(self._practice(begins, 0.0))

    def beta(self, state: Pipeline) -> float:
        return 0.0 if state.beta == 0 else BETA[state.beta]

    def _task(self, state: Pipeline) -> Task:
        return self.content.tasks[state.question]

    def _raw(self, state: Pipeline) -> LanguageModel:
        return self.content.trained(state.question).raw

    def _tuned(self, state: Pipeline) -> LanguageModel | None:
        return state.tuned and state.tuned.model

    def _start(self, state: Pipeline) -> LanguageModel:
        """Where practice begins: after step 1 where that was run, and not skipped."""
        return self._raw(state) if state.skip else self._tuned(state) or self._raw(state)

    # View.

    def view(self, state: Pipeline) -> h.Node:
        body = (self._show_tuning, self._show_learning, self._show_practice)[state.step]
        return [
            parts.chips("question", "Question", self.content.topics(self.ids), state.question),
            parts.stepper(STEPS, state.step, done=_done(state), ready=_may_go_on(state), keys=("b", "n")),
            self._diagram(state),
            step_words.stopped_before(state.step, state.tuned, state.learned),
            body(state),
            self._answers(state),
        ]

    def _diagram(self, state: Pipeline) -> h.Node:
        """What flows where in the present step; the part that trains is lit."""
        stages, back = step_words.DIAGRAMS[state.step]
        return parts.flow(stages, f"Step {state.step + 1}: {STEPS[state.step]}", step_words.LIT[state.step], back=back)

    def _show_tuning(self, state: Pipeline) -> h.Node:
        if state.tuned is None:
            untrained = next(tune(self._task(state), self._raw(state), state.seed))
            chart = step_charts.losses(untrained.losses, step_words.READY)
            return [self._run(state, "Train on the demonstrations"), chart]
        losses = state.tuned.losses
        last = losses[-1]
        return [
            self._run(state, "Train again"),
            step_charts.losses(losses, step_charts.loss_says(losses)),
            not state.tuned.done and parts.reading(f"{last[0]} of {SFT_STEPS} gradient steps are done."),
        ]

    def _show_learning(self, state: Pipeline) -> h.Node:
        settings = parts.slider(
            "size", "Comparisons", state.size, 0, len(SIZES) - 1, 1, str(SIZES[state.size]), tone="human"
        )
        if state.learned is None:
            model = "the model of step 1" if state.tuned else "the raw model (step 1 has not been run)"
            return [settings, self._run(state, "Compare and learn"), parts.note(step_words.PAIRS.format(model))]
        made = state.learned
        return [
            settings,
            self._run(state, "Learn again"),
            step_charts.record(made),
            step_charts.learning_so_far(made, SIZES[state.size]),
        ]

    def _show_practice(self, state: Pipeline) -> h.Node:
        beta = self.beta(state)
        words = "no leash" if beta == 0 else f"{beta:.2g}"
        settings = [
            parts.slider(
                "beta", "Leash, beta", state.beta, 0, BETA.ticks, 1, words, ends=("none", "tight"), tone="aligned"
            ),
            _skip(state),
        ]
        if state.learned is None:
            return [
                settings,
                parts.empty("There is no reward model yet, so there is no score to practise for.", sign="judge"),
                parts.buttons(parts.button("Go to step 2", "step", 1, kind="primary")),
            ]
        made, ends = state.practised, self.leashes(state)
        if made is None:
            return [
                settings,
                self._run(state, "Practise"),
                step_charts.practice(None, ends, state.beta),
                parts.note(step_words.ROUNDS),
            ]
        return [
            settings,
            self._run(state, "Practise again"),
            step_charts.made_at(made, beta),
            step_charts.practice(made, ends, state.beta),
            step_charts.verdict(made),
        ]

    def _run(self, state: Pipeline, label: str) -> h.Node:
        return parts.buttons(
            parts.button(label, "run", key="r", kind="quiet" if _may_go_on(state) else "primary", sign="play"),
            parts.button("Start over with other luck", "reseed", sign="dice"),
        )

    def _answers(self, state: Pipeline) -> h.Node:
        """The same question before and after the present step, with the same luck."""
        if state.step == 1:
            return self._scored(state)
        before, after = self._raw(state), self._tuned(state)
        if state.step == 2:
            before, after = self._start(state), state.practised and state.practised.policy
        luck = f"{state.question} {state.seed} {state.turn}"
        first = said(before, luck)
        second = said(after, luck) if after else ()
        task, who = self._task(state), RAW if before is self._raw(state) else TUNED
        return [
            self._asked(state),
            parts.versus(
                step_answers.before(task, before, who, first, second if after else first),
                self._after(state, after, luck, first),
            ),
            _ask(),
        ]

    def _after(self, state: Pipeline, after: LanguageModel | None, luck: str, first: tuple[int, ...]) -> h.Node:
        """The answer after the present step; before practice on this leash, the one that it would end with."""
        task = self._task(state)
        at_slider = state.practised and state.practised.beta == self.beta(state)
        if state.step == 2 and state.learned and not at_slider:
            return step_answers.after(task, self.leashes(state).policy(state.beta), ALIGNED, luck, first, would=True)
        if after is None:
            waits = state.step == 2 and state.learned is None
            return parts.empty(step_words.NO_SCORE if waits else step_words.NOT_RUN)
        return step_answers.after(task, after, ALIGNED if state.step == 2 else TUNED, luck, first)

    def _scored(self, state: Pipeline) -> h.Node:
        """Step 2 changes no answer; it puts a number on them."""
        raw = self._raw(state)
        luck = f"{state.question} {state.seed} scored {state.turn}"
        drawn = np.concatenate([model.sample(3, Random(luck)) for model in (raw, self._tuned(state) or raw)])
        return [self._asked(state), scored(self._task(state), raw, drawn, state.learned), _ask()]

    def _asked(self, state: Pipeline) -> h.Node:
        return parts.question(self.content.question(state.question).prompt)


def _done(state: Pipeline) -> list[int]:
    """The steps that have been run, to their end."""
    return [step for step, made in enumerate((state.tuned, state.learned, state.practised)) if made and made.done]


def _may_go_on(state: Pipeline) -> bool:
    """Whether the present step has been run to its end, and another one follows."""
    return state.step in _done(state) and state.step < len(STEPS) - 1


def _skip(state: Pipeline) -> h.Node:
    """The switch; where step 1 has not been run there is nothing to choose, and it says so."""
    label = "Leave out step 1: practise from the raw model"
    if state.tuned is None:
        return parts.switch("skip", f"{label} (step 1 has not been run, so there is no choice)", True, disabled=True)
    return parts.switch("skip", label, state.skip)


def _ask() -> h.Node:
    return parts.buttons(parts.button("Ask again", "ask", key="a", sign="again"))
