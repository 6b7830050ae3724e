"""The whole book by keyboard alone: everything is reached, focus is seen, every figure works, nothing jumps, nothing
fails, and what stands there in the end is what CPython computes.
"""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.book import PAGES, VIEWPORTS, come_to_rest, figures, name_of, settle, tour
from tests.browser.reader import Figure, logs, numbers, on_cpython

SCRIPT = Path(__file__).with_name("tour.js")
STILL = 0.0005  # layout shift that every tool shows as 0
MANY = 1000  # stops on a page: more means that Tab goes round in circles


@pytest.fixture
def context_options():
    return {"viewport": VIEWPORTS["wide"]}


@pytest.fixture
def trouble(context):
    """What the console said, whatever its kind, and what the network could not get."""
    found = []
    context.on("console", lambda message: found.append(f"console, {message.type}: {message.text}"))
    context.on("response", lambda response: response.status < 400 or found.append(f"{response.status}: {response.url}"))
    context.on("requestfailed", lambda request: given_up(request) or found.append(f"{request.failure}: {request.url}"))
    return found


def given_up(request) -> bool:
    """Whether the page itself no longer wanted it, having been left."""
    return request.failure == "net::ERR_ABORTED"


@pytest.fixture
def page(page, trouble):
    # Fonts are kept by then: on a busy machine they come after their
    # stand-ins have been shown, whose lines break a little differently.
    page.goto("about/")
    page.evaluate("() => document.fonts.ready.then(() => true)")
    page.add_init_script(path=SCRIPT)
    yield page
    shifts = page.evaluate("tour.shifts")
    assert not trouble
    assert sum(value for value, _ in shifts) < STILL, "\n".join(f"{value:.5f}: {what}" for value, what in shifts)


def walk(page, key: str) -> list[str]:
    """Presses a key from one end of the page to the other; what is wrong with where focus went."""
    page.evaluate("from => tour.begin(from)", "top" if key == "Tab" else "bottom")
    problems = []
    for _ in range(MANY):
        page.keyboard.press(key)
        come_to_rest(page)
        here = page.evaluate("tour.here()")
        problems += here["problems"]
        if here["over"]:
            return problems + page.evaluate("tour.missed()")
    return [*problems, f"{key} does not come to an end"]


def other_than_cpythons(page, section, content) -> list[str]:
    """The same log, replayed outside the browser, gives the same view with the same numbers."""
    name, options = section.get_attribute("data-widget"), json.loads(section.get_attribute("data-options"))
    session = on_cpython(name, content, logs(page), options)
    here, there = numbers(session.widget.html(session.state)), Figure(page, name).numbers()
    if there == pytest.approx(here, rel=1e-6, abs=1e-6):
        return []
    return [f"{name}: CPython's numbers are {here}, the browser's {there}"]


@pytest.mark.parametrize("address", PAGES, ids=name_of)
def test_a_page_by_keyboard(page, address, content):
    page.goto(address)
    sections = figures(page)
    problems = walk(page, "Tab")
    for section in sections:
        events = list(tour(section))
        if events and section.locator("[data-tool=undo]").is_disabled():
            problems.append(f"{section.get_attribute('data-widget')}: nothing of {', '.join(events)} changed it")
        closed = section.locator("details:not([open]) > summary:visible")
        for _ in range(closed.count()):
            closed.first.press("Enter")  # one may hold others
    for section in sections:
        settle(section)
        problems += other_than_cpythons(page, section, content)
    problems += walk(page, "Shift+Tab")
    assert not problems, "\n".join(problems)


def test_the_book_from_cover_to_end_by_its_links_alone(page):
    page.goto("")
    page.evaluate("window.here = true")
    title = page.get_by_role("heading", level=1)
    read = [title.text_content()]
    while page.locator("a[rel=next]").count():
        page.evaluate("tour.begin('top')")
        for _ in range(MANY):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.matches('a[rel=next]')"):
                break
        figures(page)
        page.keyboard.press("Enter")
        expect(title).not_to_have_text(read[-1])
        read.append(title.text_content())
    assert len(read) == 6 and page.evaluate("window.here"), "pages were swapped, not loaded anew"
