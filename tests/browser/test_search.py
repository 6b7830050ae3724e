"""Search, from the first letter on: nothing that is typed is lost, and what is found reads like the book."""

import pytest
from playwright.sync_api import expect

from tests.browser.waiting import until


def field(page):
    return page.get_by_role("textbox", name="Search")


def results(page):
    return page.locator(".md-search-result__list > li")


def test_a_search_in_the_first_moment_finds_what_it_asks_for(page):
    """The index is built a moment later, so that figures start sooner: whoever is quicker gets the answer then."""
    page.goto("./")
    field(page).fill("Goodhart")
    expect(results(page).first).to_contain_text("Goodhart")


@pytest.mark.parametrize("address", ["./", "03-reward-model/"])
def test_letters_typed_before_the_search_is_there_are_kept(page, address):
    held = []
    page.route("**/bundle.*.min.js", lambda route: held.append(route))  # noqa: PLW0108 (a built-in can’t carry Playwright’s mark)
    page.goto(address, wait_until="commit")
    field(page).wait_for(state="attached")
    page.keyboard.type("/over-optimisation")
    expect(field(page)).to_have_value("over-optimisation")
    while not held:
        page.wait_for_timeout(20)
    held.pop().continue_()
    expect(results(page).first).to_contain_text("over-optimisation")
    expect(field(page)).to_have_value("over-optimisation")
    expect(field(page)).to_be_focused()


def test_a_slash_in_a_text_field_is_a_slash(page):
    page.goto("03-reward-model/")
    box = page.locator(
        "section[data-widget=reward-hacking] textarea, section[data-widget=reward-hacking] input[type=text]"
    ).first
    box.focus()
    page.keyboard.type("and/or")
    expect(box).to_have_value("and/or")
    expect(field(page)).not_to_be_focused()


def test_the_key_works_as_well_when_all_is_there(page):
    page.goto("glossary/")
    until(page, "() => window.component$")
    page.keyboard.type("/labeling")
    expect(field(page)).to_have_value("labeling")
    expect(results(page).first).to_contain_text("labelling")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(field(page)).to_be_focused()


def test_the_page_of_a_result_marks_the_word_as_it_is_written_there(page):
    page.goto("glossary/")
    page.keyboard.type("/labeling")
    expect(results(page).first.locator("mark").first).to_have_text("labelling")
    results(page).first.locator("a", has_text="RLAIF").click()
    page.wait_for_url("**/04-dpo/**")
    expect(page.locator(".chapter mark").filter(has_text="labelling").first).to_be_visible()


def test_a_word_that_a_result_lacks_is_told_as_the_reader_wrote_it(page):
    page.goto("glossary/")
    page.keyboard.type("/Goodhart recognizes")
    expect(results(page).first).to_contain_text("Goodhart")
    expect(results(page).first).to_contain_text("Missing: recognizes")


def test_an_excerpt_is_an_entry_not_the_whole_list(page):
    page.goto("./")
    page.keyboard.type("/Galle")
    expect(results(page).first).to_contain_text("Ahmadian et al. 2024")
    text = results(page).first.inner_text()
    assert "Gallé" in text and len(text) < 500
