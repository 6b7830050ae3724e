"""Sparse logistic regression finds what scikit-learn finds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from widgets.core import reward_model, sparse
from widgets.core.sparse import Sparse


def drawn(rows, width, filled, seed):
    """Random differences of few features, and who won by hidden weights."""
    rng = np.random.default_rng(seed)
    dense = rng.integers(-1, 2, (rows, width)) * (rng.random((rows, width)) < filled)
    wins = rng.random(rows) < 1 / (1 + np.exp(-dense @ rng.normal(size=width)))
    return dense.astype(float), wins.astype(float)


def sparsely(dense):
    matrix = csr_matrix(dense)
    return Sparse(matrix.indptr, matrix.indices, matrix.data, dense.shape[1])


@pytest.mark.parametrize(("rows", "width", "l2"), [(300, 40, 1.0), (200, 800, 3.0), (2000, 500, 10.0), (50, 5, 0.01)])
def test_the_weights_are_those_of_scikit_learn(rows, width, l2):
    dense, wins = drawn(rows, width, 0.1, seed=rows)
    ours = sparse.fit(sparsely(dense), wins, l2, enough=1e-9)
    theirs = LogisticRegression(C=1 / l2, fit_intercept=False, tol=1e-10, max_iter=10_000).fit(dense, wins)
    np.testing.assert_allclose(ours, theirs.coef_[0], atol=1e-5)
    usual = sparse.fit(sparsely(dense), wins, l2)
    np.testing.assert_allclose(usual, theirs.coef_[0], rtol=5e-3, atol=2e-3)


def test_the_weights_are_those_of_the_dense_model_also_with_ties_and_from_any_start():
    dense, wins = drawn(100, 12, 0.3, seed=1)
    wins[:20] = 0.5
    wanted = reward_model.fit(dense, wins, 2.0).weights
    for start in (None, np.full(12, 3.0)):
        np.testing.assert_allclose(sparse.fit(sparsely(dense), wins, 2.0, 1e-10, start), wanted, atol=1e-8)


@given(st.integers(0, 6), st.integers(1, 6), st.integers(0, 1000))
def test_products_are_those_of_the_dense_matrix(rows, width, seed):
    dense, _ = drawn(rows, width, 0.4, seed)
    matrix, rng = sparsely(dense), np.random.default_rng(seed)
    weights, amounts = rng.normal(size=width), rng.normal(size=rows)
    np.testing.assert_allclose(matrix.times(weights), dense @ weights, atol=1e-12)
    np.testing.assert_allclose(matrix.transposed_times(amounts), dense.T @ amounts, atol=1e-12)
    chosen = rng.permutation(rows)[: rows // 2 + 1] if rows else np.array([], dtype=int)
    np.testing.assert_allclose(matrix.rows(chosen).times(weights), dense[chosen] @ weights, atol=1e-12)


def test_without_comparisons_nothing_is_learned():
    np.testing.assert_array_equal(sparse.fit(Sparse([0], [], [], 3), np.zeros(0)), np.zeros(3))


def test_what_does_not_fit_is_named():
    with pytest.raises(ValueError, match="columns must lie in 0 to 2, got 5 to 5"):
        Sparse([0, 1], [5], [1.0], 3)
    with pytest.raises(ValueError, match="starts must rise from 0 to the 1 columns"):
        Sparse([0, 2], [0], [1.0], 3)
    with pytest.raises(ValueError, match=r"preferences must lie in \[0, 1\]"):
        sparse.fit(Sparse([0, 1], [0], [1.0], 3), [2.0])
    with pytest.raises(ValueError, match="l2 must be a positive number"):
        sparse.fit(Sparse([0, 1], [0], [1.0], 3), [1.0], 0)
