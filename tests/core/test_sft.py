"""Maximum likelihood: its gradient against finite differences, its end against counting."""

import itertools

import numpy as np
import pytest

from tests.core import tiny
from tests.core.differences import central
from widgets.core import sft

TEXTS = np.array([[0, 1, 3], [0, 1, 2], [2, 3, 3], [0, 0, 3], [1, 3, 3], [3, 3, 3]])


@pytest.mark.parametrize("tables", [1, 3])
def test_the_loss_is_the_mean_negative_log_probability_of_decisions(tables):
    lm = tiny.model(4, tables=tables)
    made = [
        (lm.table[min(at, tables - 1), before, token])
        for row in TEXTS
        for at, before, token in tiny.decisions(tuple(row))
    ]
    assert sft.loss(lm, TEXTS) == pytest.approx(-np.log(made).mean(), abs=1e-12)


@pytest.mark.parametrize("tables", [1, 3])
def test_the_gradient_equals_central_differences(tables):
    lm = tiny.model(4, tables=tables)
    numeric = central(lambda logits: sft.loss(lm.with_logits(logits), TEXTS), lm.logits)
    np.testing.assert_allclose(sft.gradient(lm, TEXTS), numeric, rtol=1e-6, atol=1e-9)


def test_long_training_ends_at_the_shares_that_counting_gives():
    """The maximum likelihood of a table is the table of relative frequencies."""
    *_, last = sft.train(tiny.model(4), TEXTS, steps=3000)
    counts = np.zeros((4, 4))
    for row in TEXTS:
        for _, before, token in tiny.decisions(tuple(row)):
            counts[before, token] += 1
    seen = counts.sum(axis=1) > 0
    np.testing.assert_allclose(
        last.model.table[0][seen], (counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))[seen], atol=2e-3
    )


def test_the_loss_falls_with_every_step_and_the_held_out_one_is_reported():
    iterates = list(sft.train(tiny.model(4), TEXTS[:4], TEXTS[4:], steps=25))
    losses = [iterate.loss for iterate in iterates]
    assert [iterate.step for iterate in iterates] == list(range(26))
    assert all(after < before for before, after in itertools.pairwise(losses))
    assert iterates[-1].held_out == pytest.approx(sft.loss(iterates[-1].model, TEXTS[4:]))


def test_what_is_forbidden_stays_forbidden():
    *_, last = sft.train(tiny.model(4, forbid=True), np.array([[0, 2, 3]]))
    assert last.model.table[0, 0, 1] == 0


def test_what_is_forbidden_and_not_said_costs_nothing():
    lm, texts = tiny.model(4, forbid=True), np.array([[0, 2, 3], [1, 3, 3]])
    made = [lm.table[0, before, token] for row in texts for _, before, token in tiny.decisions(tuple(row))]
    assert sft.loss(lm, texts) == pytest.approx(-np.log(made).mean(), abs=1e-12)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: sft.train(tiny.model(), np.zeros((0, 3), dtype=int)), "tokens must hold at least one response"),
        (lambda: sft.train(tiny.model(), None), r"tokens must be whole numbers of shape \(m, 3\)"),
        (
            lambda: sft.train(tiny.model(), TEXTS.astype(float)),
            r"tokens must be whole numbers of shape \(m, 3\), got float64 \(6, 3\)",
        ),
        (
            lambda: sft.train(tiny.model(), TEXTS[:, :2]),
            r"tokens must be whole numbers of shape \(m, 3\), got int64 \(6, 2\)",
        ),
        (lambda: sft.train(tiny.model(), TEXTS + 9), "tokens must lie in 0 to 3, got"),
        (lambda: sft.train(tiny.model(), TEXTS, TEXTS + 9), "tokens must lie in 0 to 3, got"),
        (lambda: sft.train(tiny.model(), TEXTS, steps=1.5), "steps must be a whole number of at least 1, got 1.5"),
        (lambda: sft.train(tiny.model(), TEXTS, rate=0.0), "rate must be a positive number, got 0.0"),
        (
            lambda: sft.loss(tiny.model(forbid=True), TEXTS),
            "tokens must be possible under the model, got 'b' after 'a'",
        ),
        (
            lambda: sft.gradient(tiny.model(forbid=True), TEXTS),
            "tokens must be possible under the model, got 'b' after 'a'",
        ),
    ],
)
def test_bad_input_is_told(call, says):
    with pytest.raises(ValueError, match=says):
        call()
