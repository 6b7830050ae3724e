"""DPO: the loss against its definition, finite differences; training against the exact optimum."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core import tiny
from tests.core.differences import central
from tests.core.test_ppo import climbed, setting
from widgets.core import dpo, optimum
from widgets.core.language_model import LanguageModel
from widgets.core.reward_model import sigmoid

logs = st.floats(-30, 0)


def scalar(chosen, rejected, reference_chosen, reference_rejected, beta):
    """Rafailov et al. 2023, eq. 7, one pair after the other, in plain Python."""
    losses = []
    for c, r, rc, rr in zip(chosen, rejected, reference_chosen, reference_rejected, strict=True):
        margin = beta * ((c - rc) - (r - rr))
        losses.append(max(-margin, 0.0) + math.log1p(math.exp(-abs(margin))))
    return sum(losses) / len(losses)


@settings(max_examples=100)
@given(st.lists(st.tuples(logs, logs, logs, logs), min_size=1, max_size=6), st.sampled_from([0.05, 0.1, 1.0]))
def test_the_loss_and_its_gradients(rows, beta):
    chosen, rejected, *reference = map(np.array, zip(*rows, strict=True))
    value, (by_chosen, by_rejected) = dpo.loss(chosen, rejected, *reference, beta)
    assert value == pytest.approx(scalar(chosen, rejected, *reference, beta), rel=1e-12, abs=1e-12)
    numeric = central(lambda at: scalar(at, rejected, *reference, beta), chosen, 1e-4)
    np.testing.assert_allclose(by_chosen, numeric, rtol=1e-6, atol=1e-9)
    numeric = central(lambda at: scalar(chosen, at, *reference, beta), rejected, 1e-4)
    np.testing.assert_allclose(by_rejected, numeric, rtol=1e-6, atol=1e-9)


def test_a_policy_equal_to_its_reference_has_the_loss_of_a_coin():
    value, _ = dpo.loss(np.array([-3.0]), np.array([-5.0]), np.array([-3.0]), np.array([-5.0]), 0.1)
    assert value == pytest.approx(math.log(2))


def test_on_all_comparisons_it_arrives_at_the_optimum_of_rlhf():
    """Every pair of responses of a tiny model, weighted as Bradley-Terry's annotators choose: pi* and nothing else."""
    reference, reward, beta = tiny.model(2), tiny.reward(3), 0.7
    best = optimum.optimal_policy(reference, reward, beta)
    everything = np.array(tiny.responses())
    first, second = (everything[index] for index in np.triu_indices(len(everything), 1))
    margin = optimum.total_reward(reference, reward, first) - optimum.total_reward(reference, reward, second)
    *_, last = dpo.train(reference, first, second, beta, preferences=sigmoid(margin), steps=3000, rate=0.05)
    assert last.policy.kl(best) < 1e-4
    implicit = dpo.implicit_reward(last.policy, reference, everything, beta)
    true = optimum.total_reward(reference, reward, everything)
    np.testing.assert_allclose(implicit - implicit.mean(), true - true.mean(), atol=0.03)


@pytest.mark.parametrize(
    ("question", "beta", "seed"),
    [("capital", 0.05, 4), ("cleaning", 0.05, 3), ("salary", 0.1, 1), ("salary", 0.3, 1), ("moon", 1.0, 1)],
)
def test_on_covering_pairs_it_climbs_and_its_implicit_reward_agrees(content, question, beta, seed):
    """On the first two it stopped at 88 % of the way when it moved what is hardly ever compared as fast as all the
    rest.
    """
    reference, reward = setting(content, question)
    first, second, shares = dpo.covering_pairs(reference, reward, beta, 8000, seed)
    *_, last = dpo.train(reference, first, second, beta, preferences=shares)
    assert climbed(reference, reward, beta, last.policy) > 0.95
    assert correlation(reference, reward, beta, last.policy) > 0.99


@given(st.integers(1, 80), st.integers(0, 100))
def test_covering_pairs_are_as_many_as_asked_and_judged_as_bradley_and_terry_do(count, seed):
    first, second, shares = dpo.covering_pairs(tiny.model(), tiny.reward(), 0.3, count, seed)
    assert first.shape == second.shape == (count, tiny.LENGTH)
    margins = [
        tiny.total(tiny.reward(), tuple(a)) - tiny.total(tiny.reward(), tuple(b))
        for a, b in zip(first.tolist(), second.tolist(), strict=True)
    ]
    np.testing.assert_allclose(shares, 1 / (1 + np.exp(-np.array(margins))), atol=1e-12)


def test_with_few_labels_or_uncovered_answers_the_gap_is_plain(content):
    reference, reward = setting(content, "salary")
    first, second, shares = dpo.covering_pairs(reference, reward, 0.3, 8000, 1)
    *_, few = dpo.train(reference, first[:60], second[:60], 0.3, preferences=shares[:60].round(), steps=200)
    assert climbed(reference, reward, 0.3, few.policy) < 0.8
    favourite = np.argmax(optimum.optimal_policy(reference, reward, 0.3).visits().sum(axis=0)[: reference.end])
    kept = ~((first == favourite).any(axis=1) | (second == favourite).any(axis=1))
    *_, blind = dpo.train(reference, first[kept], second[kept], 0.3, preferences=shares[kept], steps=200)
    assert correlation(reference, reward, 0.3, blind.policy) < 0.9


def correlation(reference, reward, beta, policy):
    """Of the differences within pairs, of the implicit reward with the reward; pairs of the reference's answers and the
    optimum's, drawn from both at random."""
    answers = np.concatenate(
        [reference.sample(1000, 5), optimum.optimal_policy(reference, reward, beta).sample(1000, 6)]
    )
    first, second = np.random.default_rng(0).permutation(len(answers)).reshape(2, -1)
    implicit = dpo.implicit_reward(policy, reference, answers, beta)
    true = optimum.total_reward(reference, reward, answers)
    return np.corrcoef(implicit[first] - implicit[second], true[first] - true[second])[0, 1]


def test_a_divided_pair_is_the_same_as_the_pair_in_both_orders():
    one = np.array([[0, 1, 3]]), np.array([[2, 3, 3]])
    *_, divided = dpo.train(tiny.model(), *one, 0.5, preferences=np.array([0.5]), steps=20)
    both = np.concatenate(one), np.concatenate(one[::-1])
    *_, twice = dpo.train(tiny.model(), *both, 0.5, steps=20)
    np.testing.assert_allclose(divided.policy.logits, twice.policy.logits, atol=1e-9)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (
            lambda: dpo.loss(np.zeros(2), np.zeros(3), np.zeros(2), np.zeros(2), 0.1),
            r"policy_rejected must have shape \(m,\)",
        ),
        (
            lambda: dpo.loss(np.array([np.nan]), np.zeros(1), np.zeros(1), np.zeros(1), 0.1),
            "policy_chosen must be finite, got nan",
        ),
        (lambda: dpo.loss(np.zeros(1), np.zeros(1), np.zeros(1), np.zeros(1), 0.0), "beta"),
        (
            lambda: dpo.train(tiny.model(), np.zeros((1, 3), int), np.zeros((2, 3), int), 0.1),
            "same number of responses, one or more, got 1 and 2",
        ),
        (
            lambda: dpo.train(
                tiny.model(), np.zeros((1, 3), int), np.ones((1, 3), int), 0.1, preferences=np.array([1.5])
            ),
            r"preferences must lie in \[0, 1\], got 1.5",
        ),
        (
            lambda: dpo.train(
                tiny.model(), np.zeros((1, 3), int), np.ones((1, 3), int), 0.1, preferences=np.array([np.nan])
            ),
            "preferences must be finite, got nan",
        ),
        (
            lambda: dpo.train(tiny.model(), np.zeros((1, 3), int), np.ones((1, 3), int), 0.1, preferences=np.ones(2)),
            r"preferences must have shape \(1,\), got \(2,\)",
        ),
        (
            lambda: dpo.train(tiny.model(), np.zeros((0, 3), int), np.zeros((0, 3), int), 0.1),
            "one or more, got 0 and 0",
        ),
        (
            lambda: dpo.train(tiny.model(), np.zeros((1, 3), int), np.ones((1, 3), int), -0.1),
            "beta must be a positive number, got -0.1",
        ),
        (
            lambda: dpo.train(tiny.model(), np.zeros((1, 3), int), np.ones((1, 3), int), 0.1, rate=-1.0),
            "rate must be a positive",
        ),
        (
            lambda: dpo.train(tiny.model(), np.zeros((1, 2), int), np.ones((1, 2), int), 0.1),
            r"chosen must be whole numbers of shape \(m, 3\)",
        ),
        (
            lambda: dpo.train(tiny.model(), np.zeros((1, 3), int), None, 0.1),
            r"rejected must be whole numbers of shape \(m, 3\)",
        ),
        (
            lambda: dpo.train(tiny.model(), [[0, 1, 3], [2]], np.zeros((2, 3), int), 0.1),
            "chosen must be an array, got rows of different lengths",
        ),
        (lambda: dpo.learning_rate(0.0), "beta must be a positive number, got 0.0"),
        (
            lambda: dpo.train(tiny.model(forbid=True), np.array([[0, 1, 3]]), np.array([[0, 3, 3]]), 0.1),
            "possible under the reference",
        ),
        (
            lambda: dpo.covering_pairs(tiny.model(), tiny.reward(), 0.1, 0, 1),
            "count must be a whole number of at least 1, got 0",
        ),
        (lambda: dpo.covering_pairs(tiny.model(), tiny.reward(), 0.0, 5, 1), "beta must be a positive number, got 0.0"),
        (
            lambda: dpo.implicit_reward(tiny.model(), tiny.model(), np.zeros((1, 3), int), 0.0),
            "beta must be a positive number, got 0.0",
        ),
        (
            lambda: dpo.implicit_reward(
                tiny.model(), LanguageModel(("x",), np.zeros((2, 2)), 3), np.zeros((1, 3), int), 0.1
            ),
            r"same phrases and length \(3, 3\), got 1 phrases and length 3",
        ),
    ],
)
def test_bad_input_is_told(call, says):
    with pytest.raises(ValueError, match=says):
        call()


def test_a_divided_pair_costs_what_both_orders_cost_by_their_shares():
    rng = np.random.default_rng(3)
    chosen, rejected, *reference = rng.normal(size=(4, 6))
    shares = rng.uniform(size=6)
    one = np.array([dpo.loss(*(np.array([x[k]]) for x in (chosen, rejected, *reference)), 0.7)[0] for k in range(6)])
    turned = (rejected, chosen, reference[1], reference[0])
    other = np.array([dpo.loss(*(np.array([x[k]]) for x in turned), 0.7)[0] for k in range(6)])
    value, _ = dpo.loss(chosen, rejected, *reference, 0.7, shares)
    assert value == pytest.approx(np.mean(shares * one + (1 - shares) * other), abs=1e-12)


def test_the_slopes_of_divided_pairs_are_finite_differences():
    rng = np.random.default_rng(4)
    given, shares, step = rng.normal(size=(4, 5)), rng.uniform(size=5), 1e-6
    _, slopes = dpo.loss(*given, 0.7, shares)
    for row, slope in enumerate(slopes):
        for place in range(5):
            up, down = given.copy(), given.copy()
            up[row, place] += step
            down[row, place] -= step
            numeric = (dpo.loss(*up, 0.7, shares)[0] - dpo.loss(*down, 0.7, shares)[0]) / (2 * step)
            assert slope[place] == pytest.approx(numeric, abs=1e-8)
