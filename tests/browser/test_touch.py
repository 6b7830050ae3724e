"""The figures by touch on a phone, and by mouse: one control of every kind is tapped, or clicked, and answered."""

import pytest

from tests.browser.book import CONTROLS, WITH_WIDGETS, figures, name_of, settle

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def work(section, act):
    """Taps or clicks the first control of every kind that answers to that; returns the events that were sent."""
    done = []
    while True:
        names = section.locator(CONTROLS).evaluate_all(
            "nodes => nodes.filter(node => !node.matches('textarea, [type=text], [type=file]')).map(node => "
            "node.dataset.event)"
        )
        new = [name for name in names if name not in done]
        if not new:
            return done
        done.append(new[0])
        control = section.locator(f"[data-event='{new[0]}']:visible:enabled").first
        control.scroll_into_view_if_needed()
        act(control)
        settle(section)


class TestOnAPhone:
    @pytest.fixture
    def context_options(self):
        return PHONE

    @pytest.mark.parametrize("address", WITH_WIDGETS, ids=name_of)
    def test_every_kind_of_control_answers_a_tap(self, page, address):
        page.goto(address)
        for section in figures(page):
            assert work(section, lambda control: control.tap(force=True))
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("address", WITH_WIDGETS, ids=name_of)
def test_every_kind_of_control_answers_a_click(page, address):
    page.goto(address)
    for section in figures(page):
        assert work(section, lambda control: control.click(force=True))
