"""Votes, flips and held-out labels; and both arms against what they are made of."""

import numpy as np
import pytest

from tests.core import tiny
from widgets.core import dpo, pipeline, same_labels
from widgets.core.example import TASK
from widgets.core.pipeline import Comparisons


def labels(count=200):
    return pipeline.compare(TASK, (TASK.untrained,), count, 1)


def test_a_vote_is_one_persons_choice():
    shares = np.tile([0.0, 0.2, 0.9, 1.0], 5000)
    votes = same_labels.vote(shares, 1)
    assert set(votes) == {0.0, 1.0}
    np.testing.assert_allclose(votes.reshape(-1, 4).mean(axis=0), [0.0, 0.2, 0.9, 1.0], atol=0.02)


def test_flips_flip():
    """A wrong label is the other one, and never a softer one;
    at no chance nothing moves, at certainty everything does.
    """
    votes = same_labels.vote(np.full(20000, 0.7), 1)
    flipped = same_labels.flip(votes, 0.3, 2)
    assert set(flipped) == {0.0, 1.0} and (flipped != votes).mean() == pytest.approx(0.3, abs=0.01)
    np.testing.assert_array_equal(same_labels.flip(votes, 0.0, 2), votes)
    np.testing.assert_array_equal(same_labels.flip(votes, 1.0, 2), 1 - votes)


def test_what_is_held_out_is_not_trained_on():
    given = labels(50)
    training, held_out = same_labels.hold_out(given)
    assert (len(training), len(held_out)) == (40, 10)
    np.testing.assert_array_equal(np.concatenate([held_out.first, training.first]), given.first)
    with pytest.raises(ValueError, match="labels must be enough to hold out a share of 0.2 and keep some, got 1"):
        same_labels.hold_out(given[:1])


def test_the_pull_is_the_one_under_which_the_held_out_labels_are_likeliest():
    training, held_out = same_labels.hold_out(labels())
    model, l2 = same_labels.fit_reward(TASK, training, held_out)
    gaps = TASK.counts(held_out.first) - TASK.counts(held_out.second)

    def likelihood(weights):
        chance = 1 / (1 + np.exp(-gaps @ weights))
        return np.where(held_out.preferences == 1, chance, 1 - chance).prod()

    found = {pull: likelihood(pipeline.learn_reward(TASK, training, pull).weights) for pull in same_labels.L2S}
    assert l2 == max(found, key=found.get) and likelihood(model.weights) == pytest.approx(found[l2])


def test_dpo_keeps_the_policy_with_the_lowest_held_out_loss():
    """Against the loss as the paper writes it, over every step; a divided label counts in both orders."""
    reference, beta = tiny.model(2), 0.3
    both = reference.sample(120, 1)
    first, second = both[:60], both[60:]
    shares = np.round(np.random.default_rng(0).uniform(size=60), 1)
    held_out = Comparisons(first[:20], second[:20], shares[:20])

    def loss(policy):
        new = [policy.log_probs(tokens).sum(axis=1) for tokens in (held_out.first, held_out.second)]
        old = [reference.log_probs(tokens).sum(axis=1) for tokens in (held_out.first, held_out.second)]
        each = [dpo.loss(*(side[at : at + 1] for side in (*new, *old)), beta)[0] for at in range(20)]
        back = [dpo.loss(*(side[at : at + 1] for side in (*new[::-1], *old[::-1])), beta)[0] for at in range(20)]
        return float(np.mean(held_out.preferences * each + (1 - held_out.preferences) * back))

    training = list(dpo.train(reference, first[20:], second[20:], beta, preferences=shares[20:], steps=60))
    seen = list(same_labels.watch(training, reference, held_out, beta, patience=1000))
    losses = [loss(iterate.policy) for iterate in training]
    np.testing.assert_allclose([watched.held_out for watched in seen], losses, atol=1e-12)
    candidates = [loss(reference), *losses]
    assert seen[-1].kept_at == int(np.argmin(candidates))
    short = list(same_labels.watch(training, reference, held_out, beta, patience=8))
    assert short[-1].step - short[-1].kept_at == 8 or short[-1].step == 60
    assert all(watched.step - watched.kept_at < 8 for watched in short[:-1])
