"""Where a model and a judge disagree, against a list made by hand and the definitions pair by pair."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.core.disagreement import Disagreement

numbers = st.floats(-3, 3, allow_nan=False)


def test_a_list_of_pairs():
    """Agreed; wrong, but both are bad; wrong, but hardly; missed; missed, and both surer of it; no opinion; level."""
    pairs = [
        (1.0, 2.0, 0.0),
        (1.0, -2.0, 0.0),
        (1.0, 1.9, 2.0),
        (0.2, 0.0, 2.0),
        (-0.9, 2.0, 1.0),
        (0.0, 2.0, 0.0),
        (1.0, 2.0, 2.0),
    ]
    found = Disagreement(*np.array(pairs).T, good=1.5, worse=1.0)
    assert np.flatnonzero(found.wrong).tolist() == [1, 2, 3, 4]
    assert np.flatnonzero(found.matters).tolist() == [0, 3, 4, 5]
    assert np.flatnonzero(found.missed).tolist() == [3, 4] and found.worst() == 4


@given(st.lists(st.tuples(numbers, numbers, numbers), min_size=1, max_size=12))
def test_the_worst_is_missed_and_none_missed_is_worse(pairs):
    found = Disagreement(*np.array(pairs).T, good=1.0, worse=0.5)
    missed = {
        place: min(abs(margin), abs(first - second))
        for place, (margin, first, second) in enumerate(pairs)
        if margin * (first - second) < 0 and max(first, second) >= 1 and abs(first - second) >= 0.5
    }
    worst = found.worst()
    assert (worst is None) == (not missed) and (worst is None or missed[worst] == max(missed.values()))


def test_no_pairs_have_no_worst():
    assert Disagreement(np.zeros(0), np.zeros(0), np.zeros(0), 1.5, 1.0).worst() is None


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ((np.zeros(2), np.zeros(3), np.zeros(2)), r"first must have shape \(2,\), got \(3,\)"),
        ((np.zeros(1), np.zeros(1), np.array([np.nan])), "second must be finite, got nan"),
    ],
)
def test_bad_input_is_told(arrays, says):
    with pytest.raises(ValueError, match=says):
        Disagreement(*arrays, 1.5, 1.0)
