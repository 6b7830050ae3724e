"""Chapter 4: PPO and DPO walk to the same exact optimum, until something that they need is taken away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random

import htpy as h
import numpy as np

from widgets.core import dpo, optimum, pipeline, ppo
from widgets.core.language_model import LanguageModel, phrase_reward, uniforms
from widgets.kit import charts, parts
from widgets.kit.events import Choice, Event, Press, Switch
from widgets.kit.widget import Options, Widget

from .content import Content
from .method_cards import Work, readers_taste, two_digits
from .preference_labeling import Labeling
from .taste import Taste, phrase_features

QUESTION_IDS = ("writing", "salary", "moon", "pasta")
BETA = 0.3
OTHER_BETA = 3.0  # times BETA, where DPO is given another one
PAIRS, FEW, NOISE = 6000, 60, 0.3
PPO_STEPS, PPO_BATCH, DPO_STEPS = 160, 512, 400
LOOKS = 25
SHOWN = 6
JUDGED = 1000
NEAREST = 1e-4
# The least share of answers that each word stands for.
OFTEN = {"most": 0.5, "some": 0.1, "hardly any": 0.0}
ARRIVED = 0.95  # of the gain that the optimum has over the start
BREAKS = {
    "few": f"only {FEW} labels",
    "uncovered": "answers nobody compared",
    "noisy": f"{NOISE:.0%} of the labels wrong".replace("%", " %"),
    "beta": "another beta for DPO",
}


@dataclass(frozen=True, eq=False)
class Walk:
    """One method's way: its KL from the optimum by share of its training done, and where it is."""

    path: tuple[tuple[float, float], ...]
    policy: LanguageModel


@dataclass(frozen=True, eq=False)
class Optimum:
    question: str
    taste: Taste | None = None
    whose: str = ""
    broken: frozenset[str] = frozenset()
    ppo: Walk | None = None
    dpo: Walk | None = None
    ran: frozenset[str] | None = None
    missing: str = ""
    work: Work = field(default_factory=lambda: Work(False))


class SameOptimum(Widget[Optimum]):
    name = "same-optimum"
    title = "Two ways to one optimum"
    needs = ("preference-labeling",)
    code = (optimum.optimal_policy, ppo.train, dpo.train, dpo.loss)

    def __init__(self, content: Content, options: Options | None = None) -> None:
        super().__init__(content, options)
        self.ids = tuple(id for id in QUESTION_IDS if id in content.tasks) or tuple(content.tasks)[:4]
        self.events = (Choice("question", self.ids), *(Switch(name) for name in BREAKS), Press("run"))

    def start(self, preference_labeling: Labeling) -> Optimum:
        return Optimum(self.ids[0], *readers_taste(preference_labeling, self.content))

    def update(self, state: Optimum, event: Event) -> Optimum | Iterator[Optimum]:
        if event.name == "run":
            return self._run(state)
        if event.name == "question":
            return Optimum(event.value, state.taste, state.whose, state.broken)
        return replace(state, broken=state.broken | {event.name} if event.value else state.broken - {event.name})

    def progress(self, state: Optimum) -> float | None:
        walks = [walk for walk in (state.ppo, state.dpo) if walk]
        return sum(walk.path[-1][0] for walk in walks) / 2 if walks else None

    # What both aim at.

    def reference(self, state: Optimum) -> LanguageModel:
        return self.content.trained(state.question).tuned

    def reward(self, state: Optimum) -> np.ndarray:
        """A reward model's; both methods are measured by it."""
        return self._kept("reward", state, self._reward)

    def target(self, state: Optimum) -> LanguageModel:
        """pi*, exact."""
        return self._kept("target", state, lambda state: optimum.optimal_policy(self.reference(state), self.reward(state), BETA))

    def _reward(self, state: Optimum) -> np.ndarray:
        """The reader's, which is linear in features; or one learned from many comparisons of the one who stands in."""
        reference = self.reference(state)
        if state.taste:
            features = phrase_features(self.content, state.question)[:-1]
            reward = phrase_reward(features @ state.taste.model.weights)
            # A taste may tell no two answers to this question apart. It is then left at nothing.
            return reward / max(reference.deviation(reward), 1e-6)
        task, models = self.content.tasks[state.question], self.content.trained(state.question)
        return pipeline.reward_table(pipeline.learn_reward(task, pipeline.compare(task, (models.raw, models.tuned), 400, 1)), reference)

    def _kept(self, what: str, state: Optimum, make):
        """Made once for each question and taste; only the present taste's are kept."""
        taste = state.taste.model.weights.tobytes() if state.taste else b""
        if self.__dict__.get("_made_for") != taste:
            self.__dict__.update(_made_for=taste, _made={})
        if (what, state.question) not in self._made:
            self._made[what, state.question] = make(state)
        return self._made[what, state.question]

    # Training.

    def _run(self, state: Optimum) -> Iterator[Optimum]:
        reference, reward, target = self.reference(state), self.reward(state), self.target(state)
        first, second, shares, missing = self._pairs(state)
        start, work = Walk(((0.0, _distance(reference, target)),), reference), Work()
        state = replace(state, ppo=start, dpo=start, ran=state.broken, missing=missing, work=work)
        beta = BETA * (OTHER_BETA if "beta" in state.broken else 1.0)
        luck = self.content.tasks[state.question].rng("same optimum", 1)
        runs = {
            "ppo": (ppo.train(reference, reward, BETA, luck, steps=PPO_STEPS, batch=PPO_BATCH), PPO_STEPS),
            "dpo": (dpo.train(reference, first, second, beta, preferences=shares, steps=DPO_STEPS), DPO_STEPS),
        }
        try:
            for name, (training, steps) in runs.items():
                for iterate in training:
                    if iterate.step % max(1, steps // LOOKS) == 0 or iterate.step == steps:
                        walk = getattr(state, name)
                        here = (iterate.step / steps, _distance(iterate.policy, target))
                        state = replace(state, **{name: Walk((*walk.path, here), iterate.policy)})
                    yield state
        finally:
            work.going = False

    def _pairs(self, state: Optimum) -> tuple[np.ndarray, np.ndarray, np.ndarray, str]:
        """DPO's data: comparisons that leave no gap, with exact shares; and what is then taken away from them."""
        reference, reward = self.reference(state), self.reward(state)
        luck, missing = Random(f"{state.question} pairs"), ""
        first, second, shares = dpo.covering_pairs(reference, reward, BETA, PAIRS, luck)
        if "uncovered" in state.broken:
            token = self._favourite(state)
            missing = reference.phrases[token]
            kept = ~((first == token).any(axis=1) | (second == token).any(axis=1))
            first, second, shares = first[kept], second[kept], shares[kept]
        if "few" in state.broken:
            first, second, shares = first[:FEW], second[:FEW], shares[:FEW]
            shares = (uniforms(luck, len(shares)) < shares).astype(float)  # one person each, not everybody's share
        if "noisy" in state.broken:
            shares = shares * (1 - NOISE) + (1 - shares) * NOISE
        return first, second, shares, missing

    def _favourite(self, state: Optimum) -> int:
        """The phrase that the optimum says more often than the reference by most."""
        target, reference = self.target(state), self.reference(state)
        gain = target.visits().sum(axis=0) - reference.visits().sum(axis=0)
        return int(np.argmax(gain[: target.end]))

    # View.

    def view(self, state: Optimum) -> h.Node:
        return [
            parts.message("info", state.whose),
            parts.chips("question", "Question", {id: self.content.question(id).topic for id in self.ids}, state.question),
            h.div(class_="buttons", role="group", aria_label="Break it")[
                h.span(class_="field-label")["Break it:"], (parts.switch(name, label, name in state.broken) for name, label in BREAKS.items())
            ],
            parts.buttons(parts.button("Let both walk" if not state.ppo else "Walk again", "run", key="r", kind="primary", sign="play")),
            self._result(state) if state.ppo and state.dpo else self._before(state),
            parts.panel("The likeliest answers of the optimum, and how likely each model finds them", self._distributions(state)),
        ]

    def _before(self, state: Optimum) -> h.Node:
        distance = self.reference(state).kl(self.target(state))
        return parts.note(
            f"Both will start at the SFT model, {distance:.1f} nats from the optimum. PPO gets the reward model. "
            f"DPO gets the exact shares of choices on {PAIRS:,} pairs, drawn partly from the optimum itself and judged by the same reward model. "
            "It never sees a reward."
        )

    def _result(self, state: Optimum) -> h.Node:
        return [
            charts.chart(
                [charts.Line("PPO", state.ppo.path, "reward"), charts.Line("DPO", state.dpo.path, "aligned")],
                x=charts.Axis("share of its training done", format=parts.percent, low=0.0, high=1.0),
                y=charts.Axis("KL to the optimum, nats", log=True, format=two_digits),
                says=f"PPO {self._stands(state.ppo)} from the optimum, DPO {two_digits(state.dpo.path[-1][1])}.",
                height="short",
            ),
            parts.table(
                "Where they are",
                ("Method", "KL to the optimum", "Share of the possible gain"),
                [(name, parts.exactly(walk.path[-1][1], two_digits(walk.path[-1][1])), _share(self.climbed(state, walk.policy))) for name, walk in (("PPO", state.ppo), ("DPO", state.dpo))],
            ),
            state.ran != state.broken and parts.message("warn", f"Shown is the walk with {_setting(state.ran)}. Walk again for the switches as they are now."),
            parts.reading(self._ending(state)),
        ]

    def _stands(self, walk: Walk) -> str:
        return f"{'ends' if walk.path[-1][0] == 1.0 else 'is'} {two_digits(walk.path[-1][1])} nats"

    def _ending(self, state: Optimum) -> str:
        if self._finished(state):
            return self.verdict(state)
        return "They walk …" if state.work.going else f"Stopped at {parts.percent(self.progress(state))}. Walk again to see where they end."

    def _finished(self, state: Optimum) -> bool:
        return state.ppo.path[-1][0] == 1.0 and state.dpo.path[-1][0] == 1.0

    def climbed(self, state: Optimum, policy: LanguageModel) -> float:
        """The share of objective(pi*) - objective(pi_ref) that a policy has gained; all of it where there is nothing to gain."""
        reference, reward = self.reference(state), self.reward(state)
        top, foot = (optimum.objective(model, reference, reward, BETA) for model in (self.target(state), reference))
        return (optimum.objective(policy, reference, reward, BETA) - foot) / (top - foot) if top - foot > 1e-9 else 1.0

    def correlation(self, state: Optimum) -> float:
        """How well DPO's implicit reward agrees with the reward, over answers of the reference and of the optimum."""
        reference, target = self.reference(state), self.target(state)
        answers = np.concatenate([model.sample(400, Random("correlation")) for model in (reference, target)])
        implicit = dpo.implicit_reward(state.dpo.policy, reference, answers, BETA)
        wanted = optimum.total_reward(reference, self.reward(state), answers)
        return float(np.corrcoef(implicit, wanted)[0, 1]) if min(implicit.std(), wanted.std()) > 1e-9 else 0.0

    def verdict(self, state: Optimum) -> str:
        """What happened, in sentences computed from it."""
        shares = {"PPO": self.climbed(state, state.ppo.policy), "DPO": self.climbed(state, state.dpo.policy)}
        agreed = f"DPO’s implicit reward agrees with the reward model’s at a correlation of {parts.shown(self.correlation(state), 3)}."
        found = f"{_arrived(shares)} Of the gain from the start to the optimum, PPO has {_words(shares['PPO'])} and DPO {_words(shares['DPO'])}."
        causes = self._causes(state)
        if not causes:
            return f"{found} DPO never saw a reward. {agreed}"
        return f"{found} What was done to DPO: {'; '.join(causes)}. {agreed}"

    def _causes(self, state: Optimum) -> list[str]:
        causes = []
        if "few" in state.ran:
            causes.append(f"{FEW} yes-or-no labels leave most answers undecided, and it trusts their accidents")
        if "uncovered" in state.ran:
            wanted, said = (_often(self._share_with(model, state.missing)) for model in (self.target(state), state.dpo.policy))
            causes.append(f"nobody compared answers with “{state.missing}”, which the optimum says in {wanted} answers, and DPO in {said}")
        if "noisy" in state.ran:
            causes.append("wrong labels make every preference look weaker than it is")
        if "beta" in state.ran:
            moved = state.dpo.policy.kl(self.reference(state)), self.target(state).kl(self.reference(state))
            causes.append(f"its beta is {OTHER_BETA:g} times PPO’s, so it moved {moved[0]:.1f} nats where {moved[1]:.1f} were wanted")
        return causes

    def _share_with(self, model: LanguageModel, phrase: str) -> float:
        """The share of a model's answers that hold a phrase."""
        answers = model.sample(JUDGED, Random("said"))
        return float((answers == model.phrases.index(phrase)).any(axis=1).mean())

    def _distributions(self, state: Optimum) -> h.Node:
        """Each answer's chance as bars: the start's, each method's once there is one, and the optimum's."""
        target, answers = self.target(state), self._kept("likeliest", state, self._likeliest)
        models = [("start", self.reference(state), "muted"), ("optimum", target, "plain")]
        if state.ppo and state.dpo:
            models[1:1] = [("PPO", state.ppo.policy, "reward"), ("DPO", state.dpo.policy, "aligned")]
        chances = [(name, np.exp(model.log_probs(answers).sum(axis=1)), tone) for name, model, tone in models]
        rows = [
            tuple(parts.Bar(target.text(answer), float(found[place]), tone=tone, whose=name) for name, found, tone in chances)
            for place, answer in enumerate(answers)
        ]
        return parts.shares(rows, "Probability of each answer", most=1e-4, format=_chance, texts=True)

    def _likeliest(self, state: Optimum) -> np.ndarray:
        """The answers that the optimum is likeliest to give, among many drawn from it."""
        target = self.target(state)
        drawn = np.array(list(dict.fromkeys(map(tuple, target.sample(3000, Random("likeliest")).tolist()))))
        return drawn[np.argsort(-target.log_probs(drawn).sum(axis=1), kind="stable")[:SHOWN]]


def _distance(policy: LanguageModel, target: LanguageModel) -> float:
    """KL(policy || target), but never less than a logarithmic axis can show."""
    return max(policy.kl(target), NEAREST)


def _arrived(shares: dict[str, float]) -> str:
    arrived = [name for name, share in shares.items() if share > ARRIVED]
    if len(arrived) == len(shares):
        return "Both arrive."
    return f"Only {arrived[0]} arrives." if arrived else "Neither arrives."


def _often(share: float) -> str:
    return next(words for words, least in OFTEN.items() if share >= least)


def _setting(broken: frozenset[str]) -> str:
    return " and ".join(label for name, label in BREAKS.items() if name in broken) or "nothing taken away"


def _words(share: float) -> str:
    """A share of the gain, which may be below nothing."""
    return f"−{parts.percent(-share)}" if share < 0 else parts.percent(share)


def _share(share: float) -> h.Node:
    return parts.exactly(share, _words(share))


def _chance(value: float) -> str:
    return f"{100 * value:.2f} %" if value >= 0.0001 else "<0.01 %"
