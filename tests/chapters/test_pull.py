"""The cover's figure: the exact optimum at every pull, and what it says of it."""

import numpy as np
import pytest

from widgets.chapters.pull import STOPS, Pull, Pulled
from widgets.core import optimum
from widgets.kit.events import Event


@pytest.fixture(scope="module")
def pull(content):
    return Pull(content)


def test_nothing_pulls_at_first(pull, content):
    assert pull.policy(Pulled()) is content.trained("writing").raw


@pytest.mark.parametrize("stop", [1, 12, STOPS])
def test_each_stop_is_the_exact_optimum(pull, content, stop):
    """No policy near it has a higher objective: Rafailov et al. 2023, eq. 4, by its own value."""
    raw, state = content.trained("writing").raw, Pulled(stop)
    beta, policy = pull._beta(state), pull.policy(state)
    value = optimum.objective(policy, raw, pull._reward, beta)
    assert value == pytest.approx(optimum.soft_value(raw, pull._reward, beta), rel=1e-9)
    rng = np.random.default_rng(stop)
    for _ in range(5):
        other = policy.with_logits(policy.logits + 0.05 * rng.normal(size=policy.logits.shape))
        assert optimum.objective(other, raw, pull._reward, beta) < value


def test_the_reward_rises_with_every_stop_and_true_quality_rises_and_falls(pull):
    rewards = [pull.policy(Pulled(stop)).expected(pull._reward) for stop in range(STOPS + 1)]
    assert rewards == sorted(rewards)
    best = int(np.argmax(pull._qualities))
    assert 0 < best < STOPS
    assert pull._qualities[best] > pull._qualities[0] + 2 and pull._qualities[-1] < pull._qualities[best] - 1


def test_the_sentence_follows_the_stops(pull):
    best = int(np.argmax(pull._qualities))
    said = [pull._says(Pulled(stop), pull._qualities[stop]) for stop in (0, 1, best, STOPS)]
    assert [
        words in sentence
        for words, sentence in zip(("likely", "more to gain", "as good as it gets", "Too hard"), said, strict=True)
    ] == [True] * 4


def test_the_same_luck_at_every_stop_and_another_for_another_answer(pull):
    one = pull.update(Pulled(5), Event("stop", 9))
    assert one == Pulled(9, 0) and pull.update(one, Event("ask")) == Pulled(9, 1)
    assert pull._luck(Pulled(3)) == pull._luck(Pulled(9)) != pull._luck(Pulled(9, 1))


def test_the_settings_shown_are_those_of_the_run(pull):
    groups = {group.title: group for group in pull.settings(Pulled(12))}
    assert groups["Comparisons, judged by the careful judge"].value("count") == len(pull._compare())
    assert groups["The answer"].value("beta") == pull._beta(Pulled(12))
