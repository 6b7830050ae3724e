"""Settings are those of the call that is made."""

from functools import partial

import numpy as np
import pytest

from tests.kit.counter import Counter
from widgets.kit.settings import Setting, Settings, of, shown, written


def train(reward, beta, rng=3, *, steps=200, schedule=None, names=("a", "b"), greedy=False, label="luck"):
    return beta, steps


def test_every_plain_argument_is_listed_defaults_included():
    call = partial(train, np.zeros(3), 0.5, steps=10)
    found = of(call, "PPO", beta="the KL penalty")
    assert found.title == "PPO"
    assert found.of == (
        Setting("beta", 0.5, "the KL penalty"),
        Setting("rng", 3),
        Setting("steps", 10),
        Setting("greedy", False),
        Setting("label", "luck"),
    )
    assert call() == (found.value("beta"), found.value("steps"))


def test_a_meaning_of_what_the_call_does_not_take_is_a_mistake():
    with pytest.raises(TypeError, match="epochs"):
        of(partial(train, None, 1.0), "PPO", epochs="how often")


def test_a_call_that_lacks_an_argument_is_a_mistake():
    with pytest.raises(TypeError, match="beta"):
        of(partial(train, None), "PPO")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.3, "0.3"),
        (1e-5, "1e-05"),
        (6000, "6,000"),
        (True, "yes"),
        (False, "no"),
        ("a b", "a b"),
        ((0.5, 0.2), "0.5, 0.2"),
        (float("inf"), "inf"),
    ],
)
def test_values_are_written_in_full(value, words):
    assert written(value) == words


def test_nothing_is_shown_where_nothing_was_set():
    assert shown(()) is None


def test_settings_stand_below_the_view_and_are_escaped():
    class Told(Counter):
        def settings(self, state):
            return (Settings("<run>", (Setting("seed", 7, "as & ever"),)),)

    widget = Told(None)
    html = widget.html(widget.start())
    assert html.index("<details") > html.index("<button")
    assert "&lt;run&gt;" in html and "7, as &amp; ever" in html and " open" not in html.split("<details")[1]
