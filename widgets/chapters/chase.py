"""The chase of a reward model's score, harder and harder, with and without cures: what chapter 3's figure computes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from random import Random

import numpy as np

from widgets.core import annotators, best_of_n, doubt, overoptimization, posterior, reward_model
from widgets.core.doubt import Proxy
from widgets.core.language_model import LanguageModel, phrase_reward, uniforms
from widgets.core.optimum import optimal_policy
from widgets.core.overoptimization import Point
from widgets.core.reward_model import RewardModel
from widgets.kit import settings
from widgets.kit.settings import Setting, Settings

from .content import Content
from .taste import Taste, phrase_features

BETAS = (30.0, 6.0, 3.0, 2.0, 1.4, 1.0, 0.7, 0.45, 0.25, 0.14, 0.08)
NUMBERS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
CURES = ("leash", "doubt", "length", "better")


@dataclass(frozen=True)
class Cure:
    """How strong each cure is where it is switched on."""

    leash: float = 0.6
    deviations: float = 3.0
    members: int = 24
    few_members: int = 8
    price: float = 0.6
    better: int = 20
    rounds: int = 5
    chasing: tuple[float, float] = (0.2, 0.05)


@dataclass(frozen=True)
class Recipe:
    """Every number that a chase is made by; a cure that is off is 0 in it."""

    betas: tuple[float, ...]
    numbers: tuple[int, ...] = NUMBERS
    judged: int = 1000
    drawn: int = 3000
    seed: int = 1
    leash: float = 0.0
    deviations: float = 0.0
    members: int = 0
    price: float = 0.0
    better: int = 0
    rounds: int = 0
    chasing: tuple[float, ...] = ()
    faintest: float = 0.05

    @property
    def settings(self) -> Settings:
        """All of them that matter here, under the names they have in the code."""
        on = {name: value for name, value in vars(self).items() if value not in (0, 0.0, ())}
        return Settings("The chase", tuple(Setting(name, value, _MEANINGS[name]) for name, value in on.items()))


_MEANINGS = {
    "betas": "of the exact optimum at each pressure, a penalty included",
    "numbers": "the n of best-of-n at each pressure",
    "judged": "answers judged at each beta",
    "drawn": "answers of the SFT model that best-of-n chooses among, for every n",
    "seed": "the same luck at every pressure and with every cure",
    "leash": "added to beta by the KL penalty",
    "deviations": "standard deviations among the ensemble that are taken off",
    "members": "reward models in the ensemble, each fitted to the labels drawn again with replacement",
    "price": "what each phrase costs, in the score’s unit",
    "better": "further labels: one vote each, by the careful judge",
    "rounds": "after each of which the reward model is fitted anew",
    "chasing": "betas of the two policies whose answers are compared with the SFT model’s",
    "faintest": "the least deviation that is taken for the score’s unit",
}


def recipe(cures: frozenset[str], labels: int, cure: Cure) -> Recipe:
    """The numbers of a chase with these cures, of a reward model with so many labels."""
    leash = cure.leash if "leash" in cures else 0.0
    plain = Recipe(tuple(beta + leash for beta in BETAS), leash=leash)
    if "doubt" in cures:
        # A large import needs fewer: its members hardly differ, and each takes its time.
        plain = replace(plain, deviations=cure.deviations, members=cure.members if labels <= 1000 else cure.few_members)
    if "length" in cures:
        plain = replace(plain, price=cure.price)
    return replace(plain, better=cure.better, rounds=cure.rounds, chasing=cure.chasing) if "better" in cures else plain


@dataclass(frozen=True, eq=False)
class Chase:
    """Everything that one proxy leads to: the reward of phrases at every beta, and both methods' points."""

    recipe: Recipe
    proxy: Proxy
    rewards: tuple[np.ndarray, ...]
    rl: tuple[Point, ...]
    bon: tuple[Point, ...]
    settings: tuple[Settings, ...]


class Chaser:
    """Chases tastes' scores on the book's questions; what it has drawn and computed is kept."""

    def __init__(self, content: Content) -> None:
        self.content = content
        # Few are kept: each holds on to a taste's labels.
        self.chase = lru_cache(maxsize=16)(self._chase)
        # Of both methods at every pressure, so that the slider can be dragged to and fro.
        self.said = lru_cache(maxsize=2 * len(BETAS))(self._said)

    def reference(self, question: str) -> LanguageModel:
        return self.content.trained(question).tuned

    def drawn(self, question: str, made: Recipe) -> tuple[np.ndarray, np.ndarray]:
        """Many answers of the reference, and the judge's opinion of each; drawn once."""
        key = question, made.drawn, made.seed
        if key not in self._drawn:
            answers = self.reference(question).sample(made.drawn, Random(made.seed))
            self._drawn[key] = answers, self.content.tasks[question].gold(answers)
        return self._drawn[key]

    @cached_property
    def _drawn(self) -> dict[tuple[str, int, int], tuple[np.ndarray, np.ndarray]]:
        return {}

    def policy(self, chase: Chase, question: str, pressure: int) -> LanguageModel:
        return optimal_policy(self.reference(question), chase.rewards[pressure], chase.recipe.betas[pressure])

    def _said(self, chase: Chase, question: str, method: str, pressure: int, count: int) -> np.ndarray:
        """Answers under a pressure, (count, length), always with the same luck."""
        luck = Random(f"{question} chase")
        if method == "rl":
            return self.policy(chase, question, pressure).sample(count, luck)
        drawn, _ = self.drawn(question, chase.recipe)
        chances = np.cumsum(best_of_n.weights(chase.proxy.scores(drawn), chase.recipe.numbers[pressure]))
        return drawn[np.searchsorted(chances, uniforms(luck, count) * chances[-1], side="right")]

    def _chase(self, taste: Taste, question: str, cures: frozenset[str] = frozenset(), cure: Cure = Cure()) -> Chase:
        made = recipe(cures, taste.labels, cure)
        proxy, found = self._proxy(taste, question, made)
        rewards, points, slope = [], [], np.zeros(len(proxy.weights))
        for beta in made.betas:
            if made.deviations:
                look = partial(doubt.sceptical, self.reference(question), proxy, beta, slope)
                slope = look()
            rewards.append(proxy.reward(slope))
            judge = self.content.tasks[question].gold
            measure = partial(
                overoptimization.optima, self.reference(question), rewards[-1], judge, [beta], made.seed, made.judged
            )
            # Doubt is about what differs from the reference's answers.
            points += [
                replace(point, proxy=point.proxy + made.deviations * float(slope @ proxy.usual)) for point in measure()
            ]
        if made.deviations:
            found = (*found, settings.of(look, "The least of the bound, by Frank and Wolfe’s method, at the last beta"))
        shown = (made.settings, *taste.settings, *found)
        return Chase(made, proxy, tuple(rewards), tuple(points), self._best_of(proxy, question, made), shown)

    def _best_of(self, proxy: Proxy, question: str, made: Recipe) -> tuple[Point, ...]:
        """Best-of-n for every n from one sample, each answer weighted by its chance to be the best of n."""
        drawn, gold = self.drawn(question, made)
        scores, points = proxy.scores(drawn), []
        for n in made.numbers:
            weights = best_of_n.weights(scores, n)
            mean = float(weights @ gold)
            error = float(np.sqrt((weights**2) @ (gold - mean) ** 2))
            points.append(Point(n, float(np.sqrt(best_of_n.kl(n))), float(weights @ scores), mean, error))
        return tuple(points)

    def _unit(self, taste: Taste, question: str, made: Recipe) -> float:
        """The score's deviation under the reference. A taste that hardly tells answers apart is left faint."""
        worth = phrase_features(self.content, question)[:-1] @ taste.model.weights
        return max(self.reference(question).deviation(phrase_reward(worth)), made.faintest)

    def _proxy(self, taste: Taste, question: str, made: Recipe) -> tuple[Proxy, tuple[Settings, ...]]:
        """The reward model's score, in units of its deviation under the reference, with the cures that change it."""
        reference, features = self.reference(question), phrase_features(self.content, question)
        model, differences, preferences = taste.model, taste.differences, taste.preferences
        if made.better:
            model, differences, preferences = self._better_labels(taste, question, made)
        unit, shown = self._unit(taste, question, made), ()
        weights, covariance = model.weights, np.zeros((features.shape[1],) * 2)
        if made.members:
            resample = self._resample(taste, differences, preferences, made.members)
            members = np.array([member.weights for member in resample()])
            weights, covariance = members.mean(axis=0), np.cov(members.T, bias=True)
            pull = {} if taste.prior else {"l2": "the pull of its weights towards zero"}
            shown = (settings.of(resample, "Each reward model of the ensemble", **pull),)
        usual = doubt.mean_features(reference, features)
        return Proxy(features, weights / unit, covariance / unit**2, usual, made.deviations, made.price), shown

    def _resample(self, taste: Taste, differences: np.ndarray, preferences: np.ndarray, size: int) -> partial:
        """Reward models that differ where the comparisons leave room, to be made; those of a file are in the prior."""
        if taste.prior:
            return partial(posterior.ensemble, taste.prior, differences, preferences, size, Random("ensemble"))
        return partial(reward_model.ensemble, differences, preferences, size, Random("ensemble"))

    def _better_labels(self, taste: Taste, question: str, made: Recipe) -> tuple[RewardModel, np.ndarray, np.ndarray]:
        """More comparisons, by the careful judge, between what the hacking policy says now and what the reference says.

        In rounds: each is chosen from answers to the reward model that the one before has left.
        """
        task, features, reference = (
            self.content.tasks[question],
            phrase_features(self.content, question),
            self.reference(question),
        )
        unit, each = self._unit(taste, question, made), made.better // made.rounds
        model, differences, preferences = taste.model, taste.differences, taste.preferences
        usual = reference.sample(made.better, Random("other")).reshape(made.rounds, each, -1)
        for number, second in enumerate(usual):
            reward = phrase_reward(features[:-1] @ model.weights / unit)
            chasing = [optimal_policy(reference, reward, beta) for beta in made.chasing]
            first = np.concatenate(
                [policy.sample(each // len(chasing), Random(f"better {number}")) for policy in chasing]
            )
            choices = annotators.CAREFUL.choose(first, second, task.kinds, Random(f"choice {number}"), task.care)
            differences = np.concatenate([differences, features[first].sum(axis=1) - features[second].sum(axis=1)])
            preferences = np.concatenate([preferences, choices])
            model = (
                posterior.posterior(taste.prior, differences, preferences)
                if taste.prior
                else reward_model.fit(differences, preferences)
            )
        return model, differences, preferences
