"""Central finite differences: what every gradient is checked against."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def central(function: Callable[[np.ndarray], float], at: np.ndarray, step: float = 1e-5) -> np.ndarray:
    """The derivative of a scalar function with respect to every finite entry; 0 where an entry is infinite."""
    at = np.array(at, dtype=float)
    out = np.zeros(at.shape)
    for index in np.ndindex(at.shape):
        if np.isfinite(at[index]):
            ahead, behind = at.copy(), at.copy()
            ahead[index] += step
            behind[index] -= step
            out[index] = (function(ahead) - function(behind)) / (2 * step)
    return out
