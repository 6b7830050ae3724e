import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.kit.codec import encode
from widgets.kit.events import Event, Press, Rejected
from widgets.kit.session import REMEMBERED, Session
from widgets.kit.widget import Options, parse_options

from .counter import Counter, CounterOptions, Counting


def do(session, *events):
    for event in events:
        for _ in session.send(event):
            pass
    return session.state


ADD = Event("add")
steps = st.lists(
    st.sampled_from([ADD, Event("colour", "red"), Event("slowly", 5), Event("slowly", 9, 4), Event("undo")])
    | st.floats(0.5, 4).map(lambda size: Event("size", size)),
    max_size=50,
)


@given(steps)
def test_the_state_is_the_fold_of_the_log(events):
    session = Session(Counter(None))
    for event in events:
        session.undo() if event.name == "undo" else do(session, event)
    again = Session(Counter(None))
    for _ in again.replay(session.log, messages := []):
        pass
    assert again.state == session.state and again.log == session.log and not messages


@given(steps)
def test_the_text_is_that_of_the_log_however_often_it_is_asked_for(events):
    session = Session(Counter(None))
    for event in events:
        session.undo() if event.name == "undo" else do(session, event)
        assert session.text() == session.text() == encode(session.log)


def test_a_setter_in_a_row_is_kept_once():
    session = Session(Counter(None))
    do(session, ADD, Event("size", 2), Event("size", 3), ADD, Event("size", 4))
    assert [event.name for event in session.log] == ["add", "size", "add", "size"]
    session.undo()
    assert session.state == Counting(count=2, size=3)


def test_undo_goes_back_to_the_start_however_long_the_log():
    session = Session(Counter(None))
    do(session, *[ADD] * (REMEMBERED + 10))
    for left in reversed(range(REMEMBERED + 10)):
        session.undo()
        assert session.state.count == left
    session.undo()
    assert session.state == Counting()


def test_long_work_stopped_is_replayed_to_the_same_place():
    session = Session(Counter(None))
    work = session.send(Event("slowly", 100))
    for _ in range(7):
        next(work)
    work.close()
    assert session.state.count == 7 and session.log == [Event("slowly", 100, steps=7)]
    assert session.state.stopped
    do(session, ADD)
    again = Session(Counter(None))
    list(again.replay(session.log, []))
    assert again.state == session.state == Counting(count=8, stopped=True)


def test_long_work_that_came_to_its_end_was_not_stopped_also_not_in_a_replay_or_after_undo():
    session = Session(Counter(None))
    do(session, Event("slowly", 5), *[ADD] * (REMEMBERED + 1))
    for _ in range(REMEMBERED + 1):
        session.undo()
    assert session.state == Counting(count=5)
    again = Session(Counter(None))
    list(again.replay(session.log, []))
    assert again.state == session.state


def test_undo_beyond_what_is_remembered_finds_stopped_work_stopped():
    session = Session(Counter(None))
    do(session, Event("slowly", 100, steps=7), *[ADD] * (REMEMBERED + 1))
    for _ in range(REMEMBERED + 1):
        session.undo()
    assert session.state == Counting(count=7, stopped=True)


def test_long_work_stopped_before_its_first_step_never_happened():
    session = Session(Counter(None))
    work = session.send(Event("break"))
    with pytest.raises(RuntimeError):
        next(work)
    assert session.log == [] and session.state == Counting()


def test_a_replay_leaves_out_what_does_not_fit_and_says_so():
    session = Session(Counter(None))
    log = [ADD, Event("colour", "green"), Event("gone", 1), Event("break"), ADD]
    list(session.replay(log, messages := []))
    assert session.state.count == 2 and len(messages) == 3
    assert "one of red, blue" in messages[0]


def test_an_unknown_event_is_rejected_before_the_widget_sees_it():
    with pytest.raises(Rejected, match="colour"):
        do(Session(Counter(None)), Event("color", "red"))


def test_options_are_converted_to_their_declared_types():
    assert parse_options(CounterOptions, {"step": "3", "loud": "true"}) == CounterOptions(3, True)
    assert parse_options(Options, {}) == Options()
    for given_, says in [
        ({"stop": "3"}, "perhaps 'step'"),
        ({"step": "x"}, "whole number"),
        ({"loud": "1"}, "true or"),
    ]:
        with pytest.raises(Rejected, match=says):
            parse_options(CounterOptions, given_)


def test_an_event_that_nothing_answers_is_named_with_the_cure():
    class Mute(Counter):
        events = (Press("nothing"),)

    with pytest.raises(NotImplementedError, match="counter declares the event 'nothing': write on_nothing, or give"):
        do(Session(Mute(None)), Event("nothing"))
