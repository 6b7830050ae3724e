"""PPO: the surrogate against its definition, finite differences; training against the exact optimum."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core import tiny
from tests.core.differences import central
from widgets.core import optimum, pipeline, ppo
from widgets.core.language_model import LanguageModel, phrase_reward

numbers = st.floats(-2, 2)


def scalar(log_probs, old, advantages, epsilon):
    """Schulman et al. 2017, eq. 7, one decision after the other."""
    values = []
    for new, before, advantage in zip(log_probs, old, advantages, strict=True):
        ratio = np.exp(new - before)
        values.append(min(ratio * advantage, min(max(ratio, 1 - epsilon), 1 + epsilon) * advantage))
    return sum(values) / len(values)


@settings(max_examples=100)
@given(st.lists(st.tuples(numbers, numbers, numbers), min_size=1, max_size=8), st.sampled_from([0.1, 0.2, 0.3]))
def test_the_surrogate_and_its_gradient(rows, epsilon):
    log_probs, old, advantages = map(np.array, zip(*rows, strict=True))
    ratio = np.exp(log_probs - old)
    value, gradient = ppo.clipped_surrogate(log_probs, old, advantages, epsilon)
    assert value == pytest.approx(scalar(log_probs, old, advantages, epsilon), abs=1e-12)
    smooth = (np.abs(np.abs(ratio - 1) - epsilon) > 1e-3) & (np.abs(advantages) > 1e-6)  # away from the corners
    numeric = central(lambda at: scalar(at, old, advantages, epsilon), log_probs)
    np.testing.assert_allclose(gradient[smooth], numeric[smooth], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("beta", [0.05, 0.1, 1.0])
@pytest.mark.parametrize("question", ["writing", "headache"])
def test_training_climbs_to_the_exact_optimum(content, question, beta):
    """The benchmark sweeps all questions, betas and seeds; this is a slice of it."""
    reference, reward = setting(content, question)
    *_, last = ppo.train(reference, reward, beta, 1)
    assert climbed(reference, reward, beta, last.policy) > 0.95


def test_without_a_leash_it_stops_short_of_the_exact_optimum(content):
    """What figure 2.1 says and shows: sampled practice settles on good answers that it met early."""
    reference, reward = setting(content, "writing")
    *_, end = ppo.train(reference, reward, 0.0, 1)
    assert 0.5 < climbed(reference, reward, 0.0, end.policy) < 0.95


def setting(content, question):
    """A reference and a reward model learned on shipped content."""
    task, models = content.tasks[question], content.trained(question)
    learned = pipeline.learn_reward(task, pipeline.compare(task, (models.raw, models.tuned), 400, 1))
    return models.tuned, pipeline.reward_table(learned, models.tuned)


def climbed(reference, reward, beta, policy):
    foot = optimum.objective(reference, reference, reward, beta)
    top = optimum.soft_value(reference, reward, beta)
    return (optimum.objective(policy, reference, reward, beta) - foot) / (top - foot)


def test_the_iterates_tell_what_happened():
    reference, reward = tiny.model(2), tiny.reward(3)
    iterates = list(ppo.train(reference, reward, 0.5, 1, steps=60, batch=2000))
    first, last = iterates[0], iterates[-1]
    assert abs(first.kl) < 1e-12 and first.entropy == pytest.approx(reference.entropy(), rel=0.1)
    assert first.reward == pytest.approx(reference.expected(reward), abs=0.2)
    # The last batch was drawn from the policy one step earlier, which hardly differs by then.
    assert last.reward == pytest.approx(last.policy.expected(reward), abs=0.2)
    assert last.kl == pytest.approx(last.policy.kl(reference), abs=0.1)
    assert last.objective == pytest.approx(last.reward - 0.5 * last.kl)
    assert all(0 <= iterate.clip_fraction <= 1 for iterate in iterates)


def test_a_reward_for_each_position_is_climbed_too():
    reference, reward = tiny.model(2), tiny.reward(3, tables=3)
    *_, last = ppo.train(reference, reward, 0.5, 1)
    assert climbed(reference, reward, 0.5, last.policy) > 0.98
    assert last.reward == pytest.approx(last.policy.expected(reward), abs=0.2)


def test_without_a_leash_it_runs_farther():
    reference, reward = tiny.model(2), tiny.reward(3)
    ends = {beta: list(ppo.train(reference, reward, beta, 1, steps=80))[-1].policy for beta in (0.0, 2.0)}
    assert ends[0.0].kl(reference) > 5 * ends[2.0].kl(reference)
    assert ends[0.0].expected(reward) > ends[2.0].expected(reward) > reference.expected(reward)


def test_at_beta_zero_the_reward_is_the_raw_reward():
    """What each decision's advantage is made of, from the first batch on: r, and nothing taken off."""
    reference, reward, policy = tiny.model(2), tiny.reward(3), tiny.model(9)
    drawn = ppo.Rollout.draw(policy, reference, reference.checked_reward(reward), 50, Random(1))
    tokens = policy.sample(50, Random(1))
    whole = [tiny.total(reward, tuple(row)) for row in tokens.tolist()]
    np.testing.assert_allclose(drawn.returns(0.0)[drawn.decisions.position == 0], whole)
    assert np.abs(drawn.log_ratios).max() > 0.1
    ratio = (policy.log_probs(tokens) - reference.log_probs(tokens)).sum(axis=1)
    np.testing.assert_allclose(drawn.returns(0.7)[drawn.decisions.position == 0], whole - 0.7 * ratio)


def test_at_beta_zero_the_reference_plays_no_part_at_any_step():
    """Two references that have nothing in common, one beginning,
    one luck: the same policies; with a leash they differ.
    """
    reward, begin = tiny.reward(3), tiny.model(9)

    def policies(beta):
        runs = [ppo.train(tiny.model(seed), reward, beta, 1, policy=begin, steps=12) for seed in (2, 5)]
        return zip(*runs, strict=True)

    for one, other in policies(0.0):
        np.testing.assert_array_equal(one.policy.logits, other.policy.logits)
    assert all((one.policy.logits != other.policy.logits).any() for one, other in policies(0.01))


def test_one_beta_holds_at_every_step(monkeypatch):
    held, returns = [], ppo.Rollout.returns
    monkeypatch.setattr(ppo.Rollout, "returns", lambda self, beta: (held.append(beta), returns(self, beta))[1])
    list(ppo.train(tiny.model(2), tiny.reward(3), 0.05, 1, steps=20))
    assert held == [0.05] * 21


def test_the_baseline_does_not_know_what_it_judges():
    """Returns of the batch in hand change nothing in its baseline; added, they become the mean that they are."""
    reference = tiny.model(2)
    drawn = ppo.Rollout.draw(reference, reference, tiny.reward(3)[None], 4000, Random(1))
    baseline = ppo.Baseline(reference)
    np.testing.assert_array_equal(baseline.values(drawn.decisions), 0.0)
    baseline.add(drawn.decisions, drawn.returns(0.0))
    first = drawn.decisions.position == 0
    expected = reference.values(tiny.reward(3))[0, reference.end]
    np.testing.assert_allclose(baseline.values(drawn.decisions)[first], expected, atol=0.1)


def test_the_same_seed_trains_the_same_policy():
    runs = [
        list(ppo.train(tiny.model(2), tiny.reward(3), 0.5, Random("x"), steps=10))[-1].policy.logits for _ in range(2)
    ]
    np.testing.assert_array_equal(*runs)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((np.zeros(2), np.zeros(3), np.zeros(2), 0.2), "must have one shape"),
        ((np.zeros(0), np.zeros(0), np.zeros(0), 0.2), "log_probs must not be empty"),
        ((np.zeros(2), np.zeros(2), np.zeros(2), 0.0), "epsilon must be a positive number, got 0.0"),
        ((np.zeros(2), np.zeros(2), np.array([0, np.nan]), 0.2), "advantages must be finite, got nan"),
    ],
)
def test_bad_input_is_told(arguments, says):
    with pytest.raises(ValueError, match=says):
        ppo.clipped_surrogate(*arguments)


def test_the_surrogate_stays_finite_however_far_the_policy_went():
    for far in (1000.0, -1000.0):
        for advantage in (1.0, -1.0, 0.0):
            value, gradient = ppo.clipped_surrogate(np.array([far]), np.zeros(1), np.array([advantage]), 0.2)
            assert np.isfinite(value) and np.isfinite(gradient).all()
            assert advantage or (value == 0 and gradient[0] == 0)


def test_a_policy_that_says_what_the_reference_forbids_is_told():
    with pytest.raises(ValueError, match="policy must forbid what the reference forbids"):
        ppo.train(tiny.model(forbid=True), tiny.reward(), 0.1, 1, policy=tiny.model())


def test_a_bad_beta_or_reward_is_told():
    for beta in (-0.1, np.nan, None):
        with pytest.raises(ValueError, match=f"beta must be a number of at least 0, got {beta}"):
            ppo.train(tiny.model(), tiny.reward(), beta, 1)
    with pytest.raises(ValueError, match="reward must have shape"):
        ppo.train(tiny.model(), phrase_reward(np.zeros(7)), 0.1, 1)
    with pytest.raises(ValueError, match="reward must be finite, got nan"):
        ppo.train(tiny.model(), np.full((4, 4), np.nan), 0.1, 1)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"steps": 0}, "steps must be a whole number of at least 1, got 0"),
        ({"steps": np.nan}, "steps must be a whole number of at least 1, got nan"),
        ({"steps": np.inf}, "steps must be a whole number of at least 1, got inf"),
        ({"batch": -1}, "batch must be a whole number of at least 1, got -1"),
        ({"epochs": 1.5}, "epochs must be a whole number of at least 1, got 1.5"),
        ({"rate": float("nan")}, "rate must be a positive number, got nan"),
        ({"decay": 0.0}, "decay must be a positive number, got 0.0"),
        ({"epsilon": 0.0}, "epsilon must be a positive number, got 0.0"),
        ({"policy": LanguageModel(("x",), np.zeros((2, 2)), 3)}, "policy must be a model of the same phrases"),
    ],
)
def test_bad_options_are_told(options, says):
    with pytest.raises(ValueError, match=says):
        ppo.train(tiny.model(), tiny.reward(), 0.1, 1, **options)
