"""Where practice would end if it got all the way: the exact optimum of one score on every leash of the slider."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import sqrt

import htpy as h

from widgets.core import optimum
from widgets.core.language_model import LanguageModel
from widgets.kit import charts, parts

from .regime import nats
from .three_steps import BETA, Place, Practice, Practised


@dataclass(frozen=True, eq=False)
class Leashes:
    """The optima of one practice's score, by the slider's ticks; tick 0 is no leash. Each is solved once."""

    practice: Practice

    @cached_property
    def _solved(self) -> dict[int, tuple[LanguageModel, Place]]:
        return {}

    def _at(self, tick: int) -> tuple[LanguageModel, Place]:
        if tick not in self._solved:
            reference, reward = self.practice.reference, self.practice.reward
            policy = optimum.optimal_policy(reference, reward, BETA[tick] if tick else 0.0)
            self._solved[tick] = policy, self.practice.place(policy)
        return self._solved[tick]

    def policy(self, tick: int) -> LanguageModel:
        """The exact optimum on a leash."""
        return self._at(tick)[0]

    def place(self, tick: int) -> Place:
        """Its score and true quality, and how far it is from where practice begins."""
        return self._at(tick)[1]

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Of every leash that holds at all, the tightest first."""
        return tuple(self.place(tick) for tick in range(BETA.ticks, 0, -1))


def picture(leashes: Leashes, tick: int, made: Practised | None) -> h.Node:
    """All optima as two thin curves over their distance, the slider's among them; practice walks there, in thick ones.

    The axes have room for every leash, so nothing but the rule moves with the slider."""
    here = leashes.place(tick)
    far = sqrt(leashes.places[-1].kl)
    layers: list[charts.Layer | None] = [
        charts.Line("optimum’s score", [(sqrt(at.kl), at.end.score) for at in leashes.places], "reward", quiet=True),
        charts.Line("its quality", [(sqrt(at.kl), at.end.quality) for at in leashes.places], "aligned", quiet=True),
    ]
    if made:
        kls = dict(made.kls)
        looks = [(sqrt(kls[look.step]), look) for look in made.looks]
        layers += [
            charts.Line("score", [(at, look.score) for at, look in looks], "reward"),
            charts.Line("true quality", [(at, look.quality) for at, look in looks], "aligned"),
        ]
        far = max([far, *(at for at, _ in looks)])
    if sqrt(here.kl) <= far:
        layers.append(charts.Rule("this leash", x=sqrt(here.kl)))
    return charts.chart(
        layers,
        x=charts.Axis("distance from the start, square root of KL", low=0.0, high=far),
        y=charts.Axis("mean reward"),
        says=says(leashes, tick, made),
        height="short",
        live=True,
    )


def says(leashes: Leashes, tick: int, made: Practised | None = None) -> str:
    """Where practice on this leash would end, in a sentence; once it is practised on, where it is."""
    if made and made.beta == (BETA[tick] if tick else 0.0):
        return walked(made)
    here, start = leashes.place(tick), leashes.practice.start
    leash = "on this leash" if tick else "without a leash"
    return (
        f"If practice got all the way {leash}, it would end {nats(here.kl)} from its start, with a score of "
        f"{parts.shown(here.end.score)} and true quality {parts.shown(here.end.quality)} "
        f"(from {parts.shown(start.score)} and {parts.shown(start.quality)})."
    )


def walked(made: Practised) -> str:
    """How far practice is from its beginning, beside the exact optimum on the same leash."""
    begin = "the raw model" if made.from_raw else "the model of step 1"
    best = f"The exact optimum for this score on this leash is {nats(made.ideal.kl)} from it."
    return f"It is {nats(made.kls[-1][1])} from {begin}. {best}"
