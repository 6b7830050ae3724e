"""Checks of chapter 3: a reward model that learns from comparisons, and how unsure it is."""

from __future__ import annotations

from functools import cache, lru_cache
from random import Random

import numpy as np

from tests.chapters.test_preference_labeling import predicted_share, simulated, worths
from widgets.chapters.preference_labeling import PreferenceLabeling
from widgets.core import reward_model
from widgets.core.features import FEATURES

from .case import Case, Outcome, at_least, at_most, check, content, within


@cache
def _readers() -> tuple[dict[str, float], ...]:
    return tuple(worths(PreferenceLabeling(content())))


@lru_cache(maxsize=400)
def _labelled(reader: int, seed: int):
    """A simulated reader's first twenty choices, state by state."""
    return simulated(content(), _readers()[reader], seed, 20)


@check("the share of a reader’s choices that it predicts")
def choices_predicted(case: Case) -> Outcome:
    """Six in ten, over all pairs that were not judged yet."""
    widget, states = _labelled(case.setting["reader"], case.seed)
    return at_least(predicted_share(widget, states[case.setting["choices"]], _readers()[case.setting["reader"]]), 0.6)


@check("how much the weights’ mean size has grown")
def weights_move(case: Case) -> Outcome:
    _, states = _labelled(case.setting["reader"], case.seed)
    return at_least(float(np.abs(states[12].model.weights).mean() - np.abs(states[0].model.weights).mean()), 0.05)


@check("how much narrower the whiskers are, on average, in units of the prior’s deviation")
def whiskers_shrink(case: Case) -> Outcome:
    _, states = _labelled(case.setting["reader"], case.seed)
    first, last = (float(np.sqrt(np.diag(states[count].model.covariance)).mean()) for count in (0, 12))
    return at_least(first - last, 0.05)


def _comparisons(luck: Random, count: int) -> np.ndarray:
    """Differences of features of so many pairs of the book's answers."""
    every = PreferenceLabeling(content()).pool.differences
    return every[[luck.randrange(len(every)) for _ in range(count)]]


@check("the correlation between the learned scores and those that people chose by")
def scores_recovered(case: Case) -> Outcome:
    """People who choose as Bradley and Terry say, by scores that are linear in the features; a thousand comparisons."""
    luck = Random(f"recovered {case.luck}")
    truth = np.array([luck.gauss(0, 1) for _ in FEATURES])
    differences = _comparisons(luck, 1000)
    choices = np.array([luck.random() < chance for chance in reward_model.sigmoid(differences @ truth)], dtype=float)
    scores = PreferenceLabeling(content()).pool.differences
    return at_least(np.corrcoef(scores @ truth, scores @ reward_model.fit(differences, choices).weights)[0, 1], 0.95)


@check("the greatest change of a prediction")
def only_differences_matter(case: Case) -> Outcome:
    """A feature that every answer has alike adds the same to all scores: 10 of it."""
    luck = Random(f"shift {case.luck}")
    features = np.array([[luck.gauss(0, 1) for _ in FEATURES] for _ in range(50)])
    weights = np.array([luck.gauss(0, 1) for _ in FEATURES])
    known = reward_model.RewardModel(weights, np.eye(len(weights)))
    raised = reward_model.RewardModel(np.append(weights, 10.0), np.eye(len(weights) + 1))
    more = np.hstack([features, np.ones((50, 1))])
    return at_most(
        float(np.abs(known.probability(features[:25], features[25:]) - raised.probability(more[:25], more[25:])).max()),
        1e-9,
    )


@check("the share of true weights within their whiskers")
def whiskers_cover(case: Case) -> Outcome:
    """Two standard deviations would be 95 in 100, were the posterior Gaussian; at least 85.

    Tastes are as the prior has them."""
    luck, inside = Random(f"cover {case.luck}"), []
    for _ in range(20):
        truth = np.array([luck.gauss(0, 1) for _ in FEATURES])
        differences = _comparisons(luck, 30)
        choices = np.array(
            [luck.random() < chance for chance in reward_model.sigmoid(differences @ truth)], dtype=float
        )
        model = reward_model.fit(differences, choices)
        inside.append(np.abs(model.weights - truth) <= 2 * np.sqrt(np.diag(model.covariance)))
    return within(float(np.mean(inside)), 0.85, 0.99)
