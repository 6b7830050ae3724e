"""A book is opened by the name of its module, with content or without."""

import json
import sys
from types import ModuleType

import pytest

from tests.other_book import coins
from widgets.kit.book import open_desk, opened
from widgets.kit.codec import encode
from widgets.kit.events import Event
from widgets.kit.registry import Registry

from .counter import Counter


@pytest.fixture
def plain(monkeypatch):
    """A book whose widgets are given plain data."""
    book = ModuleType("plain_book")
    book.WIDGETS = Registry([Counter])
    monkeypatch.setitem(sys.modules, book.__name__, book)
    return book


def test_content_is_built_where_a_book_has_a_class_of_it():
    widgets, content = opened(coins.__name__, {"sides": ["heads", "tails"]})
    assert widgets is coins.WIDGETS and content == coins.Content(("heads", "tails"))


def test_content_stays_as_it_is_where_there_is_no_class_of_it(plain):
    assert opened("plain_book", {"anything": [1]}) == (plain.WIDGETS, {"anything": [1]})


def test_a_desk_is_opened_on_content_as_text(plain):
    desk = open_desk("plain_book", json.dumps(None))
    log = encode([Event("add")])
    desk.post(json.dumps({"type": "mount", "widget": "counter", "id": 1, "log": log, "needs": {}, "options": {}}))
    (reply,) = [json.loads(reply) for reply in iter(desk.step, None) if reply]
    assert reply["type"] == "view" and "<output>1</output>" in reply["html"]
