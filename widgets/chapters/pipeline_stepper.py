"""Chapter 2: the three steps of RLHF, each of which really runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

import htpy as h
import numpy as np

from widgets.core import pipeline, ppo, sft
from widgets.core.language_model import LanguageModel
from widgets.core.pipeline import Task
from widgets.kit import charts, parts
from widgets.kit.events import Choice, Event, Integer, Press, Switch
from widgets.kit.settings import Settings
from widgets.kit.widget import Options, Widget

from .content import Content
from .regime import nats, regime
from .step_settings import settings_of
from .three_steps import (
    BATCH,
    BETA,
    HELD_OUT,
    ITERATIONS,
    SFT_STEPS,
    SIZES,
    Learned,
    Practice,
    Practised,
    Tuned,
    learn,
    tune,
)

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
        self.ids = tuple(id for id in OFFERED if id in content.tasks) or tuple(content.tasks)[:6]
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

    def update(self, state: Pipeline, event: Event) -> Pipeline | Iterator[Pipeline]:
        match event.name:
            case "question":
                return replace(state, question=event.value, turn=0, tuned=None, learned=None, practised=None)
            case "ask":
                return replace(state, turn=state.turn + 1)
            case "reseed":
                return replace(state, seed=state.seed + 1, tuned=None, learned=None, practised=None, step=0)
            case "run":
                return (self._tune, self._learn, self._practise)[state.step](state)
            case "skip":
                return replace(state, skip=event.value, practised=None)
        return replace(state, **{event.name: event.value})

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
        task, raw, tuned = self._task(state), self._raw(state), self._tuned(state)
        for made in Practice(task, state.seed, raw, tuned, state.learned, self.beta(state), state.skip).run():
            yield replace(state, practised=made)

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
            parts.chips(
                "question", "Question", {id: self.content.question(id).topic for id in self.ids}, state.question
            ),
            parts.stepper(STEPS, state.step, done=_done(state), ready=_may_go_on(state), keys=("b", "n")),
            self._diagram(state),
            _stopped_before(state),
            body(state),
            self._answers(state),
        ]

    def _diagram(self, state: Pipeline) -> h.Node:
        """What flows where in the present step; the part that trains is lit."""
        stages, back = _DIAGRAMS[state.step]
        return parts.flow(stages, f"Step {state.step + 1}: {STEPS[state.step]}", _LIT[state.step], back=back)

    def _show_tuning(self, state: Pipeline) -> h.Node:
        if state.tuned is None:
            untrained = next(tune(self._task(state), self._raw(state), state.seed))
            return [self._run(state, "Train on the demonstrations"), self._losses(untrained.losses, _READY)]
        losses = state.tuned.losses
        first, last = losses[0], losses[-1]
        return [
            self._run(state, "Train again"),
            self._losses(losses, _lost(first[2], last[2]) + _by_heart(losses)),
            not state.tuned.done and parts.reading(f"{last[0]} of {SFT_STEPS} gradient steps are done."),
        ]

    def _losses(self, losses: tuple[tuple[int, float, float], ...], says: str) -> h.Node:
        """The loss by step; before training it has one point, and its axes already."""
        return charts.chart(
            [
                charts.Line("demonstrations", [(step, loss) for step, loss, _ in losses], "aligned"),
                charts.Line("held out", [(step, held) for step, _, held in losses], "muted"),
            ],
            x=charts.Axis("gradient steps", low=0, high=SFT_STEPS),
            y=charts.Axis("loss, nats per token"),
            says=says,
            height="short",
        )

    def _show_learning(self, state: Pipeline) -> h.Node:
        settings = parts.slider(
            "size", "Comparisons", state.size, 0, len(SIZES) - 1, 1, str(SIZES[state.size]), tone="human"
        )
        if state.learned is None:
            model = "the model of step 1" if state.tuned else "the raw model (step 1 has not been run)"
            return [settings, self._run(state, "Compare and learn"), parts.note(_PAIRS.format(model))]
        made = state.learned
        return [
            settings,
            self._run(state, "Learn again"),
            parts.panels(
                parts.panel(
                    "Accuracy on pairs it has not seen",
                    charts.chart(
                        [charts.Line("held out", made.accuracies, "reward"), charts.Rule("a coin", y=0.5)],
                        x=charts.Axis("comparisons", log=True),
                        y=_shares("share predicted", [share for _, share in made.accuracies]),
                        says=f"With {made.size} comparisons it predicts {parts.percent(made.accuracy)} of the "
                        "choices. Its teacher wavers, so nothing could predict all.",
                        height="short",
                    ),
                ),
                parts.panel("Does it mean what it says?", self._calibration_chart(made)),
            ),
            _learning_so_far(made, SIZES[state.size]),
        ]

    def _calibration_chart(self, made: Learned) -> h.Node:
        if not made.calibration:
            return parts.note("Too few choices to tell.")
        worst = max(abs(said - happened) for said, happened, _ in made.calibration)
        return charts.chart(
            [
                charts.Line("perfect", ((0.5, 0.5), (1.0, 1.0)), "muted", quiet=True),
                charts.Line("the model", [(said, happened) for said, happened, _ in made.calibration], "reward"),
            ],
            x=charts.Axis("probability it gave", low=0.5, high=1.0, format=parts.percent),
            y=_shares("share that came true", [happened for _, happened, _ in made.calibration]),
            says=f"What it calls likely is off by {100 * worst:.0f} percentage points at most."
            if worst >= 0.005
            else "Its probabilities are right on the mark.",
            height="short",
        )

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
        if state.practised is None:
            return [settings, self._run(state, "Practise"), parts.note(_ROUNDS)]
        made = state.practised
        return [
            settings,
            self._run(state, "Practise again"),
            _made_at(made, beta),
            _practice_charts(made),
            parts.reading(regime(made)),
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
        first = _said(before, luck)
        second = _said(after, luck) if after else ()
        tone = "raw" if before is self._raw(state) else "plain"
        return [
            self._asked(state),
            parts.versus(
                parts.response(
                    "Before this step", _marked(before, first, second if after else first, "removed", tone), tone=tone
                ),
                parts.response("After", _marked(before, second, first, "inserted", "aligned"), tone="aligned")
                if after
                else parts.empty(_NO_SCORE if state.step == 2 and state.learned is None else _NOT_RUN),
            ),
            _ask(),
        ]

    def _scored(self, state: Pipeline) -> h.Node:
        """Step 2 changes no answer; it puts a number on them."""
        task, raw = self._task(state), self._raw(state)
        luck = f"{state.question} {state.seed} scored {state.turn}"
        drawn = np.concatenate([model.sample(3, Random(luck)) for model in (raw, self._tuned(state) or raw)])
        answers = np.array(list(dict.fromkeys(map(tuple, drawn.tolist()))))
        golds, scores = task.gold(answers), state.learned and task.counts(answers) @ state.learned.model.weights
        order = range(len(answers)) if scores is None else np.argsort(-scores, kind="stable")

        def score(index: int) -> str:
            return "none yet" if scores is None else parts.number(float(scores[index]), signed=True)

        return [
            self._asked(state),
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
            scores is not None and len(answers) > 1 and parts.note(_preferred(scores, golds)),
            _ask(),
        ]

    def _asked(self, state: Pipeline) -> h.Node:
        return parts.question(self.content.question(state.question).prompt)


_DIAGRAMS = (
    (
        (
            parts.Stage("People", "human", "write good answers", "demonstrations", "human"),
            parts.Stage("Data", "data", f"{pipeline.DEMONSTRATIONS} good answers", "texts to imitate", "human"),
            parts.Stage("SFT", "loop", "guess the next token", "nudged probabilities", "aligned"),
            parts.Stage("Model", "model", "answers", None, "aligned"),
        ),
        None,
    ),
    (
        (
            parts.Stage("SFT model", "model", "answers twice", "pairs of answers", "aligned"),
            parts.Stage("People", "human", "choose one", "which is better", "human"),
            parts.Stage("Data", "data", "comparisons", "chosen and rejected", "human"),
            parts.Stage("Reward model", "judge", "learns to predict the choice", None, "reward"),
        ),
        None,
    ),
    (
        (
            parts.Stage("Policy", "model", "the model in training", "an answer", "aligned"),
            parts.Stage("Reward model", "judge", "scores it", "a score", "reward"),
            parts.Stage("Leash", "law", "takes off beta × KL", "what is left", "raw"),
            parts.Stage("PPO", "loop", "a small, clipped step", None, "aligned"),
        ),
        "a slightly better policy, and round again",
    ),
)
_LIT = (2, 3, 3)
_READY = (
    f"{pipeline.DEMONSTRATIONS} good answers are ready; {pipeline.HELD_OUT} more are held out, "
    "to see what was learned and not just remembered."
)
_NOT_RUN = "Run the step, and the same model answers again, with the same luck."
_NO_SCORE = "With a score to practise for, the same model will answer here again."
_PAIRS = (
    "The careful judge compares pairs of answers, both by {}, and votes once on each. "
    f"The reward model is judged on {HELD_OUT} further pairs."
)
_ROUNDS = (
    f"{ITERATIONS} rounds of {BATCH} answers each, with the same beta in all of them. "
    "The score is counted in its standard deviations among the raw model’s answers."
)


def _lost(before: float, after: float) -> str:
    """What became of the held-out loss, in words."""
    if f"{before:.2f}" == f"{after:.2f}":
        return f"On answers it has never seen, the loss is {after:.2f} nats, as at the start."
    return (
        f"On answers it has never seen, the loss {'fell' if after < before else 'rose'} from {before:.2f} to "
        f"{after:.2f} nats: "
        f"a good answer’s next phrase became {np.exp(before - after):.1f} times as likely."
    )


def _by_heart(losses: tuple[tuple[int, float, float], ...]) -> str:
    """Where the held-out loss has turned, what that means."""
    lowest = min(losses, key=lambda point: point[2])
    if losses[-1][2] - lowest[2] < 0.01:
        return ""
    return (
        f" It was lowest after {lowest[0]} steps, at {lowest[2]:.2f}: since then the model learns the "
        "demonstrations by heart."
    )


def _shares(label: str, values: list[float]) -> charts.Axis:
    """From a little below a coin's half; a model that is worse than that stretches the axis."""
    return charts.Axis(label, low=min(0.4, *values), high=1.0, format=parts.percent)


def _learning_so_far(made: Learned, size: int) -> h.Node:
    """Said where what is shown is not what the slider asks for."""
    if not made.done and made.size < made.asked:
        return parts.reading(f"{made.size} of {made.asked} comparisons are learned from.")
    if made.asked != size:
        return parts.note(f"This was made with {made.asked} comparisons. “Learn again” takes the {size} of the slider.")
    return None


def _made_at(made: Practised, beta: float) -> h.Node:
    """Said where the results are of another leash than the slider's."""
    if made.beta == beta:
        return None
    leash = "no leash" if made.beta == 0 else f"beta at {made.beta:.2g}"
    return parts.note(f"What follows was made with {leash}. “Practise again” takes the slider’s.")


def _practice_charts(made: Practised) -> h.Node:
    """What practice gains, and how far it walks for that; the axes have room for all rounds from the start."""
    rounds = charts.Axis("rounds", low=0, high=ITERATIONS)
    return parts.panels(
        parts.panel(
            "Reward",
            charts.chart(
                [
                    charts.Line("score", _thin(made.rewards), "reward"),
                    charts.Line("true quality", made.golds, "aligned"),
                    charts.Rule("the exact optimum’s score", y=made.ideal.end.score, tone="reward"),
                ],
                x=rounds,
                y=charts.Axis("mean reward"),
                says=_risen(made),
                height="short",
            ),
        ),
        parts.panel(
            "Distance from where it began",
            charts.chart(
                [charts.Line("KL", _thin(made.kls), "raw"), charts.Rule("the exact optimum", y=made.ideal.kl)],
                x=rounds,
                y=charts.Axis("KL divergence, nats", low=0.0),
                says=_walked(made),
                height="short",
            ),
        ),
    )


def _risen(made: Practised) -> str:
    """From where to where the score and true quality went; the judge may not have looked since a few rounds."""
    first, last = made.looks[0], made.looks[-1]
    return (
        f"After {made.rounds} rounds: the score went from {parts.shown(made.rewards[0][1])} to "
        f"{parts.shown(made.rewards[-1][1])}; "
        f"true quality (the careful judge’s verdict) from {parts.shown(first.quality)} to {parts.shown(last.quality)}"
        f"{'' if last.step == made.rounds else f' by round {last.step}'}."
    )


def _walked(made: Practised) -> str:
    """How far practice is from its beginning, beside the exact optimum on the same leash."""
    begin = "the raw model" if made.from_raw else "the model of step 1"
    best = f"The exact optimum for this score on this leash is {nats(made.ideal.kl)} from it."
    return f"It is {nats(made.kls[-1][1])} from {begin}. {best}"


def _stopped_before(state: Pipeline) -> h.Node:
    """Said where a step builds on one that was stopped."""
    tuned, learned, _ = state.made
    stopped = []
    if state.step > 0 and tuned and not tuned.done:
        stopped.append(f"Step 1 was stopped after {tuned.losses[-1][0]} of {SFT_STEPS} gradient steps.")
    if state.step > 1 and learned and not learned.done:
        stopped.append(f"Step 2 was stopped at {learned.size} of {learned.asked} comparisons.")
    return parts.note(" ".join([*stopped, "What follows builds on that."])) if stopped else None


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


def _preferred(scores: np.ndarray, golds: np.ndarray) -> str:
    """Whether the reward model's favourite is the careful judge's."""
    lost = float(golds.max() - golds[int(scores.argmax())])
    if lost < 0.005:
        return "The answer that the reward model prefers is the careful judge’s favourite too."
    return f"In true quality (the careful judge’s verdict) another one is better by {parts.shown(lost)}."


def _said(model: LanguageModel, luck: str) -> tuple[int, ...]:
    return tuple(token for token in model.sample(1, Random(luck))[0].tolist() if token != model.end)


def _marked(model: LanguageModel, said: tuple[int, ...], other: tuple[int, ...], mark: str, tone: str) -> h.Node:
    """An answer whose phrases that the other one lacks are marked; two that share none are no edit of each other."""
    if not said:
        return "(It says nothing.)"
    kept = said if set(said).isdisjoint(other) else other
    pills = [parts.Token(model.phrases[token], state="shown" if token in kept else mark) for token in said]
    return parts.tokens(pills, "Answer", tone=tone)


def _thin(points: tuple[tuple[int, float], ...], most: int = 60) -> tuple[tuple[int, float], ...]:
    """Every so many points, the last one among them."""
    step = max(1, -(-len(points) // most))
    return points[::-1][::step][::-1]
