"""From values to places: axes with round ticks, and labels pushed apart where they would overlap."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Axis:
    """What is measured along a side: its name with its unit, where it begins and ends, and how values are written.

    Without ``low`` and ``high`` it spans the data, and with room to a tick at its end; ``log`` makes equal factors
    equal distances; ``whole`` values have no ticks in between.
    """

    label: str
    low: float | None = None
    high: float | None = None
    log: bool = False
    format: Callable[[float], str] | None = None
    whole: bool = False

    def scale(self, values: Sequence[float], pad: float = 0.0) -> Scale:
        """The scale that shows these values, with some room (a share of its length) where no end was set."""
        low, high = min(values, default=0.0), max(values, default=1.0)
        if self.log:
            low, high = math.log10(low), math.log10(high)
        room = pad * (high - low) if high - low > 1e-9 else 1.0 if pad else 0.5
        turn = math.log10 if self.log else float
        low = low - room if self.low is None else turn(self.low)
        end = high + room if self.high is None else turn(self.high)
        scale = Scale(low, end if end > low else low + 1.0, self.log, self.format, self.whole)
        return scale.up_to_a_tick(high) if pad and self.high is None and not self.log else scale


@dataclass(frozen=True)
class Scale:
    """Values to shares of a side, from 0 to 1; on a log scale, ``low`` and ``high`` are powers of ten.

    ``step`` is how far apart ticks are, where that is settled.
    """

    low: float
    high: float
    log: bool = False
    format: Callable[[float], str] | None = None
    whole: bool = False
    step: float | None = None

    def __call__(self, value: float) -> float:
        if self.log:
            value = math.log10(value) if value > 0 else self.low
        return (value - self.low) / (self.high - self.low)

    def up_to_a_tick(self, value: float) -> Scale:
        """The same scale, or a longer one, that has a tick at or above the value."""
        step = tick_step(self.low, self.high)
        return replace(self, high=max(self.high, step * math.ceil(value / step - 1e-9)), step=step)

    @property
    def ticks(self) -> list[float]:
        found = log_ticks(self.low, self.high) if self.log else ticks(self.low, self.high, self.step)
        return [tick for tick in found if tick == round(tick)] if self.whole else found

    def tick(self, value: float) -> str:
        """A tick's words, with no more digits than it needs."""
        return self.format(value) if self.format else f"{value:.10g}".replace("-", "−")

    def value(self, value: float) -> str:
        """A value's words, with digits enough to tell values apart on this scale."""
        if self.format:
            return self.format(value)
        digits = _significant(value) if self.log else 2 - math.floor(math.log10(self.high - self.low))
        if not round(value, digits):
            digits = _significant(value)
        text = f"{value:.{min(max(digits, 0), 6)}f}" if value != round(value) else f"{value:.0f}"
        return text.replace("-", "−") if float(text) else "0"


def _significant(value: float) -> int:
    """How many decimals show two digits of a value."""
    return 1 - math.floor(math.log10(abs(value))) if value else 0


def ticks(low: float, high: float, step: float | None = None) -> list[float]:
    """Round numbers within a range, a step apart: some three to seven of them."""
    if not high > low:
        return [low]
    step = step or tick_step(low, high)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(index * step, 12) for index in range(first, last + 1)]


def tick_step(low: float, high: float) -> float:
    """How far apart ticks are: 1, 2 or 5 times a power of ten."""
    least = 0.16 * (high - low)
    power = 10.0 ** math.floor(math.log10(least))
    return next(size * power for size in (1, 2, 5, 10) if size * power >= least * 0.999)


def log_ticks(low: float, high: float) -> list[float]:
    """Powers of ten between two powers of ten, with 2 and 5 times them where there are few."""
    sizes = (1,) if high - low > 3 else (1, 2, 5) if high - low < 1.5 else (1, 3)
    powers = range(math.floor(low), math.ceil(high) + 1)
    values = [size * 10.0**power for power in powers for size in sizes]
    return [value for value in values if low - 1e-9 <= math.log10(value) <= high + 1e-9]


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Ascending places moved as little as may be, so that they are at least ``gap`` apart and in range.

    Where they can't all be, they stand as far apart as the range allows.
    """
    if len(wanted) > 1:
        gap = min(gap, (high - low) / (len(wanted) - 1))
    places = list(wanted)
    for index in range(len(places)):
        floor = places[index - 1] + gap if index else low
        places[index] = max(places[index], floor)
    for index in reversed(range(len(places))):
        ceiling = places[index + 1] - gap if index + 1 < len(places) else high
        places[index] = min(places[index], ceiling)
    return places


def thinned(values: Sequence[float], most: int) -> list[float]:
    """At most so many of the values, evenly chosen, the first and the last among them."""
    if len(values) <= most:
        return list(values)
    return [values[round(index * (len(values) - 1) / (most - 1))] for index in range(most)]
