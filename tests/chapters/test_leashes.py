"""What dragging the leash shows at once: the exact optimum on it, as the core computes it."""

import itertools
import re
from random import Random

import pytest

from widgets.chapters import leashes
from widgets.chapters.pipeline_stepper import PipelineStepper
from widgets.chapters.regime import nats
from widgets.chapters.three_steps import BETA
from widgets.core import optimum, pipeline
from widgets.kit.events import Event
from widgets.kit.parts import shown


@pytest.fixture(scope="module")
def widget(content):
    return PipelineStepper(content)


@pytest.fixture(scope="module")
def learned(widget):
    """Both steps before practice are run, and nothing is practised yet."""
    state = widget.start()
    for event in (Event("run"), Event("step", 1), Event("run"), Event("step", 2)):
        state = widget.settle(state, event)
    return state


def dragged(widget, state, tick):
    return widget.settle(state, widget.check(Event("beta", tick)))


@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("tick", [0, 1, 5, 9, BETA.ticks])
def test_the_preview_is_the_cores_optimum(widget, learned, content, tick, skip):
    state = dragged(widget, widget.settle(learned, Event("skip", skip)), tick)
    raw = content.trained(state.question).raw
    reference = raw if skip else state.tuned.model
    reward = pipeline.reward_table(state.learned.model, raw)
    best = optimum.optimal_policy(reference, reward, BETA[tick] if tick else 0.0)
    place = widget.leashes(state).place(tick)
    assert (place.end.score, place.kl) == (best.expected(reward), max(best.kl(reference), 0.0))
    judged = content.tasks[state.question].gold(best.sample(600, Random("judge")))
    assert place.end.quality == pytest.approx(judged.mean(), abs=1e-12)
    html = widget.html(state)
    assert f"it would end {nats(place.kl)} from its start, with a score of {shown(place.end.score)}" in html
    said = [token for token in best.sample(1, Random(f"{state.question} 1 0"))[0].tolist() if token != best.end]
    ghost = html.split("if practice got all the way</span>")[1]
    assert re.findall(
        r'<span class="token[^>]*>(?:<span class="visually-hidden">[^<]*</span>)?(?:<ins>)?([^<]+)', ghost
    )[: len(said)] == [str(best.phrases[token]).replace("'", "&#39;") for token in said]


def test_while_dragging_only_the_rule_moves_in_the_picture(widget, learned):
    """Both curves and both axes are the same on every leash that holds."""
    curves = set()
    for tick in (1, 4, 8, 12):
        picture = str(leashes.picture(widget.leashes(learned), tick, None))
        curves.add(tuple(re.findall(r'<path[^>]* d="([^"]+)"', picture)[:2]))
        assert picture.count("this leash") >= 1
    assert len(curves) == 1


def test_no_leash_is_off_the_picture_and_said(widget, learned):
    state = dragged(widget, learned, 0)
    assert "If practice got all the way without a leash" in widget.html(state)
    assert "this leash<" not in str(leashes.picture(widget.leashes(state), 0, None))


def test_run_makes_the_preview_real_and_another_leash_a_preview_again(widget, learned):
    assert "After, if practice got all the way" in widget.html(learned)
    made = widget.settle(learned, Event("run"))
    assert "After, if practice got all the way" not in widget.html(made)
    assert "After, if practice got all the way" in widget.html(dragged(widget, made, 2))
    assert made.practised.ideal.kl == widget.leashes(made).place(made.beta).kl


def test_practice_grows_on_axes_that_stand_from_the_start(widget, learned):
    """Neither picture's axes move from the first round to the thirtieth."""
    early = itertools.islice(widget.run(learned, Event("run")), 31)
    seen = [re.findall(r'class="tick-[xy][^>]*>[^<]+', widget.html(state)) for state in early]
    assert all(ticks == seen[0] for ticks in seen) and len(seen[0]) > 15
