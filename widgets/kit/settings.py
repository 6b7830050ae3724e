"""The settings of a run: every number that shaped it, read off the very call that is made.

A widget that computes something wraps its call in ``functools.partial``, runs that partial, and shows ``of`` it. So
what is shown can't drift from what ran, and a default that nobody wrote down is shown like any other.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import htpy as h


@dataclass(frozen=True)
class Setting:
    """One of them: its name as in the code or in the field, its
    value, and what it means where the name does not say.
    """

    name: str
    value: Any
    meaning: str = ""


@dataclass(frozen=True)
class Settings:
    """Those that belong together: ``Settings("PPO", (Setting("beta", 0.5),))``."""

    title: str
    of: tuple[Setting, ...]

    def value(self, name: str) -> Any:
        """The value of a setting; raises KeyError where there is none of that name."""
        return {setting.name: setting.value for setting in self.of}[name]


def of(call: partial[Any], title: str, **meanings: str) -> Settings:
    """Every number, text and switch that the call binds, defaults included, in the order of its signature.

    Arrays and models are not settings and are left out; so is what is None. ``meanings`` explain some by name; raises
    TypeError for one that the call does not take.
    """
    bound = inspect.signature(call.func).bind(*call.args, **call.keywords)
    bound.apply_defaults()
    if unknown := meanings.keys() - bound.arguments.keys():
        raise TypeError(f"{call.func.__qualname__} has no argument {sorted(unknown)[0]!r}")
    plain = [(name, value) for name, value in bound.arguments.items() if isinstance(value, (bool, int, float, str))]
    return Settings(title, tuple(Setting(name, value, meanings.get(name, "")) for name, value in plain))


def shown(groups: Sequence[Settings]) -> h.Node:
    """ "Show the settings", closed; nothing where there are none."""
    if not groups:
        return None
    return h.details(class_="widget-settings")[
        h.summary["Show the settings"], ([h.p[group.title], h.dl[_rows(group)]] for group in groups)
    ]


def _rows(group: Settings) -> Iterator[h.Node]:
    for setting in group.of:
        yield h.dt[setting.name]
        yield h.dd[written(setting.value), setting.meaning and f", {setting.meaning}"]


def written(value: Any) -> str:
    """A value in full, so that it can be typed again: 0.09, 6,000, yes, "writing pairs", 0.5, 0.2."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.4g}" if math.isfinite(value) else str(value)
    if isinstance(value, (tuple, list)):
        return ", ".join(map(written, cast(Sequence[Any], value)))
    return str(value)
