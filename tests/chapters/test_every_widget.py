"""What holds for every widget, those still to come included."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from widgets.chapters import WIDGETS
from widgets.chapters.imported import Import
from widgets.kit.codec import decode, encode
from widgets.kit.events import Choice, Event, Fields, Files, Integer, Number, Numbered, Press, Switch, Text
from widgets.kit.session import Session
from widgets.kit.widget import Widget
from widgets.site.pages.views import offered
from widgets.site.this_book.content import load

NAMES = [widget.name for widget in WIDGETS]

pytestmark = pytest.mark.long


@cache
def widget(name):
    return WIDGETS[name](load(Path("content")))


def started(name):
    """A session of a widget on the first states of those that it builds on."""
    return Session(widget(name), {need: started(need).state for need in WIDGETS[name].needs})


def values(declared):
    """Any value that an event's declaration allows."""
    match declared:
        case Press():
            return st.none()
        case Switch():
            return st.booleans()
        case Choice():
            return st.sampled_from(declared.options)
        case Number():
            return st.floats(declared.minimum, declared.maximum)
        case Integer():
            return st.integers(declared.minimum, declared.maximum)
        case Text():
            return st.text(st.characters(exclude_categories=["Cs"]), max_size=min(declared.length, 200))
        case Numbered():
            return st.tuples(st.integers(0, declared.most), st.sampled_from(declared.options))
        case Files():
            return st.lists(
                st.tuples(st.text("ab.", max_size=9), st.integers(0, 99), st.text("0af", min_size=1, max_size=9)),
                min_size=1,
                max_size=2,
            )
        case Import():
            return st.one_of(st.text("{}\n", max_size=9), values(Files("import")))
        case Fields():
            return st.tuples(*map(st.sampled_from, declared.options))


def events(name):
    """Any declared event; long work is stopped after at most two steps."""
    return st.one_of(
        st.builds(Event, st.just(declared.name), values(declared), st.just(2)) for declared in widget(name).events
    )


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@settings(deadline=None, max_examples=15, suppress_health_check=list(HealthCheck))
def test_any_sequence_of_declared_events_leads_to_a_view(name, data):
    session = started(name)
    for event in data.draw(st.lists(events(name), max_size=12)):
        for _ in session.send(event):
            pass
    html = session.widget.html(session.state)
    again = started(name)
    list(again.replay(decode(encode(session.log)), messages := []))
    assert messages == [] and again.widget.html(again.state) == html


@pytest.mark.parametrize("name", NAMES)
def test_a_view_obeys_the_content_security_policy(name):
    session = started(name)
    html = session.widget.html(session.state)
    assert not re.search(r"<[^>]+\s(style|on\w+)=", html), "no style attribute, no inline handler"


@pytest.mark.parametrize("name", NAMES)
def test_every_control_offers_a_declared_event(name):
    session = started(name)
    controls = offered(session.widget.html(session.state))
    for event in controls.values():
        session.widget.check(event)
    assert controls or any(isinstance(kind, (Number, Integer, Text)) for kind in session.widget.events)


@pytest.mark.parametrize("name", NAMES)
def test_a_first_view_has_names_for_its_controls(name):
    html = started(name).widget.html(started(name).state)
    for button in re.findall(r"<button[^>]*>(.*?)</button>", html, flags=re.DOTALL):
        assert re.sub(r"<[^>]+>", "", button).strip()


@pytest.mark.parametrize("name", [name for name in NAMES if WIDGETS[name].code])
def test_a_figure_that_computes_shows_its_settings(name):
    """One that shows code computes. Every setting has a name of its own in its group, and a value that can be read."""
    session = started(name)
    groups = session.widget.settings(session.state)
    assert WIDGETS[name].settings is not Widget.settings
    for group in groups:
        names = [setting.name for setting in group.of]
        assert group.title and names and len(set(names)) == len(names)
    assert ("Show the settings" in session.widget.html(session.state)) == bool(groups)


def test_a_question_that_a_figure_offers_and_nobody_wrote_is_named(content):
    renamed = tuple(replace(one, id="pastas") if one.id == "pasta" else one for one in content.questions)
    with pytest.raises(ValueError, match=r"offers the question 'pasta', but .*no pasta.yaml; perhaps 'pastas'"):
        WIDGETS["same-optimum"](replace(content, questions=renamed))


@pytest.mark.parametrize("name", NAMES)
def test_every_handler_is_of_an_event_that_is_declared(name):
    handlers = {method.removeprefix("on_") for method in dir(widget(name)) if method.startswith("on_")}
    assert handlers <= {declared.name for declared in widget(name).events}


def test_a_principle_that_a_figure_begins_with_and_nobody_wrote_is_named(content):
    fewer = replace(content, principles=content.principles[:1])
    for name in ("constitution", "preference-labeling"):
        with pytest.raises(ValueError, match="begins with the principle .* content/principles.yaml holds none"):
            WIDGETS[name](fewer).start()
