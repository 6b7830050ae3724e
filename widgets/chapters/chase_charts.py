"""What chapter 3's chase draws: score and truth over distance, and the two laws of Gao et al. 2022."""

from __future__ import annotations

from collections.abc import Iterator

import htpy as h
import numpy as np

from widgets.core.overoptimization import Law, Point
from widgets.kit import charts, parts

from . import chase_words
from .chase import Chase
from .chase_words import METHODS
from .hacking import Hacking
from .persons import JUDGE

DRAWINGS = {"curves": "score and truth", "laws": "the two laws"}
# A law is drawn through so many places between its method’s first point and its last.
DRAWN_LAW = 24


def drawing(state: Hacking) -> Iterator[h.Node]:
    yield parts.chips("draw", "Draw", DRAWINGS, state.draw)
    if state.draw == "laws":
        yield from _laws(state)
        return
    yield _curves(state)
    yield parts.note(
        f"True quality is what the careful judge says. {JUDGE.portrait} Its unit is about one "
        "useful sentence, the score’s is the reward model’s own. Compare how they rise and fall, not their heights."
    )


def _curves(state: Hacking) -> h.Node:
    points = getattr(state.chase, state.method)
    here, top = points[state.pressure], chase_words.peak(points)
    other = next(method for method in METHODS if method != state.method)
    before = getattr(state.plain, state.method) if state.cured else None
    without = f"without {'cures' if len(state.cures) > 1 else 'cure'}"
    return charts.chart(
        [
            charts.Line("score", [(point.distance, point.proxy) for point in points], "reward"),
            charts.Line("true quality", _golds(points), "aligned"),
            charts.Line(without, _golds(before), "muted", quiet=True) if before else None,
            charts.Line(f"by {METHODS[other]}", _golds(getattr(state.chase, other)), "plain", quiet=True),
            charts.Mark(top.distance, top.gold, "the peak", "aligned") if top else None,
            charts.Rule("here", x=here.distance),
        ],
        x=charts.Axis("distance from the start, √KL", low=0.0),
        y=charts.Axis("mean reward"),
        says=chase_words.says(state.chase, state.method, state.pressure, state.cures),
        live=True,
    )


def _laws(state: Hacking) -> Iterator[h.Node]:
    """Each method's gain in true quality, and the law that Gao et al. found for it, fitted to these points."""
    fitted = chase_words.laws(state.chase)
    if fitted is None:
        yield parts.note("This score hardly moves the model, so there is no gain to fit a law to.")
        return
    yield charts.chart(
        [
            *(_law(fitted[method], state.chase, method, state.method) for method in METHODS),
            *(_gains(getattr(state.chase, method), method, state.method) for method in METHODS),
        ],
        x=charts.Axis("distance from the start d, √KL", low=0.0),
        y=charts.Axis("gain in true quality over the start"),
        says=chase_words.law_says(fitted),
        live=True,
    )
    yield parts.note(
        "Dots are measured. The laws are those of Gao et al. 2022: they say how the gain depends on d, with two "
        "constants each, fitted by least squares. R² is the share of the dots’ variance that a law explains; from "
        f"{chase_words.FITS:g} on it is said to fit. In their study the fall comes from too little data and too small "
        "a reward model, and moves out with both. Here it is built in: a score that counts phrases wants its "
        "favourites again and again, and the careful judge’s table takes points off for repetition."
    )


def _golds(points: tuple[Point, ...]) -> list[tuple[float, float]]:
    return [(point.distance, point.gold) for point in points]


def _gains(points: tuple[Point, ...], method: str, chosen: str) -> charts.Dots:
    start = min(points, key=lambda point: point.distance).gold
    dots = [charts.Dot(f"gain by {METHODS[method]}", point.distance, point.gold - start) for point in points]
    return charts.Dots(METHODS[method], dots, "aligned" if method == chosen else "plain")


def _law(law: Law, chase: Chase, method: str, chosen: str) -> charts.Line:
    name = f"{'the law' if method == chosen else 'law'} of {'RL' if method == 'rl' else METHODS[method]}"
    far = max(point.distance for point in getattr(chase, method))
    distances = np.linspace(0.0, far, DRAWN_LAW)
    points = list(zip(distances.tolist(), law.gain(distances).tolist(), strict=True))
    return charts.Line(name, points, "aligned" if method == chosen else "plain", quiet=method != chosen)
