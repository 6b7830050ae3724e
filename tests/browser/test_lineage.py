"""No label is lost without the reader's choosing so: two tabs, slow starts, links, last words."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.reader import Figure
from widgets.kit.codec import decode, encode
from widgets.kit.events import Event

CHAPTER, NAME = "03-reward-model/", "preference-labeling"
LINK = encode([Event("label", ("writing/curt", "writing/rude", "b"))])


def label(figure, times=1):
    before = int(re.search(r"^Comparison (\d+)", figure.view.inner_text(), re.MULTILINE)[1])
    for number in range(times):
        figure.button("A is better").click()
        stands_at(figure, before + number + 1)


def stands_at(figure, comparison):
    expect(figure.view.get_by_text(re.compile(rf"^Comparison {comparison}(?!\d)"))).to_be_visible()


def answered(figure):
    expect(figure.section).to_have_attribute("data-status", "ready")
    expect(figure.section).to_have_attribute("data-pending", "0")


def test_a_tab_that_starts_late_takes_over_what_another_one_did(page, context):
    held = []
    late = context.new_page()
    late.route("**/worker-*.js", lambda route: held.append(route))  # noqa: PLW0108 (a built-in can’t carry Playwright’s mark)
    late.goto(CHAPTER, wait_until="commit")
    slow = Figure(late, NAME)
    stands_at(slow, 1)
    page.goto(CHAPTER)
    mine = Figure(page, NAME).ready()
    label(mine, 8)
    answered(mine)
    stands_at(slow, 9)
    for route in held:
        route.continue_()
    slow.ready()
    answered(slow)
    stands_at(slow, 9)
    page.reload()
    stands_at(mine.ready(), 9)
    assert len(decode(mine.log())) == 8


def test_a_click_where_python_sleeps_goes_on_from_what_another_tab_did(page, context):
    asleep = context.new_page()
    asleep.add_init_script("Object.defineProperty(navigator, 'connection', { value: { saveData: true } })")
    asleep.goto(CHAPTER)
    other = Figure(asleep, NAME)
    stands_at(other, 1)
    page.goto(CHAPTER)
    mine = Figure(page, NAME).ready()
    label(mine, 8)
    stands_at(other, 9)
    other.button("A is better").click()
    for figure in (other, mine):
        stands_at(figure, 10)
    answered(other)
    assert len(decode(other.log())) == 9


def test_a_tab_that_has_missed_what_another_did_sets_its_own_aside(page, context):
    """Storage's events can come late, or never: to a page that the browser had put to sleep."""
    deaf = context.new_page()
    deaf.add_init_script(
        "addEventListener('storage', (event) => event.stopImmediatePropagation(), { capture: true });"
        "addEventListener('visibilitychange', (event) => event.stopImmediatePropagation(), { capture: true });"
    )
    deaf.goto(CHAPTER)
    other = Figure(deaf, NAME).ready()
    page.goto(CHAPTER)
    label(Figure(page, NAME).ready(), 3)
    stands_at(other, 1)
    other.button("B is better").click()
    stands_at(other, 4)
    expect(other.section.get_by_text("What was done here is set aside: one step.")).to_be_visible()
    deaf.reload()
    stands_at(other.ready(), 4)
    other.button("Show it").click()
    stands_at(other, 2)
    other.button("Keep this one").click()
    expect(other.section.get_by_text("Your own state from before is set aside: 3 steps.")).to_be_visible()
    deaf.reload()
    stands_at(other.ready(), 2)


def test_keeping_a_link_that_cant_be_read_is_not_offered(page):
    page.goto(CHAPTER)
    figure = Figure(page, NAME).ready()
    label(figure, 3)
    mine = figure.log()
    wrong = LINK[:-3] + ("a" if LINK[-3] != "a" else "b") + LINK[-2:]
    page.goto("about/")
    page.goto(f"{CHAPTER}#{NAME}={wrong}")
    figure.ready()
    expect(figure.section.get_by_text("This link can’t be read")).to_be_visible()
    expect(figure.button("Keep this one")).to_have_count(0)
    stands_at(figure, 4)
    assert figure.log() == mine


def test_who_has_nothing_owns_the_linked_state_that_they_act_on(page):
    page.goto(f"{CHAPTER}#{NAME}={LINK}")
    figure = Figure(page, NAME).ready()
    stands_at(figure, 2)
    label(figure, 5)
    page.goto("04-dpo/")
    page.goto(CHAPTER)
    stands_at(figure.ready(), 7)
    assert len(decode(figure.log())) == 6


def test_work_on_a_linked_state_is_set_aside_where_the_reader_has_their_own(page):
    page.goto(CHAPTER)
    figure = Figure(page, NAME).ready()
    label(figure, 2)
    page.goto("about/")
    page.goto(f"{CHAPTER}#{NAME}={LINK}")
    stands_at(figure.ready(), 2)
    label(figure, 4)
    answered(figure)
    page.reload()
    stands_at(figure.ready(), 6)
    page.goto("04-dpo/")
    page.goto(CHAPTER)
    stands_at(figure.ready(), 3)
    expect(figure.section.get_by_text("What you did after a linked state is set aside: 5 steps.")).to_be_visible()
    figure.button("Show it").click()
    stands_at(figure, 6)
    figure.button("Back to mine").click()
    stands_at(figure, 3)
    figure.button("Drop it").click()
    page.reload()
    stands_at(figure.ready(), 3)
    expect(figure.section.get_by_text("set aside")).to_have_count(0)


@pytest.mark.parametrize("then", ["another figure", "Undo", "a link", "reload"])
def test_what_was_typed_last_counts(page, then):
    page.goto(CHAPTER)
    figure = Figure(page, "reward-hacking").ready()
    box = figure.view.get_by_role("textbox").first
    box.fill("Thanks.")
    answered(figure)
    box.press("End")
    page.keyboard.insert_text(" Certainly!")
    if then == "reload":
        page.reload()
    elif then == "a link":
        page.evaluate("document.querySelector('.book-path a[href*=\"04-dpo\"]').click()")
        page.wait_for_url("**/04-dpo/")
        page.goto(CHAPTER)
    elif then == "Undo":
        figure.button("Undo").click()
    else:
        Figure(page, NAME).button("A is better").click()
    figure.ready()
    answered(figure)
    log = figure.log()
    texts = [event.value for event in decode(log)] if log else []
    assert ("Thanks. Certainly!" in texts) == (then != "Undo")
    if then == "Undo":
        expect(box).not_to_have_value("Thanks. Certainly!")


def test_a_card_counts_labels_that_were_given_a_moment_before(page):
    """The chapter is left before Python has answered: what builds on its labels, elsewhere, has them all."""
    held = []
    page.route("**/worker-*.js", lambda route: held.append(route))  # noqa: PLW0108 (a built-in can’t carry Playwright’s mark)
    page.goto(CHAPTER, wait_until="commit")
    figure = Figure(page, NAME)
    figure.button("A is better").click()
    expect(figure.section).to_have_attribute("data-pending", "1")
    page.goto("about/", wait_until="commit")
    page.unroute("**/worker-*.js")
    page.goto("05-summary/")
    card = Figure(page, "report-card").ready()
    expect(card.view).to_contain_text(re.compile(r"\b1 label\b|\bone label\b"))
