"""Cross-validation says what scikit-learn's says, and its intervals hold the truth as often as they claim."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import PredefinedSplit, cross_val_predict, cross_val_score

from tests.core.test_sparse import drawn
from widgets.core import reward_model, validation


def train_and_judge(dense, wins, l2=1.0):
    """A reward model's margins: of the first response, turned to that of the winner."""

    def judged(train, test):
        model = reward_model.fit(dense[train], wins[train], l2)
        return model.score(dense[test]) * np.sign(wins[test] - 0.5)

    return judged


def test_held_out_margins_and_accuracy_are_those_of_scikit_learn():
    dense, wins = drawn(400, 10, 0.5, seed=3)
    folds = validation.folds(np.arange(400), 5, 1)
    *_, margins = validation.held_out(train_and_judge(dense, wins), folds)
    model, split = LogisticRegression(fit_intercept=False, tol=1e-10, max_iter=5000), PredefinedSplit(folds)
    theirs = cross_val_predict(model, dense, wins, cv=split, method="decision_function")
    np.testing.assert_allclose(margins * np.sign(wins - 0.5), theirs, atol=1e-5)
    scores = cross_val_score(model, dense, wins, cv=split)
    # A fold is 80 comparisons; where all features are equal neither is preferred, which counts half here.
    undecided = (margins == 0).sum()
    assert validation.accuracy(margins).value == pytest.approx(scores.mean(), abs=(0.5 * undecided + 1e-9) / 400)


def test_folds_keep_groups_together_and_are_of_nearly_one_size():
    groups = np.array([0] * 7 + [1] * 3 + list(range(2, 92)))
    folds = validation.folds(groups, 5, 1)
    assert sorted(np.bincount(folds)) == [20] * 5
    assert len(set(folds[:7])) == len(set(folds[7:10])) == 1
    assert (validation.folds(groups, 5, 1) == folds).all() and (validation.folds(groups, 5, 2) != folds).any()


@given(st.lists(st.integers(0, 8), max_size=40), st.integers(2, 6))
def test_every_comparison_is_tested_once_by_a_model_that_has_seen_none_of_its_group(groups, count):
    groups, tested = np.array(groups, dtype=int), []

    def judged(train, test):
        assert not set(groups[train]) & set(groups[test])
        tested.extend(test)
        return np.ones(len(test))

    list(validation.held_out(judged, validation.folds(groups, count, 1)))
    assert sorted(tested) == list(range(len(groups)))


def test_an_interval_holds_the_truth_nineteen_times_in_twenty():
    rng = np.random.default_rng(1)
    for truth in (0.02, 0.5, 0.6, 0.99):
        drawn_ = [validation.share(float(rng.binomial(200, truth)), 200) for _ in range(2000)]
        held = np.mean([found.low <= truth <= found.high for found in drawn_])
        assert 0.93 <= held <= 0.985
    assert validation.share(0, 10).high > 0.2 and validation.share(10, 10).low < 0.8
    assert np.isnan(validation.share(0, 0).value)


@pytest.mark.parametrize(("value", "count"), [(0.0, 7), (0.3, 10), (0.5, 200), (0.99, 1000), (1.0, 3)])
def test_wilsons_interval_ends_where_the_share_is_so_many_of_its_errors_away(value, count):
    """The roots of (value - p)^2 = z^2 p (1 - p) / count, for another z, too; scipy's for the 95 %."""
    for deviations in (1.0, 1.96, 3.0):
        spread = deviations**2 / count
        ends = sorted(np.roots([1 + spread, -(2 * value + spread), value**2]).real)
        assert validation.wilson(value, count, deviations) == pytest.approx(ends, abs=1e-9)
    theirs = binomtest(round(value * count), count).proportion_ci(0.95, method="wilson")
    assert validation.wilson(value, count) == pytest.approx(tuple(theirs), abs=1e-12)


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_what_is_no_share_has_no_interval(value):
    with pytest.raises(ValueError, match="value must lie in 0 to 1"):
        validation.wilson(value, 10)


def test_no_opinion_counts_half():
    assert validation.accuracy(np.array([1.0, -1.0, 0.0, 0.0])).value == 0.5


def test_calibration_is_that_of_scikit_learn():
    rng = np.random.default_rng(2)
    margins = rng.normal(0.3, 1.0, 500)
    bins = validation.calibration(margins, 5)
    sure = 1 / (1 + np.exp(-np.abs(margins)))
    right, means = calibration_curve(margins > 0, sure, n_bins=5, strategy="quantile")
    np.testing.assert_allclose([found.sure for found in bins], means, atol=5e-3)
    np.testing.assert_allclose([found.right.value for found in bins], right, atol=2e-2)
    assert sum(found.right.count for found in bins) == 500


def test_a_model_that_knows_the_truth_is_as_right_as_it_is_sure():
    rng = np.random.default_rng(4)
    margins = rng.normal(0, 2, 20_000)
    said = np.where(rng.random(20_000) < 1 / (1 + np.exp(-margins)), margins, -margins)
    for found in validation.calibration(said):
        assert found.right.low - 0.01 <= found.sure <= found.right.high + 0.01


def test_a_learning_curve_rises_and_ends_at_all_of_the_data():
    dense, wins = drawn(1000, 30, 0.5, seed=5)
    folds = validation.folds(np.arange(1000), 4, 1)
    judged = train_and_judge(dense, wins)
    curve = list(validation.learning_curve(judged, folds, (0.02, 0.2, 1.0), Random(1)))
    assert [point.size for point in curve] == [15, 150, 750]
    assert curve[0].right.value < curve[1].right.value < curve[2].right.value
    *_, margins = validation.held_out(judged, folds)
    assert curve[-1].right == validation.accuracy(margins)


def test_a_gain_is_paired():
    rng = np.random.default_rng(6)
    before = rng.normal(0.2, 1, 400)
    after = np.where(rng.random(400) < 0.05, 1.0, before)
    gained = validation.gain(before, after)
    difference = (after > 0).astype(float) - (before > 0)
    assert gained.value == pytest.approx(difference.mean())
    assert gained.high - gained.value == pytest.approx(1.96 * difference.std() / 20, rel=1e-3)
    assert validation.gain(before, before) == validation.Gain(0.0, 0.0, 0.0)


def test_more_than_all_is_named():
    with pytest.raises(ValueError, match="right must lie in 0 to 3, got 4"):
        validation.share(4, 3)
