"""A few responses and all others together, against sums over every response of a tiny language."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core import tiny
from widgets.core.channels import Channels, likeliest
from widgets.core.optimum import optimal_policy

EVERY = tiny.responses()
PICKS = st.sets(st.integers(0, len(EVERY) - 1), min_size=1, max_size=6)


def enumerated(lm, table, beta, picks, rewards=None):
    """log pi* of the picked responses and of the others, by adding up exp over the whole language."""
    weights = {}
    for place, response in enumerate(EVERY):
        reward = tiny.total(table, response)
        if rewards is not None and place in picks:
            reward = rewards[picks.index(place)]
        weights[place] = tiny.probability(lm, response) * math.exp(reward / beta)
    total = sum(weights.values())
    rest = sum(weight for place, weight in weights.items() if place not in picks)
    return np.log([weights[place] / total for place in picks] + [rest / total])


@settings(deadline=None, max_examples=60)
@given(picks=PICKS, seed=st.integers(0, 20), beta=st.floats(0.2, 10), tables=st.sampled_from((1, tiny.LENGTH)))
def test_levels_are_the_optimum_summed_over_every_response(picks, seed, beta, tables):
    lm, table, picks = tiny.model(seed, tables=tables), tiny.reward(seed + 1), sorted(picks)
    channels = Channels(lm, table, np.array([EVERY[place] for place in picks]))
    assert channels.levels(beta) == pytest.approx(enumerated(lm, table, beta, picks), abs=1e-9)


@settings(deadline=None, max_examples=40)
@given(picks=PICKS, seed=st.integers(0, 20), beta=st.floats(0.2, 5), data=st.data())
def test_levels_follow_rewards_that_were_moved(picks, seed, beta, data):
    lm, table, picks = tiny.model(seed), tiny.reward(seed + 1), sorted(picks)
    moved = np.array(data.draw(st.lists(st.floats(-4, 4), min_size=len(picks), max_size=len(picks))))
    channels = Channels(lm, table, np.array([EVERY[place] for place in picks]))
    assert channels.levels(beta, moved) == pytest.approx(enumerated(lm, table, beta, picks, moved), abs=1e-9)


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 20), beta=st.floats(0.05, 5), level=st.floats(-20, -1e-3), channel=st.integers(0, 2))
def test_backwards_is_the_inverse_of_forwards(seed, beta, level, channel):
    lm, table = tiny.model(seed), tiny.reward(seed + 1)
    channels = Channels(lm, table, np.array(EVERY[3:6]))
    rewards = channels.rewards.copy()
    rewards[channel] = channels.reward_for(channel, level, beta)
    assert channels.levels(beta, rewards)[channel] == pytest.approx(level, abs=1e-9)


def test_levels_agree_with_the_optimal_policy_where_transitions_are_forbidden():
    lm, table = tiny.model(forbid=True), tiny.reward()
    possible = [response for response in EVERY if tiny.probability(lm, response) > 0][:5]
    channels = Channels(lm, table, np.array(possible))
    best = optimal_policy(lm, table, 0.4)
    assert channels.levels(0.4)[:-1] == pytest.approx(best.log_probs(np.array(possible)).sum(axis=1), abs=1e-12)
    assert np.exp(channels.levels(0.4)).sum() == pytest.approx(1, abs=1e-12)
    assert channels.levels_under(best) == pytest.approx(channels.levels(0.4), abs=1e-9)


def test_a_rest_too_small_for_a_difference_is_still_right():
    lm = tiny.model()
    channels = Channels(lm, np.zeros((tiny.END + 1,) * 2), np.array(EVERY[1:2]))
    high = np.array([40.0])
    rest = channels.levels(1.0, high)[-1]
    chance = tiny.probability(lm, EVERY[1])
    assert rest == pytest.approx(math.log1p(-chance) - math.log(chance) - 40, abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_the_likeliest_responses_are_found(seed):
    lm = tiny.model(seed, tables=tiny.LENGTH)
    wanted = sorted(EVERY, key=lambda response: -tiny.probability(lm, response))[:7]
    assert [tuple(row) for row in likeliest(lm, 7).tolist()] == wanted


def test_all_responses_are_found_where_more_are_asked_for():
    assert len(likeliest(tiny.model(), 1000)) == len(EVERY)


@pytest.mark.parametrize("level", [0.0, 1.0, math.nan, -math.inf])
def test_a_level_that_no_reward_reaches_is_refused(level):
    channels = Channels(tiny.model(), tiny.reward(), np.array(EVERY[:2]))
    with pytest.raises(ValueError, match="log_level"):
        channels.reward_for(0, level, 1.0)


def test_responses_must_be_different_and_possible():
    with pytest.raises(ValueError, match="different"):
        Channels(tiny.model(), tiny.reward(), np.array([EVERY[1], EVERY[1]]))
    forbidden = next(response for response in EVERY if tiny.probability(tiny.model(forbid=True), response) == 0)
    with pytest.raises(ValueError, match="forbids"):
        Channels(tiny.model(forbid=True), tiny.reward(), np.array([forbidden]))
