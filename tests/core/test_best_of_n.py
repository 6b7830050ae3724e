"""Best-of-n against plain counting and the known divergence."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core import tiny
from widgets.core import best_of_n, optimum


@pytest.mark.parametrize("n", [1, 2, 3])
def test_the_weights_count_who_wins_all_draws(n):
    """Ties share: by listing every way to draw n of five scores, two of them equal."""
    scores = np.array([0.5, 2.0, -1.0, 2.0, 0.0])
    wins = np.zeros(5)
    for draw in product(range(5), repeat=n):
        best = max(scores[list(draw)])
        tied = [index for index in range(5) if scores[index] == best]
        for index in tied:
            wins[index] += 1 / len(tied)
    np.testing.assert_allclose(best_of_n.weights(scores, n), wins / 5**n, atol=1e-12)


def test_a_rounding_error_breaks_no_tie():
    scores = np.array([0.3, 0.1 + 0.2, 1.0])
    assert scores[0] != scores[1]
    weights = best_of_n.weights(scores, 4)
    assert weights[0] == weights[1]


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=30), st.integers(1, 200))
def test_the_weights_are_a_distribution_that_prefers_higher_scores(scores, n):
    weights = best_of_n.weights(np.array(scores), n)
    assert weights.sum() == pytest.approx(1.0)
    assert weights @ np.array(scores) >= np.mean(scores) - 1e-9


@pytest.mark.parametrize("n", [1, 2, 5])
def test_the_exact_mean_is_the_mean_over_all_draws(n):
    lm, reward = tiny.model(2), tiny.reward(3)
    every = tiny.responses()
    scores, chances = (
        np.array([tiny.total(reward, r) for r in every]),
        np.array([tiny.probability(lm, r) for r in every]),
    )
    order = np.argsort(scores)
    below = np.concatenate([[0.0], np.cumsum(chances[order])])
    by_hand = sum(score * (high**n - low**n) for score, low, high in zip(scores[order], below, below[1:], strict=False))
    assert best_of_n.expected_reward(scores, chances, n) == pytest.approx(by_hand)
    drawn = optimum.total_reward(lm, reward, best_of_n.sample(lm, reward, n, 20_000, 1))
    assert abs(drawn.mean() - by_hand) < 4 * drawn.std() / math.sqrt(len(drawn))


@pytest.mark.parametrize("n", [1, 2, 8, 64])
def test_the_divergence_is_that_of_continuous_scores(n):
    """The best of n uniform scores has the density n u^(n-1); its KL from the uniform one by numerical integration."""
    u = (np.arange(2_000_000) + 0.5) / 2_000_000
    density = n * u ** (n - 1)
    integral = float((density * np.log(np.maximum(density, 1e-300))).mean())
    assert best_of_n.kl(n) == pytest.approx(integral, abs=1e-4)


@pytest.mark.parametrize("n", [0, -1, 1.5, float("nan"), float("inf")])
def test_n_must_be_a_whole_number_from_one(n):
    with pytest.raises(ValueError, match="n must be a whole number of at least 1, got"):
        best_of_n.kl(n)


def test_bad_scores_and_probabilities_are_told():
    with pytest.raises(ValueError, match="scores must be finite"):
        best_of_n.weights(np.array([np.nan]), 2)
    with pytest.raises(ValueError, match="scores must be finite, got nan"):
        best_of_n.expected_reward(np.array([np.nan]), np.ones(1), 2)
    with pytest.raises(ValueError, match=r"scores must have shape \(m,\) with m > 0, got \(0,\)"):
        best_of_n.weights(np.zeros(0), 2)
    with pytest.raises(ValueError, match="probabilities must sum to 1, got 0.5"):
        best_of_n.expected_reward(np.zeros(1), np.array([0.5]), 2)
    for probabilities in (np.ones(3), np.array([1.5, -0.5]), np.array([np.nan, 1.0])):
        with pytest.raises(ValueError, match=r"probabilities must be at least 0, of shape \(2,\)"):
            best_of_n.expected_reward(np.zeros(2), probabilities, 2)
    for count in (-1, 1.5):
        with pytest.raises(ValueError, match=f"count must be a whole number of at least 0, got {count}"):
            best_of_n.sample(tiny.model(), tiny.reward(), 2, count, 1)
    with pytest.raises(ValueError, match="reward must have shape"):
        best_of_n.sample(tiny.model(), np.zeros((2, 2)), 2, 3, 1)


@pytest.mark.parametrize("n", [1, 2, 4, 16])
def test_the_exact_divergence_stays_below_the_formula_where_scores_are_finitely_many(n):
    """Beirami et al. 2024: log n - (n - 1)/n is a bound, and tight only for continuous scores."""
    lm, reward = tiny.model(2), tiny.reward(3)
    every = np.array(tiny.responses())
    chances = np.array([tiny.probability(lm, r) for r in tiny.responses()])
    scores = optimum.total_reward(lm, reward, every)
    order = np.argsort(scores)
    mass = np.diff(np.concatenate([[0.0], np.cumsum(chances[order])]) ** n)
    exact = float((mass * np.log(np.maximum(mass, 1e-300) / chances[order])).sum())
    assert -1e-12 <= exact <= best_of_n.kl(n) + 1e-12
