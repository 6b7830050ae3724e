"""Charts: ticks that reach the data, values that keep their digits, and names where their lines end."""

import math
import re

import pytest

from widgets.kit.charts import Axis, Line, Mark, Rule, chart, log_ticks, spread, thinned, ticks

SAYS = "What to see."


def drawn(*layers, x=None, y=None) -> str:
    return str(chart(layers, x=x or Axis("steps", low=0, high=10), y=y or Axis("reward"), says=SAYS))


def attributes(html: str, pattern: str) -> dict[str, str]:
    return dict(re.findall(r'([\w-]+)="([^"]*)"', re.search(pattern, html)[0]))


def label_height(html: str, name: str) -> float:
    return float(attributes(html, rf"<text [^>]*>{name}<")["y"].rstrip("%"))


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0, 8.91), (-0.4, 0.4), (2.58, 2.71), (0, 300), (-5e-4, 3e-4)])
def test_ticks_are_round_and_neither_few_nor_many(low, high):
    found = ticks(low, high)
    step = found[1] - found[0]
    assert 2 <= len(found) <= 7 and low - 1e-9 <= found[0] and found[-1] <= high + 1e-9
    assert f"{step:.0e}"[0] in "125"


@pytest.mark.parametrize("top", [0.7, 3.3, 8.91, 10.1, 12.6, 99, 101, -0.3])
def test_an_axis_with_a_free_end_has_a_tick_at_or_above_its_data(top):
    scale = Axis("reward").scale([min(0, top - 1), top], pad=0.06)
    assert scale.ticks[-1] >= top
    assert 0.6 <= scale(top) <= 1, "little of the height is left empty"


def test_an_axis_ends_where_it_is_told_to():
    scale = Axis("share", low=0, high=0.5).scale([0.2, 0.4], pad=0.06)
    assert (scale.low, scale.high) == (0, 0.5)


def test_values_on_a_log_axis_have_two_digits_however_small():
    scale = Axis("KL", log=True).scale([0.003, 10])
    assert [scale.value(value) for value in (0.0312, 0.3, 5, 123.4)] == ["0.031", "0.30", "5", "123"]


def test_a_small_value_on_a_long_axis_is_not_a_zero():
    scale = Axis("KL").scale([0, 10])
    assert [scale.value(value) for value in (12.34, 0.031, -0.001, 0, 1e-12)] == ["12.3", "0.031", "−0.0010", "0", "0"]


def test_log_ticks_thinned_and_spread_keep_to_their_range():
    assert log_ticks(-2, 0) == pytest.approx([0.01, 0.03, 0.1, 0.3, 1])
    assert thinned(range(100), 3) == [0, 50, 99]
    places = spread([0.5, 0.5, 0.5, 0.98], 0.2, 0, 1)
    assert all(b - a >= 0.2 - 1e-9 for a, b in zip(places, places[1:], strict=False)) and places[-1] <= 1


def test_a_line_is_named_where_it_ends():
    html = drawn(Line("whole", [(0, 0), (10, 1)], "reward"), Line("short", [(0, 0), (4, 3)], "aligned"))
    assert attributes(html, r'<svg class="ending tone-reward"[^>]*>')["x"] == "100%"
    assert attributes(html, r'<svg class="ending tone-aligned"[^>]*>')["x"] == "40%"


def test_names_that_had_to_move_apart_are_led_to_their_lines():
    apart = drawn(Line("one", [(0, 0), (10, 0)], "reward"), Line("two", [(0, 0), (10, 9)], "aligned"))
    together = drawn(Line("one", [(0, 9), (10, 0)], "reward"), Line("two", [(0, 9), (10, 0.1)], "aligned"))
    assert "leader" not in apart and "leader" in together
    assert label_height(together, "one") - label_height(together, "two") >= 7


def test_a_name_keeps_clear_of_another_curve():
    flat = Line("flat", [(0, 5), (10, 5)], "reward")
    html = drawn(flat, Line("short", [(0, 0), (4, 5)], "aligned"), Line("low", [(0, 0), (10, 0)], "raw"))
    assert abs(label_height(html, "short") - label_height(html, "flat")) >= 7


def test_strokes_are_shown_beside_names_only_where_colours_repeat():
    one, two = Line("one", [(0, 0), (10, 1)], "raw"), Line("two", [(0, 0), (10, 3)], "raw")
    html = drawn(one, two)
    curve = attributes(html, r'<path [^>]*class="curve tone-raw"[^>]*stroke-dasharray="7 4"[^>]*>')
    sample = attributes(html, r'<line [^>]*class="curve tone-raw"[^>]*stroke-dasharray="7 4"[^>]*>')
    assert curve["stroke-dasharray"] == sample["stroke-dasharray"] and "room-samples" in html
    other = drawn(one, Line("two", [(0, 0), (10, 3)], "reward"))
    assert '<line class="curve' not in other and 'x1="0.9em"' not in other and "room-samples" not in other


@pytest.mark.parametrize(("other", "below"), [(((0, 4), (10, 4)), False), (((0, 5.8), (10, 5.8)), True)])
def test_a_mark_is_named_on_the_side_where_no_curve_passes(other, below):
    axis = Axis("reward", low=0, high=10)
    html = drawn(Line("other", other, "raw"), Mark(5, 5, "the peak", "aligned"), y=axis)
    assert attributes(html, r"<text [^>]*>the peak<")["dy"] == ("1.7em" if below else "-1em")


def test_a_mark_keeps_clear_of_a_name():
    axis = Axis("reward", low=0, high=10)
    ended = Line("quality", [(0, 5), (5.2, 5.8)], "raw")
    html = drawn(ended, Mark(5, 5, "the peak", "aligned"), y=axis)
    assert attributes(html, r"<text [^>]*>the peak<")["dy"] == "1.7em"


def test_a_long_name_stands_within_the_plot():
    html = drawn(Line("by reinforcement learning", [(0, 0), (10, 3)], "raw"), Line("score", [(0, 9), (10, 9)], "reward"))
    assert "to-left" in attributes(html, r"<text [^>]*>by reinforcement learning<")["class"] and "room-small" in html


def test_a_level_is_named_on_the_side_where_no_curve_passes():
    html = drawn(Line("so far", [(0, 5.3), (2, 5.3), (4, 9), (10, 9)], "raw"), Rule("a coin", y=5), y=Axis("share", low=0, high=10))
    assert attributes(html, r"<text [^>]*>a coin<")["x"] == "100%"


def test_words_are_drawn_above_all_lines():
    html = drawn(Line("score", [(0, 0), (10, 1)], "reward"), Mark(5, 0.5, "the peak"), Rule("here", x=3), Rule("a coin", y=0.5))
    last_line = max(html.rindex('class="curve'), html.rindex('class="rule '))
    assert all(html.index(f">{words}<") > last_line for words in ("score", "the peak", "here", "a coin"))


def test_long_ticks_get_more_room():
    assert "ticks-long" in drawn(Line("share", [(0, 0), (10, 1)]), y=Axis("share", low=0, high=1, format=lambda value: f"{100 * value:.0f} %"))
    assert "ticks-long" not in drawn(Line("share", [(0, 0), (10, 1)]))


def test_while_lines_have_only_begun_each_value_stands_in_the_row_of_its_name():
    said = {"up": (1.25, 8.5), "down": (7.25, 2.25), "level": (4.25, 2.5)}
    html = drawn(*(Line(name, list(enumerate(values))) for name, values in said.items()))
    for name, values in said.items():
        for value in values:
            (place,) = re.findall(rf'class="column-value[^>]* y="([^"]*)%"[^>]*>{value:.2f}<', html)
            assert float(place) == label_height(html, name)


def test_a_chart_without_data_is_still_a_chart():
    assert math.isfinite(float(attributes(drawn(), r'<line class="base"[^>]*>')["y1"].rstrip("%")))
    assert SAYS in drawn(Line("nothing yet", ()))
