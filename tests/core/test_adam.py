"""Adam against its paper's five lines, and its rate against half a cosine."""

import math

import numpy as np
import pytest

from tests.core import tiny
from widgets.core.adam import Adam, PolicyOptimizer


def test_the_steps_are_those_of_the_paper():
    """Kingma & Ba 2015, algorithm 1, in plain Python, with the rate falling along half a cosine to 2 %."""
    gradients = np.random.default_rng(0).normal(size=(40, 3))
    adam, mean, square = Adam((3,), 0.1, 40), np.zeros(3), np.zeros(3)
    for count, gradient in enumerate(gradients, start=1):
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.999 * square + 0.001 * gradient**2
        rate = 0.1 * (0.02 + 0.98 * (1 + math.cos(math.pi * (count - 1) / 40)) / 2)
        wanted = rate * (mean / (1 - 0.9**count)) / (np.sqrt(square / (1 - 0.999**count)) + 1e-8)
        np.testing.assert_allclose(adam.step(gradient), wanted, rtol=1e-9)


def test_gradients_below_epsilon_move_less():
    """The first step of Adam is rate * g / (|g| + epsilon)."""
    gradient = np.array([1.0, 1e-3, 1e-5])
    np.testing.assert_allclose(Adam((3,), 0.1, 10, 1e-3).step(gradient), 0.1 * gradient / (gradient + 1e-3), rtol=1e-9)


def test_it_climbs_a_hill_to_its_top():
    adam, at = Adam((2,), 0.3, 400), np.array([4.0, -3.0])
    for _ in range(400):
        at = at + adam.step(-2 * (at - np.array([1.0, 2.0])))
    np.testing.assert_allclose(at, [1.0, 2.0], atol=1e-2)


def test_a_policys_positions_move_together_and_each_a_little_by_itself():
    """With the gradient the same everywhere all positions stay alike; with one at a single position that one leads."""
    alike, apart = PolicyOptimizer(tiny.model(), 0.1, 10), PolicyOptimizer(tiny.model(), 0.1, 10)
    before, gradient = alike.logits.copy(), 100 * np.random.default_rng(0).normal(size=alike.logits.shape[1:])
    alike.step(np.broadcast_to(gradient, alike.logits.shape))
    moved = alike.logits - before
    np.testing.assert_allclose(moved, np.broadcast_to(0.15 * np.sign(gradient), moved.shape), rtol=1e-4)
    apart.step(np.stack([gradient, 0 * gradient, 0 * gradient]))
    moved = apart.logits - before
    np.testing.assert_allclose(moved, np.stack([0.15, 0.1, 0.1])[:, None, None] * np.sign(gradient), rtol=1e-4)


def test_bad_input_is_told():
    for rate in (0.0, -1.0, float("nan")):
        with pytest.raises(ValueError, match=f"rate must be a positive number, got {rate}"):
            Adam((2,), rate, 10)
        with pytest.raises(ValueError, match=f"epsilon must be a positive number, got {rate}"):
            Adam((2,), 0.1, 10, rate)
    with pytest.raises(ValueError, match=r"gradient must have shape \(2,\), got \(3,\)"):
        Adam((2,), 0.1, 10).step(np.zeros(3))
    with pytest.raises(ValueError, match=r"gradient must have shape \(3, 4, 4\), got \(4, 4\)"):
        PolicyOptimizer(tiny.model(), 0.1, 10).step(np.zeros((4, 4)))
    with pytest.raises(ValueError, match="gradient must be finite, got nan"):
        Adam((2,), 0.1, 10).step(np.array([0.0, np.nan]))
