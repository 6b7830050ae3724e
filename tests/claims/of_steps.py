"""Checks of chapter 2: what each step of RLHF does, and the leash."""

from __future__ import annotations

from functools import lru_cache
from random import Random

import numpy as np

from widgets.chapters import three_steps
from widgets.chapters.three_steps import Practice, Practised
from widgets.core import ppo
from widgets.core.iterates import last

from .case import Case, Outcome, at_least, at_most, check, models, task

SIZES = tuple(size for size in three_steps.SIZES if size <= three_steps.USUAL_SIZE)


@lru_cache(maxsize=8)
def _tuned(question: str, luck: int) -> three_steps.Tuned:
    case = Case(question)
    return last(three_steps.tune(task(case), models(case).raw, luck))


@lru_cache(maxsize=8)
def _learned(question: str, luck: int) -> three_steps.Learned:
    return last(three_steps.learn(task(Case(question)), _tuned(question, luck).model, SIZES, luck))


@lru_cache(maxsize=16)
def practised(question: str, luck: int, beta: float, skip: bool = False) -> Practised:
    """The figure's third step, on the shipped raw model, with luck of its own from step 1 on."""
    case = Case(question)
    step = Practice(
        task(case), luck, models(case).raw, _tuned(question, luck).model, _learned(question, luck), beta, skip
    )
    return last(step.run())


@check("by how much the loss falls on answers that it never saw, nats a token")
def held_out_loss_falls(case: Case) -> Outcome:
    losses = _tuned(case.question, case.luck).losses
    return at_least(losses[0][2] - losses[-1][2], 0.1)


@check("how much smaller the share of answers with scraps of web pages has become")
def stops_continuing(case: Case) -> Outcome:
    """Phrases of the kind "web" (posts that go on with the thread) and off the question: both rarer after step 1."""
    kinds = np.array([kind in ("web", "offtopic") for kind in (*task(case).kinds, "")])
    shares = [
        kinds[model.sample(1000, Random(f"form {case.luck}"))].any(axis=1).mean()
        for model in (models(case).raw, models(case).tuned)
    ]
    return at_least(float(shares[0] - shares[1]), 0.1)


@check("the share of unseen choices that it predicts")
def reward_model_predicts(case: Case) -> Outcome:
    """More than a coin by a fifth."""
    return at_least(_learned(case.question, case.luck).accuracy, 0.6)


@check("the share of the possible gain, in score less the leash’s price, that PPO has")
def practice_climbs(case: Case) -> Outcome:
    return at_least(practised(case.question, case.luck, case.setting["beta"]).climbed, 0.8)


@check("how much true quality gains")
def practice_lifts_quality(case: Case) -> Outcome:
    looks = practised(case.question, case.luck, case.setting["beta"]).looks
    return at_least(looks[-1].quality - looks[0].quality, 0.0)


@check("how far PPO’s score is below the exact optimum’s")
def settles_short(case: Case) -> Outcome:
    made = practised(case.question, case.luck, 0.0)
    return at_least(made.ideal.end.score - made.looks[-1].score, 0.5)


@check("how much better PPO’s true quality is than the exact optimum’s")
def spares_the_worst(case: Case) -> Outcome:
    made = practised(case.question, case.luck, 0.0)
    return at_least(made.looks[-1].quality - made.ideal.end.quality, 0.1)


@check("how much lower true quality is where practice begins")
def begins_lower(case: Case) -> Outcome:
    tuned, raw = (
        practised(case.question, case.luck, case.setting["beta"], skip).looks[0].quality for skip in (False, True)
    )
    return at_least(tuned - raw, 0.2)


@check("how much lower true quality is where practice ends")
def ends_lower(case: Case) -> Outcome:
    tuned, raw = (
        practised(case.question, case.luck, case.setting["beta"], skip).looks[-1].quality for skip in (False, True)
    )
    return at_least(tuned - raw, 0.0)


@check("what going further earns outside the band, in the rewarded direction")
def clipped_earns_nothing(case: Case) -> Outcome:
    epsilon, step = 0.2, 1e-4
    slopes = []
    for advantage, edge in ((1.0, 1 + epsilon), (-1.0, 1 - epsilon)):
        for beyond in (0.05, 0.5, 2.0):
            at = np.log(edge) + np.sign(advantage) * beyond
            values = [
                ppo.clipped_surrogate(np.array([x]), np.zeros(1), np.array([advantage]), epsilon)[0]
                for x in (at, at + step)
            ]
            slopes.append(abs(values[1] - values[0]) / step)
    return at_most(max(slopes), 0.0)


@check("how far PPO has gone, nats")
def small_steps_lead_far(case: Case) -> Outcome:
    return at_least(practised(case.question, case.luck, 0.0).kls[-1][1], 5.0)
