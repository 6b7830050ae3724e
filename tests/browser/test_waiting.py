"""Where the page's script is not there, yet or at all: every figure
shows how it begins, and one sentence says what is missing.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import book
from tests.browser.conftest import SITE
from tests.browser.reader import Figure
from tests.browser.waiting import until

CHAPTER, NAME = "03-reward-model/", "preference-labeling"
SCRIPT = "**/page-*.js"


def say(page, words):
    """Every figure of the page says this, and shows its first view."""
    sections = page.locator("section[data-widget]").all()
    assert sections
    for section in sections:
        section.scroll_into_view_if_needed()
        expect(section.locator(".widget-waiting")).to_contain_text(words)
        begins(section)


def begins(section):
    expect(section.locator("[data-view] > *").first).to_be_visible()
    until(
        section.page, "section => section.querySelector('[data-view]').innerText.length > 40", section.element_handle()
    )


@pytest.mark.parametrize("address", [CHAPTER, "02-three-steps/", "04-dpo/"])
def test_opened_from_a_file_figures_show_how_they_begin_and_what_they_need(rough_page, address):
    rough_page.goto((SITE / address / "index.html").as_uri())
    say(rough_page, "“make serve”")


def test_opened_from_a_file_the_book_can_be_paged_through(rough_page):
    rough_page.goto((SITE / "index.html").as_uri())
    for chapter in range(1, 6):
        rough_page.get_by_role("link", name=f"Chapter {chapter}").first.click()
        rough_page.wait_for_url(re.compile(rf"/0{chapter}-[\w-]+/index\.html$"))
        expect(rough_page.locator(".chapter-number")).to_contain_text(f"Chapter {chapter}")


def test_while_the_script_is_on_its_way_figures_say_so(page):
    held = []
    page.clock.install()
    page.route(SCRIPT, lambda route: held.append(route))  # noqa: PLW0108 (a built-in can’t carry Playwright’s mark)
    page.goto(CHAPTER, wait_until="commit")
    page.locator("footer").wait_for(state="attached")
    expect(page.locator(".widget-waiting:visible")).to_have_count(0)
    page.clock.fast_forward(3_000)
    say(page, "is on its way")
    page.clock.fast_forward(7_000)
    say(page, "has not come in 10 seconds")
    while held:
        held.pop().continue_()
    figure = Figure(page, NAME).ready()
    expect(page.locator(".widget-waiting:visible")).to_have_count(0)
    figure.button("A is better").click()
    expect(figure.section.get_by_text("Comparison 2")).to_be_visible()


@pytest.mark.parametrize("fault", ["does not come", "can't be read", "throws"])
def test_a_script_that_fails_is_told(rough_page, fault):
    def spoil(route):
        if fault == "does not come":
            return route.abort()
        body = "let 1;" if fault == "can't be read" else "throw new Error('no')"
        return route.fulfill(body=body, content_type="text/javascript")

    rough_page.route(SCRIPT, spoil)
    rough_page.goto(CHAPTER)
    say(rough_page, "could not be loaded or started here")


@pytest.mark.parametrize("held", [True, False], ids=["before the script", "before Python"])
def test_on_paper_a_figure_is_how_it_begins(rough_page, held):
    rough_page.clock.install()
    rough_page.route(SCRIPT if held else "**/worker-*.js", lambda route: None)
    rough_page.goto(CHAPTER, wait_until="commit")
    rough_page.locator("footer").wait_for(state="attached")
    rough_page.clock.fast_forward(20_000)
    rough_page.emulate_media(media="print")
    for section in rough_page.locator("section[data-widget]").all():
        begins(section)
        expect(section.locator(".widget-waiting")).to_be_hidden()
        expect(section.get_by_role("progressbar", name="Loading")).to_be_hidden()


class TestWithoutScripts:
    @pytest.fixture
    def context_options(self):
        return {"java_script_enabled": False}

    PAGES = [address for address in book.WITH_WIDGETS if not address.startswith("embed/")]

    @pytest.mark.parametrize("address", PAGES, ids=book.name_of)
    def test_a_sentence_says_so_before_the_first_figure(self, page, address):
        page.goto(address)
        note = page.locator("noscript p")
        expect(note).to_have_text(re.compile("The figures on this page run when JavaScript is on."))
        expect(note).to_be_visible()
        sections = page.locator("section[data-widget]")
        assert page.content().index("<noscript>") < page.content().index("<section")
        for section in sections.all():
            expect(section.locator("[data-view] > *").first).to_be_attached()
            expect(section.locator(".widget-waiting")).to_be_hidden()
