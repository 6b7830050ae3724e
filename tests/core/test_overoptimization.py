"""Over-optimisation happens on the shipped content, and the fitted laws are least squares."""

import itertools

import numpy as np
import pytest
from scipy.interpolate import PchipInterpolator

from tests.core import tiny
from widgets.chapters.taste import phrase_features, stand_in
from widgets.core import annotators, optimum, overoptimization
from widgets.core.language_model import phrase_reward
from widgets.core.overoptimization import Point

BETAS = (30.0, 10.0, 5.0, 3.0, 2.0, 1.4, 1.0, 0.7, 0.5, 0.35, 0.2, 0.1, 0.05)


@pytest.mark.parametrize("question", ["writing", "salary", "headache", "dog", "friend", "sleep"])
@pytest.mark.parametrize("annotator", annotators.ANNOTATORS, ids=lambda annotator: annotator.name)
def test_gold_rises_peaks_and_falls_while_the_proxy_only_rises(content, question, annotator):
    reference, task = content.trained(question).tuned, content.tasks[question]
    weights = stand_in(content, annotator).model.weights
    reward = optimum.standardized(phrase_reward(phrase_features(content, question)[:-1] @ weights), reference)
    points = overoptimization.optima(reference, reward, task.gold, BETAS, 1, 1500)
    gold, proxy = [point.gold for point in points], [point.proxy for point in points]
    top = overoptimization.peak(points)
    assert 0 < top < len(points) - 1
    rise, fall = gold[top] - gold[0], gold[top] - gold[-1]
    assert rise > 0.3 and fall > 0.2 * rise
    assert all(after >= before - 1e-9 for before, after in itertools.pairwise(proxy))
    best = overoptimization.best_of(reference, reward, task.gold, [2**k for k in range(11)], 1, 4000)
    assert all(after.proxy >= before.proxy - 1e-9 for before, after in itertools.pairwise(best))


def test_a_hurried_readers_score_is_hacked_by_flattery_disclaimers_and_saying_things_again(content):
    """All three at strong pressure, far more of each than where the chase began; averages over questions."""
    found = []
    for question in ("writing", "salary", "headache", "dog", "friend", "sleep"):
        reference, task = content.trained(question).tuned, content.tasks[question]
        weights = stand_in(content, annotators.HURRIED).model.weights
        reward = optimum.standardized(phrase_reward(phrase_features(content, question)[:-1] @ weights), reference)
        found.append(
            [
                _forms(model.sample(500, 1), task.kinds)
                for model in (reference, *(optimum.optimal_policy(reference, reward, beta) for beta in (0.25, 0.05)))
            ]
        )
    before, strong, strongest = np.mean(found, axis=0)
    assert strong[0] > 0.7 and strongest[0] > 2 and strongest[0] > 4 * before[0]
    assert strongest[1] > 0.4 and strongest[1] > 2 * before[1]
    assert strongest[2] > 1 and strongest[2] > 4 * before[2]


def _forms(answers, kinds):
    """How often an answer flatters, warns, and says something again, on average."""
    said = [[token for token in row if token != len(kinds)] for row in answers.tolist()]
    counts = [
        (
            [kinds[token] for token in row].count("flattery"),
            [kinds[token] for token in row].count("disclaimer"),
            len(row) - len(set(row)),
        )
        for row in said
    ]
    return np.mean(counts, axis=0)


def test_the_laws_recover_their_own_constants():
    distances = np.linspace(0.1, 4, 20)
    for fit, curve in (
        (overoptimization.fit_reinforcement, lambda d: d * (2.0 - 0.8 * np.log(d))),
        (overoptimization.fit_best_of, lambda d: d * (2.0 - 0.8 * d)),
    ):
        points = [Point(1, 0.0, 0.0, 0.5, 0.0), *(Point(1, d, d, 0.5 + curve(d), 0.0) for d in distances.tolist())]
        law = fit(points)
        assert (law.alpha, law.beta, law.r_squared) == (pytest.approx(2.0), pytest.approx(0.8), pytest.approx(1.0))


def test_points_hold_what_the_exact_sums_and_enumeration_say():
    """On a tiny model, with a judge of its own: distance and proxy exact, gold within four standard errors."""
    lm, reward, true = tiny.model(2), tiny.reward(3), tiny.reward(7)
    every = tiny.responses()
    chances = np.array([tiny.probability(lm, r) for r in every])
    proxy, gold = (np.array([tiny.total(table, r) for r in every]) for table in (reward, true))

    def judge(tokens):
        return optimum.total_reward(lm, true, tokens)

    for point in overoptimization.optima(lm, reward, judge, (2.0, 0.5), 1, 20_000):
        tilted = chances * np.exp(proxy / point.pressure)
        tilted /= tilted.sum()
        assert point.proxy == pytest.approx(tilted @ proxy, abs=1e-9)
        assert point.distance**2 == pytest.approx(tilted @ np.log(tilted / chances), abs=1e-9)
        assert abs(point.gold - tilted @ gold) < 4 * point.gold_error
    order = np.argsort(proxy)
    below = np.concatenate([[0.0], np.cumsum(chances[order])])
    for point in overoptimization.best_of(lm, reward, judge, (1, 4), 1, 20_000):
        mass = np.diff(below**point.pressure)
        assert point.proxy == pytest.approx(mass @ proxy[order], abs=0.05)
        assert abs(point.gold - mass @ gold[order]) < 4 * point.gold_error


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: overoptimization.fit_best_of([]), "at least three with a distance above 0, got 0"),
        (
            lambda: overoptimization.fit_best_of([Point(1, 1.0, 1.0, 1.0, 0.0)]),
            "at least three with a distance above 0, got 1",
        ),
        (
            lambda: overoptimization.fit_reinforcement([Point(1, 1.0, 1.0, np.nan, 0.0)] * 3),
            "gold must be a finite number, got nan",
        ),
        (
            lambda: overoptimization.monotone(np.array([0.0, 1.0]), np.array([0.0, 1.0]), np.array([0.5])),
            "xs must be three rising numbers or more",
        ),
        (
            lambda: overoptimization.monotone(np.array([0.0, 1.0, 1.0]), np.zeros(3), np.array([0.5])),
            "xs must be three rising numbers or more",
        ),
        (lambda: overoptimization.peak([]), "points must hold at least one, got none"),
        (
            lambda: overoptimization.optima(tiny.model(), tiny.reward(), len, (0.0,), 1),
            "beta must be a positive number, got 0.0",
        ),
        (
            lambda: overoptimization.optima(tiny.model(), tiny.reward(), len, (1.0,), 1, 0),
            "count must be a whole number of at least 1, got 0",
        ),
        (
            lambda: overoptimization.optima(tiny.model(), tiny.reward(), len, (1.0,), 1, 5),
            r"judge must give finite numbers of shape \(5,\), got shape \(\)",
        ),
        (
            lambda: overoptimization.best_of(tiny.model(), tiny.reward(), np.asarray, (1,), 1, 5),
            r"judge must give .* got shape \(5, 3\)",
        ),
        (
            lambda: overoptimization.best_of(tiny.model(), tiny.reward(), lambda t: t[:, 0], (0,), 1, 5),
            "n must be a whole number of at least 1, got 0",
        ),
    ],
)
def test_bad_input_is_told(call, says):
    with pytest.raises(ValueError, match=says):
        call()


@pytest.mark.parametrize("seed", range(20))
def test_the_curve_between_points_is_scipys(seed):
    luck = np.random.default_rng(seed)
    xs = np.cumsum(luck.uniform(0.05, 2.0, 3 + seed % 9))
    ys = np.round(luck.normal(size=len(xs)), 1)  # some neighbours are equal
    at = luck.uniform(xs[0], xs[-1], 50)
    np.testing.assert_allclose(overoptimization.monotone(xs, ys, at), PchipInterpolator(xs, ys)(at), atol=1e-12)
    np.testing.assert_allclose(overoptimization.monotone(xs, ys, xs), ys, atol=1e-12)


def test_what_only_stops_earlier_lifts_nothing_and_what_is_higher_by_one_lifts_by_one():
    def chase(distances, more=0.0):
        return [Point(1, d, 0.0, d * (2 - 0.8 * np.log(d)) + more, 0.03) for d in distances]

    full, early = np.linspace(0.1, 4, 14), np.linspace(0.15, 2, 9)
    assert all(abs(lift.gain) < 0.02 for lift in overoptimization.lifts(chase(early), chase(full)))
    for lift in overoptimization.lifts(chase(early, 1.0), chase(full)):
        assert lift.gain == pytest.approx(1.0, abs=0.02) and lift.error == pytest.approx(0.03 * np.sqrt(2))
    assert [lift.distance for lift in overoptimization.lifts(chase([0.05, 1.0, 5.0]), chase(full))] == [1.0]
    assert overoptimization.lifts(chase(early), chase([1.0, 1.0, 1.0, 2.0])) == []


def test_a_law_gives_the_gain_that_it_was_fitted_to():
    distances = np.linspace(0.1, 4, 9)
    for fit, gain in (
        (overoptimization.fit_reinforcement, distances * (2 - 0.8 * np.log(distances))),
        (overoptimization.fit_best_of, distances * (2 - 0.8 * distances)),
    ):
        law = fit(
            [
                Point(1, 0.0, 0.0, 0.5, 0.0),
                *(Point(1, d, d, 0.5 + g, 0.0) for d, g in zip(distances.tolist(), gain.tolist(), strict=True)),
            ]
        )
        np.testing.assert_allclose(law.gain(distances), gain, atol=1e-9)
        assert law.gain(0.0) == 0


def test_the_mean_of_points_is_as_sure_as_the_mean_of_independent_draws():
    points = [Point(0.5, 1.0, 2.0, 3.0, 0.3), Point(0.5, 2.0, 6.0, -1.0, 0.4)]
    mean = overoptimization.mean_point(points)
    assert (mean.pressure, mean.distance, mean.proxy, mean.gold) == (0.5, 1.5, 4.0, 1.0)
    assert mean.gold_error == pytest.approx(0.25)
    drawn = np.random.default_rng(1).normal([3.0, -1.0], [0.3, 0.4], (100_000, 2)).mean(axis=1)
    assert drawn.std() == pytest.approx(mean.gold_error, rel=0.02)


def test_a_point_is_clearly_above_by_what_is_felt_and_by_more_than_luck():
    low, high, unsure = Point(1, 1.0, 0.0, 1.0, 0.0), Point(1, 1.0, 0.0, 1.2, 0.0), Point(1, 1.0, 0.0, 1.2, 0.2)
    assert overoptimization.clearly_above(high, low, 0.1) and not overoptimization.clearly_above(low, high, 0.1)
    assert not overoptimization.clearly_above(high, low, 0.3) and not overoptimization.clearly_above(unsure, low, 0.1)
