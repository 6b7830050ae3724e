import re
from dataclasses import replace
from random import Random

import numpy as np
import pytest

from widgets.chapters.answering import HEAT, PLAIN, SAMPLES, SIDES
from widgets.chapters.answering_words import END, commonest
from widgets.chapters.models import pack
from widgets.chapters.raw_vs_aligned import DemoOptions, RawVsAligned
from widgets.core import pipeline, ppo, sft, three_h
from widgets.core.validation import wilson
from widgets.kit.events import Event
from widgets.site.pages.views import offered, stored_views
from widgets.site.this_book.models import SEED


@pytest.fixture(scope="module")
def widget(content):
    return RawVsAligned(content)


def after(widget, *events):
    state = widget.start()
    for name, value in events:
        state = widget.settle(state, widget.check(Event(name, value)))
    return state


def test_answers_are_the_models_own_samples(widget, content):
    """What the page shows has the probability that the model gives it, token by token."""
    state = after(widget, ("question", "moon"), ("ask", None))
    shown = widget.html(state)
    for side in SIDES:
        model, answer = getattr(content.trained("moon"), side), widget.answering.answer(state, side)
        for token in answer[answer != model.end]:
            assert model.phrases[token].replace("'", "&#39;") in shown
        log_probs = model.log_probs(answer[None])[0]
        said = [token for token in answer if token != model.end]
        stepwise = [np.log(model.next_token(said[:at])[token]) for at, token in enumerate(said)]
        np.testing.assert_allclose(log_probs[: len(said)], stepwise, atol=1e-12)


def test_asking_again_draws_anew_and_temperature_keeps_the_luck(widget):
    first, second = after(widget), after(widget, ("ask", None), ("ask", None))
    assert any((widget.answering.answer(first, side) != widget.answering.answer(second, side)).any() for side in SIDES)
    there_and_back = after(widget, ("heat", 0), ("heat", HEAT.ticks), ("heat", PLAIN))
    for side in SIDES:
        np.testing.assert_array_equal(
            widget.answering.answer(there_and_back, side), widget.answering.answer(first, side)
        )


@pytest.mark.parametrize("heat", [0, HEAT.ticks])
def test_both_ends_of_the_temperature_give_answers(widget, heat):
    state = after(widget, ("heat", heat), ("evidence", None))
    assert sum(state.counts["raw"]) == sum(state.counts["aligned"]) == SAMPLES
    assert "of 200 answers each" in widget.html(state).lower()


def test_the_evidence_counts_real_samples(widget, content):
    state = after(widget, ("question", "headache"), ("evidence", None))
    good = three_h.CATEGORIES.index(three_h.GOOD)
    assert state.counts["aligned"][good] > state.counts["raw"][good] + 60
    exact = three_h.categories(content.trained("headache").raw.sample(20_000, 1), content.tasks["headache"].kinds)
    share = (exact == good).mean()
    assert abs(state.counts["raw"][good] / SAMPLES - share) < 4 * np.sqrt(share * (1 - share) / SAMPLES)


def test_a_token_opens_both_models_distributions(widget, content):
    state = after(widget, ("look", ("raw", "0")))
    shown = widget.html(state)
    assert "what comes next?" in shown and re.search(r"nats</data>, where 0 is full agreement", shown)
    values = [float(value) for value in re.findall(r'<data value="([^"]+)">', shown)]
    top = content.trained(state.question).aligned.next_token().max()
    assert any(abs(value - top) < 1e-12 for value in values)
    assert after(widget, ("look", ("raw", "0")), ("look", ("raw", "0"))).looked is None
    assert after(widget, ("look", ("raw", "8"))).looked is None  # there is no such token


def test_a_thousand_clicks_do_no_harm(widget):
    state = widget.start()
    for count in range(1000):
        name = ("ask", "surprise")[count % 7 == 0]
        state = widget.settle(state, Event(name))
    assert widget.html(state)


def test_compact_shows_two_answers_and_nothing_else(content):
    compact = RawVsAligned(content, DemoOptions(compact=True))
    shown = compact.html(compact.start())
    assert "Ask again" in shown and "meter" not in shown and "Temperature" not in shown


@pytest.mark.parametrize("compact", [False, True])
def test_the_controls_stand_above_the_answers_whose_heights_differ(content, compact):
    widget = RawVsAligned(content, DemoOptions(compact=compact))
    shown = widget.html(widget.start())
    assert shown.index('class="question"') < shown.index("Ask again") < shown.index('class="versus"')


def test_an_insult_is_called_rude_and_the_scale_of_its_effect_is_named(widget, content):
    task = content.tasks["writing"]
    said = [task.kinds.index("rude")]
    harmless = three_h.judge([*said, *[len(task.kinds)] * 7], task.kinds)[1]
    shown = str(widget._gauge(harmless, content.trained("writing").raw, said, "raw"))
    assert 'aria-label="Harmless"' in shown and 'aria-valuetext="rude"' in shown
    assert "On a scale from 0 to 1, every answer starts at 1." in shown and "−0.50" in shown


def test_the_first_view_shows_the_difference(widget, content):
    state = widget.start()
    kinds = content.tasks[state.question].kinds
    raw, aligned = (
        three_h.CATEGORIES[int(three_h.categories(widget.answering.answer(state, side), kinds)[0])] for side in SIDES
    )
    assert raw != three_h.GOOD and aligned == three_h.GOOD


@pytest.mark.parametrize("heat", [0, PLAIN, HEAT.ticks])
def test_the_panel_of_a_token_is_at_the_temperature_of_the_pills(widget, content, heat):
    state = after(widget, ("heat", heat), ("look", ("raw", "0")))
    shown = widget.html(state)
    values = [float(value) for value in re.findall(r'<data value="([^"]+)">', shown)]
    top = content.trained(state.question).aligned.next_token((), HEAT[heat]).max()
    assert any(abs(value - top) < 1e-12 for value in values) and "nan" not in shown


def test_surprises_bring_every_question_and_never_the_same_twice(widget):
    state, met = widget.start(), []
    for _ in range(2 * len(widget.ids)):
        before, state = state.question, widget.update(state, Event("surprise"))
        assert state.question != before
        met.append(state.question)
    assert set(met) == set(widget.ids)


def test_the_touched_token_is_among_the_bars(widget, content):
    for turn in range(12):
        state = replace(widget.start(), turn=turn)
        for side in SIDES:
            model, answer = getattr(content.trained(state.question), side), widget.answering.said(state, side)
            for place, token in enumerate([*answer, model.end][: model.length]):  # a forced end was not decided
                shown = widget.html(replace(state, looked=(side, place)))
                word = END if token == model.end else model.phrases[token]
                assert f"▸ {word}".replace("'", "&#39;") in shown, (turn, side, place)


def test_a_forced_end_cannot_be_looked_at(widget, content):
    """Nothing was decided there; only a link could ask for it."""
    state = replace(widget.start(), heat=HEAT.ticks)
    model = content.trained(state.question).raw
    long = next(
        other
        for other in (replace(state, turn=turn) for turn in range(200))
        if len(widget.answering.said(other, "raw")) == model.length
    )
    last = str(model.length - 1)
    assert widget.update(long, Event("look", ("raw", str(model.length)))).looked is None
    assert "what comes next?" in widget.html(widget.update(long, Event("look", ("raw", last))))


def test_temperature_does_what_its_slider_says(widget, content):
    """ "More predictable" and "bolder" by the entropy of whole answers; to the left are the likeliest, to the right is
    anything.
    """
    for question in widget.ids:
        for side in SIDES:
            model = getattr(content.trained(question), side)
            entropies = [model.with_logits(model.logits / HEAT[tick]).entropy() for tick in range(HEAT.ticks + 1)]
            assert entropies == sorted(entropies)
            assert (
                model.next_token((), HEAT[0]).max() > 2 * model.next_token(()).max()
                or model.next_token((), HEAT[0]).max() > 0.9
            )
    assert "more predictable" in widget.html(after(widget, ("heat", 0))) and "bolder" in widget.html(
        after(widget, ("heat", HEAT.ticks))
    )


@pytest.mark.parametrize("compact", [False, True])
def test_every_first_click_has_a_stored_answer(content, compact):
    widget = RawVsAligned(content, DemoOptions(compact=compact))
    state = widget.start()
    assert set(offered(widget.html(state))) == set(stored_views(widget, state))


def test_more_evidence_adds_up(widget):
    one, two = after(widget, ("evidence", None)), after(widget, ("evidence", None), ("evidence", None))
    assert two.asked == 2 * SAMPLES and "Of 400 answers each" in widget.html(two)
    added = [now - before for now, before in zip(two.counts["raw"], one.counts["raw"], strict=True)]
    assert min(added) >= 0 and tuple(added) != one.counts["raw"]


@pytest.mark.parametrize("asked", [SAMPLES, 4 * SAMPLES])
@pytest.mark.parametrize("share", [0.0, 0.005, 0.24, 0.5, 1.0])
def test_wilsons_interval_ends_where_the_share_is_just_not_surprising(share, asked):
    """Its ends are the true shares p from which the one that
    was seen is 1.96 standard errors away, by p's own error.
    """
    low, high = wilson(share, asked, 1.96)
    ends = np.roots([1 + 1.96**2 / asked, -(2 * share + 1.96**2 / asked), share**2])
    assert (low, high) == pytest.approx(sorted(ends.real), abs=1e-9) and 0 <= low <= share <= high <= 1


def test_a_share_of_none_is_still_uncertain(widget):
    none = (0,) * (len(three_h.CATEGORIES) - 1) + (SAMPLES,)
    shown = widget.html(replace(widget.start(), counts=dict.fromkeys(SIDES, none)))
    assert "0 % (0–2 %)" in shown and "±" not in shown
    assert "None of the raw ones has a fault" in shown and "commonest fault" not in shown
    many = tuple(10 * count for count in none)
    assert "0 % (0–1 %)" in widget.html(replace(widget.start(), counts=dict.fromkeys(SIDES, many)))


def test_faults_that_are_level_are_both_named():
    assert commonest((3, 9, 9, 1, 0, 178)) == "The commonest fault of the raw ones is to be rude or false."


def test_harmful_answers_are_not_simply_called_honest(widget, content):
    for question in widget.ids:
        task = content.tasks[question]
        if "harmful" in task.kinds:
            said = [task.kinds.index("harmful")]
            honest = three_h.judge([*said, *[len(task.kinds)] * 7], task.kinds)[2]
            shown = str(widget._gauge(honest, content.trained(question).raw, said, "raw"))
            assert 'aria-label="Honest"' in shown and 'aria-valuetext="doubtful"' in shown


def test_the_figure_says_that_its_first_answers_were_picked(widget):
    assert "picked to show the difference" in widget.html(widget.start())
    for event in (("ask", None), ("surprise", None), ("heat", 3)):
        assert "picked to show" not in widget.html(after(widget, event))


def test_the_settings_shown_are_those_that_trained_the_models_and_drew_the_answers(widget, content):
    state = after(widget, ("question", "moon"), ("heat", 3), ("ask", None), ("evidence", None), ("evidence", None))
    groups = {group.title: group for group in widget.settings(state)}
    draws, task = groups["The draws"], content.tasks["moon"]
    for side in SIDES:
        model = getattr(content.trained("moon"), side)
        (said,) = model.sample(1, Random(draws.value("seed")), draws.value("temperature"))
        np.testing.assert_array_equal(said, widget.answering.answer(state, side))
        last = model.sample(SAMPLES, Random(draws.value("counting")), draws.value("temperature"))
        before = after(widget, ("question", "moon"), ("heat", 3), ("ask", None), ("evidence", None)).counts[side]
        added = np.subtract(state.counts[side], before)
        assert added.tolist() == np.bincount(three_h.categories(last, task.kinds), minlength=len(added)).tolist()
    assert draws.value("answers") == 2 * SAMPLES
    pretraining, sft_, ppo_ = groups["Pre-training"], groups["SFT"], groups["PPO"]
    assert pretraining.value("seed") == sft_.value("seed") == ppo_.value("seed") == SEED
    assert task.web_texts(SEED).shape == (pretraining.value("count"), pretraining.value("length"))
    demonstrations, held_out = task.demonstration_texts(SEED)
    assert (len(demonstrations), len(held_out)) == (sft_.value("demonstrations"), sft_.value("held out"))


def test_the_aligned_settings_are_what_made_the_shipped_models(widget, content):
    """Run again from the numbers shown alone, they give the models that the browser gets."""
    groups = {group.title: group for group in widget.settings(after(widget, ("question", "moon")))}
    task = content.tasks["moon"]
    value = {title: {setting.name: setting.value for setting in group.of} for title, group in groups.items()}
    seed = value["PPO"]["seed"]
    steps = {title: {name: value[title][name] for name in ("steps", "rate")} for title in ("Pre-training", "SFT")}
    *_, raw = sft.train(task.untrained, task.web_texts(seed), **steps["Pre-training"])
    *_, tuned = sft.train(raw.model, task.demonstration_texts(seed)[0], **steps["SFT"])
    labels = value["Reward model"]
    pairs = pipeline.compare(task, (tuned.model,), labels["count"], labels["seed"])
    learned = pipeline.learn_reward(task, pairs, labels["l2"])
    practice = {name: of for name, of in value["PPO"].items() if name != "seed" and not name.startswith("baseline")}
    assert (value["PPO"]["baseline, prior"], value["PPO"]["baseline, keep"]) == (ppo.Baseline.PRIOR, ppo.Baseline.KEEP)
    reward = pipeline.reward_table(learned, tuned.model)
    *_, aligned = ppo.train(tuned.model, reward, practice.pop("beta"), task.rng("ppo", seed), **practice)
    assert pack(pipeline.Stages(raw.model, tuned.model, learned, aligned.policy)) == content.models["moon"]


def test_counts_of_more_answers_do_not_hang_on_the_answers_above(widget):
    asked_before = after(widget, ("evidence", None), ("ask", None), ("evidence", None))
    assert asked_before.counts == after(widget, ("evidence", None), ("evidence", None)).counts
