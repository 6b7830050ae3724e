"""The mixing desk under the finger: mouse, touch and keyboard, each level beside the exact optimum that CPython
computes.
"""

import pytest
from playwright.sync_api import expect

from tests.browser.book import settle
from tests.browser.dragging import DEVICES, drag
from tests.browser.reader import Figure, on_cpython

FORWARDS, BACKWARDS = ("02-three-steps/", {}), ("04-dpo/", {"backwards": "true"})


@pytest.fixture(params=DEVICES)
def context_options(request):
    return DEVICES[request.param]


def opened(page, where, steps=0):
    page.goto(where[0])
    figure = Figure(page, "mixing-desk").ready()
    for _ in range(steps):
        figure.button("Next step").click()
        settle(figure.section)
    return figure


def is_lit(page, term):
    """Whether a term of the page's own equations stands on a coloured ground."""
    ground = page.locator(f".equation {term}").first.evaluate("node => getComputedStyle(node).backgroundColor")
    return ground not in ("transparent", "rgba(0, 0, 0, 0)")


def assert_exact(figure, content, options):
    """The levels on the page are those of the exact optimum, and add up to one."""
    settle(figure.section)
    session = on_cpython("mixing-desk", content, {"mixing-desk": figure.log()}, options)
    mix = session.widget.mix(session.state)
    wanted = [*mix.levels.channels.levels(mix.beta, mix.rewards)]
    shown = figure.view.locator(".fader-reading data").evaluate_all("nodes => nodes.map(node => Number(node.value))")
    assert sum(shown) == pytest.approx(1, abs=1e-9)
    assert shown == pytest.approx([2.718281828459045**level for level in wanted], abs=1e-9)


def test_beta_dragged_moves_every_fader(page, content):
    figure = opened(page, FORWARDS, steps=2)
    before = figure.view.locator(".fader-reading").all_text_contents()
    drag(page, figure.section.get_by_role("slider", name="Leash, beta"), -0.2)
    assert_exact(figure, content, {})
    after = figure.view.locator(".fader-reading").all_text_contents()
    assert all(one != other for one, other in zip(before, after, strict=True))
    expect(figure.view.locator(".term[data-lit=beta]")).to_have_count(1)
    assert is_lit(page, ".term-beta") and not is_lit(page, ".term-reward"), "the page's equation lights up, too"


def test_a_reward_dragged_raises_its_fader(page, content):
    figure = opened(page, FORWARDS, steps=2)

    def level():
        return float(figure.view.locator(".fader-reading data").nth(2).get_attribute("value"))

    before = level()
    drag(page, figure.section.get_by_role("slider", name="Reward of C"), 0.2)
    assert_exact(figure, content, {})
    assert level() > before
    expect(figure.view.locator(".term[data-lit=reward]")).to_contain_text("r(C)")


def test_a_fader_dragged_backwards_says_its_reward(page, content):
    figure = opened(page, BACKWARDS)
    slider = figure.section.get_by_role("slider", name="Fader A")
    before = drag(page, slider, 0.3)
    assert_exact(figure, content, BACKWARDS[1])
    assert float(slider.input_value()) == pytest.approx(before + 30, abs=4)
    expect(figure.view.locator(".term[data-lit=level]")).to_contain_text("(A)")


@pytest.mark.parametrize(
    ("where", "steps", "name"), [(FORWARDS, 2, "Leash, beta"), (FORWARDS, 2, "Reward of C"), (BACKWARDS, 0, "Fader A")]
)
def test_every_slider_works_by_keyboard_and_keeps_the_focus(page, content, where, steps, name):
    figure = opened(page, where, steps)
    slider = figure.section.get_by_role("slider", name=name)
    slider.focus()
    before = float(slider.input_value())
    for _ in range(3):
        slider.press("ArrowUp")
    assert_exact(figure, content, where[1])
    expect(slider).to_be_focused()
    assert float(slider.input_value()) == before + 3


def test_each_step_can_be_linked_to(page, context):
    figure = opened(page, FORWARDS, steps=4)
    link = page.evaluate("location.pathname") + "#mixing-desk=" + figure.log() + "&preference-labeling="
    told = figure.view.locator(".reading").text_content()
    other = context.new_page()
    other.goto(link)
    linked = Figure(other, "mixing-desk").ready()
    settle(linked.section)
    expect(linked.view.locator(".reading")).to_have_text(told)
    expect(linked.section.locator(".step[aria-current=step]")).to_contain_text("Too weak")
