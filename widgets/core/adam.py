"""Adam (Kingma & Ba 2015, arXiv:1412.6980), with a step size that falls to nearly nothing along half a cosine."""

from __future__ import annotations

import math

import numpy as np

from . import checks
from .language_model import LanguageModel


class Adam:
    """``step(gradient)`` returns what to add to the parameters to increase the objective."""

    def __init__(self, shape: tuple[int, ...], rate: float, steps: int, first: float = 0.9, second: float = 0.999) -> None:
        self.rate, self.steps = checks.positive("rate", rate), checks.whole("steps", steps, 0)
        self.first, self.second = first, second
        self.mean, self.square, self.count = np.zeros(shape), np.zeros(shape), 0

    def step(self, gradient: np.ndarray) -> np.ndarray:
        """What to add after seeing this gradient, of the parameters' shape."""
        if np.shape(gradient) != self.mean.shape:
            raise ValueError(f"gradient must have shape {self.mean.shape}, got {np.shape(gradient)}")
        self.count += 1
        self.mean *= self.first
        self.mean += (1 - self.first) * gradient
        self.square *= self.second
        self.square += (1 - self.second) * gradient * gradient
        scale = math.sqrt(1 - self.second**self.count)
        size = self._present_rate() * scale / (1 - self.first**self.count)
        return size * self.mean / (np.sqrt(self.square) + 1e-8 * scale)

    def _present_rate(self) -> float:
        done = min((self.count - 1) / max(self.steps, 1), 1.0)
        return self.rate * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))


class PolicyOptimizer:
    """Moves a policy's logits, (length, n + 1, n + 1): all positions together, and each a little by itself.

    What is learned about a phrase at one position holds at the others, except near the end of the allowed length.
    """

    def __init__(self, model: LanguageModel, rate: float, steps: int) -> None:
        side = model.end + 1
        self.logits = np.array(np.broadcast_to(model.logits, (model.length, side, side)))
        self._shared = Adam((side, side), rate, steps)
        self._own = Adam(self.logits.shape, rate / 2, steps)

    def step(self, gradient: np.ndarray) -> None:
        """Moves the logits up a gradient of their own shape."""
        self.logits += self._shared.step(gradient.sum(axis=0))
        self.logits += self._own.step(gradient)
