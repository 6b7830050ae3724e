"""Chapter 3 as a reader uses it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.reader import Figure, numbers, on_cpython
from widgets.kit.codec import decode, encode
from widgets.kit.events import Event

CHAPTER = "03-reward-model/"
NAME = "preference-labeling"


def label(figure: Figure, *choices: str) -> None:
    for number, choice in enumerate(choices, start=1):
        figure.button(choice).click()
        expect(figure.section.get_by_text(f"Comparison {number + 1}")).to_be_visible()


@pytest.fixture
def figure(page):
    page.goto(CHAPTER)
    return Figure(page, NAME)


def test_eight_labels_by_mouse_give_the_numbers_that_cpython_gives(figure, content):
    figure.ready()
    label(
        figure,
        *[
            "A is better",
            "B is better",
            "About equal",
            "A is better",
            "Skip",
            "B is better",
            "A is better",
            "A is better",
        ],
    )
    session = on_cpython(NAME, content, {NAME: figure.log()})
    assert len(session.log) == 8
    here, there = numbers(session.widget.html(session.state)), figure.numbers()
    assert len(here) > 20 and there == pytest.approx(here, abs=1e-9)


def test_eight_labels_by_keyboard(figure):
    figure.ready()
    figure.button("A is better").focus()
    for number, key in enumerate(["a", "b", "t", "s", "ArrowLeft", "ArrowRight", "A", "b"], start=1):
        figure.page.keyboard.press(key)
        expect(figure.section.get_by_text(f"Comparison {number + 1}")).to_be_visible()
    choices = [event.value[2] for event in decode(figure.log())]
    assert choices == ["a", "b", "tie", "skip", "a", "b", "a", "b"]
    assert figure.page.evaluate("document.activeElement.closest('[data-widget]') !== null")


def test_the_keys_do_nothing_outside_the_figure(figure):
    figure.ready()
    figure.page.keyboard.press("a")
    expect(figure.section.get_by_text("Comparison 1")).to_be_visible()
    assert not figure.log()


def test_the_first_click_is_answered_before_python_and_survives_its_arrival(page, context):
    held = []
    context.route("**/pyodide.asm.wasm", lambda route: held.append(route))  # noqa: PLW0108 (a built-in can’t carry Playwright’s mark)
    page.goto(CHAPTER)
    figure = Figure(page, NAME)
    figure.button("A is better").click()
    expect(figure.section.get_by_text("You chose A.").first).to_be_visible()
    expect(figure.section).to_have_attribute("data-status", "loading")
    before = figure.numbers()
    assert before, "the stored view shows the fitted weights"
    while not held:
        page.wait_for_timeout(20)
    held[0].continue_()
    figure.ready()
    assert figure.numbers() == pytest.approx(before, abs=1e-9)
    assert len(decode(figure.log())) == 1


def test_clicks_beyond_the_stored_views_wait_for_python_in_order(page, context):
    held = []
    context.route("**/pyodide.asm.wasm", lambda route: held.append(route))  # noqa: PLW0108 (a built-in can’t carry Playwright’s mark)
    page.goto(CHAPTER)
    figure = Figure(page, NAME)
    figure.button("A is better").click()
    expect(figure.section.get_by_text("Comparison 2")).to_be_visible()
    figure.button("B is better").click()
    expect(figure.button("B is better")).to_have_attribute("data-taken", "")
    figure.section.get_by_role("button", name="About equal").click()
    while not held:
        page.wait_for_timeout(20)
    held[0].continue_()
    figure.ready()
    assert [event.value[2] for event in decode(figure.log())] == ["a", "b", "tie"]


def test_clicks_before_python_survive_a_reload(page, context):
    context.route("**/pyodide.asm.wasm", lambda route: None)
    page.goto(CHAPTER)
    Figure(page, NAME).button("A is better").click()
    expect(page.get_by_text("You chose A.").first).to_be_visible()
    context.unroute_all()
    page.reload()
    figure = Figure(page, NAME).ready()
    assert len(decode(figure.log())) == 1
    expect(figure.section.get_by_text("Comparison 2")).to_be_visible()


def test_another_chapter_and_back_keeps_the_worker_and_the_state(figure, context):
    page = figure.page
    figure.ready()
    label(figure, "A is better", "B is better")
    page.evaluate("window.here = true")
    page.get_by_role("link", name=re.compile("From RLHF to DPO")).last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("From RLHF to DPO")
    page.get_by_role("link", name=re.compile("The reward model")).last.click()
    again = Figure(page, NAME).ready()
    expect(again.section.get_by_text("Comparison 3")).to_be_visible()
    label_count = len(decode(again.log()))
    again.button("A is better").click()
    expect(again.section.get_by_text("Comparison 4")).to_be_visible()
    assert label_count == 2 and page.evaluate("window.here"), "the page was swapped, not loaded anew"
    assert len(context.watch.workers) == 1


def test_a_reload_keeps_the_labels_and_shows_them_before_python(figure, context):
    figure.ready()
    label(figure, "A is better", "B is better", "A is better")
    seen = figure.numbers()
    context.route("**/pyodide.asm.wasm", lambda route: None)
    figure.page.reload()
    again = Figure(figure.page, NAME)
    expect(again.section.get_by_text("Comparison 4")).to_be_visible()
    assert again.numbers() == seen
    context.unroute_all()
    figure.page.reload()
    again = Figure(figure.page, NAME).ready()
    assert again.numbers() == seen and len(decode(again.log())) == 3


def test_undo_start_over_and_bring_it_back(figure):
    figure.ready()
    label(figure, "A is better", "B is better", "A is better")
    figure.button("Undo").click()
    expect(figure.section.get_by_text("Comparison 3")).to_be_visible()
    figure.button("Start over").click()
    expect(figure.section.get_by_text("Comparison 1")).to_be_visible()
    expect(figure.button("Undo")).to_be_disabled()
    figure.button("Bring it back").click()
    expect(figure.section.get_by_text("Comparison 3")).to_be_visible()


def test_a_link_opens_the_same_state_in_a_clean_profile(figure, browser, site_url):
    figure.ready()
    label(figure, "A is better", "B is better")
    address = f"{CHAPTER}#{NAME}={figure.log()}"
    stranger = browser.new_context(base_url=site_url)
    page = stranger.new_page()
    page.goto(address)
    linked = Figure(page, NAME).ready()
    expect(linked.section.get_by_text("Comparison 3")).to_be_visible()
    assert linked.numbers() == figure.numbers()
    linked.button("Start from the beginning").click()
    expect(linked.section.get_by_text("Comparison 1")).to_be_visible()
    stranger.close()


def test_a_linked_state_leaves_the_readers_own_alone(figure):
    figure.ready()
    label(figure, "A is better")
    mine = figure.log()
    other = encode([Event("label", ("writing/curt", "writing/rude", "b"))] * 3)
    figure.page.goto(f"{CHAPTER}#{NAME}={other}")
    expect(figure.section.get_by_text("Comparison 4")).to_be_visible()
    assert figure.log() == mine
    figure.page.goto("01-pre-trained/")
    figure.page.goto(CHAPTER)
    expect(figure.section.get_by_text("Comparison 2")).to_be_visible()


@pytest.mark.parametrize("state", ["1.broken!", "9.abc", encode([Event("label", ("x", "y", "a")), Event("gone")])])
def test_a_damaged_link_is_reported_and_does_no_harm(page, state):
    page.goto(f"{CHAPTER}#{NAME}={state}")
    figure = Figure(page, NAME).ready()
    expect(figure.section.get_by_text(re.compile("can’t be read|newer release|left out")).first).to_be_visible()
    expect(figure.section.get_by_text("Comparison 1")).to_be_visible()


class TestWithoutJavaScript:
    @pytest.fixture
    def context_options(self):
        return {"java_script_enabled": False}

    def test_the_first_view_is_a_correct_figure(self, page):
        page.goto(CHAPTER)
        expect(page.get_by_text("Comparison 1")).to_be_visible()
        expect(page.locator("#preference-labeling").get_by_role("row", name=re.compile("flattery"))).to_be_visible()


class TestOnAPhone:
    @pytest.fixture
    def context_options(self):
        return {"viewport": {"width": 390, "height": 800}, "has_touch": True, "is_mobile": True}

    def test_labels_by_tap_without_sideways_scrolling(self, page):
        page.goto(CHAPTER)
        figure = Figure(page, NAME).ready()
        figure.button("A is better").tap()
        expect(figure.section.get_by_text("Comparison 2")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_blocked_worker_leaves_a_readable_page_and_a_retry_that_works(rough_page, context):
    context.route("**/worker-*.js", lambda route: route.abort())
    rough_page.goto(CHAPTER)
    figure = Figure(rough_page, NAME)
    expect(figure.section).to_have_attribute("data-status", "error")
    expect(figure.section.get_by_role("alert")).to_contain_text("You can read on")
    expect(rough_page.get_by_role("heading", name="A number for “better”")).to_be_visible()
    figure.button("A is better").click()
    context.unroute_all()
    figure.button("Try again").click()
    figure.ready()
    assert len(decode(figure.log())) == 1, "the click made meanwhile was not lost"


def test_python_starts_the_stock_way_when_the_snapshot_is_unusable(rough_page, context):
    context.route("**/snapshot-*.gz", lambda route: route.fulfill(body=b"\x1f\x8b broken"))
    notes = []
    rough_page.on("console", lambda message: notes.append(message.text))
    rough_page.goto(CHAPTER)
    figure = Figure(rough_page, NAME).ready()
    label(figure, "A is better")
    assert any("starts the slow way" in note for note in notes)


def test_a_drawer_stays_as_the_reader_left_it(figure):
    """Open or closed, through a label, an undo and the AI labeller's work."""

    def shown(title):
        return figure.section.locator("details.drawer").filter(has_text=title)

    expect(shown("More labels")).not_to_have_attribute("open", "")
    figure.open("More labels")
    figure.button("A is better").click()
    expect(figure.section.get_by_text("Comparison 2")).to_be_visible()
    figure.button("Have the AI labeller judge 100 more").click()
    expect(figure.button("Remove the AI labeller’s 100")).to_be_visible()
    figure.button("Undo").click()
    expect(figure.button("Remove the AI labeller’s 100")).to_have_count(0)
    expect(shown("More labels")).to_have_attribute("open", "")
    figure.open("More labels")
    figure.button("B is better").click()
    expect(figure.section.get_by_text("Comparison 3")).to_be_visible()
    for title in ("More labels", "Score by kind of answer", "Answers it has not seen you judge"):
        expect(shown(title)).not_to_have_attribute("open", "")


def test_on_a_phone_what_the_choice_taught_is_near_it(figure, page):
    """What matters first: the pair, its outcome, the weights and the record; the rest is folded."""
    page.set_viewport_size({"width": 390, "height": 844})
    figure.button("A is better").click()
    expect(figure.section.get_by_text("Comparison 2")).to_be_visible()
    tops = [
        figure.section.get_by_text(words).first.bounding_box()["y"]
        for words in (
            "Response A",
            "You chose A.",
            "What your labels taught it",
            "How often it predicted you",
            "Answers it has",
            "More labels",
        )
    ]
    assert tops == sorted(tops) and tops[2] - tops[0] < 844
    assert figure.section.bounding_box()["height"] < 3 * 844
