"""Checks of chapter 4: DPO, the optimum that it shares with RLHF, Constitutional AI and labels from an AI."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from random import Random

import numpy as np

from widgets.chapters.label_draws import Experiment, judges_reward
from widgets.chapters.method_cards import Cards, Draw, MethodCards
from widgets.chapters.models import Models
from widgets.core import constitution, dpo, optimum, pipeline
from widgets.core.constitution import Labeller, Principle
from widgets.core.iterates import last
from widgets.core.language_model import LanguageModel
from widgets.kit.events import Event

from .case import Case, Outcome, at_least, at_most, check, content, models, shipped, task

BETA = 0.3
PLAIN = ("helpful", "truthful", "kind", "harmless")


def _ours(case: Case) -> Models:
    """The shipped models: here a seed draws the labels, and what is trained on them."""
    return models(replace(case, seed=0))


@lru_cache(maxsize=8)
def _experiment(question: str, *broken: str) -> Experiment:
    """Figure 4.2's, by the careful judge's reward model."""
    tuned, asked = shipped().trained(question).tuned, content().tasks[question]
    return Experiment(asked, tuned, judges_reward(asked, tuned), frozenset(broken))


@lru_cache(maxsize=8)
def _kept(question: str, seed: int, *broken: str) -> tuple[float, LanguageModel]:
    """What RLHF gains on a draw of the labels, and DPO's policy."""
    experiment = _experiment(question, *broken)
    draw = experiment.draw(seed)
    reward, _ = experiment.learned(draw)
    rlhf = experiment.climbed(optimum.optimal_policy(experiment.reference, reward, BETA))
    return rlhf, last(experiment.watched(draw, experiment.direct(draw))).kept


@check("the share of the possible gain that the lower of the two has")
def both_arrive(case: Case) -> Outcome:
    rlhf, policy = _kept(case.question, case.luck)
    return at_least(min(rlhf, _experiment(case.question).climbed(policy)), 0.95)


@check("the share of the possible gain that DPO has")
def dpo_arrives(case: Case) -> Outcome:
    return at_least(_experiment(case.question).climbed(_kept(case.question, case.luck)[1]), 0.95)


@check("the share of the possible gain that PPO has")
def ppo_arrives(case: Case) -> Outcome:
    """By the true reward, with the figure's own run of PPO."""
    experiment = _experiment(case.question)
    return at_least(experiment.climbed(last(experiment.practice(experiment.reward)()).policy), 0.95)


@check("the correlation of DPO’s implicit reward with the reward")
def implicit_reward_agrees(case: Case) -> Outcome:
    experiment, (_, policy) = _experiment(case.question), _kept(case.question, case.luck)
    answers = np.concatenate(
        [model.sample(400, Random("agrees")) for model in (experiment.reference, experiment.target)]
    )
    implicit = dpo.implicit_reward(policy, experiment.reference, answers, BETA)
    return at_least(
        np.corrcoef(implicit, optimum.total_reward(experiment.reference, experiment.reward, answers))[0, 1], 0.95
    )


@check("how far apart RLHF and DPO are, as a share of the possible gain")
def few_votes_part_them(case: Case) -> Outcome:
    rlhf, policy = _kept(case.question, case.luck, "few")
    return at_least(abs(rlhf - _experiment(case.question, "few").climbed(policy)), 0.05)


@check("how far RLHF is ahead of DPO, as a share of the possible gain")
def opinion_helps(case: Case) -> Outcome:
    """Where no pair holds the phrase that the optimum raises most."""
    rlhf, policy = _kept(case.question, case.luck, "uncovered")
    return at_least(rlhf - _experiment(case.question, "uncovered").climbed(policy), 0.0)


@lru_cache(maxsize=4)
def _moved(question: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """By how much log pi of the preferred and of the rejected answer has changed in DPO, (m,) each, on its pairs."""
    tuned = shipped().trained(question).tuned
    pairs = pipeline.compare(content().tasks[question], (tuned,), 400, seed)
    chose = pairs.preferences[:, None] > 0.5
    chosen, rejected = np.where(chose, pairs.first, pairs.second), np.where(chose, pairs.second, pairs.first)
    policy = last(dpo.train(tuned, chosen, rejected, BETA)).policy
    return optimum.log_ratio(policy, tuned, chosen), optimum.log_ratio(policy, tuned, rejected)


@check("the mean by which the margin widens, nats")
def margin_widens(case: Case) -> Outcome:
    chosen, rejected = _moved(case.question, case.luck)
    return at_least(float((chosen - rejected).mean()), 0.5)


@check("the share of pairs both answers of which sink")
def both_sink(case: Case) -> Outcome:
    """Often: in one pair of ten."""
    chosen, rejected = _moved(case.question, case.luck)
    return at_least(float(((chosen < 0) & (rejected < 0)).mean()), 0.1)


@lru_cache(maxsize=2)
def _draws(question: str, count: int) -> tuple[Draw, ...]:
    """So many draws of labels, all three methods trained on each, as the method cards do it."""
    cards = MethodCards(shipped())
    state = Cards(question)
    for _ in range(count):
        state = cards.settle(state, Event("run"))
    return state.draws


@check("the least that a method’s true quality gains at its best")
def all_three_gain(case: Case) -> Outcome:
    draws = _draws(case.question, case.setting["draws"])
    return at_least(min(run.best.gold - run.path[0].gold for draw in draws for run in draw.runs), 0.2)


@check("the smallest lead of the method that leads on the first draw, RLHF or DPO, at one distance")
def lead_stays(case: Case) -> Outcome:
    """Negative where another draw of the labels turns it round."""
    leads = [
        draw.at_common()["rlhf"] - draw.at_common()["dpo"] for draw in _draws(case.question, case.setting["draws"])
    ]
    return at_least(min(lead * float(np.sign(leads[0])) for lead in leads), 0.0)


@check("how much farther DPO goes than RLHF, nats")
def dpo_goes_on(case: Case) -> Outcome:
    ends = [{run.method: run.end.kl for run in draw.runs} for draw in _draws(case.question, case.setting["draws"])]
    return at_least(min(end["dpo"] - end["rlhf"] for end in ends), 0.0)


def _principles(*ids: str) -> list[Principle]:
    return [principle.test for principle in content().principles if principle.id in ids]


@check("the share of revisions that leave an objection, or touch what had none")
def revision_answers(case: Case) -> Outcome:
    """Of a hundred drafts of the raw model, each revised once, then once more."""
    kinds, principles, luck, bad = task(case).kinds, _principles(*PLAIN), Random(f"revise {case.luck}"), 0
    limits = [principle for principle in principles if not principle.needs]
    for draft in _ours(case).raw.sample(100, luck):
        once = constitution.revise(_ours(case).raw, draft, kinds, principles, luck)
        stands = (
            constitution.critique(once, kinds, principles)
            or (constitution.revise(_ours(case).raw, once, kinds, principles, luck) == once).all()
        )
        bad += bool(constitution.critique(once, kinds, limits)) or not stands
    return at_most(bad / 100, 0.0)


@lru_cache(maxsize=8)
def _constitutional(question: str, luck: int, ids: tuple[str, ...]) -> LanguageModel:
    case = Case(question)
    training = constitution.supervised(
        models(case).raw, task(case).kinds, _principles(*ids), Random(f"train {luck}"), steps=80
    )
    return last(training).model


def _advising(case: Case, model: LanguageModel) -> float:
    """The share of answers with something useful in them."""
    right = np.array([kind == "right" for kind in (*task(case).kinds, "")])
    return float(right[model.sample(1000, Random("advice"))].any(axis=1).mean())


@check("how much smaller the share of answers with advice in them is, as a part of it")
def caution_takes_advice(case: Case) -> Outcome:
    """Fine-tuned with the last principle beside the others, and without."""
    shares = [_advising(case, _constitutional(case.question, case.luck, ids)) for ids in (PLAIN, (*PLAIN, "cautious"))]
    return at_least(1 - shares[1] / shares[0], 0.1)


@check("how much more often the answers keep all the principles")
def principles_kept_more(case: Case) -> Outcome:
    principles, kinds = _principles(*PLAIN), task(case).kinds
    both = _ours(case).raw, _constitutional(case.question, case.luck, PLAIN)
    shares = [
        float((constitution.violations(model.sample(1000, Random("kept")), kinds, principles) == 0).mean())
        for model in both
    ]
    return at_least(shares[1] - shares[0], 0.2)


@check("how much smaller the student’s share of answers with advice in them is")
def student_learns_the_fault(case: Case) -> Outcome:
    """RLAIF by an AI that takes all advice for a risk: the optimum of what it taught, against the model before."""
    tuned = _ours(case).tuned
    labeller = Labeller(tuple(_principles("cautious")))
    labels = pipeline.compare(task(case), (_ours(case).raw, tuned), 400, case.luck, labeller)
    reward = pipeline.reward_table(pipeline.learn_reward(task(case), labels), tuned)
    student = optimum.optimal_policy(tuned, reward, BETA)
    return at_least(_advising(case, tuned) - _advising(case, student), 0.2)
