"""The mixing desk: its levels against a sum over every answer, forwards and backwards, and what it says of them."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from widgets.chapters import mixing_desk
from widgets.chapters.desk_levels import NAMES, PHRASES, levels_of
from widgets.chapters.mixing_desk import (
    BACKWARDS,
    BETA,
    PREFERENCE,
    PRETRAINED,
    SCREAMS,
    STEPS,
    TUNED,
    DeskOptions,
    MixingDesk,
)
from widgets.chapters.preference_labeling import PreferenceLabeling
from widgets.chapters.taste import stand_in, taste_of
from widgets.kit.events import Event
from widgets.kit.session import Session

LABELING = "preference-labeling"


@pytest.fixture(scope="module")
def desk(content):
    return MixingDesk(content)


@pytest.fixture
def session(desk, content):
    return Session(desk, {LABELING: PreferenceLabeling(content).start()})


def do(session, *events):
    for name, value in events:
        for _ in session.send(Event(name, value)):
            pass
    return session.state


def enumerated(levels, beta, rewards):
    """log pi* of the desk's answers and of all others, by plain Python over every answer of at most two phrases."""
    model, table = levels.tuned, levels.channels.reward
    end, log_table = model.end, model.log_table[0]
    shown = [tuple(row) for row in levels.channels.responses.tolist()]
    logs, others = {}, []
    for one, two in product(range(end + 1), range(end + 1)):
        if one == end and two != end:
            continue
        answer = (one, two)
        log = log_table[end, one] + (log_table[one, two] if one != end else 0.0)
        reward = (
            table[end, one]
            + (table[one, two] if one != end else 0.0)
            + (table[two, end] if two != end and one != end else 0.0)
        )
        if answer in shown:
            logs[answer] = log + rewards[shown.index(answer)] / beta
        else:
            others.append(log + reward / beta)
    top = max([*logs.values(), *others])
    weights = [math.exp(logs[answer] - top) for answer in shown] + [math.fsum(math.exp(log - top) for log in others)]
    return np.array(weights) / math.fsum(weights)


@pytest.mark.parametrize("id", mixing_desk.OFFERED)
@pytest.mark.parametrize("beta", [0.02, 0.1, 0.3, 2.0])
def test_the_levels_are_the_exact_optimum_over_every_answer(content, id, beta):
    levels = levels_of(content, id, None)
    found = np.exp(levels.channels.levels(beta))
    assert found == pytest.approx(enumerated(levels, beta, levels.channels.rewards), abs=1e-9)


@settings(deadline=None, max_examples=30)
@given(data=st.data())
def test_dragged_levels_are_the_exact_optimum_and_add_up_to_one(desk, content, data):
    session = Session(desk, {LABELING: PreferenceLabeling(content).start()})
    channel = st.sampled_from(NAMES)
    drags = st.one_of(
        st.tuples(st.just("beta"), st.integers(0, BETA.ticks)),
        st.tuples(channel.map("reward_{}".format), st.integers(-80, 80)),
        st.tuples(channel.map("fader_{}".format), st.integers(-100, 0)),
    )
    state = do(session, ("step", BACKWARDS), *data.draw(st.lists(drags, min_size=1, max_size=6)))
    mix = desk.mix(state)
    assert np.exp(mix.logs).sum() == pytest.approx(1, abs=1e-9)
    assert np.exp(mix.logs) == pytest.approx(enumerated(mix.levels, mix.beta, mix.rewards), abs=1e-9)


@pytest.mark.parametrize("step", range(len(STEPS)))
def test_levels_add_up_to_one_at_every_step(session, desk, step):
    state = do(session, ("step", step))
    assert np.exp(desk.mix(state).logs).sum() == pytest.approx(1, abs=1e-9)


def test_a_fader_dragged_backwards_amounts_to_the_reward_that_forwards_puts_it_there(session, desk):
    state = do(session, ("step", BACKWARDS), ("fader_A", -20))
    pulled = desk.mix(state)
    assert np.exp(pulled.logs[0]) == pytest.approx(0.1, abs=1e-12)
    forwards = pulled.levels.channels.levels(pulled.beta, pulled.rewards)
    assert forwards == pytest.approx(pulled.logs, abs=1e-12)


def test_two_faders_give_the_difference_of_their_rewards(session, desk):
    state = do(session, ("step", BACKWARDS), ("beta", 12), ("fader_D", -7))
    mix = desk.mix(state)
    for one, other in product(range(len(NAMES)), repeat=2):
        assert mix.implied(one) - mix.implied(other) == pytest.approx(mix.rewards[one] - mix.rewards[other], abs=1e-9)


def test_a_reward_dragged_up_raises_its_fader_and_sinks_every_other(session, desk):
    state = do(session, ("step", 2))
    before = desk.mix(state).logs
    after = desk.mix(do(session, ("reward_C", 60))).logs
    assert after[2] > before[2] and all(after[place] < before[place] for place in range(len(before)) if place != 2)


def test_levels_before_any_reward_are_the_models_own(content, session, desk):
    models = content.trained("writing")
    raw, tuned = (desk.mix(do(session, ("step", step))) for step in (PRETRAINED, TUNED))
    for mix, model in ((raw, models.raw), (tuned, models.tuned)):
        for answer, log in zip(mix.levels.channels.responses, mix.logs, strict=False):
            said = answer.tolist()
            chance = model.next_token()[said[0]] * (model.next_token(said[:1])[said[1]] if said[0] != model.end else 1)
            assert math.exp(log) == pytest.approx(chance, rel=1e-9)


def test_the_readers_own_reward_model_takes_over(content):
    labeling = PreferenceLabeling(content)
    own = Session(labeling)
    for _ in range(12):
        first, second = own.state.pair
        longer = (
            "a" if len(labeling.pool.responses[first][1].text) > len(labeling.pool.responses[second][1].text) else "b"
        )
        do(own, ("label", (first, second, longer)))
    session = Session(MixingDesk(content), {LABELING: own.state})
    taste = taste_of(own.state, content)
    assert taste.own and session.state.taste.model.weights == pytest.approx(taste.model.weights)
    mix = session.widget.mix(session.state)
    assert not np.allclose(
        mix.levels.channels.rewards, levels_of(content, "writing", None).channels.rewards[: len(NAMES)]
    )


def test_a_figure_that_opens_backwards_walks_on_its_own(content):
    labeling = PreferenceLabeling(content).start()
    forwards, back = MixingDesk(content), MixingDesk(content, DeskOptions(backwards=True))
    state = do(Session(back, {LABELING: labeling}), ("step", 3))
    assert back.at(state) == BACKWARDS and forwards.at(state) == 3


@pytest.mark.parametrize("id", mixing_desk.OFFERED)
def test_too_weak_a_leash_gives_the_answer_of_highest_reward_the_most(session, desk, id):
    mix = desk.mix(do(session, ("question", id), ("step", SCREAMS)))
    assert mix.loudest == int(np.argmax(mix.rewards))
    assert math.exp(mix.logs[mix.loudest]) > 0.3


@pytest.mark.parametrize("id", mixing_desk.OFFERED)
def test_one_preference_moves_its_two_faders_apart_and_many_sink_some_that_were_preferred(session, desk, id):
    end = BETA.ticks
    start = desk.mix(do(session, ("question", id), ("step", PREFERENCE)))
    ((chosen, rejected),) = start.levels.pairs("one")
    one = desk.mix(do(session, ("trained", end))).logs - start.logs
    assert one[chosen] > one[rejected]
    many = desk.mix(do(session, ("prefer", "all"), ("trained", end))).logs - start.logs
    sunk = [pair for pair in start.levels.pairs("all") if many[pair[0]] < 0 and many[pair[1]] < 0]
    assert sunk and all(many[c] > many[r] for c, r in start.levels.pairs("all"))


def test_a_taste_that_tells_nothing_apart_leaves_the_desk_at_its_notches(content):
    flat = stand_in(content)
    levels = levels_of(
        content,
        "dog",
        flat.__class__(
            "you",
            True,
            flat.model.__class__(0 * flat.model.weights, flat.model.covariance),
            flat.differences,
            flat.preferences,
        ),
    )
    assert levels.channels.levels(0.1) == pytest.approx(levels.start, abs=1e-9)


def test_the_settings_shown_are_those_of_the_run(session, desk):
    state = do(session, ("step", PREFERENCE))
    groups = {group.title: group for group in desk.settings(state)}
    run = desk.levels(state).training("one")
    assert groups["DPO"].value("beta") == run.args[-1] and groups["DPO"].value("rate") == run.keywords["rate"]
    assert groups["DPO"].value("steps") == len(desk.levels(state).path("one")) - 1
    assert groups["Comparisons, judged by the careful judge"].value("count") == 400


def test_answers_on_the_desk_end_after_two_phrases(content):
    assert levels_of(content, "moon", None).channels.responses.shape == (len(NAMES), PHRASES)
