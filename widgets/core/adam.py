"""Adam (Kingma & Ba 2015, arXiv:1412.6980), with a step size that falls along half a cosine."""

from __future__ import annotations

import math

import numpy as np

from . import checks
from .language_model import LanguageModel

# A policy's gradients below this, in the objective's units, move it less: those of a decision that one response in some
# ten thousand holds. Otherwise Adam moves what is hardly ever met as fast as all the rest, and on a weak leash PPO then
# unlearns for good what it happened to meet at a bad moment, and DPO drifts to where no pair is.
RARE = 1e-4
# The share of its first step size that is left at the end.
DECAY = 0.02


class Adam:
    """``step(gradient)`` returns what to add to the parameters to increase the objective.

    ``rate`` is the step size at the start; over ``steps`` it falls along half a cosine to ``decay`` times that.
    ``epsilon`` is the gradient, in the objective's units, below which a parameter moves less than the others; the
    decays of the two means are the paper's.
    """

    FIRST, SECOND = 0.9, 0.999

    def __init__(
        self, shape: tuple[int, ...], rate: float, steps: int, epsilon: float = 1e-8, decay: float = DECAY
    ) -> None:
        self.rate, self.steps = checks.positive("rate", rate), checks.whole("steps", steps, 0)
        self.epsilon, self.decay = checks.positive("epsilon", epsilon), checks.positive("decay", decay)
        self.mean, self.square, self.count = np.zeros(shape), np.zeros(shape), 0

    def step(self, gradient: np.ndarray) -> np.ndarray:
        """What to add after seeing this gradient, of the parameters' shape."""
        gradient = checks.finite("gradient", gradient, self.mean.shape)
        self.count += 1
        self.mean *= self.FIRST
        self.mean += (1 - self.FIRST) * gradient
        self.square *= self.SECOND
        self.square += (1 - self.SECOND) * gradient * gradient
        scale = math.sqrt(1 - self.SECOND**self.count)
        size = self._present_rate() * scale / (1 - self.FIRST**self.count)
        return size * self.mean / (np.sqrt(self.square) + self.epsilon * scale)

    def _present_rate(self) -> float:
        done = min((self.count - 1) / max(self.steps, 1), 1.0)
        return self.rate * (self.decay + (1 - self.decay) * 0.5 * (1 + math.cos(math.pi * done)))


class PolicyOptimizer:
    """Moves a policy's logits, (length, n + 1, n + 1): all positions together, and each a little by itself.

    What is learned about a phrase at one position holds at the others, except near the end of the allowed length: each
    logit is the sum of a part that all positions share, which moves at ``rate``, and of its own, at half of that.

    The objective is a mean over responses or decisions, in units of ``scale``; ``epsilon`` and ``decay`` are Adam's,
    the former in these units.
    """

    def __init__(
        self,
        model: LanguageModel,
        rate: float,
        steps: int,
        scale: float = 1.0,
        epsilon: float = RARE,
        decay: float = DECAY,
    ) -> None:
        side, epsilon = model.end + 1, epsilon * checks.positive("scale", scale)
        self.logits: np.ndarray = np.array(np.broadcast_to(model.logits, (model.length, side, side)))
        self._shared = Adam((side, side), rate, steps, epsilon, decay)
        self._own = Adam(self.logits.shape, rate / 2, steps, epsilon, decay)

    def step(self, gradient: np.ndarray) -> None:
        """Moves the logits up a gradient of their own shape."""
        own = self._own.step(gradient)
        self.logits += self._shared.step(np.sum(gradient, axis=0))
        self.logits += own
