"""Chapter 4: RLHF and DPO get the same labels and walk to the same exact optimum, until the labels lack something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

import htpy as h
import numpy as np

from widgets.core import dpo, optimum, ppo, same_labels
from widgets.core.language_model import LanguageModel
from widgets.kit import parts
from widgets.kit.events import Choice, Event, Integer, Press, Switch
from widgets.kit.settings import Settings
from widgets.kit.widget import Options, Widget

from . import label_charts
from .content import Content
from .label_draws import BETA, DRAWS, LEASH, PAIRS, Experiment, judges_reward, reader_reward
from .label_walk import Run, begin, distance, settings_of, walk
from .label_words import ARRIVED, BREAKS, arrived, causes, data_words, often, setting, share_words, spread_words
from .labels import Labeling
from .method_cards import two_digits
from .taste import MadeForTaste, Taste, chooser, phrase_features, readers_taste

OFFERED = ("writing", "salary", "moon", "pasta")
SHOWN = 6
JUDGED = 1000
# The switches that concern both arms' labels, and those that concern one arm.
LABELS, ARMS = ("votes", "few", "noisy", "own", "uncovered"), ("beta", "oracle")


@dataclass(frozen=True, eq=False)
class Optimum:
    question: str
    taste: Taste | None = None
    whose: str = ""
    broken: frozenset[str] = frozenset()
    leash: int = LEASH.tick(BETA)
    run: Run | None = None
    stopped: bool = False


class SameOptimum(Widget[Optimum]):
    name = "same-optimum"
    title = "Two ways to one optimum"
    needs = ("preference-labeling",)
    code = (optimum.optimal_policy, same_labels.fit_reward, ppo.train, dpo.train, dpo.loss, same_labels.watch)

    def __init__(self, content: Content, options: Options | None = None) -> None:
        super().__init__(content, options)
        self._made = MadeForTaste()
        self.ids = content.offered(OFFERED)
        self.events = (
            Choice("question", self.ids),
            *(Switch(name) for name in BREAKS),
            Integer("leash", 0, LEASH.ticks),
            Press("run"),
        )

    def start(self, preference_labeling: Labeling) -> Optimum:
        return Optimum(self.ids[0], *readers_taste(preference_labeling, self.content))

    def update(self, state: Optimum, event: Event) -> Optimum | Iterator[Optimum]:
        if event.name not in BREAKS:
            return super().update(state, event)
        return replace(state, broken=state.broken | {event.name} if event.value else state.broken - {event.name})

    def on_question(self, state: Optimum, id: str) -> Optimum:
        return Optimum(id, state.taste, state.whose, state.broken, state.leash)

    def stopped(self, state: Optimum) -> Optimum:
        return replace(state, stopped=True)

    def progress(self, state: Optimum) -> float | None:
        return state.run.progress if state.run else None

    def settings(self, state: Optimum) -> Sequence[Settings]:
        return settings_of(state.run) if state.run else ()

    # What both aim at.

    def experiment(self, state: Optimum) -> Experiment:
        """With the switches as they are now; its optimum is kept for the question and taste."""
        return self._kept(("experiment", state.broken, state.leash), state, self._experiment)

    def _experiment(self, state: Optimum) -> Experiment:
        reward = self._kept("reward", state, self._reward)
        return Experiment(
            self.content.tasks[state.question],
            self.content.trained(state.question).tuned,
            reward,
            state.broken,
            beta(state),
        )

    def _reward(self, state: Optimum) -> np.ndarray:
        """The true reward: the reader's taste, or what the careful judge's stands in for it."""
        task, reference = self.content.tasks[state.question], self.content.trained(state.question).tuned
        if state.taste is None:
            return judges_reward(task, reference)
        worth = phrase_features(self.content, state.question)[:-1] @ state.taste.model.weights
        return reader_reward(reference, worth)

    def _kept(self, what, state: Optimum, make):
        """Made once for each question and taste; only the present taste's are kept."""
        return self._made.get(state.taste, (what, state.question), lambda: make(state))

    # Training.

    def on_run(self, state: Optimum) -> Iterator[Optimum]:
        state, experiment = replace(state, stopped=False), self.experiment(state)
        for run in walk(begin(experiment)):
            yield replace(state, run=run)
        for number in range(DRAWS):
            found = self._kept(
                (number, experiment.broken, experiment.beta),
                state,
                lambda _, at=number: experiment.shares(experiment.draw(at)),
            )
            run = replace(run, draws=(*run.draws, found))
            yield replace(state, run=run)

    # View.

    def view(self, state: Optimum) -> h.Node:
        return [
            parts.message("info", state.whose, who=chooser(state.taste).face()),
            parts.chips("question", "Question", self.content.topics(self.ids), state.question),
            self._switches(state, "The labels of both", LABELS),
            self._switches(state, "One of the two", ARMS),
            self._leash(state),
            parts.buttons(
                parts.button(
                    "Walk again" if state.run else "Let both walk", "run", key="r", kind="primary", sign="play"
                )
            ),
            self._result(state) if state.run else self._before(state),
            parts.panel(
                f"The likeliest answers of the optimum at beta {BETA:g}, and how likely each model finds them",
                self._distributions(state),
            ),
        ]

    def _switches(self, state: Optimum, label: str, names: Sequence[str]) -> h.Node:
        switches = (parts.switch(name, BREAKS[name], name in state.broken) for name in names)
        return h.div(class_="buttons", role="group", aria_label=label)[
            h.span(class_="field-label")[f"{label}:"], switches
        ]

    def _leash(self, state: Optimum) -> h.Node:
        """Of both methods, and of the optimum, which moves with it."""
        ends = ("weak", "tight")
        return parts.slider(
            "leash", "Beta of both", state.leash, 0, LEASH.ticks, 1, f"{beta(state):.2g}", ends=ends, tone="aligned"
        )

    def _before(self, state: Optimum) -> h.Node:
        experiment = self.experiment(state)
        far = experiment.reference.kl(experiment.target)
        return parts.note(
            f"Both will start at the SFT model, {far:.1f} nats from the optimum. "
            f"Both get the same labels on up to {PAIRS:,} pairs, a fifth of them held out. "
            "RLHF fits its reward model to "
            "them and practises with PPO; DPO trains on them directly. "
            f"Then the labels are drawn anew, {DRAWS} times in all."
        )

    def _result(self, state: Optimum) -> h.Node:
        run = state.run
        target = run.experiment.target
        ways = (
            ("RLHF, by PPO", run.ppo.policy),
            ("RLHF, the exact optimum of its reward", run.ideal),
            ("DPO, where the held-out labels stop it", run.dpo.policy),
        )
        shown = f"Shown is the walk at beta {run.experiment.beta:.2g}, with {setting(run.broken)}."
        other = f"{shown} Walk again for what is set now."
        return [
            (run.broken, run.experiment.beta) != (state.broken, beta(state)) and parts.message("warn", other),
            parts.note(data_words(run.draw, run.broken)),
            label_charts.walks(run),
            parts.table(
                "Where they are, in the first draw",
                ("Method", "KL to the optimum", "Share of the possible gain"),
                [
                    (name, _exactly(distance(policy, target)), _share(run.experiment.climbed(policy)))
                    for name, policy in ways
                ],
            ),
            bool(run.draws) and label_charts.spread(run),
            parts.reading(self._ending(state)),
        ]

    def _ending(self, state: Optimum) -> str:
        done = len(state.run.draws)
        if state.run.walked and (state.stopped or done == DRAWS):
            stopped = "" if done == DRAWS else f"Stopped after {done} of {DRAWS} draws. "
            return stopped + self.verdict(state)
        if not state.stopped:
            return f"{done} of {DRAWS} draws are done." if state.run.walked else "They walk …"
        return f"Stopped at {parts.percent(self.progress(state))}. Walk again to see where they end."

    def correlation(self, state: Optimum) -> float:
        """How well DPO's implicit reward agrees with the true one, over answers of the reference and of the optimum."""
        experiment = state.run.experiment
        models = (experiment.reference, experiment.target)
        answers = np.concatenate([model.sample(400, Random("correlation")) for model in models])
        implicit = dpo.implicit_reward(state.run.dpo.policy, experiment.reference, answers, experiment.dpo_beta)
        wanted = optimum.total_reward(experiment.reference, experiment.reward, answers)
        return float(np.corrcoef(implicit, wanted)[0, 1]) if min(implicit.std(), wanted.std()) > 1e-9 else 0.0

    def verdict(self, state: Optimum) -> str:
        """What happened, in sentences computed from it."""
        run = state.run
        shares = {"PPO": run.experiment.climbed(run.ppo.policy), "DPO": run.experiment.climbed(run.dpo.policy)}
        gains = f"PPO has {share_words(shares['PPO'])} and DPO {share_words(shares['DPO'])}"
        first = f"In the first draw, of the gain from the start to the optimum, {gains}. {arrived(shares)}"
        agreed = parts.shown(self.correlation(state), 3)
        seen = f"DPO never saw a reward. Its implicit one agrees with the true one at a correlation of {agreed}."
        sizes = len(run.experiment.reference.phrases), int(np.isfinite(run.dpo.policy.logits).sum())
        why = causes(run.broken, run.draws, sizes) if run.broken else [seen]
        steps = run.direct.keywords["steps"]
        cut = f"DPO’s loss on the held-out labels was still falling when its {steps} steps were over."
        short = shares["DPO"] <= ARRIVED and run.dpo.path[-1][0] == 1.0
        return " ".join(filter(None, (first, spread_words(run.draws), *why, cut if short else "", self._unsaid(run))))

    def _unsaid(self, run: Run) -> str:
        """What became of the phrase that no pair holds."""
        if not run.draw.missing:
            return ""
        models = (run.experiment.target, run.ppo.policy, run.dpo.policy)
        wanted, practised, direct = (often(self._share_with(model, run.draw.missing)) for model in models)
        told = f"is in {wanted} answers of the optimum, in {practised} of PPO’s and in {direct} of DPO’s."
        return f"“{run.draw.missing}” {told}"

    def _share_with(self, model: LanguageModel, phrase: str) -> float:
        """The share of a model's answers that hold a phrase."""
        answers = model.sample(JUDGED, Random("said"))
        return float((answers == model.phrases.index(phrase)).any(axis=1).mean())

    def _distributions(self, state: Optimum) -> h.Node:
        """Each answer's chance as bars: the start's, each method's once there is one, and the optimum's."""
        target, answers = self.experiment(state).target, self._kept("likeliest", state, self._likeliest)
        most = self._kept("most", state, self._most)
        models = [("start", self.experiment(state).reference, "muted"), ("optimum", target, "plain")]
        if state.run:
            models[1:1] = [("PPO", state.run.ppo.policy, "reward"), ("DPO", state.run.dpo.policy, "aligned")]
        chances = [(name, np.exp(model.log_probs(answers).sum(axis=1)), tone) for name, model, tone in models]
        rows = [
            tuple(
                parts.Bar(target.text(answer), float(found[place]), tone=tone, whose=name)
                for name, found, tone in chances
            )
            for place, answer in enumerate(answers)
        ]
        return parts.shares(rows, "Probability of each answer", most=most, format=_chance, texts=True)

    def _most(self, state: Optimum) -> float:
        """The greatest chance that an optimum of the slider gives to one of the answers: room for the bars while
        beta is dragged."""
        answers = self._kept("likeliest", state, self._likeliest)
        targets = (self.experiment(replace(state, leash=tick)).target for tick in range(0, LEASH.ticks + 1, 5))
        return max(float(np.exp(target.log_probs(answers).sum(axis=1)).max()) for target in targets)

    def _likeliest(self, state: Optimum) -> np.ndarray:
        """The answers that the optimum at the usual beta is likeliest to give, among many drawn from it: the same ones
        while beta is dragged."""
        target = self.experiment(replace(state, leash=Optimum.leash)).target
        drawn = np.array(list(dict.fromkeys(map(tuple, target.sample(3000, Random("likeliest")).tolist()))))
        return drawn[np.argsort(-target.log_probs(drawn).sum(axis=1), kind="stable")[:SHOWN]]


def beta(state: Optimum) -> float:
    """The slider's; in its middle exactly the usual one."""
    return BETA if state.leash == LEASH.tick(BETA) else LEASH[state.leash]


def _exactly(distance: float) -> h.Node:
    return parts.exactly(distance, two_digits(distance))


def _share(share: float) -> h.Node:
    return parts.exactly(share, share_words(share))


def _chance(value: float) -> str:
    return f"{100 * value:.2f} %" if value >= 0.0001 else "<0.01 %"
