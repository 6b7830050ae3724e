"""Figure 4.1: two methods, the same labels, and what many draws of them say."""

import re
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from widgets.chapters import label_words
from widgets.chapters.label_draws import BETA, DRAWS, FEW, LEASH, PAIRS, Draw, chance, leads
from widgets.chapters.label_words import BREAKS, data_words, spread_words
from widgets.chapters.method_cards import two_digits
from widgets.chapters.preference_labeling import PreferenceLabeling
from widgets.chapters.same_optimum import SameOptimum
from widgets.chapters.taste import stand_in
from widgets.core import dpo, optimum, pipeline, ppo, same_labels
from widgets.core.iterates import last
from widgets.core.pipeline import Comparisons
from widgets.kit.events import Event

from .acting import after, stopped


def broken(widget, start, *names):
    return widget.experiment(replace(start, broken=frozenset(names)))


@pytest.fixture(scope="module")
def widget(content):
    return SameOptimum(content)


@pytest.fixture(scope="module")
def start(widget, content):
    return widget.start(preference_labeling=PreferenceLabeling(content).start())


@pytest.fixture(scope="module")
def walked(widget, start):
    return after(widget, start, "run")


@pytest.fixture(scope="module")
def voted(widget, start):
    return after(widget, start, ("votes", True), "run")


def test_on_everybodys_shares_both_arrive_in_every_draw(widget, walked):
    run = walked.run
    assert min(run.experiment.climbed(walk.policy) for walk in (run.ppo, run.dpo)) > 0.95
    assert len(run.draws) == DRAWS and min(map(min, run.draws)) > 0.95
    assert widget.correlation(walked) > 0.98
    assert "Both arrive." in widget.verdict(walked) and "Both arrive every time" in widget.verdict(walked)
    for walk in (run.ppo, run.dpo):
        assert walk.path[0][0] == 0 and walk.path[-1][1] < 0.1 * walk.path[0][1]


@pytest.mark.parametrize(
    "names", [(), ("votes",), ("few",), ("noisy",), ("own", "votes"), ("uncovered", "few"), ("beta",)]
)
def test_both_arms_are_given_identical_labels(widget, start, names, monkeypatch):
    """What RLHF's reward model is fitted to is what DPO trains on, and both hold out the same rest."""
    experiment, given = broken(widget, start, *names), []
    monkeypatch.setattr(same_labels, "fit_reward", lambda task, *labels: (given.append(labels), fit(task, *labels))[1])
    monkeypatch.setattr(same_labels, "watch", lambda training, reference, held, beta: (given.append(held), iter(()))[1])
    draw = experiment.draw(3)
    experiment.learned(draw)
    direct = experiment.direct(draw)
    list(experiment.watched(draw, direct))
    (fitted, chosen_by), stopped_by = given
    np.testing.assert_array_equal(fitted.first, direct.args[1])
    np.testing.assert_array_equal(fitted.second, direct.args[2])
    np.testing.assert_array_equal(fitted.preferences, direct.keywords["preferences"])
    for one, other in ((chosen_by.first, stopped_by.first), (chosen_by.preferences, stopped_by.preferences)):
        np.testing.assert_array_equal(one, other)


fit = same_labels.fit_reward


def test_wrong_labels_are_flipped_votes(widget, start):
    """The same pairs and the same people; three in ten votes are turned round, and none becomes a share."""
    right, wrong = (broken(widget, start, *names).draw(1) for names in (("votes",), ("noisy",)))
    np.testing.assert_array_equal(right.labels.first, wrong.labels.first)
    assert set(wrong.labels.preferences) == {0.0, 1.0}
    assert (right.labels.preferences != wrong.labels.preferences).sum() == wrong.flipped
    assert wrong.flipped / len(wrong.labels) == pytest.approx(0.3, abs=0.05)
    few = broken(widget, start, "few", "noisy").draw(1)
    assert len(few.labels) == FEW and set(few.labels.preferences) == {0.0, 1.0} and 0 < few.flipped < FEW


def test_votes_are_drawn_from_the_shares_that_bradley_terry_says(widget, start):
    experiment = broken(widget, start)
    draw, votes = experiment.draw(2), broken(widget, start, "votes").draw(2)
    totals = [
        optimum.total_reward(experiment.reference, experiment.reward, side)
        for side in (draw.labels.first, draw.labels.second)
    ]
    np.testing.assert_allclose(draw.labels.preferences, 1 / (1 + np.exp(totals[1] - totals[0])))
    assert not draw.voted and votes.voted and len(draw.labels) == PAIRS
    surprise = votes.labels.preferences - draw.labels.preferences
    assert abs(surprise.mean()) < 4 * 0.5 / np.sqrt(PAIRS)


def test_draws_differ_and_repeat(widget, start):
    experiment = broken(widget, start, "votes")
    one, again, other = (experiment.draw(number).labels.preferences for number in (1, 1, 2))
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()


def test_only_the_oracle_is_spared_the_reward_model(widget, start):
    plain, oracle = broken(widget, start, "few"), broken(widget, start, "few", "oracle")
    assert plain.learned(plain.draw(0))[1] in same_labels.L2S
    reward, l2 = oracle.learned(oracle.draw(0))
    assert l2 is None and reward is oracle.reward
    assert oracle.shares(oracle.draw(0))[0] == pytest.approx(1)
    assert plain.shares(plain.draw(0))[1] == oracle.shares(oracle.draw(0))[1]
    assert "an oracle gives it the true reward" in data_words(oracle.draw(0), oracle.broken)
    assert "oracle" not in data_words(plain.draw(0), plain.broken)


def test_the_first_draw_is_what_walked(widget, voted):
    """The dots of the first column, and the walk above them, are of the same labels."""
    run = voted.run
    assert run.draws[0][1] == run.experiment.climbed(run.dpo.policy)
    assert run.draws[0][0] == run.experiment.climbed(run.ideal)
    assert abs(run.experiment.climbed(run.ppo.policy) - run.draws[0][0]) < 0.15


def test_single_votes_part_them_in_nearly_every_draw(widget, voted):
    """What the verdict says, and why. Measured on six questions: RLHF ahead in 19 or 20 of 20 draws on each."""
    ahead, _behind = leads(voted.run.draws)
    assert (
        ahead >= 17
        and "RLHF is ahead of DPO in" in widget.verdict(voted)
        and "more than luck explains" in widget.verdict(voted)
    )
    sizes = len(voted.run.experiment.reference.phrases), int(np.isfinite(voted.run.dpo.policy.logits).sum())
    assert f"RLHF learns {sizes[0]} weights" in widget.verdict(voted) and f"{sizes[1]:,} numbers" in widget.verdict(
        voted
    )


@pytest.mark.parametrize("name", ["own", "uncovered"])
@pytest.mark.parametrize("question", ["writing", "moon"])
def test_what_nobody_compared_costs_dpo_more(widget, start, question, name):
    """Coverage, with everybody's shares: a slice of what was measured over questions and draws."""
    experiment = broken(widget, replace(start, question=question), name)
    for number in range(3):
        rlhf, direct = experiment.shares(experiment.draw(number))
        assert rlhf > direct + 0.05


@pytest.mark.parametrize("name", ["votes", "noisy"])
def test_dpos_step_size_does_not_decide(widget, start, name):
    """Held-out labels stop it: at a fourth of the step size it gains as much, over draws."""
    experiment, gains = broken(widget, start, name), []
    for rate in (0.2, 0.05):
        draws = [experiment.draw(number) for number in range(4)]
        calls = [
            partial(call.func, *call.args, **call.keywords | {"rate": rate}) for call in map(experiment.direct, draws)
        ]
        ends = [last(experiment.watched(draw, call)).kept for draw, call in zip(draws, calls, strict=True)]
        gains.append(np.mean([experiment.climbed(policy) for policy in ends]))
    assert gains[0] == pytest.approx(gains[1], abs=0.08)


def test_a_lead_is_one_only_where_luck_does_not_explain_it():
    assert chance(15, 5) == pytest.approx(0.0414, abs=1e-4) and chance(14, 6) == pytest.approx(0.1153, abs=1e-4)
    assert chance(10, 10) == 1.0 and chance(0, 0) == 1.0
    ahead, even = [(0.5, 0.4)] * 16 + [(0.3, 0.4)] * 4, [(0.5, 0.4)] * 12 + [(0.3, 0.4)] * 8
    assert "RLHF is ahead of DPO in 16 of 20" in spread_words(ahead)
    assert "DPO is ahead of RLHF in 16 of 20" in spread_words([(b, a) for a, b in ahead])
    assert "RLHF is ahead in 12 and DPO in 8: which one wins is the luck of the draw" in spread_words(even)
    assert "0.3" not in spread_words(even) and "50 % (the median; from 30 % to 50 %)" in spread_words(even)
    assert spread_words(ahead[:1]) == ""
    assert not label_words.causes(frozenset({"few"}), even, (62, 9)) and label_words.causes(
        frozenset({"few"}), ahead, (62, 9)
    )


def test_the_settings_shown_are_those_used(widget, start, voted, monkeypatch):
    assert widget.settings(start) == ()
    calls = []
    for module, name in ((ppo, "train"), (dpo, "train"), (same_labels, "watch")):
        monkeypatch.setattr(module, name, _noted(getattr(module, name), calls))
    state = after(widget, start, ("votes", True), ("beta", True), "run")
    shown = {group.title.split(",")[0]: group for group in widget.settings(state)}
    for title, call in zip(("PPO", "DPO", "When DPO stops"), calls[:3], strict=True):
        used = {name: value for name, value in call.items() if isinstance(value, (int, float))}
        assert used == {name: shown[title].value(name) for name in used} and used
    assert shown["DPO"].value("beta") == pytest.approx(3 * BETA) and shown["PPO"].value("beta") == BETA
    assert shown["RLHF's reward model"].value("l2") == state.run.l2
    assert shown["The labels"].value("labels") + shown["The labels"].value("held out") == PAIRS
    assert "Show the settings" in widget.html(voted)


def _noted(function, calls):
    """A function that writes down what it was called with, defaults included."""
    import functools
    import inspect

    @functools.wraps(function)
    def noted(*given, **named):
        bound = inspect.signature(function).bind(*given, **named)
        bound.apply_defaults()
        calls.append(dict(bound.arguments))
        return function(*given, **named)

    return noted


def test_the_chart_and_the_sentence_tell_the_same_distance(widget, walked):
    shown, run = widget.html(walked), walked.run
    for walk in (run.ppo, run.dpo):
        assert 0 < walk.path[-1][1] < 0.1 and f"{two_digits(walk.path[-1][1])}" in shown
    assert f"PPO ends {two_digits(run.ppo.path[-1][1])} nats" in shown


def test_a_taste_that_tells_no_two_answers_apart_has_nowhere_to_walk(widget, start, content):
    taste = stand_in(content)
    nothing = replace(taste, model=replace(taste.model, weights=np.zeros_like(taste.model.weights)))
    assert "Both arrive" in widget.html(after(widget, replace(start, taste=nothing), "run"))


def test_the_missing_phrase_is_hardly_said_by_dpo(widget, start):
    state = after(widget, start, ("uncovered", True), "run")
    missing = state.run.draw.missing
    token = state.run.experiment.reference.phrases.index(missing)
    assert not (state.run.draw.labels.first == token).any() and not (state.run.draw.labels.second == token).any()
    assert f"“{missing}” is in most answers of the optimum" in widget.verdict(
        state
    ) and "in hardly any of DPO’s" in widget.verdict(state)


def test_all_breaks_at_once_still_give_a_picture(widget, start):
    state = after(widget, start, *((name, True) for name in BREAKS), "run")
    assert "nan" not in widget.html(state).replace("finance", "") and "DPO’s beta is 3 times RLHF’s" in widget.verdict(
        state
    )


def test_the_likeliest_answers_are_the_optimums(widget, start, content):
    target, answers = widget.experiment(start).target, widget._likeliest(start)
    chances = np.exp(target.log_probs(answers).sum(axis=1))
    known = set(map(tuple, answers.tolist()))
    others = np.array([answer for answer in target.sample(2000, 9).tolist() if tuple(answer) not in known])
    assert chances.min() >= np.exp(target.log_probs(others).sum(axis=1)).max() - 1e-12
    reference = content.trained("writing").tuned
    reward = widget.experiment(start).reward
    np.testing.assert_array_equal(target.logits, optimum.optimal_policy(reference, reward, BETA).logits)


def test_the_readers_taste_is_what_both_aim_at(widget, start, content):
    """A reader who always prefers the longer answer."""
    labeling = PreferenceLabeling(content)
    labelled = labeling.start()
    for _ in range(12):
        first, second = labelled.pair
        length = {id: len(labeling.pool.responses[id][1].text) for id in (first, second)}
        labelled = labeling.settle(
            labelled, Event("label", (first, second, "a" if length[first] > length[second] else "b"))
        )
    mine = widget.start(preference_labeling=labelled)
    assert "the careful judge stands in" in widget.html(start) and "your 12 labels" in widget.html(mine)
    theirs, own = widget.experiment(start).reward, widget.experiment(mine).reward
    assert not np.allclose(theirs, own) and content.trained("writing").tuned.deviation(own) == pytest.approx(1)
    state = after(widget, mine, "run")
    assert min(map(min, state.run.draws)) > 0.8 and "arrive" in widget.verdict(state)
    # This taste pushes far, and DPO is not done when its steps are over. That is said.
    assert state.run.experiment.climbed(state.run.dpo.policy) < 0.95
    assert "was still falling when its 200 steps were over" in widget.verdict(state)


def test_a_stopped_run_says_how_far_it_came(widget, start, walked):
    early = widget.html(stopped(widget, start, "run", 100))
    assert "Stopped at " in early and "They walk" not in early
    late = stopped(widget, start, "run", ppo_and_dpo(walked) + 3)
    assert "Stopped after 3 of 20 draws" in widget.html(late) and len(late.run.draws) == 3


def ppo_and_dpo(walked):
    """How many states the first draw's two walks give."""
    run = walked.run
    steps = run.direct.keywords["steps"]
    assert run.dpo.path[-1][0] == 1.0
    return run.practice.keywords["steps"] + steps + 1


def test_progress_never_falls(widget, start):
    seen = [widget.progress(state) for state in widget.run(replace(start, broken=frozenset({"few"})), Event("run"))]
    assert seen == sorted(seen) and seen[-1] == 1.0


def test_an_old_verdict_is_labelled_with_its_setting(widget, walked):
    assert "Shown is the walk" not in widget.html(walked)
    assert "Shown is the walk at beta 0.3, with nothing taken away" in widget.html(after(widget, walked, ("few", True)))


def test_what_the_labels_are_is_said():
    draw = Draw(Comparisons(np.zeros((60, 2)), np.zeros((60, 2)), np.zeros(60)), True, 18, "Hi.")
    said = data_words(draw, frozenset({"few", "noisy", "own", "uncovered"}))
    assert "one vote on each of 60 pairs" in said and "18 of the votes are flipped" in said
    assert "all answers drawn from the SFT model" in said and "No answer holds “Hi.”" in said
    assert "40 % of the answers drawn from the optimum itself" in data_words(replace(draw, voted=False), frozenset())


def test_the_true_reward_is_learned_from_the_judges_choices(widget, start, content):
    task, tuned = content.tasks["writing"], content.trained("writing").tuned
    learned = pipeline.learn_reward(task, pipeline.compare(task, (tuned,), 400, 1))
    np.testing.assert_array_equal(widget.experiment(start).reward, pipeline.reward_table(learned, tuned))


@pytest.mark.parametrize("tick", [0, 7, LEASH.ticks])
def test_dragging_beta_moves_the_target_at_once(widget, start, tick):
    """The bars are the exact optimum's chances at the slider's beta; nothing is trained for them."""
    state = widget.settle(start, widget.check(Event("leash", tick)))
    experiment = widget.experiment(state)
    assert experiment.beta == pytest.approx(LEASH[tick]) and state.run is None
    best = optimum.optimal_policy(experiment.reference, experiment.reward, LEASH[tick])
    html = widget.html(state)
    assert f"{experiment.reference.kl(best):.1f} nats from the optimum" in html
    answers = widget._likeliest(state)
    for likely in np.exp(best.log_probs(answers).sum(axis=1)):
        shown = [float(value) for value in re.findall(r'<data value="([^"]+)">', html)]
        assert any(value == pytest.approx(likely, rel=1e-9) for value in shown)


def test_the_usual_beta_is_in_the_middle_and_the_same_answers_stand_while_it_is_dragged(widget, start):
    assert widget.experiment(start).beta == BETA and start.leash == LEASH.ticks // 2
    rows = {
        tuple(re.findall(r'<th scope="row">([^<]+)', widget.html(replace(start, leash=tick)))) for tick in (0, 10, 20)
    }
    assert len(rows) == 1
