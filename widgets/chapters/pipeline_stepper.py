"""Chapter 2: the three steps of RLHF, each of which really runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

import htpy as h
import numpy as np

from widgets.core import optimum, pipeline, ppo, reward_model, sft
from widgets.core.language_model import LanguageModel
from widgets.core.reward_model import RewardModel
from widgets.kit import charts, parts
from widgets.kit.events import Choice, Event, Integer, Press, Switch
from widgets.kit.widget import Options, Widget

from .content import Content

STEPS = ("Show it how", "Learn what people prefer", "Practise")
OFFERED = ("writing", "salary", "headache", "moon", "dog", "password")
SIZES = (10, 20, 40, 80, 160, 320, 640)
HELD_OUT = 300
# Tick 0 is no leash at all; the others are equal factors.
BETA = parts.LogScale(0.02, 10.0, ticks=12)
USUAL = BETA.tick(0.75)
ITERATIONS, BATCH, LOOK_EVERY = 120, 384, 10
# Below so many comparisons, practice is compared with practice on the usual number.
ENOUGH, USUAL_SIZE = 80, 320
# PPO wants a leash; this one holds nothing.
NO_LEASH = 1e-9
JUDGED = 600
# A difference beyond so many standard errors is one; less than this share of what could be gained is a leash too tight.
CLEAR, TIGHT = 3.0, 1 / 3
SFT_STEPS = 40


@dataclass(frozen=True, eq=False)
class Tuned:
    """Step 1: the losses by step, on the demonstrations and on those held out, and the model."""

    losses: tuple[tuple[int, float, float], ...]
    model: LanguageModel
    done: bool = False


@dataclass(frozen=True, eq=False)
class Learned:
    """Step 2: held-out accuracy by the number of comparisons, and the last model with its calibration; ``asked`` is the
    number of comparisons that it was to reach."""

    accuracies: tuple[tuple[int, float], ...]
    model: RewardModel
    calibration: tuple[tuple[float, float, int], ...]
    size: int
    asked: int
    done: bool = False


@dataclass(frozen=True)
class Look:
    """What the careful judge says after so many rounds, with its standard error, and the exact mean score there."""

    step: int
    quality: float
    error: float
    score: float

    def beyond(self, other: Look) -> bool:
        """Clearly better, by more than sampling explains."""
        return self.quality - other.quality > CLEAR * float(np.hypot(self.error, other.error))


@dataclass(frozen=True)
class Rival:
    """The same practice with what was left out, ``lacked``: how it ended, and how far from where it began, in nats."""

    lacked: str
    end: Look
    kl: float


@dataclass(frozen=True, eq=False)
class Practised:
    """Step 3: the exact mean score and KL after every round, the judge's looks every so often, and the policy.

    ``size`` and ``accuracy`` are of the reward model behind the score; ``reach`` is the leash on which that score's exact
    optimum is best, and how good it is; ``rival`` stands where something was left out: step 1, or comparisons.
    """

    beta: float
    rewards: tuple[tuple[int, float], ...]
    kls: tuple[tuple[int, float], ...]
    looks: tuple[Look, ...]
    policy: LanguageModel
    from_raw: bool
    size: int
    accuracy: float
    done: bool = False
    reach: tuple[float, Look] | None = None
    rival: Rival | None = None

    @property
    def rounds(self) -> int:
        return self.rewards[-1][0]

    @property
    def golds(self) -> tuple[tuple[int, float], ...]:
        return tuple((look.step, look.quality) for look in self.looks)


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

    def progress(self, state: Pipeline) -> float | None:
        tuned, learned, practised = state.made
        match state.step:
            case 0:
                return len(tuned.losses) / (SFT_STEPS + 1) if tuned else None
            case 1:
                return len(learned.accuracies) / (state.size + 1) if learned else None
        return practised.rounds / ITERATIONS if practised else None

    # The steps. Each is a generator: every yield is a state that the page shows while work goes on.

    def _tune(self, state: Pipeline) -> Iterator[Pipeline]:
        task = self.content.tasks[state.question]
        demonstrations, held_out = task.demonstration_texts(state.seed)
        losses: tuple[tuple[int, float, float], ...] = ()
        for iterate in sft.train(self._raw(state), demonstrations, held_out):
            losses = (*losses, (iterate.step, iterate.loss, iterate.held_out))
            made = Tuned(losses, iterate.model)
            yield replace(state, tuned=made, learned=None, practised=None)
        yield replace(state, tuned=replace(made, done=True), learned=None, practised=None)

    def _learn(self, state: Pipeline) -> Iterator[Pipeline]:
        task = self.content.tasks[state.question]
        sources = (self._raw(state), self._start(replace(state, skip=False)))
        everything = pipeline.compare(task, sources, SIZES[-1] + HELD_OUT, state.seed)
        held_out = everything[SIZES[-1] :]
        differences = task.counts(held_out.first) - task.counts(held_out.second)
        accuracies: tuple[tuple[int, float], ...] = ()
        for size in SIZES[: state.size + 1]:
            model = pipeline.learn_reward(task, everything[:size])
            accuracies = (*accuracies, (size, reward_model.accuracy(model, differences, held_out.preferences)))
            calibration = _calibration(differences @ model.weights, held_out.preferences)
            made = Learned(accuracies, model, calibration, size, SIZES[state.size])
            yield replace(state, learned=made, practised=None)
        yield replace(state, learned=replace(made, done=True), practised=None)

    def _practise(self, state: Pipeline) -> Iterator[Pipeline]:
        if state.learned is None:
            yield state
            return
        reference, beta, learned = self._start(state), self.beta(state), state.learned
        reward = pipeline.reward_table(learned.model, reference)
        made = Practised(
            beta,
            rewards=((0, reference.expected(reward)),),
            kls=((0, 0.0),),
            looks=(self._look(state, 0, reference, reward),),
            policy=reference,
            from_raw=reference is self._raw(state),
            size=learned.size,
            accuracy=learned.accuracies[-1][1],
        )
        for step, policy in self._rounds(state, reference, reward, beta):
            if step % LOOK_EVERY == 0:
                made = replace(made, looks=(*made.looks, self._look(state, step, policy, reward)))
            made = replace(
                made,
                rewards=(*made.rewards, (step, policy.expected(reward))),
                kls=(*made.kls, (step, _kl(policy, reference))),
                policy=policy,
            )
            yield replace(state, practised=made)
        made = replace(made, reach=self._reach(state, reference, reward))
        for rival in self._rival(state, made):
            yield replace(state, practised=made)
        yield replace(state, practised=replace(made, done=True, rival=rival))

    def _rounds(self, state: Pipeline, reference: LanguageModel, reward: np.ndarray, beta: float) -> Iterator[tuple[int, LanguageModel]]:
        """Practice, always with the same luck."""
        rng = self.content.tasks[state.question].rng("ppo", state.seed)
        for iterate in ppo.train(reference, reward, beta or NO_LEASH, rng, steps=ITERATIONS, batch=BATCH):
            yield iterate.step, iterate.policy

    def _look(self, state: Pipeline, step: int, model: LanguageModel, reward: np.ndarray) -> Look:
        """The careful judge's mean reward of a model's answers, always with the same luck."""
        golds = self.content.tasks[state.question].gold(model.sample(JUDGED, Random("judge")))
        return Look(step, float(golds.mean()), float(golds.std() / np.sqrt(JUDGED)), model.expected(reward))

    def _reach(self, state: Pipeline, reference: LanguageModel, reward: np.ndarray) -> tuple[float, Look]:
        """How good the score's exact optimum is on the leash that suits it best."""
        leashes = [BETA[tick] for tick in range(1, BETA.ticks + 1)]
        optima = [(beta, optimum.optimal_policy(reference, reward, beta)) for beta in leashes]
        return max(((beta, self._look(state, 0, best, reward)) for beta, best in optima), key=lambda found: found[1].quality)

    def _rival(self, state: Pipeline, made: Practised) -> Iterator[Rival | None]:
        """The same practice with what this one lacked, for comparison; nothing where it lacked nothing."""
        if not made.from_raw and made.size >= ENOUGH:
            yield None
            return
        task, raw = self.content.tasks[state.question], self._raw(state)
        tuned = state.tuned.model if state.tuned else pipeline.fine_tune(task, raw, state.seed)
        yield None
        learned, lacked = state.learned.model, "step 1"
        if not made.from_raw:
            lacked = f"{USUAL_SIZE} comparisons"
            learned = pipeline.learn_reward(task, pipeline.compare(task, (raw, tuned), SIZES[-1] + HELD_OUT, state.seed)[:USUAL_SIZE])
        reward = pipeline.reward_table(learned, tuned)
        for step, policy in self._rounds(state, tuned, reward, made.beta):
            yield None
        yield Rival(lacked, self._look(state, step, policy, reward), _kl(policy, tuned))

    def beta(self, state: Pipeline) -> float:
        return 0.0 if state.beta == 0 else BETA[state.beta]

    def _raw(self, state: Pipeline) -> LanguageModel:
        return self.content.trained(state.question).raw

    def _start(self, state: Pipeline) -> LanguageModel:
        """Where practice begins: after step 1 where that was run, and not skipped."""
        return self._raw(state) if state.skip or state.tuned is None else state.tuned.model

    # View.

    def view(self, state: Pipeline) -> h.Node:
        body = (self._show_tuning, self._show_learning, self._show_practice)[state.step]
        return [
            parts.chips("question", "Question", {id: self.content.question(id).topic for id in self.ids}, state.question),
            parts.stepper(STEPS, state.step, keys=("b", "n")),
            self._diagram(state),
            body(state),
            self._answers(state),
        ]

    def _diagram(self, state: Pipeline) -> h.Node:
        """What flows where in the present step; the part that trains is lit."""
        stages, back = _DIAGRAMS[state.step]
        return parts.flow(stages, f"Step {state.step + 1}: {STEPS[state.step]}", _LIT[state.step], back=back)

    def _show_tuning(self, state: Pipeline) -> h.Node:
        if state.tuned is None:
            first = next(iter(sft.train(self._raw(state), *self.content.tasks[state.question].demonstration_texts(state.seed))))
            return [
                self._run("Train on the demonstrations"),
                self._losses(((first.step, first.loss, first.held_out),), "80 good answers are ready; 40 more are held out, to see what was learned and not just remembered."),
            ]
        losses = state.tuned.losses
        first, last = losses[0], losses[-1]
        return [
            self._run("Train again"),
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
        settings = parts.slider("size", "Comparisons", state.size, 0, len(SIZES) - 1, 1, str(SIZES[state.size]), tone="human")
        if state.learned is None:
            return [settings, self._run("Compare and learn"), parts.note("A simulated careful reader compares pairs of answers; the model is judged on 300 further pairs.")]
        made = state.learned
        size, share = made.accuracies[-1]
        return [
            settings,
            self._run("Learn again"),
            parts.panels(
                parts.panel(
                    "Accuracy on pairs it has not seen",
                    charts.chart(
                        [charts.Line("held out", made.accuracies, "reward"), charts.Rule("a coin", y=0.5)],
                        x=charts.Axis("comparisons", log=True),
                        y=charts.Axis("share foreseen", low=0.4, high=1.0, format=parts.percent),
                        says=f"With {size} comparisons it foresees {parts.percent(share)} of the choices. Its teacher wavers, so nothing could foresee all.",
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
            y=charts.Axis("share that came true", low=0.4, high=1.0, format=parts.percent),
            says=f"What it calls likely is off by {100 * worst:.0f} percentage points at most." if worst >= 0.005 else "Its probabilities are right on the mark.",
            height="short",
        )

    def _show_practice(self, state: Pipeline) -> h.Node:
        beta = self.beta(state)
        words = "no leash" if beta == 0 else f"{beta:.2g}"
        settings = [
            parts.slider("beta", "Leash, beta", state.beta, 0, BETA.ticks, 1, words, ends=("none", "tight"), tone="aligned"),
            _skip(state),
        ]
        if state.learned is None:
            return [settings, parts.empty("There is no reward model yet, so there is no score to practise for. Run step 2 first.", sign="judge")]
        if state.practised is None:
            return [settings, self._run("Practise"), parts.note(f"{ITERATIONS} rounds of {BATCH} answers each.")]
        made = state.practised
        return [
            settings,
            self._run("Practise again"),
            _made_at(made, beta),
            parts.panels(
                parts.panel(
                    "Reward",
                    charts.chart(
                        [
                            charts.Line("score", _thin(made.rewards), "reward"),
                            charts.Line("true quality", made.golds, "aligned"),
                        ],
                        x=charts.Axis("rounds"),
                        y=charts.Axis("mean reward"),
                        says=f"After {made.rounds} rounds: the score went from {parts.shown(made.rewards[0][1])} to {parts.shown(made.rewards[-1][1])}, "
                        f"true quality, which is the careful reader’s own judgement, from {parts.shown(made.golds[0][1])} to {parts.shown(made.golds[-1][1])}.",
                        height="short",
                    ),
                ),
                parts.panel(
                    "Distance from where it began",
                    charts.chart(
                        [charts.Line("KL", _thin(made.kls), "raw")],
                        x=charts.Axis("rounds"),
                        y=charts.Axis("KL divergence, nats", low=0.0),
                        says=f"It is {_nats(made.kls[-1][1])} from {'the raw model' if made.from_raw else 'the model of step 1'}.",
                        height="short",
                    ),
                ),
            ),
            parts.reading(regime(made)),
        ]

    def _run(self, label: str) -> h.Node:
        return parts.buttons(
            parts.button(label, "run", key="r", kind="primary", sign="play"),
            parts.button("Start over with other luck", "reseed", sign="dice"),
        )

    def _answers(self, state: Pipeline) -> h.Node:
        """The same question before and after the present step, with the same luck."""
        before = self._start(state) if state.step == 2 else self._raw(state) if state.step == 0 else None
        after = {0: state.tuned and state.tuned.model, 2: state.practised and state.practised.policy}.get(state.step)
        question = self.content.question(state.question).prompt
        if before is None:
            return self._scored(state, question)
        luck = f"{state.question} {state.seed} {state.turn}" if state.turn else f"{state.question} {state.seed}"
        first = _said(before, luck)
        second = _said(after, luck) if after else ()
        tone = "raw" if before is self._raw(state) else "plain"
        return [
            parts.question(question),
            parts.versus(
                parts.response("Before this step", _marked(before, first, second if after else first, "removed", tone), tone=tone),
                parts.response("After", _marked(before, second, first, "inserted", "aligned"), tone="aligned")
                if after
                else parts.empty("Run the step, and the same model answers again, with the same luck."),
            ),
            _ask(),
        ]

    def _scored(self, state: Pipeline, question: str) -> h.Node:
        """Step 2 changes no answer; it puts a number on them."""
        task, model = self.content.tasks[state.question], self._start(replace(state, skip=False))
        luck = f"{state.seed} scored {state.turn}" if state.turn else f"{state.seed} scored"
        drawn = np.concatenate([source.sample(3, Random(luck)) for source in (self._raw(state), model)])
        answers = np.array(list(dict.fromkeys(map(tuple, drawn.tolist()))))
        golds, scores = task.gold(answers), state.learned and task.counts(answers) @ state.learned.model.weights
        order = range(len(answers)) if scores is None else np.argsort(-scores, kind="stable")
        score = lambda index: "none yet" if scores is None else parts.number(float(scores[index]), signed=True)
        return [
            parts.question(question),
            parts.table(
                "Some answers before this step" if scores is None else "The same answers after it, the one that it prefers first",
                ("Score", "True quality", "Answer"),
                [(score(index), parts.number(float(golds[index]), signed=True), model.text(answers[index]) or "(says nothing)") for index in order],
            ),
            scores is not None and len(answers) > 1 and parts.note(_preferred(scores, golds)),
            _ask(),
        ]


_DIAGRAMS = (
    (
        (
            parts.Stage("People", "human", "write good answers", "demonstrations", "human"),
            parts.Stage("Data", "data", "80 questions with answers", "texts to imitate", "human"),
            parts.Stage("SFT", "loop", "guess the next token", "nudged probabilities", "aligned"),
            parts.Stage("Model", "model", "answers", None, "aligned"),
        ),
        None,
    ),
    (
        (
            parts.Stage("Model", "model", "answers twice", "pairs of answers", "aligned"),
            parts.Stage("People", "human", "choose one", "which is better", "human"),
            parts.Stage("Data", "data", "comparisons", "chosen and rejected", "human"),
            parts.Stage("Reward model", "judge", "learns to foresee the choice", None, "reward"),
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


def regime(made: Practised) -> str:
    """What kind of practice it was, in a few sentences, from what happened."""
    if made.rounds < ITERATIONS:
        return f"{made.rounds} of {ITERATIONS} rounds are done."
    if not made.done:
        return "Practice is over. The same practice with what was left out, to compare, has not come to its end."
    return " ".join(filter(None, (_verdict(made), _comparison(made))))


def _verdict(made: Practised) -> str:
    """What helped or harmed: the reward model, the leash, or neither. The reward model comes first, for no leash mends it."""
    start, end, best = made.looks[0], made.looks[-1], max(made.looks, key=lambda look: look.quality)
    leash, reach = made.reach
    course = f"from {parts.shown(start.quality)} to {parts.shown(end.quality)}"
    if made.accuracy <= 0.5 or not reach.beyond(start) or (start.beyond(end) and not best.beyond(start)):
        return _misled(made, course, reach.beyond(start))
    if best.beyond(end):
        return _too_weak(made.beta, best, end)
    gained, possible = end.quality - start.quality, reach.quality - start.quality
    if gained < TIGHT * possible and leash < made.beta:
        return (
            f"Too tight a leash: with beta at {made.beta:.2g}, true quality went {course}. At {leash:.2g} the exact optimum "
            f"for the same score has {parts.shown(reach.quality)}."
        )
    if made.beta == 0:
        return "No leash at all. Quality has held up this time, but nothing keeps it: what the reward model overrates is free for the taking."
    if end.beyond(start) and end.score > start.score:
        ideal = f"the exact optimum for this score gains {parts.shown(possible)} on the leash that suits it best"
        if gained > possible:
            ideal = f"the exact optimum for this score gains no more on any leash here ({parts.shown(possible)} at most)"
        return f"A leash that holds: score and true quality rose together. Quality gained {parts.shown(gained)}; {ideal}."
    return f"True quality went {course}. On a leash of {leash:.2g} the exact optimum for this score has {parts.shown(reach.quality)}."


def _misled(made: Practised, course: str, mendable: bool) -> str:
    """The reward model is named first; where another leash would have got something out of it, that is said too."""
    leash, reach = made.reach
    foresees = f"it foresees {parts.percent(made.accuracy)} of the choices on pairs that it has not seen"
    coin = ", no more than a coin does" if made.accuracy <= 0.5 else ""
    rest = f"With beta at {leash:.2g} the exact optimum for this score has {parts.shown(reach.quality)}."
    if not mendable:
        rest = "On no leash here does the exact optimum for this score clearly gain quality."
    return f"Look to the reward model first: {foresees}{coin}. True quality went {course}. {rest}"


def _too_weak(beta: float, best: Look, end: Look) -> str:
    leash = "No leash" if beta == 0 else "Too weak a leash"
    fell = f"{leash}: true quality was best around round {best.step}, at {parts.shown(best.quality)}, and ended at {parts.shown(end.quality)}"
    if end.score > best.score:
        return f"{fell}, while the score went on rising, from {parts.shown(best.score)} to {parts.shown(end.score)}. This is reward hacking."
    return f"{fell}. The score rose no further either."


def _comparison(made: Practised) -> str:
    """Both ends where something was left out: on the same leash, with the same luck, whichever is the better one."""
    if made.rival is None:
        return ""
    rival, end = made.rival, made.looks[-1]
    other = "Without it" if made.from_raw else f"With {made.size}"
    return (
        f"With {rival.lacked}, on the same leash and with the same luck, practice ends at quality {parts.shown(rival.end.quality)}, "
        f"{_nats(rival.kl)} from where it began. {other}: {parts.shown(end.quality)}, {_nats(made.kls[-1][1])} from where it began. "
        f"{_outcome(made.from_raw, rival.end, end)}"
    )


def _outcome(from_raw: bool, whole: Look, end: Look) -> str:
    """Which of the two ended higher, if that is clear."""
    lack = "leaving out step 1" if from_raw else "having so few comparisons"
    if whole.beyond(end):
        return f"Here {lack} cost quality."
    if end.beyond(whole):
        return f"Here {lack} did not cost quality: this practice ended higher."
    return "The two ends do not clearly differ."


def _kl(policy: LanguageModel, reference: LanguageModel) -> float:
    """Exact; rounding must not make a distance negative."""
    return max(policy.kl(reference), 0.0)


def _nats(distance: float) -> str:
    return f"{parts.shown(distance, 1 if distance >= 1 else 2)} nats"


def _lost(before: float, after: float) -> str:
    """What became of the held-out loss, in words."""
    if f"{before:.2f}" == f"{after:.2f}":
        return f"On answers it has never seen, the loss is {after:.2f} nats, as at the start."
    return (
        f"On answers it has never seen, the loss {'fell' if after < before else 'rose'} from {before:.2f} to {after:.2f} nats: "
        f"a good answer’s next phrase became {np.exp(before - after):.1f} times as likely."
    )


def _by_heart(losses: tuple[tuple[int, float, float], ...]) -> str:
    """Where the held-out loss has turned, what that means."""
    lowest = min(losses, key=lambda point: point[2])
    if losses[-1][2] - lowest[2] < 0.01:
        return ""
    return f" It was lowest after {lowest[0]} steps, at {lowest[2]:.2f}: since then the model learns the demonstrations by heart."


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


def _skip(state: Pipeline) -> h.Node:
    """The switch; where step 1 has not been run there is nothing to choose, and it says so."""
    label = "Leave out step 1: practise from the raw model"
    if state.tuned is not None:
        return parts.switch("skip", label, state.skip)
    return h.label(class_="switch")[
        h.input(type="checkbox", role="switch", checked=True, disabled=True),
        h.span[f"{label} (step 1 has not been run, so there is no choice)"],
    ]


def _ask() -> h.Node:
    return parts.buttons(parts.button("Ask again", "ask", key="a", sign="again"))


def _preferred(scores: np.ndarray, golds: np.ndarray) -> str:
    """Whether the reward model's favourite is the careful reader's."""
    if golds[int(scores.argmax())] == golds.max():
        return "The answer that the reward model prefers is the careful reader’s favourite too."
    return f"In true quality, the careful reader’s own judgement, another one is better by {parts.shown(float(golds.max() - golds[int(scores.argmax())]))}."


def _calibration(margins: np.ndarray, preferences: np.ndarray, bins: int = 5) -> tuple[tuple[float, float, int], ...]:
    """By how sure the model was: the mean probability it gave its favourite, how often that was chosen, and of how many."""
    sure = reward_model.sigmoid(np.abs(margins))
    right = np.where(margins > 0, preferences, 1 - preferences)
    found = []
    for low in np.linspace(0.5, 1.0, bins, endpoint=False):
        inside = (sure >= low) & (sure < low + 0.5 / bins + (low + 0.5 / bins >= 1.0))
        if inside.sum() >= 10:
            found.append((float(sure[inside].mean()), float(right[inside].mean()), int(inside.sum())))
    return tuple(found)


def _said(model: LanguageModel, luck: str) -> tuple[int, ...]:
    return tuple(token for token in model.sample(1, Random(luck))[0].tolist() if token != model.end)


def _marked(model: LanguageModel, said: tuple[int, ...], other: tuple[int, ...], mark: str, tone: str) -> h.Node:
    """An answer whose phrases that the other one lacks are marked."""
    if not said:
        return "(It says nothing.)"
    pills = [parts.Token(model.phrases[token], state="shown" if token in other else mark) for token in said]
    return parts.tokens(pills, "Answer", tone=tone)


def _thin(points: tuple[tuple[int, float], ...], most: int = 60) -> tuple[tuple[int, float], ...]:
    """Every so many points, the last one among them."""
    step = max(1, -(-len(points) // most))
    return points[::-1][::step][::-1]
