"""Texts that break programs do nothing to a figure, whichever way they come; typed, they stand in it as they are.

What storage and addresses hold is tried in ``tests/lineage``, content in ``tests/site/test_content.py``.
"""

import json
from html import escape, unescape

import pytest

from tests.fuzz.hostile import FORMS, HOSTILE
from tests.kit.page import Page
from widgets.chapters import WIDGETS
from widgets.kit import files
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


@pytest.fixture
def _no_files():
    yield
    files.forget()


def file_of(text, name):
    data = text.encode()
    return files.hold(name, len(data), "1a", lambda start, stop: data[start:stop])


def lines(*records):
    return "".join(json.dumps(record) + "\n" for record in records)


FILES = {
    "answers": lines(*({"prompt": "Why?", "chosen": text, "rejected": "Because."} for text in HOSTILE)),
    "fields": lines(*({"prompt": "Why?", "chosen": "So.", "rejected": "Because.", text: text} for text in HOSTILE)),
    "cells": "prompt,chosen,rejected\n" + "".join(f"Why?,So.,{json.dumps(text)}\n" for text in HOSTILE),
    **{f"the whole file {number}": text for number, text in enumerate(HOSTILE[::FORMS])},
}


@pytest.mark.usefixtures("_no_files")
@pytest.mark.parametrize(("name", "event"), [("preference-labeling", "import"), ("data-audit", "files")])
def test_a_file_is_read_or_said_to_be_unreadable(content, name, event):
    widget = WIDGETS[name](content)
    inputs = {need: Session(WIDGETS[need](content)).state for need in widget.needs}
    for text in FILES.values():
        session = Session(widget, inputs)
        for _ in session.send(Event(event, (file_of(text, f"{text[:200]}.jsonl"),))):
            pass
        assert_no_markup(session.widget.html(session.state), text)
        files.forget()


def assert_no_markup(html, text):
    for markup in ("<script>alert", "<img src=x", "</form></section><h1>"):
        assert markup not in html, text


def states_of(text):
    """Links in which the text stands: bare, behind a version, and as what a sound link holds."""
    yield from (text, f"1.{text}", f"2.{text}")
    for event in (
        Event(text),
        Event("label", text),
        Event("label", (text, text, text)),
        Event("import", (text, 1, text)),
    ):
        yield encode([event])


# All texts in one figure, and some of them in every other.
@pytest.mark.parametrize("name", [kind.name for kind in WIDGETS])
def test_a_link_is_opened_or_said_to_be_damaged(content, name):
    page = Page(registry=WIDGETS, content=content)
    page.mount(name)
    page.replies()
    for number, text in enumerate(HOSTILE if name == "pull" else HOSTILE[::23]):
        for state in states_of(text):
            page.post("load", name, log=state)
            reply = page.replies()[-1]
            assert reply["type"] == "view", f"number {number}: {reply}"
            said = [*reply["messages"], reply["unread"], reply["left_out"]]
            assert any(said) or not reply["length"] or decode(reply["log"]), f"number {number}: {reply}"
            assert_no_markup(reply["html"] or "", text)


def test_a_message_that_no_page_sends_is_answered_and_kills_nothing(content):
    page = Page(registry=WIDGETS, content=content)
    page.mount("pull")
    page.replies()
    for text in HOSTILE[::FORMS]:
        for name, value in ((text, None), ("set", [text, {text: text}])):
            page.event(name, value, "pull")
            assert page.replies()[-1]["type"] in ("view", "error")
    page.post("reset", "pull")
    assert page.replies()[-1]["type"] == "view"
