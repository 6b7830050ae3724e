"""Texts that break programs do nothing to a figure but stand in it as they are."""

from html import escape, unescape

import pytest

from tests.fuzz.hostile import HOSTILE
from widgets.chapters import WIDGETS
from widgets.kit.codec import decode, encode
from widgets.kit.events import Event, Rejected, Text
from widgets.kit.session import Session

TYPED = [("constitution", "wording"), ("reward-hacking", "typed")]


def test_there_are_two_hundred():
    assert len(set(HOSTILE)) >= 190 and len(HOSTILE) == 200


@pytest.mark.parametrize(("name", "event"), TYPED)
def test_typed_text_stays_text(content, name, event):
    sessions = {}
    for each in (*WIDGETS.needs(name), name):
        inputs = {need: sessions[need].state for need in WIDGETS[each].needs}
        sessions[each] = Session(WIDGETS[each](content), inputs)
    session = sessions[name]
    assert [kind.name for kind in session.widget.events if isinstance(kind, Text)] == [event]
    for text in HOSTILE:
        try:
            list(session.send(Event(event, text)))
        except Rejected:
            continue  # too long, which the page's own field prevents
        html = session.widget.html(session.state)
        if "<" in text:
            assert text.strip() not in html, "as markup"
            assert escape(text.strip(), quote=False)[:40] in html or text.strip()[:40] in unescape(html)
        assert decode(encode(session.log)) == tuple(session.log)
