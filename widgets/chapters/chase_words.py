"""What chapter 3's figure says of a chase, in words that its points bear out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from widgets.core import overoptimization
from widgets.core.overoptimization import Law, Lift, Point
from widgets.kit import parts

from .chase import BETAS, NUMBERS, Chase

METHODS = {"rl": "reinforcement learning", "bon": "best-of-n"}
CURES = {
    "leash": "A KL penalty",
    "doubt": "An ensemble’s lower bound",
    "length": "A price on length",
    "better": "20 better labels",
}
# A change of true quality that counts, where it is not within the luck of the draw.
FELT = 0.05
# Two curves are compared in many places at once, where luck has more chances: there so many standard errors count.
SURE = 3.0
# A law that explains at least this share of the gain's variance is said to fit.
FITS = 0.9


def above(one: Point, other: Point) -> bool:
    """Whether true quality is higher at one point than at another, by more than the luck of the draw."""
    return overoptimization.clearly_above(one, other, FELT)


def best(points: Sequence[Point]) -> Point:
    return points[overoptimization.peak(points)]


def peak(points: Sequence[Point]) -> Point | None:
    """Where true quality is best, if it rose to there and fell from there; None where it has not peaked in range."""
    top = best(points)
    return top if above(top, points[0]) and above(top, points[-1]) else None


def dip(points: Sequence[Point]) -> Point | None:
    """Where true quality is worst, if it fell to there and rose from there."""
    worst = min(points, key=lambda point: point.gold)
    return worst if above(points[0], worst) and above(points[-1], worst) else None


def setting(method: str, pressure: int, leash: float) -> str:
    """The pressure in the method's own terms: “n = 16”, “beta 0.85 (0.25 + a penalty of 0.6)”."""
    if method == "bon":
        return f"n = {NUMBERS[pressure]}"
    beta = BETAS[pressure]
    return f"beta {beta + leash:g} ({beta:g} + a penalty of {leash:g})" if leash else f"beta {beta:g}"


def says(chase: Chase, method: str, pressure: int, cures: frozenset[str]) -> str:
    here = getattr(chase, method)[pressure]
    where = f"Here the score is {parts.shown(here.proxy)} and true quality {parts.shown(here.gold)}."
    return f"{where} {_course(chase, method, cures)}"


def _course(chase: Chase, method: str, cures: frozenset[str]) -> str:
    """What becomes of true quality from no pressure to all there is, in a sentence."""
    points = getattr(chase, method)
    start, end, top, low = points[0], points[-1], peak(points), dip(points)
    ends = f"ends at {parts.shown(end.gold)}, while the score only rises."
    if top:
        at = setting(method, points.index(top), chase.recipe.leash)
        return f"Quality peaks at {parts.shown(top.gold)}, at {at}, and {ends}"
    if low:
        at = setting(method, points.index(low), chase.recipe.leash)
        return f"Quality falls first, to {parts.shown(low.gold)} at {at}, and {ends}"
    if above(end, start):
        most = parts.shown(best(points).gold)
        return f"Within this range, quality has not peaked: it rises to {most} and does not clearly fall again."
    chased = "these cures" if len(cures) > 1 else "this cure" if cures else "this reward model"
    return (
        f"With {chased}, any chase makes things worse."
        if above(start, end)
        else f"With {chased}, no chase changes quality by more than luck explains."
    )


# With a cure and without.


def done(chase: Chase, cures: frozenset[str]) -> Iterator[str]:
    """What each cure that is on does, with its numbers."""
    made = chase.recipe
    if "leash" in cures:
        yield f"The KL penalty adds {made.leash:g} to beta at every pressure."
    if "doubt" in cures:
        yield (
            f"The lower bound is the mean score of {made.members} reward models less {made.deviations:g} standard "
            "deviations among them. Each is fitted to the same labels, drawn again with replacement."
        )
    if "length" in cures:
        yield f"Every phrase costs {made.price:g} of the score."
    if "better" in cures:
        yield (
            f"In {made.rounds} rounds the careful judge compares {made.better} answers of a policy that chases the "
            "score with as many of the SFT model’s, one vote each, and the reward model is fitted anew."
        )


def compared(cured: Chase, plain: Chase, method: str, cures: frozenset[str]) -> str:
    """What the cures change: at the same distance, at full pressure, and at best."""
    # Best-of-n is not trained, so there is nothing to hold back.
    if method == "bon" and cures == {"leash"}:
        return "Best-of-n has no beta: a KL penalty does nothing to it."
    leash = "Best-of-n has no beta: a KL penalty does nothing to it. " if method == "bon" and "leash" in cures else ""
    points, others = getattr(cured, method), getattr(plain, method)
    useless = f"so {'these cures together' if len(cures) > 1 else 'this cure'} did not help"
    end = _change(
        points[-1],
        others[-1],
        ("holds up better", f"does worse, {useless}", f"differs by no more than luck explains, {useless}"),
    )
    top = _change(best(points), best(others), ("higher", "lower", "as good, within luck"))
    return (
        f"{leash}{frontier(points, others, cures)} At full pressure, true quality {end}. The best on the way is {top}."
    )


def frontier(cured: Sequence[Point], plain: Sequence[Point], cures: frozenset[str]) -> str:
    """Whether the cures lift true quality at a given distance, or only stop earlier on the same curve."""
    found = overoptimization.lifts(cured, plain)
    higher, lower = ([lift for lift in found if sign * lift.gain >= max(FELT, SURE * lift.error)] for sign in (1, -1))
    most, least = max(higher, key=_gain, default=None), min(lower, key=_gain, default=None)
    if most and least:
        first, second = sorted((most, least), key=lambda lift: lift.distance)
        return f"At the same distance true quality is {_lifted(first)} and {_lifted(second)}."
    if most or least:
        return f"At the same distance true quality is {_lifted(most or least)}, and elsewhere the same within luck."
    if cures == {"leash"}:
        far = parts.shown(cured[-1].distance)
        same = "at the same distance true quality is the same, and the chase ends at √KL"
        return f"The KL penalty is the slider moved back: {same} {far}."
    return "At the same distance true quality is the same, within luck."


def _gain(lift: Lift) -> float:
    return lift.gain


def _lifted(lift: Lift) -> str:
    way = "higher" if lift.gain > 0 else "lower"
    return f"{way} by up to {parts.shown(abs(lift.gain))} (at √KL {parts.shown(lift.distance)})"


def _change(cured: Point, plain: Point, words: tuple[str, str, str]) -> str:
    """Whether true quality is better with the cures, worse or neither, in these words, and both numbers."""
    better, worse, neither = words
    change = better if above(cured, plain) else worse if above(plain, cured) else neither
    return f"{change}: {parts.shown(cured.gold)} with, {parts.shown(plain.gold)} without"


# The two laws of Gao et al. 2022.


def laws(chase: Chase) -> dict[str, Law] | None:
    """The law of each method, fitted to its points; None where the chase hardly moves: there is nothing to fit."""
    if sum(point.distance > 1e-3 for point in chase.rl) < 3:
        return None
    return {"rl": overoptimization.fit_reinforcement(chase.rl), "bon": overoptimization.fit_best_of(chase.bon)}


def law_says(fitted: dict[str, Law]) -> str:
    """Both laws with their constants, and whether each fits."""
    return " ".join(_law(METHODS[method], law) for method, law in fitted.items())


def _law(name: str, law: Law) -> str:
    formula = f"d ({parts.shown(law.alpha)} − {parts.shown(law.beta)} {'log d' if law.log else 'd'})".replace(
        "− −", "+ "
    )
    fit = "fits" if round(law.r_squared, 2) >= FITS else "does not fit well"
    return f"{name[0].upper()}{name[1:]}: {formula} {fit}, R² {parts.shown(law.r_squared)}."
