"""The fit against scikit-learn, choix and finite differences."""

from random import Random

import choix
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from tests.core.differences import central
from widgets.core import reward_model
from widgets.core.reward_model import fit


def logistic_regression(differences, labels, l2):
    model = LogisticRegression(fit_intercept=False, C=1 / l2, tol=1e-12, max_iter=10_000, solver="newton-cholesky")
    return model.fit(differences, labels).coef_[0]


def problem(seed, n, d, separable=False):
    generator = np.random.default_rng(seed)
    differences, truth = generator.normal(size=(n, d)), generator.normal(size=d)
    margins = 3 * differences @ truth
    noise = 0 if separable else generator.logistic(size=n)
    return differences, (margins + noise > 0).astype(float)


@pytest.mark.parametrize("l2", [0.01, 1.0, 30.0])
@pytest.mark.parametrize("separable", [False, True])
@pytest.mark.parametrize(("n", "d"), [(8, 3), (200, 10), (5, 9)])
def test_the_fit_equals_scikit_learn(n, d, separable, l2):
    differences, preferences = problem(n + d, n, d, separable)
    if len(set(preferences)) == 1:
        preferences[0] = 1 - preferences[0]
    expected = logistic_regression(differences, preferences, l2)
    np.testing.assert_allclose(fit(differences, preferences, l2).weights, expected, atol=1e-6)


@pytest.mark.parametrize("l2", [0.1, 1.0])
def test_the_fit_equals_choix_on_one_hot_items(l2):
    generator = np.random.default_rng(5)
    items = 6
    comparisons = [tuple(generator.choice(items, 2, replace=False)) for _ in range(40)]
    # choix's penalty is alpha |w|^2 beside the same likelihood.
    expected = choix.opt_pairwise(items, comparisons, alpha=l2 / 2, method="Newton-CG", tol=1e-12)
    differences = np.array([np.eye(items)[winner] - np.eye(items)[loser] for winner, loser in comparisons])
    np.testing.assert_allclose(fit(differences, np.ones(len(comparisons)), l2).weights, expected, atol=1e-6)


def test_a_tie_is_half_a_win_each_way():
    differences, preferences = problem(1, 20, 4)
    ties = np.concatenate([preferences, [0.5, 0.5]])
    halves = np.concatenate([preferences, [1.0, 0.0]])
    extra = np.ones((2, 4))
    tied = fit(np.vstack([differences, extra]), ties)
    split = fit(np.vstack([differences, extra]), halves)
    np.testing.assert_allclose(tied.weights, split.weights, atol=1e-10)


def test_no_labels_give_the_prior():
    model = fit(np.zeros((0, 3)), np.zeros(0), l2=4.0)
    np.testing.assert_array_equal(model.weights, np.zeros(3))
    np.testing.assert_allclose(model.covariance, np.eye(3) / 4)
    assert model.probability(np.ones(3), np.zeros(3)) == 0.5


@given(st.integers(0, 10**6), st.integers(1, 12), st.integers(1, 5), st.floats(0.05, 20))
@settings(max_examples=40)
def test_the_gradient_vanishes_and_matches_finite_differences(seed, n, d, l2):
    differences, preferences = problem(seed, n, d)
    differences *= 5
    model = fit(differences, preferences, l2)
    assert np.linalg.norm(reward_model.gradient(model.weights, differences, preferences, l2)) <= 1e-8
    at = np.random.default_rng(seed).normal(size=d)
    numeric = central(lambda w: reward_model.objective(w, differences, preferences, l2), at)
    analytic = reward_model.gradient(at, differences, preferences, l2)
    np.testing.assert_allclose(analytic, numeric, rtol=1e-6, atol=2e-7)


def test_the_covariance_is_the_inverse_curvature():
    differences, preferences = problem(3, 30, 4)
    model = fit(differences, preferences)
    slopes = [lambda w, i=i: reward_model.gradient(w, differences, preferences, 1.0)[i] for i in range(4)]
    curvature = np.array([central(slope, model.weights) for slope in slopes])
    np.testing.assert_allclose(model.covariance, np.linalg.inv(curvature), rtol=1e-6, atol=1e-9)
    x = np.array([1.0, -2.0, 0.5, 0.0])
    assert model.deviation(x) == pytest.approx(np.sqrt(x @ model.covariance @ x))


@pytest.mark.parametrize(
    ("differences", "preferences", "l2", "says"),
    [
        (np.zeros(3), np.zeros(3), 1, r"differences must have shape \(n, d\), got \(3,\)"),
        (np.zeros((3, 2)), np.zeros(2), 1, r"preferences must have shape \(3,\)"),
        (np.full((1, 2), np.nan), np.zeros(1), 1, "differences must be finite, got nan"),
        (np.zeros((1, 2)), np.array([np.inf]), 1, "preferences must be finite, got inf"),
        (np.zeros((1, 2)), np.array([1.5]), 1, r"preferences must lie in \[0, 1\], got 1.5"),
        (np.zeros((1, 2)), np.array([1.0]), 0, "l2 must be a positive number, got 0"),
    ],
)
def test_bad_input_is_named(differences, preferences, l2, says):
    with pytest.raises(ValueError, match=says):
        fit(differences, preferences, l2)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda model: model.score(np.zeros(3)), r"features must have shape \(..., 2\), got \(3,\)"),
        (lambda model: model.deviation(np.array([np.nan, 0])), "features must be finite, got nan"),
        (lambda model: model.probability(np.zeros(2), np.array([0, -np.inf])), "features must be finite, got -inf"),
        (
            lambda model: reward_model.expected_information_gain(model, np.zeros((4, 3))),
            r"features must have shape \(..., 2\), got \(4, 3\)",
        ),
        (
            lambda _: reward_model.ensemble(np.zeros((0, 2)), np.zeros(0), 3, 1),
            "differences must hold at least one comparison, got none",
        ),
        (
            lambda _: reward_model.ensemble(np.zeros((1, 2)), np.zeros(1), 0, 1),
            "size must be a whole number of at least 1, got 0",
        ),
        (
            lambda _: reward_model.ensemble_lower_bound([], np.zeros(2)),
            "models must hold at least one reward model, got none",
        ),
        (
            lambda model: reward_model.log_likelihood(model, np.zeros((0, 2)), np.zeros(0)),
            "differences must hold at least one comparison, got none",
        ),
        (
            lambda _: reward_model.ensemble(np.zeros((1, 2)), np.zeros(1), 1.5, 1),
            "size must be a whole number of at least 1, got 1.5",
        ),
        (
            lambda model: reward_model.accuracy(model, np.zeros((1, 3)), np.zeros(1)),
            r"features must have shape \(..., 2\), got \(1, 3\)",
        ),
        (
            lambda model: reward_model.log_likelihood(model, np.zeros((1, 3)), np.zeros(1)),
            r"weights must have shape \(3,\), got \(2,\)",
        ),
        (
            lambda model: model.probability(np.zeros((2, 2)), np.zeros((3, 2))),
            r"b must have the shape of a, \(2, 2\), got \(3, 2\)",
        ),
        (lambda _: reward_model.RewardModel([1.0, np.nan], np.eye(2)), "weights must be finite, got nan"),
        (
            lambda _: reward_model.RewardModel([1.0, 2.0], np.eye(3)),
            r"covariance must have shape \(2, 2\), got \(3, 3\)",
        ),
        (lambda _: reward_model.gradient([np.nan], [[1.0]], [1.0], 1.0), "weights must be finite, got nan"),
        (lambda _: reward_model.share_ordered([0.0], [np.nan]), "preferences must be finite, got nan"),
        (lambda _: reward_model.share_ordered([0.0, 1.0], [1.0]), r"preferences must have shape \(2,\), got \(1,\)"),
        (lambda _: reward_model.binary_entropy([0.5, 1.5]), r"probability must lie in \[0, 1\], got 1.5"),
        (
            lambda model: reward_model.lower_bound(model, np.zeros(2), np.nan),
            "deviations must be a finite number, got nan",
        ),
        (
            lambda model: reward_model.ensemble_lower_bound([model], np.zeros(2), None),
            "deviations must be a finite number, got None",
        ),
        (lambda _: reward_model.hessian([1.0], None, 1.0), r"differences must have shape \(n, d\), got \(\)"),
        (lambda _: reward_model.sigmoid("a"), "x must be an array of numbers, got str"),
        (lambda _: fit([[1.0]], [1.0], None), "l2 must be a positive number, got None"),
        (
            lambda model: reward_model.accuracy(model, np.zeros((1, 2)), np.array([2.0])),
            r"preferences must lie in \[0, 1\], got 2.0",
        ),
    ],
)
def test_bad_questions_to_a_model_are_named(call, says):
    with pytest.raises(ValueError, match=says):
        call(fit(np.zeros((0, 2)), np.zeros(0)))


def test_the_log_likelihood_is_scikit_learns_log_loss():
    differences, preferences = problem(2, 50, 3)
    model = fit(differences, preferences)
    chances = model.probability(differences, np.zeros(3))
    assert reward_model.log_likelihood(model, differences, preferences) == pytest.approx(
        -log_loss(preferences, chances), abs=1e-9
    )
    coin = fit(np.zeros((0, 3)), np.zeros(0))
    assert reward_model.log_likelihood(coin, differences, preferences) == pytest.approx(np.log(0.5))


def test_accuracy_counts_what_is_ordered_as_people_did():
    model = reward_model.RewardModel(np.array([1.0]), np.eye(1))
    differences = np.array([[2.0], [-1.0], [0.5], [0.0], [3.0]])
    assert reward_model.accuracy(model, differences, np.array([1.0, 0.0, 0.0, 1.0, 0.5])) == pytest.approx(
        (1 + 1 + 0 + 0.5) / 4
    )
    assert np.isnan(reward_model.accuracy(model, differences[:1], np.array([0.5])))


def test_an_ensemble_is_fits_to_bootstrap_samples():
    differences, preferences = problem(4, 30, 3)
    models, rng = reward_model.ensemble(differences, preferences, 5, 9), Random(9)
    for model in models:
        draw = [rng.randrange(30) for _ in range(30)]
        np.testing.assert_allclose(model.weights, fit(differences[draw], preferences[draw]).weights)
    candidates = np.random.default_rng(1).normal(size=(7, 3))
    scores = np.array([[weights @ x for x in candidates] for weights in (model.weights for model in models)])
    bound = reward_model.ensemble_lower_bound(models, candidates, 2.0)
    np.testing.assert_allclose(bound, scores.mean(axis=0) - 2 * scores.std(axis=0))


def test_an_ensembles_members_differ_about_as_much_as_laplace_says():
    """Both estimate the same uncertainty; with a weak prior and many comparisons within a third of each other."""
    differences, preferences = problem(6, 600, 3)
    spread = np.std([model.weights for model in reward_model.ensemble(differences, preferences, 100, 1, 0.1)], axis=0)
    laplace = np.sqrt(np.diag(fit(differences, preferences, 0.1).covariance))
    np.testing.assert_allclose(spread, laplace, rtol=1 / 3)


def test_doubt_lowers_the_bound_most_where_nothing_was_seen():
    differences = np.array([[1.0, 0.0]] * 20)
    model = fit(differences, np.ones(20))
    seen, unseen = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    assert reward_model.lower_bound(model, seen, 0) == model.score(seen)
    gaps = [model.score(x) - reward_model.lower_bound(model, x, 2.0) for x in (seen, unseen)]
    np.testing.assert_allclose(gaps, [2 * model.deviation(seen), 2 * model.deviation(unseen)])
    assert gaps[0] < gaps[1]


def test_the_predictive_chance_equals_monte_carlo_and_doubt_draws_it_to_a_half():
    rng = np.random.default_rng(2)
    differences = rng.normal(size=(30, 3))
    model = reward_model.fit(differences, (rng.random(30) < 0.5).astype(float))
    asked = 3 * rng.normal(size=(8, 3))
    weights = rng.multivariate_normal(model.weights, model.covariance, 200_000)
    expected = (1 / (1 + np.exp(-weights @ asked.T))).mean(axis=0)
    found = reward_model.predictive(model, asked)
    np.testing.assert_allclose(found, expected, atol=4e-3)
    np.testing.assert_allclose(reward_model.predictive(model, -asked), 1 - found, atol=1e-12)
    assert (np.abs(found - 0.5) < np.abs(reward_model.sigmoid(model.score(asked)) - 0.5)).all()


def test_information_gain_equals_monte_carlo():
    differences, preferences = problem(7, 12, 4)
    model = fit(differences, preferences)
    candidates = np.vstack([np.zeros(4), np.random.default_rng(0).normal(size=(5, 4)) * 2])
    draws = np.random.default_rng(1).multivariate_normal(model.weights, model.covariance, 400_000)
    answers = 1 / (1 + np.exp(-draws @ candidates.T))

    def entropy(p):
        return -(p * np.log2(p) + (1 - p) * np.log2(1 - p))

    expected = entropy(answers.mean(0)) - entropy(answers).mean(0)
    np.testing.assert_allclose(reward_model.expected_information_gain(model, candidates), expected, atol=2e-3)


@pytest.mark.parametrize("deviation", [0.01, 1.0, 5.0, 30.0])
@pytest.mark.parametrize("mean", [0.0, 3.0, -20.0])
def test_information_gain_equals_dense_integration(mean, deviation):
    """The margin's Gaussian cut into half a million pieces."""
    z = np.linspace(-12, 12, 500_001)
    weights = np.exp(-0.5 * z * z) / np.exp(-0.5 * z * z).sum()
    p = 1 / (1 + np.exp(-(mean + deviation * z)))

    def entropy(x):
        x = np.clip(x, 1e-300, 1 - 1e-16)
        return -(x * np.log2(x) + (1 - x) * np.log2(1 - x))

    model = reward_model.RewardModel(np.array([mean]), np.array([[deviation**2]]))
    found = reward_model.expected_information_gain(model, np.ones((1, 1)))[0]
    assert found == pytest.approx(entropy(p @ weights) - entropy(p) @ weights, abs=1e-4) and found >= 0


def test_small_probabilities_keep_their_digits():
    assert reward_model.sigmoid(-50.0) == pytest.approx(np.exp(-50.0), rel=1e-12)
    assert reward_model.sigmoid(-700.0) > 0 and reward_model.sigmoid(800.0) == 1
    assert reward_model.hessian([50.0], [[1.0]], 0.0)[0, 0] == pytest.approx(np.exp(-50.0), rel=1e-12)


def test_the_objective_and_its_derivatives_take_lists():
    given = [0.5, -1.0], [[1.0, 2.0], [0.0, 1.0]], [1.0, 0.5], 1.0
    assert reward_model.objective(*given) == reward_model.objective(*map(np.array, given[:3]), 1.0)
    assert reward_model.gradient(*given).shape == (2,) and reward_model.hessian(given[0], given[1], 1.0).shape == (2, 2)


def test_large_differences_are_fitted_too():
    differences, preferences = problem(1, 60, 4)
    np.testing.assert_allclose(
        fit(differences * 1e6, preferences, 1e6).weights * 1e6, fit(differences, preferences, 1e-6).weights, rtol=1e-4
    )


def test_nothing_is_learned_from_comparing_likes():
    model = fit(np.zeros((0, 3)), np.zeros(0))
    gain = reward_model.expected_information_gain(model, np.array([[0.0, 0, 0], [1, 0, 0], [9, 0, 0]]))
    assert gain[0] == pytest.approx(0, abs=1e-12) and gain[1] < gain[2] <= 1
