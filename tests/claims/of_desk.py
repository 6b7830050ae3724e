"""Checks of the exact optimum: the cover's figure, and the mixing desk of chapters 2 and 4."""

from __future__ import annotations

from random import Random

import numpy as np

from widgets.chapters.pull import STOPS, Pull, Pulled
from widgets.core import channels, optimum, pipeline
from widgets.core.channels import Channels

from .case import Case, Outcome, at_least, at_most, check, models, shipped, task

RAISED = 1.0


def _reward(case: Case) -> np.ndarray:
    """A reward model's score of a question, learned as the pipeline does it."""
    tuned = models(case).tuned
    return pipeline.reward_table(
        pipeline.learn_reward(task(case), pipeline.compare(task(case), (tuned,), 400, case.luck)), tuned
    )


@check("how far the exact optimum is from the reference, nats")
def hardly_moves(case: Case) -> Outcome:
    tuned = models(case).tuned
    return at_most(optimum.optimal_policy(tuned, _reward(case), case.setting["beta"]).kl(tuned), 0.05)


@check("how far the levels’ sum is from one")
def levels_are_one(case: Case) -> Outcome:
    tuned = models(case).tuned
    desk = channels.Channels(tuned, _reward(case), channels.likeliest(tuned, 6))
    return at_most(abs(float(np.exp(desk.levels(case.setting["beta"])).sum()) - 1), 1e-9)


@check("the greatest error of a difference of rewards read off the optimum")
def read_backwards(case: Case) -> Outcome:
    """beta log(pi* / reference), against the reward itself, on answers of both: the same, up to one constant."""
    tuned, reward, beta = models(case).tuned, _reward(case), case.setting["beta"]
    best = optimum.optimal_policy(tuned, reward, beta)
    answers = np.concatenate([model.sample(200, Random("backwards")) for model in (tuned, best)])
    left = beta * optimum.log_ratio(best, tuned, answers) - optimum.total_reward(tuned, reward, answers)
    return at_most(float(np.ptp(left)), 1e-6)


@check("the gain in the objective that the best of 40 other policies has over it")
def nothing_is_better(case: Case) -> Outcome:
    """Policies around the optimum, and on the way to it from the reference."""
    tuned, reward, beta = models(case).tuned, _reward(case), case.setting["beta"]
    best = optimum.optimal_policy(tuned, reward, beta)
    luck = np.random.default_rng(case.luck)
    others = [
        best.with_logits(best.logits + luck.normal(0, scale, best.logits.shape))
        for scale in (0.01, 0.1, 0.3, 1.0)
        for _ in range(5)
    ]
    others += [optimum.optimal_policy(tuned, reward, beta * factor) for factor in np.geomspace(0.2, 5, 20)]
    top = optimum.objective(best, tuned, reward, beta)
    return at_most(max(optimum.objective(other, tuned, reward, beta) for other in others) - top, 1e-9)


@check("how far the worst of its answers is below the highest score there is")
def only_the_highest(case: Case) -> Outcome:
    """The exact optimum at beta 0, against the greatest score that any answer can have (by dynamic programming)."""
    tuned, reward = models(case).tuned, _reward(case)
    best = optimum.optimal_policy(tuned, reward, 0.0)
    scores = optimum.total_reward(tuned, reward, best.sample(500, Random("highest")))
    return at_most(float(optimum.soft_value(tuned, reward, 0.0) - scores.min()), 1e-6)


def _desk(case: Case) -> Channels:
    tuned = models(case).tuned
    return Channels(tuned, _reward(case), channels.likeliest(tuned, 6))


@check("the least that another fader falls")
def others_lose(case: Case) -> Outcome:
    """Each fader's reward raised by one, in turn: the logarithm
    of every other level, and that of the rest, goes down.
    """
    desk, beta = _desk(case), case.setting["beta"]
    before, falls = desk.levels(beta), []
    for raised in range(len(desk.rewards)):
        after = desk.levels(beta, desk.rewards + RAISED * (np.arange(len(desk.rewards)) == raised))
        falls.append(np.delete(before - after, raised).min())
    return at_least(min(falls), 0.0)


@check("the greatest error of a reward read off a fader")
def reward_read_off(case: Case) -> Outcome:
    desk, beta = _desk(case), case.setting["beta"]
    levels = desk.levels(beta)
    read = [desk.reward_for(place, float(levels[place]), beta) for place in range(len(desk.rewards))]
    return at_most(float(np.abs(np.array(read) - desk.rewards).max()), 1e-6)


@check("the least that the optimum’s distance grows from one beta to the next smaller one, nats")
def smaller_beta_pushes_harder(case: Case) -> Outcome:
    tuned, reward = models(case).tuned, _reward(case)
    distances = [optimum.optimal_policy(tuned, reward, beta).kl(tuned) for beta in (10.0, 3.0, 1.0, 0.3, 0.1)]
    return at_least(float(np.diff(distances).min()), 0.0)


@check("how much lower true quality is at either end of the slider than at its best")
def better_then_worse(case: Case) -> Outcome:
    """The cover's figure, put to every question."""
    pull = Pull(shipped())
    pull.id = case.question
    golds = [pull.quality(Pulled(stop)) for stop in range(STOPS + 1)]
    return at_least(max(golds) - max(golds[0], golds[-1]), 0.5)
