"""What a reader sees and does on a page, for the tests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html.parser import HTMLParser

from playwright.sync_api import Locator, Page, expect

from widgets.chapters import WIDGETS
from widgets.chapters.content import Content
from widgets.kit.codec import decode
from widgets.kit.session import Session
from widgets.kit.widget import parse_options

# Where this book keeps what a reader did, by the path under which the tests serve it.
KEPT = "rlhf-book:/rlhf/:"


class Figure:
    """One widget on the page."""

    def __init__(self, page: Page, name: str) -> None:
        self.page, self.name = page, name
        self.section: Locator = page.locator(f"section[data-widget='{name}']")
        self.view: Locator = self.section.locator("[data-view]")

    def ready(self) -> Figure:
        self.section.scroll_into_view_if_needed()
        expect(self.section).to_have_attribute("data-status", "ready")
        return self

    def button(self, name: str) -> Locator:
        return self.section.get_by_role("button", name=name)

    def open(self, title: str) -> Figure:
        """Opens a drawer."""
        self.section.locator("summary").filter(has_text=title).click()
        return self

    def log(self) -> str:
        """The event log as the browser keeps it, once everything is answered."""
        expect(self.section).to_have_attribute("data-pending", "0")
        stored = self.page.evaluate(f"localStorage.getItem('{KEPT}{self.name}')")
        record = json.loads(stored) if stored else {"log": None, "pending": []}
        assert record["pending"] == []
        return record["log"]

    def numbers(self) -> list[float]:
        return numbers(self.view.inner_html())


def logs(page: Page) -> dict[str, str | None]:
    """Every figure's log as the browser keeps it."""
    stored = page.evaluate("Object.entries(localStorage)")
    records = {key.removeprefix(KEPT): value for key, value in stored if key.startswith(KEPT) and value.startswith("{")}
    return {name: json.loads(value)["log"] for name, value in records.items() if ":" not in name}


class _Numbers(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[float] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "data":
            self.found.append(float(dict(attributes)["value"]))


def numbers(html: str) -> list[float]:
    """The exact numbers in a view: the values of its ``<data>`` elements."""
    reader = _Numbers()
    reader.feed(html)
    return reader.found


def on_cpython(
    name: str, content: Content, logs: Mapping[str, str | None], options: Mapping[str, str] | None = None
) -> Session:
    """A figure's session, folded outside the browser from the logs that the browser keeps."""
    kind = WIDGETS[name]
    inputs = {need: on_cpython(need, content, logs).state for need in kind.needs}
    session = Session(kind(content, parse_options(kind.Options, options or {})), inputs)
    for _ in session.replay(decode(logs[name]) if logs.get(name) else (), messages := []):
        pass
    assert not messages
    return session
