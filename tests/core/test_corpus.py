"""Texts follow their patterns, the grammar its weights."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.core import corpus

KINDS = ("opener", "right", "right", "rude")
GRAMMAR = {
    "start": {"opener": 1, "right": 2, "rude": 1},
    "opener": {"right": 1},
    "right": {"right": 1, "end": 1},
    "rude": {"end": 1},
}


def test_texts_come_in_proportion_and_never_repeat_a_phrase():
    rows = corpus.texts(KINDS, [(("opener", "right"), 3), (("rude",), 1)], 40, 3, 1).tolist()
    assert Counter(row[0] for row in rows) == {0: 30, 3: 10}
    assert {row[1] for row in rows if row[0] == 0} == {1, 2}
    assert all(len(set(said)) == len(said) for said in ([t for t in row if t != 4] for row in rows))


def test_phrases_of_one_kind_come_in_their_order():
    rows = corpus.texts(KINDS, [(("right", "right"), 1)], 20, 2, 1)
    assert (rows == [1, 2]).all()


def test_the_grammar_gives_the_first_probabilities():
    chances = np.exp(corpus.prior_logits(KINDS, GRAMMAR))
    np.testing.assert_allclose(chances.sum(axis=1), 1)
    np.testing.assert_allclose(chances[4], [0.25, 0.25, 0.25, 0.25, 0])
    assert chances[0, 3] == 0 and chances[3, 4] == 1


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=6), st.integers(0, 60), st.integers(0, 100))
def test_each_pattern_comes_within_one_of_its_share(weights, count, seed):
    kinds = tuple(f"k{index}" for index in range(len(weights)))
    rows = corpus.texts(kinds, [((kind,), weight) for kind, weight in zip(kinds, weights, strict=True)], count, 2, seed)
    assert rows.shape == (count, 2) and (rows[:, 1] == len(kinds)).all()
    found = np.bincount(rows[:, 0], minlength=len(kinds))
    assert (np.abs(found - count * np.array(weights) / sum(weights)) < 1 + 1e-9).all()


def test_a_phrase_is_seldom_said_after_a_later_one_of_its_kind():
    chances = np.exp(corpus.prior_logits(KINDS, GRAMMAR))
    assert chances[1, 2] == pytest.approx(chances[1, 1] / corpus.AGAIN)
    assert chances[2, 1] == chances[2, 2] and chances[2, [1, 2]].sum() < chances[1, [1, 2]].sum()


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: corpus.prior_logits(("new",), GRAMMAR), "grammar must say what follows 'new'"),
        (lambda: corpus.prior_logits((), GRAMMAR), "kinds must not be empty"),
        (
            lambda: corpus.prior_logits(("rude",), {"start": {"rude": -1}, "rude": {"end": 1}}),
            r"grammar\['start'\]\['rude'\] must be .*, got -1",
        ),
        (
            lambda: corpus.prior_logits(("rude",), {"start": {"rude": np.nan}, "rude": {"end": 1}}),
            "at least 0, got nan",
        ),
        (
            lambda: corpus.prior_logits(("rude",), {"start": {"rude": 1}, "rude": {"right": 1}}),
            r"grammar\['rude'\] must allow a kind that there is, .* got right",
        ),
        (lambda: corpus.texts(KINDS, [], 3, 3, 1), "patterns must have a positive weight in all, got 0 patterns"),
        (
            lambda: corpus.texts(KINDS, [(("rude",), np.nan)], 3, 3, 1),
            "the weight of pattern 'rude' must be a number of at least 0, got nan",
        ),
        (
            lambda: corpus.texts(KINDS, [(("novel",), 1)], 1, 3, 1),
            "must not ask for 1 phrases of kind 'novel': there are 0",
        ),
        (lambda: corpus.texts(KINDS, [(("rude", "rude"), 1)], 1, 3, 1), "must not ask for 2 phrases of kind 'rude'"),
        (lambda: corpus.texts(KINDS, [(("right", "right"), 1)], 1, 1, 1), "patterns must have at most 1 kinds, got 2"),
    ],
)
def test_bad_input_is_told(call, says):
    with pytest.raises(ValueError, match=says):
        call()
