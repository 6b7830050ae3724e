"""The page around the figures: light and dark, and what is laid out when."""

import pytest
from playwright.sync_api import expect

from tests.browser.waiting import until

CHAPTER = "03-reward-model/"
LATER = "section[data-widget=reward-hacking]"
# Whether a browser has laid out what a section holds: inside one that it passes over, nothing is seen by it.
IS_LAID_OUT = "section => section.firstElementChild.checkVisibility({ contentVisibilityAuto: true })"


def scheme(page):
    return page.locator("body").get_attribute("data-md-color-scheme")


class TestScheme:
    @pytest.fixture(params=["light", "dark"])
    def system(self, request):
        return request.param

    @pytest.fixture
    def context_options(self, system):
        return {"color_scheme": system}

    def test_is_the_systems_until_the_reader_chooses(self, page, system):
        own, other = {"light": ("default", "slate"), "dark": ("slate", "default")}[system]
        page.goto("./")
        body, to_other = page.locator("body"), page.locator("label[title^='Switch to']:visible")
        expect(body).to_have_attribute("data-md-color-scheme", own)
        page.emulate_media(color_scheme="dark" if system == "light" else "light")
        expect(body).to_have_attribute("data-md-color-scheme", other)
        page.emulate_media(color_scheme=system)
        expect(body).to_have_attribute("data-md-color-scheme", own)
        to_other.click()
        expect(body).to_have_attribute("data-md-color-scheme", other)
        page.get_by_role("link", name="Chapter 3").first.click()
        page.wait_for_url(f"**/{CHAPTER}")
        page.reload()
        expect(body).to_have_attribute("data-md-color-scheme", other)
        assert (
            page.evaluate("getComputedStyle(document.documentElement).colorScheme")
            == {"slate": "dark", "default": "light"}[other]
        )

    def test_is_switched_by_keyboard_and_the_browsers_bar_follows(self, page):
        page.goto("./")
        bar = page.locator("meta[name=theme-color]")
        before, colour = scheme(page), bar.get_attribute("content")
        page.locator("[data-scheme-switch] input:checked").press("Enter")
        expect(page.locator("body")).not_to_have_attribute("data-md-color-scheme", before)
        expect(bar).not_to_have_attribute("content", colour)
        expect(page.locator("[data-scheme-switch] input:checked")).to_be_focused()


class TestFonts:
    FETCHES = (
        "performance.getEntriesByType('resource').filter(({ name }) => name.includes('stix')).map(({ "
        "initiatorType }) => initiatorType)"
    )

    def test_a_page_with_equations_fetches_their_font_early(self, page):
        page.goto(CHAPTER)
        page.evaluate("document.fonts.ready.then(() => true)")
        assert page.evaluate(self.FETCHES) == ["link"]

    def test_a_page_that_is_swapped_in_fetches_it_once(self, page):
        page.goto("teaching/")
        until(page, "() => window.component$")
        page.get_by_role("link", name="Chapter 3").first.click()
        page.wait_for_url(f"**/{CHAPTER}")
        until(page, f"() => {self.FETCHES}.length")
        page.evaluate("document.fonts.ready.then(() => true)")
        assert page.evaluate(self.FETCHES) == ["css"]


class TestWhole:
    def test_figures_further_down_wait_until_the_reader_moves(self, page):
        page.goto(CHAPTER)
        later = page.locator(LATER)
        assert not later.evaluate(IS_LAID_OUT)
        page.mouse.wheel(0, 10)
        expect(page.locator("html")).to_have_attribute("data-whole", "")
        assert later.evaluate(IS_LAID_OUT)

    def test_a_page_that_is_opened_at_a_place_is_whole(self, page):
        page.goto(f"{CHAPTER}#figure-reward-hacking")
        assert page.locator(LATER).evaluate(IS_LAID_OUT)

    def test_the_next_page_is_whole(self, page):
        page.goto(CHAPTER)
        page.mouse.wheel(0, 10)
        expect(page.locator("html")).to_have_attribute("data-whole", "")
        page.get_by_role("link", name="Chapter 4").first.click()
        page.wait_for_url("**/04-dpo/")
        assert page.locator("section[data-widget=method-cards]").evaluate(IS_LAID_OUT)


class TestRehearsal:
    """Stored views are tried out in a figure that is on the screen; the reader must not notice."""

    def test_leaves_the_view_and_what_is_chosen(self, page):
        page.add_init_script("""
          window.rehearsals = 0;
          new MutationObserver((records) => {
            const added = records.flatMap(({ addedNodes }) => [...addedNodes]);
            window.rehearsals += added.filter(({ className }) => className === "rehearsal").length;
          }).observe(document, { subtree: true, childList: true });
        """)
        page.route("**/worker-*.js", lambda route: route.abort())
        page.goto("01-pre-trained/")
        section = page.locator("section[data-widget=raw-vs-aligned]")
        before = section.locator("[data-view]").inner_html()
        section.scroll_into_view_if_needed()
        until(page, "() => window.rehearsals >= 3 && new Promise(done => requestIdleCallback(() => done(true)))")
        assert section.locator("[data-view]").inner_html() == before
        expect(section.locator(".rehearsal")).to_have_count(0)
        expect(section.get_by_role("radio", checked=True)).to_have_count(1)
