"""The desk, driven as the worker drives it: JSON in, one step at a time, JSON out."""

import itertools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from widgets.kit.agenda import CALM
from widgets.kit.codec import decode, encode
from widgets.kit.events import Event, Rejected
from widgets.kit.registry import Registry
from widgets.kit.session import Session

from .counter import Counter, Doubler
from .page import REGISTRY, Page


def ticking():
    """A clock by which every piece of work takes 50 ms."""
    return (tick * 0.05 for tick in itertools.count()).__next__


def with_a_follower(*clock):
    """A page with the figure that doubles what the other one counts; both have been shown."""
    page = Page(*clock)
    page.mount("counter")
    page.mount("doubler")
    page.replies()
    return page


def test_mounting_answers_with_the_view_and_the_log():
    page = Page()
    page.mount(log=encode([Event("add"), Event("add")]))
    (reply,) = page.replies()
    assert reply["type"] == "view" and "<output>2</output>" in reply["html"]
    assert decode(reply["log"]) == (Event("add"),) * 2 and not reply["busy"] and reply["length"] == 2


def test_the_first_view_is_left_as_the_build_made_it():
    page, other = Page(), Page()
    page.mount()
    (reply,) = page.replies()
    assert reply["html"] is None and reply["untouched"]
    other.mount("doubler", needs={"counter": encode([Event("add")])})
    (reply,) = other.replies()
    assert "<output>2</output>" in reply["html"] and not reply["untouched"]


def test_events_are_answered_in_order_each_with_its_id():
    page = Page()
    page.mount()
    ids = [page.event("add"), page.event("colour", "blue"), page.event("add")]
    assert [reply["id"] for reply in page.replies()][1:] == ids
    assert page.count() == 2


def test_a_slider_in_motion_is_answered_at_its_last_place():
    page = Page()
    page.mount()
    page.replies()
    page.event("size", 1)
    page.event("size", 2)
    last = page.event("size", 3)
    assert [reply["id"] for reply in page.replies()] == [last]
    assert page.desk.session("counter").log == [Event("size", 3.0)]


def test_an_event_that_does_not_fit_is_answered_with_the_reason():
    page = Page()
    page.mount()
    page.replies()
    page.event("colour", "green")
    (reply,) = page.replies()
    assert "one of red, blue" in reply["messages"][0] and reply["length"] == 0


def test_an_error_in_a_widget_is_told_and_costs_nothing():
    page = Page()
    page.mount()
    page.event("add")
    broken = page.event("break")
    page.event("add")
    replies = page.replies()
    (error,) = [reply for reply in replies if reply["type"] == "error"]
    assert error["id"] == broken and "broken on purpose" in error["message"] and page.count() == 2


def test_long_work_shows_itself_at_intervals():
    page = Page(ticking())
    page.mount()
    page.replies()
    page.event("slowly", 20)
    replies = page.replies()
    assert [reply["busy"] for reply in replies][-2:] == [True, False] and 5 < len(replies) < 20


@pytest.mark.parametrize("kind", ["stop", "undo", "event"])
def test_a_new_message_stops_long_work(kind):
    page = Page()
    page.mount()
    page.replies()
    page.event("slowly", 1000)
    for _ in range(10):
        page.desk.step()
    page.post(kind, name="add", value=None)
    page.replies()
    assert page.count() == {"stop": 10, "undo": 0, "event": 11}[kind]


def test_what_the_reader_does_next_stops_long_work_also_where_both_have_waited():
    """As before Python is there: the second press finds the first not begun."""
    page = Page()
    page.mount()
    page.event("slowly", 1000)
    pressed = page.event("add")
    last = page.replies()[-1]
    assert last["id"] == pressed and not last["busy"]
    slowly, add = page.desk.session("counter").log
    assert add == Event("add") and slowly.steps < 5 and page.count() == slowly.steps + 1


def test_steps_that_have_waited_together_are_whole():
    page = Page()
    page.mount()
    for _ in range(4):
        page.event("add")
    page.replies()
    assert page.desk.session("counter").log == [Event("add")] * 4


class Other(Counter):
    name = "other"


def at_work(steps=10):
    """A page whose first figure has been counting for a while, and another that has nothing to do with it."""
    page = Page(ticking(), registry=Registry([Counter, Doubler, Other]))
    for widget in ("counter", "other"):
        page.mount(widget)
    page.replies()
    page.event("slowly", 1000)
    for _ in range(steps):
        page.desk.step()
    return page


def test_another_figure_is_answered_while_long_work_goes_on():
    page = at_work()
    pressed = page.event("add", widget="other")
    first = next(json.loads(reply) for reply in iter(page.desk.step, None) if reply)
    assert (first["widget"], first["id"], first["busy"]) == ("other", pressed, False)
    assert page.count() < 20
    last = page.replies()[-1]
    assert last["widget"] == "counter" and not last["busy"] and page.count() == 1000
    assert page.desk.session("counter").log == [Event("slowly", 1000)]


@pytest.mark.parametrize("kind", ["stop", "undo", "event"])
def test_work_that_was_set_aside_is_stopped_like_any_other(kind):
    page = at_work()
    page.event("slowly", 1000, widget="other")
    for _ in range(10):
        page.desk.step()
    before = page.count()
    page.post(kind, name="add", value=None)
    page.replies()
    assert page.count() == {"stop": before, "undo": 0, "event": before + 1}[kind]
    assert page.count("other") == 1000


def test_a_figure_that_comes_to_the_page_does_not_wait_for_another_ones_work():
    page = at_work()
    page.mount("other", log=encode([Event("add")]))
    first = next(json.loads(reply) for reply in iter(page.desk.step, None) if reply)
    assert first["widget"] == "other" and page.count() < 20
    page.replies()
    assert (page.count(), page.count("other")) == (1000, 1)


def test_the_next_page_does_not_wait_for_work_of_the_one_that_was_left():
    page = at_work()
    for widget in ("counter", "other"):
        page.post("leave", widget)
    page.mount("other")
    first = next(json.loads(reply) for reply in iter(page.desk.step, None) if reply)
    assert first["widget"] == "other"
    assert page.replies() == [] and page.count() < 20
    page.mount("counter")  # with the log that the page knew, and what had no answer
    page.event("slowly", 100)
    page.replies()
    assert page.desk.session("counter").log == [Event("slowly", 100)]


def test_a_log_that_takes_long_is_not_read_for_a_page_that_was_left():
    page = Page(ticking())
    log = encode([Event("slowly", 1000)])
    page.mount(log=log)
    for _ in range(10):
        page.desk.step()
    page.post("leave")
    assert len(list(iter(page.desk.step, None))) < 5
    page.mount(log=log)
    page.replies()
    assert page.count() == 1000


def test_a_figure_that_comes_to_the_page_waits_for_what_it_builds_on_which_is_opened_once():
    """Also where that takes long, as a long log does."""
    starts = []

    class Counted(Counter):
        def start(self):
            starts.append(self.options.step)
            return super().start()

    page = Page(ticking(), registry=Registry([Counted, Doubler]))
    log = encode([Event("slowly", 100)])
    page.mount("counter", log=log, options={"step": "5"})
    page.mount("doubler", needs={"counter": log})
    page.replies()
    assert page.count("doubler") == 200 and set(starts) == {5}


def test_a_link_waits_for_the_figures_that_it_is_of():
    page = at_work()
    page.post("link", "other", of=["other", "counter"])
    link = page.replies()[-1]
    assert link["type"] == "link" and decode(link["links"]["counter"]["log"]) == (Event("slowly", 1000),)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_whatever_comes_between_whatever_nothing_is_lost_and_all_is_answered(data):
    """Messages at any moment, for figures that build on each other and that don't."""
    names = ["counter", "doubler", "other"]
    page = Page(ticking(), registry=Registry([Counter, Doubler, Other]))
    for widget in names:
        page.mount(widget)
    asked, answered, logs = {}, {}, dict.fromkeys(names)

    def work(steps):
        for reply in map(json.loads, filter(None, itertools.islice(iter(page.desk.step, None), steps))):
            if reply["type"] == "view" and not reply["busy"]:
                answered[reply["widget"]], logs[reply["widget"]] = reply["id"], reply["log"]

    def leave_and_come_back():
        """The page brings the logs that it knows."""
        for widget in names:
            page.post("leave", widget)
        for widget in names:
            asked[widget] = page.mount(widget, log=logs[widget], needs={"counter": logs["counter"]})

    for _ in range(data.draw(st.integers(1, 12))):
        widget = data.draw(st.sampled_from(names))
        short = "more" if widget == "doubler" else "add"
        acts = [(short, None), ("slowly", 40), ("stop", None), ("undo", None), ("leave", None)]
        name, value = data.draw(st.sampled_from(acts))
        if name == "leave":
            leave_and_come_back()
        elif name in ("stop", "undo"):
            asked[widget] = page.post(name, widget)
        else:
            asked[widget] = page.event(name, value, widget)
        work(data.draw(st.integers(0, 30)))
    work(None)
    for widget in names:
        session = page.desk.session(widget)
        again = Session(session.widget, {need: page.desk.session(need).state for need in session.widget.needs})
        list(again.replay(session.log, messages := []))
        assert again.state == session.state and not messages
    assert all(answered[widget] >= id for widget, id in asked.items())


def test_undo_reset_and_load():
    page = Page()
    page.mount()
    for _ in range(3):
        page.event("add")
    page.post("undo")
    page.replies()
    assert page.count() == 2
    page.post("reset")
    page.replies()
    assert page.count() == 0
    page.post("load", log=encode([Event("add")] * 5))
    page.replies()
    assert page.count() == 5


def test_a_damaged_log_is_reported_and_starts_afresh():
    page = Page()
    page.mount(log="1.!!!")
    (reply,) = page.replies()
    assert reply["unread"] == "damaged" and reply["length"] == 0


def test_a_damaged_link_changes_nothing():
    page = Page()
    page.mount(log=encode([Event("add")] * 2))
    page.post("load", log="1.!!!")
    assert page.replies()[-1]["unread"] == "damaged" and page.count() == 2
    page.post("load", log="3.later")
    assert page.replies()[-1]["unread"] == "newer" and page.count() == 2


def test_a_cut_link_gives_what_is_left_of_it_and_says_so():
    page = Page()
    page.mount()
    page.post("load", log=encode([Event("add"), Event("slowly", 3), Event("text", "an end"), Event("add")])[:-1])
    reply = page.replies()[-1]
    assert reply["unread"] is None and "end of this saved state is missing" in reply["messages"][0]


def test_steps_that_do_not_fit_are_counted():
    page = Page()
    page.mount(log=encode([Event("add"), Event("gone"), Event("slowly", "x")]))
    reply = page.replies()[-1]
    assert reply["left_out"] == 2 and reply["length"] == 1


def test_a_link_can_do_without_what_is_long():
    page = Page()
    page.mount()
    for event in (("add",), ("note", "word " * 200), ("add",)):
        page.event(*event)
    page.replies()
    page.post("link", of=["counter"])
    (reply,) = page.replies()
    link = reply["links"]["counter"]
    assert reply["type"] == "link" and link["left_out"] == 1
    assert decode(link["short"]) == (Event("add"), Event("add"))
    assert decode(link["log"]) == tuple(page.desk.session("counter").log)


def test_mounting_again_keeps_the_session():
    page = Page()
    page.mount()
    page.event("add")
    log = page.replies()[-1]["log"]
    session = page.desk.session("counter")
    page.mount(log=log)
    assert page.replies()[-1]["length"] == 1 and page.desk.session("counter") is session


def test_an_answer_that_the_page_did_not_hear_is_not_given_twice():
    """The reader acts and leaves at once: the page comes back with the log it knew, and asks again."""
    page = Page()
    page.mount()
    page.event("add")
    page.post("leave")
    page.mount(log=None)
    page.event("add")
    assert page.replies()[-1]["length"] == 1 and page.count() == 1


def test_a_figure_builds_on_what_was_done_elsewhere_and_is_not_answered_yet():
    page = Page()
    owed = [{"type": "event", "name": "add", "id": 7}, {"type": "nonsense"}, {"type": "event", "name": "break"}]
    page.post(
        "mount", "doubler", log=None, needs={"counter": encode([Event("add")])}, owed={"counter": owed}, options={}
    )
    page.replies()
    assert page.count("doubler") == 4
    page.mount("counter", log=encode([Event("add")]))  # there the page asks once more
    page.event("add")
    page.replies()
    assert page.count() == 2 and page.count("doubler") == 4, "not three"


def test_what_a_link_brought_to_a_figure_elsewhere_is_not_taken_for_the_readers_own():
    page = Page()
    page.mount("doubler", needs={"counter": encode([Event("add")] * 3)})  # as linked
    page.post("leave", "doubler")
    page.mount("counter", log=encode([Event("add")]))  # the reader's own
    assert page.replies()[-1]["length"] == 1
    page.post("leave", "counter")
    page.mount("doubler", needs={"counter": encode([Event("add")])})
    page.replies()
    assert page.count("doubler") == 2


def test_a_widget_follows_the_one_it_builds_on():
    page = Page()
    page.mount("doubler", needs={"counter": encode([Event("add")] * 3)})
    page.event("more", widget="doubler")
    page.replies()
    assert page.count("doubler") == 7
    page.mount("counter", log=encode([Event("add")] * 3))
    page.event("add")
    replies = page.replies()
    assert page.count("doubler") == 9
    assert [reply["widget"] for reply in replies][-1] == "doubler"


def test_a_figure_that_has_yet_to_follow_is_told_so_and_its_views_come_after_what_it_was_asked():
    page = Page()
    page.mount("counter")
    page.mount("doubler")
    first = page.replies()
    assert [reply["untouched"] for reply in first] == [True, True]
    page.event("add")
    asked = page.event("more", widget="doubler")
    replies = page.replies()
    assert [(reply["type"], reply["widget"]) for reply in replies] == [
        ("stale", "doubler"), ("view", "counter"), ("view", "doubler"), ("view", "doubler")
    ]  # fmt: skip
    answer, followed = replies[2:]
    assert answer["stale"] and answer["html"] == "<output>1</output>"
    assert not followed["stale"] and followed["html"] == "<output>3</output>"
    assert answer["id"] == followed["id"] == asked
    assert not answer["untouched"]


def test_stored_views_hold_only_where_nothing_has_happened_to_what_a_figure_builds_on():
    page = Page()
    page.mount("doubler", needs={"counter": encode([Event("add")])})
    (reply,) = page.replies()
    assert reply["length"] == 0 and not reply["untouched"]


def test_a_widget_follows_when_the_one_it_builds_on_comes_with_another_log():
    page = Page()
    page.mount("doubler", needs={"counter": encode([Event("add")] * 3)})
    page.mount("counter", log=encode([Event("add")]))
    page.replies()
    assert page.count("doubler") == 2


def test_following_can_wait_and_nothing_else_can():
    page = Page()
    page.mount("counter")
    page.mount("doubler")
    assert not page.desk.can_wait()
    page.replies()
    page.event("add")
    page.until_calm()
    page.event("add")
    assert not page.desk.can_wait()
    page.replies()
    assert not page.desk.can_wait() and page.count("doubler") == 4


def test_figures_follow_when_no_message_has_come_for_a_while():
    time = 100.0
    page = with_a_follower(lambda: time)
    page.event("add")
    page.until_calm()
    assert page.desk.can_wait() == pytest.approx(CALM)
    time += CALM / 2
    assert page.desk.can_wait() == pytest.approx(CALM / 2)
    page.event("add")
    page.until_calm()
    assert page.desk.can_wait() == pytest.approx(CALM)
    time += CALM
    assert not page.desk.can_wait() and page.desk.step() is not None
    page.replies()
    assert page.count("doubler") == 4


def test_a_slider_is_answered_at_its_last_place_while_a_figure_has_yet_to_follow():
    page = with_a_follower()
    page.event("add")
    page.until_calm()
    page.event("size", 1)
    last = page.event("size", 2)
    assert [reply["id"] for reply in page.replies() if reply["widget"] == "counter"] == [last]


def test_a_widget_that_left_the_page_follows_when_it_comes_back():
    page = Page()
    page.mount("counter")
    page.mount("doubler")
    page.post("leave", "doubler")
    page.event("add")
    assert {reply["widget"] for reply in page.replies()[2:]} == {"counter"}
    assert page.count("doubler") == 0
    page.mount("doubler")
    page.replies()
    assert page.count("doubler") == 2


def test_following_waits_for_the_reader_and_loses_nothing():
    page = Page()
    page.mount("counter")
    page.mount("doubler")
    page.event("slowly", 500, widget="doubler")
    page.replies()
    page.event("add")
    for _ in range(30):  # the counter's event, then the middle of the doubler's replay
        page.desk.step()
    page.event("add")
    page.replies()
    assert page.count("counter") == 2
    assert page.count("doubler") == 4 + 500
    assert page.desk.session("doubler").log == [Event("slowly", 500)]


def test_options_reach_the_widget():
    page = Page()
    page.mount(options={"step": "5"})
    page.event("add")
    page.replies()
    assert page.count() == 5


def test_a_registry_wants_what_is_built_upon_first():
    with pytest.raises(Rejected, match="there is no widget 'counter'"):
        Registry([Doubler, Counter])
    assert REGISTRY.needs("doubler") == ("counter",)
    with pytest.raises(Rejected, match="perhaps 'doubler'"):
        REGISTRY["dubler"]
