"""What arguments must be. Every check raises ValueError naming the argument, what it was, and what was expected."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral, Real
from random import Random
from typing import Any, TypeGuard

import numpy as np


def _finite(value: Any) -> TypeGuard[float]:
    return issubclass(type(value), Real) and bool(np.isfinite(value))


def whole(name: str, value: Any, least: int = 1) -> int:
    """A whole number of at least ``least``; 3.0 is one, nan, 2.5 and "3" are none."""
    if not (_finite(value) and value == int(value) and value >= least):
        raise ValueError(f"{name} must be a whole number of at least {least}, got {value}")
    return int(value)


def positive(name: str, value: Any) -> float:
    """A finite number above 0."""
    if not (_finite(value) and value > 0):
        raise ValueError(f"{name} must be a positive number, got {value}")
    return float(value)


def number(name: str, value: Any, least: float = -np.inf) -> float:
    """A finite number, of at least ``least`` where that is given."""
    if not (_finite(value) and value >= least):
        wanted = "a finite number" if least == -np.inf else f"a number of at least {least:g}"
        raise ValueError(f"{name} must be {wanted}, got {value}")
    return float(value)


def finite(name: str, values: Any, shape: tuple[int | None, ...] | None = None) -> np.ndarray:
    """An array of finite numbers; ``shape`` says its sides, None for one of any length."""
    values = numbers(name, values)
    if shape is not None:
        sides(name, values, shape)
    if not np.isfinite(values).all():
        raise ValueError(f"{name} must be finite, got {values[~np.isfinite(values)][0]}")
    return values


def array(name: str, values: Any) -> np.ndarray:
    """Anything that is an array."""
    try:
        return np.asarray(values)
    except ValueError:
        raise ValueError(f"{name} must be an array, got rows of different lengths") from None


def numbers(name: str, values: Any) -> np.ndarray:
    """Anything that is an array of floats, nan and infinite ones among them."""
    try:
        return np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be an array of numbers, got {type(values).__name__}") from None


def sides(name: str, values: np.ndarray, shape: tuple[int | None, ...]) -> None:
    """The array's shape is this one, None for a side of any length."""
    alike = values.ndim == len(shape) and all(
        side in (None, found) for side, found in zip(shape, values.shape, strict=True)
    )
    if not alike:
        raise ValueError(f"{name} must have shape {_shown(shape)}, got {values.shape}")


def same_shape(name: str, values: Any, other_name: str, other: Any) -> None:
    """Two arrays of one shape."""
    shape, wanted = array(name, values).shape, array(other_name, other).shape
    if shape != wanted:
        raise ValueError(f"{name} must have the shape of {other_name}, {wanted}, got {shape}")


def shares(name: str, values: Any, count: int) -> np.ndarray:
    """Finite numbers from 0 to 1, (count,)."""
    values = finite(name, values, (count,))
    outside = values[(values < 0) | (values > 1)]
    if outside.size:
        raise ValueError(f"{name} must lie in [0, 1], got {outside[0]}")
    return values


def tokens(values: Any, end: int, length: int | None = None, name: str = "tokens") -> np.ndarray:
    """A batch of responses, (m, length) of whole numbers from 0 to ``end``, padded with it; of any length unless it is
    given.
    """
    values = array(name, values)
    wanted = values.ndim == 2 and length in (None, values.shape[1]) and np.issubdtype(values.dtype, np.integer)
    if not wanted:
        raise ValueError(
            f"{name} must be whole numbers of shape (m, {length or 'length'}), got {values.dtype} {values.shape}"
        )
    outside = values[(values < 0) | (values > end)]
    if outside.size:
        raise ValueError(f"{name} must lie in 0 to {end}, got {outside[0]}")
    over = np.cumsum(values == end, axis=1) > 0
    if (over & (values != end)).any():
        raise ValueError(f"{name} must be padded with the end token, got a phrase after the end")
    return values


def response(values: Any, end: int, name: str = "tokens") -> list[int]:
    """One response, (length,) of whole numbers from 0 to ``end``, as a list; nothing may be said after the end."""
    found = array(name, values)
    if found.size == 0:
        return []
    said = tokens(np.atleast_2d(found), end, name=name)
    if found.ndim != 1:
        raise ValueError(f"{name} must have shape (length,), got {found.shape}")
    return said[0].tolist()


def text(name: str, value: Any) -> str:
    """A text."""
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a str, got {type(value).__name__}")
    return value


def generator(rng: Random | int) -> Random:
    """Python's generator, from itself or from a whole number as its seed."""
    if isinstance(rng, Random):
        return rng
    if not isinstance(rng, Integral):
        raise ValueError(f"rng must be a random.Random or a whole number, got {rng!r}")
    return Random(int(rng))


def _shown(shape: Sequence[int | None]) -> str:
    letters = iter("nmk")
    named = [str(side) if side is not None else next(letters) for side in shape]
    return f"({', '.join(named)}{',' if len(named) == 1 else ''})"
