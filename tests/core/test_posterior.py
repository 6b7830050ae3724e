"""A prior that was learned stands for the comparisons that it was learned from."""

import numpy as np
import pytest

from tests.core.test_sparse import drawn
from widgets.core import posterior, reward_model
from widgets.core.reward_model import RewardModel


def test_with_the_usual_prior_it_is_the_usual_fit():
    dense, wins = drawn(60, 8, 0.6, seed=1)
    wins[:7] = 0.5
    for l2 in (0.3, 1.0, 5.0):
        ours = posterior.posterior(RewardModel(np.zeros(8), np.eye(8) / l2), dense, wins)
        theirs = reward_model.fit(dense, wins, l2)
        np.testing.assert_allclose(ours.weights, theirs.weights, atol=1e-7)
        np.testing.assert_allclose(ours.covariance, theirs.covariance, atol=1e-7)


def test_without_comparisons_it_is_the_prior():
    known = reward_model.fit(*drawn(80, 6, 0.6, seed=2))
    after = posterior.posterior(known, np.zeros((0, 6)), np.zeros(0))
    np.testing.assert_allclose(after.weights, known.weights)
    np.testing.assert_allclose(after.covariance, known.covariance, atol=1e-12)


@pytest.mark.parametrize(
    ("first", "second", "near"), [(50, 20, 0.5), (300, 20, 0.12), (2000, 20, 0.04), (300, 300, 0.5)]
)
def test_it_comes_near_to_fitting_both_together(first, second, near):
    """In standard deviations of the weights, the worst of ten: the more comparisons were before, the nearer."""
    dense, wins = drawn(first + second, 10, 0.6, seed=3)
    known = reward_model.fit(dense[:first], wins[:first])
    after = posterior.posterior(known, dense[first:], wins[first:])
    together = reward_model.fit(dense, wins)
    deviations = np.sqrt(np.diag(together.covariance))
    assert (np.abs(after.weights - together.weights) / deviations).max() < near
    assert np.abs(np.sqrt(np.diag(after.covariance)) / deviations - 1).max() < 2 * near


def test_an_ensemble_differs_as_much_as_is_unknown():
    dense, wins = drawn(400, 6, 0.6, seed=4)
    known = reward_model.fit(dense[:200], wins[:200])
    members = posterior.ensemble(known, dense[200:], wins[200:], 60, 1)
    spread = np.array([member.weights for member in members]).std(axis=0)
    wanted = np.sqrt(np.diag(posterior.posterior(known, dense[200:], wins[200:]).covariance))
    assert (0.6 * wanted < spread).all() and (spread < 1.6 * wanted).all()
    alone = posterior.ensemble(known, np.zeros((0, 6)), np.zeros(0), 40, 1)
    assert np.array([member.weights for member in alone]).std(axis=0) == pytest.approx(
        np.sqrt(np.diag(known.covariance)), rel=0.4
    )


def test_what_does_not_fit_is_named():
    known = RewardModel(np.zeros(2), np.eye(2))
    with pytest.raises(ValueError, match=r"differences must have shape \(n, 2\)"):
        posterior.posterior(known, np.zeros((3, 4)), np.zeros(3))
    with pytest.raises(ValueError, match="positive definite"):
        posterior.posterior(RewardModel(np.zeros(2), np.zeros((2, 2))), np.zeros((1, 2)), np.ones(1))
