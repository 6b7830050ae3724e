"""Where an exact optimum stands behind a figure, dragging shows it at once, with the numbers that CPython computes.

Nothing below the figure moves.
"""

import pytest
from playwright.sync_api import expect

from tests.browser.book import settle
from tests.browser.dragging import DEVICES, drag
from tests.browser.reader import Figure, on_cpython
from widgets.chapters.regime import nats


@pytest.fixture(params=DEVICES)
def context_options(request):
    return DEVICES[request.param]


def test_the_leash_shows_where_practice_would_end(page, content):
    page.goto("02-three-steps/")
    figure = Figure(page, "pipeline-stepper").ready()
    for press in ("Train on the demonstrations", "Next step", "Compare and learn", "Next step"):
        figure.button(press).click()
        settle(figure.section)
    height = figure.section.bounding_box()["height"]
    seen = set()
    for by in (-0.3, -0.1, 0.4):
        drag(page, figure.section.get_by_role("slider", name="Leash, beta"), by)
        settle(figure.section)
        session = on_cpython("pipeline-stepper", content, {"pipeline-stepper": figure.log()})
        place = session.widget.leashes(session.state).place(session.state.beta)
        expect(figure.view.get_by_text(f"it would end {nats(place.kl)} from its start").first).to_be_visible()
        expect(figure.view.get_by_role("group", name="After, if practice got all the way")).to_be_visible()
        assert abs(figure.section.bounding_box()["height"] - height) < 50, "but for a line or two of its sentences"
        seen.add(session.state.beta)
    assert len(seen) == 3 and session.state.practised is None


def test_beta_moves_the_target_of_both_methods(page, content):
    page.goto("04-dpo/")
    figure = Figure(page, "same-optimum").ready()
    before = figure.numbers()
    slider = figure.section.get_by_role("slider", name="Beta of both")
    drag(page, slider, 0.3)
    settle(figure.section)
    session = on_cpython("same-optimum", content, {"same-optimum": figure.log(), "preference-labeling": None})
    experiment = session.widget.experiment(session.state)
    assert experiment.beta > 0.3 and session.state.run is None
    expect(
        figure.view.get_by_text(f"{experiment.reference.kl(experiment.target):.1f} nats from the optimum")
    ).to_be_visible()
    after = figure.numbers()
    assert len(after) == len(before) and after[::2] == before[::2], "the start stays"
    assert all(one != other for one, other in zip(after[1::2], before[1::2], strict=True)), "the optimum moves"


def test_pressure_shows_what_is_said_under_it(page):
    page.goto("03-reward-model/")
    figure = Figure(page, "reward-hacking").ready()
    answer = figure.section.get_by_role("list", name="A typical answer")
    before = answer.inner_text()
    drag(page, figure.section.get_by_role("slider", name="Optimisation pressure"), 0.7)
    settle(figure.section)
    expect(answer).not_to_have_text(before)
