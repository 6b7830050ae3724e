"""Checks of chapter 3: how a reward model's score is hacked, and what the cures do."""

from __future__ import annotations

from functools import cache
from random import Random

import numpy as np

from widgets.chapters.chase import BETAS, Chase, Chaser
from widgets.chapters.chase_words import FELT
from widgets.chapters.taste import stand_in
from widgets.core import annotators, best_of_n, overoptimization
from widgets.core.language_model import LanguageModel
from widgets.core.overoptimization import Point

from .case import Case, Outcome, at_least, at_most, check, shipped, task

WHOSE = {annotator.name.split()[-1]: annotator for annotator in annotators.ANNOTATORS}
# Between no pressure and all there is.
HALFWAY, HARD = BETAS.index(1.0), BETAS.index(0.25)


@cache
def _chaser() -> Chaser:
    return Chaser(shipped())


def _chased(case: Case, *cures: str) -> Chase:
    return _chaser().chase(stand_in(shipped(), WHOSE[case.setting["whose"]]), case.question, frozenset(cures))


def _points(case: Case, *cures: str) -> tuple[Point, ...]:
    chase = _chased(case, *cures)
    return chase.rl if case.setting.get("method", "rl") == "rl" else chase.bon


@check("the smallest change of the score from one pressure to the next")
def score_rises(case: Case) -> Outcome:
    return at_least(float(np.diff([point.proxy for point in _points(case)]).min()), 0.0)


@check("how much of its best true quality is lost again at the far end")
def quality_falls(case: Case) -> Outcome:
    golds = [point.gold for point in _points(case)]
    return at_least(max(golds) - golds[-1], FELT)


@check("how much true quality gains before it falls")
def quality_peaks(case: Case) -> Outcome:
    points = _points(case)
    top = max(points, key=lambda point: point.gold)
    return at_least(top.gold - max(points[0].gold, points[-1].gold), FELT)


@check("how much larger the share of answers is with the one of the three that grows most")
def gaps_are_filled(case: Case) -> Outcome:
    """Flattery, disclaimers or padding: at the far end, against the reference."""
    models = (_chaser().reference(case.question), *_policies(case, len(BETAS) - 1, ()))
    grown = []
    for kinds in (("flattery",), ("disclaimer", "hedge"), ("filler", "opener", "closer", "warmth")):
        members = np.array([kind in kinds for kind in (*task(case).kinds, "")])
        shares = [float(members[model.sample(500, Random("gaps"))].any(axis=1).mean()) for model in models]
        grown.append(shares[1] - shares[0])
    return at_least(max(grown), 0.1)


@check("the greatest distance of a penalised optimum from the curve without a penalty, in true quality")
def penalty_stays_on_the_curve(case: Case) -> Outcome:
    lifts = overoptimization.lifts(_points(case, "leash"), _points(case))
    return at_most(max(abs(lift.gain) for lift in lifts), 0.15)


@check("how much sooner it stops, in √KL")
def penalty_stops_sooner(case: Case) -> Outcome:
    return at_least(_points(case)[-1].distance - _points(case, "leash")[-1].distance, 0.1)


@check("how much higher true quality is at the farthest distance that both reach")
def cure_lifts_far_out(case: Case) -> Outcome:
    lifts = overoptimization.lifts(_points(case, case.setting["cure"]), _points(case))
    return at_least(max(lifts, key=lambda lift: lift.distance).gain, 0.0)


@check("how much nearer it stays at beta 0.25, in √KL")
def price_holds_back(case: Case) -> Outcome:
    """Under still more pressure both may end at the same answers, as long as they can be."""
    return at_least(_points(case)[HARD].distance - _points(case, "length")[HARD].distance, 0.1)


@check("how many good sentences an answer loses")
def price_takes_good_sentences(case: Case) -> Outcome:
    """At beta 1, halfway: sentences of the kind "right"."""
    right = np.array([kind == "right" for kind in (*task(case).kinds, "")])
    counts = [
        right[policy.sample(1000, Random("good"))].sum(axis=1).mean()
        for policy in _policies(case, HALFWAY, (), ("length",))
    ]
    return at_least(float(counts[0] - counts[1]), 0.0)


@check("how much larger the share of answers is that say something twice")
def repetition_grows(case: Case) -> Outcome:
    """At the far end, against the reference."""
    models = (_chaser().reference(case.question), *_policies(case, len(BETAS) - 1, ()))
    shares = [_repeating(model.sample(500, Random("twice")), model.end) for model in models]
    return at_least(shares[1] - shares[0], 0.2)


def _policies(case: Case, pressure: int, *cures: tuple[str, ...]) -> list[LanguageModel]:
    return [_chaser().policy(_chased(case, *some), case.question, pressure) for some in cures]


def _repeating(answers: np.ndarray, end: int) -> float:
    said = [[token for token in row if token != end] for row in answers.tolist()]
    return float(np.mean([len(set(row)) < len(row) for row in said]))


@check("the relative error of log n − (n − 1)/n")
def best_of_n_distance(case: Case) -> Outcome:
    """Against the KL of the weights that the best of n gives 200,000 answers without ties."""
    n, count = case.setting["n"], 200_000
    weights = best_of_n.weights(np.arange(count, dtype=float), n)
    used = weights > 0
    measured = float((weights[used] * np.log(weights[used] * count)).sum())
    return at_most(abs(best_of_n.kl(n) / measured - 1), 0.01)
