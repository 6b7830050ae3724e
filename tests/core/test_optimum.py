"""The exact optimum, against enumeration, its own optimality condition, and a thousand rivals."""

import math
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core import tiny
from widgets.core import optimum
from widgets.core.language_model import LanguageModel, phrase_reward

ALL = tiny.responses()


@pytest.mark.parametrize("beta", [0.05, 0.3, 1.0, 10.0])
@pytest.mark.parametrize("forbid", [False, True])
def test_the_optimum_is_the_reference_tilted_by_the_reward(beta, forbid):
    """pi*(y) is proportional to pi_ref(y) exp(r(y)/beta): Rafailov et al. 2023, eq. 4, by enumeration."""
    reference, table = tiny.model(2, forbid=forbid), tiny.reward(8)
    weights = [tiny.probability(reference, r) * math.exp(tiny.total(table, r) / beta) for r in ALL]
    best = optimum.optimal_policy(reference, table, beta)
    np.testing.assert_allclose([tiny.probability(best, r) for r in ALL], np.array(weights) / sum(weights), atol=1e-12)
    assert optimum.soft_value(reference, table, beta) == pytest.approx(beta * math.log(sum(weights)), abs=1e-10)


@settings(max_examples=60)
@given(st.integers(0, 10**6), st.sampled_from([0.05, 0.1, 0.3, 1.0]))
def test_along_every_path_the_log_ratio_is_the_advantage_over_beta(seed, beta):
    """log pi*/pi_ref = (r - V)/beta for every response, to 1e-9."""
    reference, table = tiny.model(seed), tiny.reward(seed + 1)
    best, value = optimum.optimal_policy(reference, table, beta), optimum.soft_value(reference, table, beta)
    ratios = optimum.log_ratio(best, reference, np.array(ALL))
    wanted = [(tiny.total(table, r) - value) / beta for r in ALL]
    np.testing.assert_allclose(ratios, wanted, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("question", ["writing", "headache"])
def test_nothing_beats_it_among_a_thousand_random_policies(content, question):
    reference = content.trained(question).tuned
    table = phrase_reward([Random(phrase).gauss(0, 1) for phrase in reference.phrases])
    best = optimum.optimal_policy(reference, table, 0.3)
    top = optimum.objective(best, reference, table, 0.3)
    assert top == pytest.approx(optimum.soft_value(reference, table, 0.3), abs=1e-9)
    draws, allowed = np.random.default_rng(0), np.isfinite(reference.logits[0])
    for rival in range(1000):
        around = best if rival % 2 else reference
        moved = around.logits + np.where(
            allowed, draws.normal(0, draws.choice([0.01, 0.1, 1.0]), around.logits.shape), 0.0
        )
        assert optimum.objective(around.with_logits(moved), reference, table, 0.3) < top


def test_the_objective_is_reward_less_the_price_of_the_distance():
    policy, reference, table = tiny.model(1), tiny.model(2), tiny.reward(3)
    chances = [(tiny.probability(policy, r), tiny.probability(reference, r), tiny.total(table, r)) for r in ALL]
    by_hand = sum(p * x for p, _, x in chances) - 0.7 * sum(p * math.log(p / q) for p, q, _ in chances)
    assert optimum.objective(policy, reference, table, 0.7) == pytest.approx(by_hand, abs=1e-12)


def test_a_standardised_reward_has_unit_deviation():
    reference, table = tiny.model(2), tiny.reward(3)
    assert reference.deviation(optimum.standardized(table, reference)) == pytest.approx(1.0)
    with pytest.raises(ValueError, match="^reward must differ between responses"):
        optimum.standardized(np.zeros((4, 4)), reference)


def test_rewards_that_differ_little_are_standardised_and_those_that_rounding_alone_parts_are_not():
    reference, table, worth = tiny.model(1), tiny.reward(3), np.array(tiny.reward(1)[0])
    np.testing.assert_allclose(
        optimum.standardized(table * 1e-6, reference), optimum.standardized(table, reference), rtol=1e-6
    )
    gained = worth - worth[:, None]  # it adds up to nothing in every response, which begins and ends with the end
    assert 0 < reference.deviation(gained) < 1e-12
    with pytest.raises(ValueError, match="reward must differ between responses"):
        optimum.standardized(gained, reference)


def test_total_reward_equals_the_definition():
    reference, table = tiny.model(2), tiny.reward(3, tables=3)
    np.testing.assert_allclose(
        optimum.total_reward(reference, table, np.array(ALL)), [tiny.total(table, r) for r in ALL]
    )


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("tables", [3, 4])
def test_a_reward_for_each_position_and_the_end_is_solved_too(seed, tables):
    """One table more than there are positions: the last is for the forced end alone."""
    reference, table = tiny.model(seed, tables=3), tiny.reward(seed + 9, tables=tables)
    weights = np.array([tiny.probability(reference, r) * math.exp(tiny.total(table, r) / 0.5) for r in ALL])
    best = optimum.optimal_policy(reference, table, 0.5)
    np.testing.assert_allclose([tiny.probability(best, r) for r in ALL], weights / weights.sum(), atol=1e-12)
    assert optimum.objective(best, reference, table, 0.5) == pytest.approx(
        optimum.soft_value(reference, table, 0.5), abs=1e-10
    )


@pytest.mark.parametrize("beta", [0.0, 0.5])
@pytest.mark.parametrize("tables", [(1, 1), (1, 3), (3, 3), (3, 4)])
def test_soft_values_are_of_all_that_may_still_be_said(tables, beta):
    """Every continuation of every position and previous token, one by one."""
    reference = tiny.model(4, tables=tables[0], forbid=True)
    reward = tiny.reward(9, tables[1]).reshape(tables[1], 4, 4)

    def continuations(position, previous):
        """(log-probability, reward) of each."""
        if position == tiny.LENGTH:
            yield 0.0, reward[-1][previous, tiny.END]
            return
        row = reference.logits[min(position, tables[0] - 1), previous]
        for token in np.flatnonzero(np.isfinite(row)):
            chance = row[token] - math.log(sum(map(math.exp, row)))
            gain = reward[min(position, tables[1] - 1), previous, token]
            after = [(0.0, 0.0)] if token == tiny.END else continuations(position + 1, token)
            yield from ((chance + later, gain + more) for later, more in after)

    def value(position, previous):
        every = list(continuations(position, previous))
        if beta == 0:
            return max(worth for _, worth in every)
        return beta * math.log(sum(math.exp(chance + worth / beta) for chance, worth in every))

    wanted = [[value(position, previous) for previous in range(tiny.END + 1)] for position in range(tiny.LENGTH + 1)]
    np.testing.assert_allclose(optimum.soft_values(reference, reward, beta), wanted, atol=1e-12)


@pytest.mark.parametrize("beta", [-1.0, float("nan"), float("inf")])
def test_beta_must_not_be_negative(beta):
    for call in (optimum.optimal_policy, optimum.soft_value):
        with pytest.raises(ValueError, match=f"^beta must be a positive number, got {beta}"):
            call(tiny.model(), tiny.reward(), beta)
    with pytest.raises(ValueError, match=f"^beta must be a number of at least 0, got {beta}"):
        optimum.objective(tiny.model(), tiny.model(), tiny.reward(), beta)


@pytest.mark.parametrize("forbid", [False, True])
@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("tables", [(1, 1), (3, 3), (3, 4)])
def test_at_beta_zero_it_is_the_best_responses_in_the_references_proportions(forbid, tied, tables):
    """By enumeration; rounded rewards make ties."""
    reference, table = tiny.model(2, tables=tables[0], forbid=forbid), tiny.reward(4, tables[1])
    table = np.round(table) if tied else table
    chances = np.array([tiny.probability(reference, r) for r in ALL])
    totals = np.array([tiny.total(table, r) if chance > 0 else -np.inf for r, chance in zip(ALL, chances, strict=True)])
    wanted = np.where(totals > totals.max() - 1e-9, chances, 0.0)
    best = optimum.optimal_policy(reference, table, 0.0)
    np.testing.assert_allclose([tiny.probability(best, r) for r in ALL], wanted / wanted.sum(), atol=1e-12)
    assert (wanted > 0).sum() > 1 or not tied
    assert (
        optimum.soft_value(reference, table, 0.0) == pytest.approx(totals.max()) == pytest.approx(best.expected(table))
    )
    near = optimum.optimal_policy(reference, table, 1e-4)
    np.testing.assert_allclose(best.visits(), near.visits(), atol=1e-3)


@pytest.mark.parametrize(("apart", "equal"), [(0.1 + 0.2 - 0.3, True), (1e-9, True), (2e-9, False), (0.1, False)])
def test_at_beta_zero_rewards_a_billionth_apart_count_as_equal(apart, equal):
    """Only "a" and "b" alone bring no loss, and "a" brings a little more."""
    reference, table = tiny.model(2), np.full((4, 4), -1.0)
    table[tiny.END, :2] = apart, 0.0
    table[:2, tiny.END] = 0.0
    end = tiny.END
    chances = np.array([tiny.probability(reference, (token, end, end)) for token in range(2)])
    wanted = chances / chances.sum() if equal else [1.0, 0.0]
    best = optimum.optimal_policy(reference, table, 0.0)
    np.testing.assert_allclose([tiny.probability(best, (token, end, end)) for token in range(2)], wanted, atol=1e-12)


@pytest.mark.parametrize("beta", [0.0, 0.5])
@pytest.mark.parametrize("tables", [1, 3])
def test_where_all_responses_bring_the_same_the_optimum_is_the_reference(tables, beta):
    reference, table = tiny.model(2, tables=tables, forbid=True), np.zeros((4, 4))
    table[tiny.END] = 0.7  # for the first token, whichever it is
    best = optimum.optimal_policy(reference, table, beta)
    np.testing.assert_allclose(best.table, np.broadcast_to(reference.table, best.table.shape), atol=1e-12)
    assert optimum.soft_value(reference, table, beta) == pytest.approx(0.7)


def test_a_response_that_both_forbid_has_no_ratio():
    with pytest.raises(ValueError, match="^tokens must be possible under the reference"):
        optimum.log_ratio(tiny.model(forbid=True), tiny.model(forbid=True), np.array([[0, 1, 3]]))


def test_models_of_other_phrases_and_bad_rewards_are_told():
    other = LanguageModel(("x", "y"), np.zeros((3, 3)), tiny.LENGTH)
    with pytest.raises(ValueError, match="^reference must be a model of the same phrases"):
        optimum.log_ratio(tiny.model(), other, np.array(ALL))
    with pytest.raises(ValueError, match="^reference must be a model of the same phrases"):
        optimum.objective(tiny.model(), other, tiny.reward(), 0.1)
    with pytest.raises(ValueError, match="reward must be finite, got nan"):
        optimum.optimal_policy(tiny.model(), np.full((4, 4), np.nan), 0.1)
    with pytest.raises(ValueError, match=r"reward must have shape \(4, 4\), or one a position, got \(1, 3, 3\)"):
        optimum.soft_value(tiny.model(), np.zeros((3, 3)), 0.1)
