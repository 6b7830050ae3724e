"""The lower bound of an ensemble's score, against enumeration, finite differences, and the optimum's own dual."""

import math

import numpy as np
import pytest

from tests.core import tiny
from tests.core.differences import central
from widgets.core import doubt, optimum

ALL = tiny.responses()
BETA, DEVIATIONS = 0.4, 0.8


@pytest.fixture
def reference():
    return tiny.model(2)


@pytest.fixture
def proxy(reference):
    """A score by three features, by an ensemble whose members differ."""
    draws = np.random.default_rng(5)
    features = draws.normal(size=(len(reference.phrases) + 1, 3))
    features[-1] = 0.0
    members = draws.normal(size=(8, 3)) * [1.0, 0.3, 2.0]
    usual = means(reference, features)
    return doubt.Proxy(features, members.mean(axis=0), np.cov(members.T), usual, DEVIATIONS, price=0.1)


def means(policy, features):
    """The mean features of a policy's answers, answer by answer."""
    return sum(tiny.probability(policy, answer) * total(features, answer) for answer in ALL)


def total(features, answer):
    return sum((features[token] for token in answer), np.zeros(features.shape[1]))


def bound(policy, reference, proxy):
    """The mean score's lower bound - beta KL, answer by answer."""
    mean = means(policy, proxy.features)
    gain = mean - proxy.usual
    phrases = sum(tiny.probability(policy, answer) * spoken(answer, reference) for answer in ALL)
    far = sum(
        tiny.probability(policy, answer)
        * math.log(tiny.probability(policy, answer) / tiny.probability(reference, answer))
        for answer in ALL
    )
    doubted = proxy.deviations * math.sqrt(gain @ proxy.covariance @ gain)
    return mean @ proxy.weights - doubted - proxy.price * phrases - BETA * far


def spoken(answer, reference):
    return sum(token < len(reference.phrases) for token in answer)


def test_the_mean_features_are_those_of_all_answers(reference, proxy):
    found = doubt.mean_features(reference, proxy.features)
    np.testing.assert_allclose(found, means(reference, proxy.features), atol=1e-12)


def test_the_slope_is_how_the_deviation_grows(proxy):
    at = proxy.usual + [0.4, -0.2, 0.7]

    def deviation(mean):
        gain = mean - proxy.usual
        return math.sqrt(gain @ proxy.covariance @ gain)

    np.testing.assert_allclose(proxy.slope(at), central(deviation, at), atol=1e-7)
    np.testing.assert_array_equal(proxy.slope(proxy.usual), 0.0)


def test_a_score_is_by_its_features_less_its_own_doubt_and_the_price_of_its_phrases(reference, proxy):
    by_hand = []
    for answer in ALL:
        found, gain = total(proxy.features, answer), total(proxy.features, answer) - proxy.usual
        deviation = math.sqrt(gain @ proxy.covariance @ gain)
        by_hand.append(found @ proxy.weights - DEVIATIONS * deviation - 0.1 * spoken(answer, reference))
    np.testing.assert_allclose(proxy.scores(np.array(ALL)), by_hand, atol=1e-12)


def test_the_sceptical_policy_is_as_good_as_any_can_be(reference, proxy):
    """Whatever the weights in the ellipsoid, beta log Z bounds every policy's objective from above."""
    slope = doubt.sceptical(reference, proxy, BETA, np.zeros(3), most=400, gap=1e-4)
    best = optimum.optimal_policy(reference, proxy.reward(slope), BETA)
    weights = proxy.weights - DEVIATIONS * slope
    rewards = [total(proxy.features, answer) @ weights - 0.1 * spoken(answer, reference) for answer in ALL]
    chances = [tiny.probability(reference, answer) for answer in ALL]
    log_z = math.log(sum(p * math.exp(reward / BETA) for p, reward in zip(chances, rewards, strict=True)))
    most = BETA * log_z + DEVIATIONS * slope @ proxy.usual
    assert bound(best, reference, proxy) == pytest.approx(most, abs=DEVIATIONS * 1e-4 + 1e-9)
    draws = np.random.default_rng(0)
    for _ in range(20):
        rival = best.with_logits(best.logits + draws.normal(0, draws.choice([0.03, 0.3]), best.logits.shape))
        assert bound(rival, reference, proxy) < most + 1e-9


def test_without_doubt_the_sceptical_policy_is_the_optimum_whatever_the_slope(reference, proxy):
    sure = doubt.Proxy(proxy.features, proxy.weights, proxy.covariance, proxy.usual)
    np.testing.assert_array_equal(sure.reward(np.ones(3)), sure.reward(np.zeros(3)))


def test_a_leash_must_be_there(reference, proxy):
    with pytest.raises(ValueError, match="beta"):
        doubt.sceptical(reference, proxy, 0.0, np.zeros(3))
