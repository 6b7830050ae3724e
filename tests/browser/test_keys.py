"""One press, one act: held keys, double clicks, layouts without Latin letters, browsers that do not focus what is
clicked.
"""

import pytest
from playwright.sync_api import expect

from tests.browser.reader import Figure
from widgets.kit.codec import decode


@pytest.fixture
def figure(page):
    page.goto("03-reward-model/")
    return Figure(page, "preference-labeling").ready()


def comparison(figure, number):
    expect(figure.section).to_have_attribute("data-pending", "0")
    expect(figure.view).to_contain_text(f"Comparison {number}")


def press(page, key, code, times=1, held=False):
    """As a keyboard sends it: a layout's sign and the key's place; a held key repeats."""
    page.evaluate(
        """([key, code, times, held]) => {
          for (let turn = 0; turn < times; turn++) {
            const repeat = held && turn > 0;
            const event = new KeyboardEvent("keydown", { key, code, repeat, bubbles: true, cancelable: true });
            if (document.activeElement.dispatchEvent(event) && key === "Enter") document.activeElement.click();
          }
        }""",
        [key, code, times, held],
    )


@pytest.mark.parametrize(("key", "code"), [("a", "KeyA"), ("ф", "KeyA"), ("α", "KeyA"), ("A", "KeyA")])
def test_a_letter_works_by_its_sign_or_by_its_place(page, figure, key, code):
    figure.button("A is better").focus()
    press(page, key, code)
    comparison(figure, 2)


def test_a_held_letter_labels_once(page, figure):
    figure.button("A is better").focus()
    press(page, "a", "KeyA", times=30, held=True)
    comparison(figure, 2)


def test_a_held_enter_labels_once(page, figure):
    figure.button("A is better").focus()
    press(page, "Enter", "Enter", times=30, held=True)
    comparison(figure, 2)


def test_a_double_click_does_not_label_the_next_pair_unread(page, figure):
    figure.button("A is better").dblclick()
    comparison(figure, 2)


def test_two_clicks_on_a_button_that_stays_the_same_are_two_acts(page):
    page.goto("01-pre-trained/")
    demo = Figure(page, "raw-vs-aligned").ready()
    demo.button("Ask again").dblclick()
    expect(demo.section).to_have_attribute("data-pending", "0")
    assert len(decode(demo.log())) == 2


def test_keys_work_after_a_click_that_did_not_focus(page, figure):
    """As in Safari: the click's default action, focus, does not happen."""
    page.evaluate("addEventListener('mousedown', (event) => event.preventDefault(), true)")
    figure.button("A is better").click()
    comparison(figure, 2)
    page.keyboard.press("b")
    comparison(figure, 3)
    assert page.url.rstrip("/").endswith("03-reward-model")
