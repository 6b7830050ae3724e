"""A browser that refuses something: the book does the next best thing, and says once what is missing."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.reader import Figure

REFUSALS = {
    "storage throws": "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', "
    "'SecurityError'); } })",
    "storage is null": "Object.defineProperty(window, 'localStorage', { value: null })",
    "the service worker's getter throws": "Object.defineProperty(Navigator.prototype, 'serviceWorker', "
    "{ configurable: true, get() { throw new DOMException('no', 'SecurityError'); } })",
}


@pytest.fixture
def context_options(request):
    return {"service_workers": "allow"} if "service worker" in request.node.name else {}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_every_figure_works_where_something_is_refused(page, context, refusal):
    context.add_init_script(REFUSALS[refusal])
    page.goto("03-reward-model/")
    figure = Figure(page, "preference-labeling").ready()
    figure.button("A is better").click()
    expect(figure.section).to_have_attribute("data-pending", "0")
    figure.button("A is better").click()
    expect(figure.section).to_have_attribute("data-pending", "0")
    expect(figure.view).to_contain_text("Comparison 3")
    notes = page.get_by_text("This browser keeps nothing of this page")
    expect(notes).to_have_count(1 if "storage" in refusal else 0)


def test_the_dark_scheme_can_be_chosen_without_storage(page, context):
    context.add_init_script(REFUSALS["storage throws"])
    page.goto("about/")
    page.get_by_title("Switch to dark").click()
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")


def test_a_link_that_cannot_be_copied_is_shown_selected(page, context):
    context.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.goto("04-dpo/")
    figure = Figure(page, "mixing-desk").ready()
    figure.button("Next step").click()
    expect(figure.section).to_have_attribute("data-pending", "0")
    figure.button("Copy link").click()
    field = figure.section.get_by_label("The link to this state")
    expect(field).to_be_focused()
    address = field.input_value()
    assert address.startswith("http") and "#mixing-desk=" in address
    assert (
        page.evaluate(
            "getSelection().toString() || "
            "document.activeElement.value.slice(document.activeElement.selectionStart, "
            "document.activeElement.selectionEnd)"
        )
        == address
    )


def test_messages_have_a_live_region_before_any_comes(page):
    page.goto("03-reward-model/")
    for section in page.locator("section[data-widget]").all():
        expect(section.locator("[data-messages]")).to_have_attribute("role", "status")


def test_paper_is_light_whatever_the_screen(page):
    page.emulate_media(media="print", color_scheme="dark")
    page.goto("02-three-steps/")
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
    ground, ink, sheet = page.evaluate(
        """() => {
          const of = (node) => getComputedStyle(node);
          const section = document.querySelector("section[data-widget]");
          const paragraph = document.querySelector(".md-typeset p");
          return [
            of(document.body).backgroundColor, of(paragraph).color, of(section).getPropertyValue("--sheet"),
          ];
        }"""
    )

    def light(colour):
        return sum(map(int, re.findall(r"\d+", colour)[:3])) / 3

    assert light(ground) > 240 or "0, 0, 0, 0" in ground
    assert light(ink) < 130 and sheet.strip().lower() == "#ffffff"
