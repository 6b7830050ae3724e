"""Charts: ticks that reach the data, values that keep their digits, and names where their lines end."""

import itertools
import math
import re
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from widgets.kit.charts import Axis, Line, Mark, Rule, chart, log_ticks, spread, thinned, ticks
from widgets.kit.charts.values import around

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
    assert all(b - a >= 0.2 - 1e-9 for a, b in itertools.pairwise(places)) and places[-1] <= 1


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
    html = drawn(
        Line("by reinforcement learning", [(0, 0), (10, 3)], "raw"), Line("score", [(0, 9), (10, 9)], "reward")
    )
    assert "to-left" in attributes(html, r"<text [^>]*>by reinforcement learning<")["class"] and "room-small" in html


def test_a_level_is_named_on_the_side_where_no_curve_passes():
    html = drawn(
        Line("so far", [(0, 5.3), (2, 5.3), (4, 9), (10, 9)], "raw"),
        Rule("a coin", y=5),
        y=Axis("share", low=0, high=10),
    )
    assert attributes(html, r"<text [^>]*>a coin<")["x"] == "100%"


def test_the_name_of_an_upright_rule_keeps_clear_of_a_lines_name():
    """As in a chase by best-of-n that ends high, close to where the slider stands."""
    lines = (
        Line("score", [(0, 1), (3.3, 3)], "reward"),
        Line("by best-of-n", [(0, 1), (2.4, 2.9)], "plain"),
        Line("without", [(0, 1), (4, 0)]),
    )
    label = attributes(drawn(*lines, Rule("here", x=2.3)), r'<text class="rule-label[^>]*>here<')
    assert label["y"] == "100%" or "to-left" in label["class"]


@settings(deadline=None, max_examples=120)
@given(
    ends=st.lists(st.tuples(st.floats(0.5, 10), st.floats(0, 10)), min_size=1, max_size=4),
    x=st.floats(1.0, 9.0),
    height=st.sampled_from([("short", 10.8), ("normal", 16.8)]),
)
def test_the_name_of_an_upright_rule_stands_on_no_name_where_a_corner_is_free(ends, x, height):
    called = zip(
        ("score", "true quality", "without cure", "by best-of-n"),
        ("reward", "aligned", "raw", "human"),
        ends,
        strict=False,
    )
    layers = [Line(name, [(0, 5), end], tone) for name, tone, end in called]
    html = str(
        chart(
            [*layers, Rule("here", x=x)],
            x=Axis("x", low=0, high=10),
            y=Axis("y", low=0, high=10),
            says=SAYS,
            height=height[0],
        )
    )
    label = attributes(html, r'<text class="rule-label[^>]*>here<')
    # Judged on the narrowest phone, where letters are widest; free is what has two letters' room to spare.
    em = min(WIDTHS.values())
    names, _ = boxes(html, em, height[1])
    corners = _corners(html, em, height[1], x / 10)
    free = [
        box for box in corners.values() if box[0] >= 1.2 and not any(overlap(_with_room(box), name) for name in names)
    ]
    stands = corners["to-left" in label["class"], label["y"] == "100%"]
    assert not free or not any(overlap(stands, name) for name in names)


def _with_room(box):
    return box[0] - 1.2, box[1] - 0.15, box[2] + 1.2, box[3] + 0.15


def _corners(html: str, em: float, height: float, at: float):
    """Where the label of an upright rule could stand, by whether it is left of it and whether at its foot."""
    room = {"none": 0.9, "small": 6.0, "medium": 8.6, "large": 11.5}[
        re.search(r"room-(none|small|medium|large)", html)[1]
    ]
    plot, width = em - (4.2 if "ticks-long" in html else 3.4) - room, 0.6 * len("here")
    places = {}
    for left in (False, True):
        start = at * plot + (-0.4 - width if left else 0.4)
        for low in (False, True):
            middle = height - 0.75 if low else 0.45
            places[left, low] = (start, middle - 0.5, start + width, middle + 0.5)
    return places


def test_words_are_drawn_above_all_lines():
    html = drawn(
        Line("score", [(0, 0), (10, 1)], "reward"), Mark(5, 0.5, "the peak"), Rule("here", x=3), Rule("a coin", y=0.5)
    )
    last_line = max(html.rindex('class="curve'), html.rindex('class="rule '))
    assert all(html.index(f">{words}<") > last_line for words in ("score", "the peak", "here", "a coin"))


def test_long_ticks_get_more_room():
    assert "ticks-long" in drawn(
        Line("share", [(0, 0), (10, 1)]), y=Axis("share", low=0, high=1, format=lambda value: f"{100 * value:.0f} %")
    )
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


WIDTHS = {
    "320 px phone": 25.0,
    "390 px phone": 29.0,
    "figure at its widest": 75.0,
}  # of a figure's inside, in em of a chart's text


def boxes(html: str, em: float, height: float):
    """Names and each column's values as they lie in a figure so wide: (left, top, right, bottom) in em, by the sizes in
    charts.css.
    """
    room = {"none": 0.9, "small": 6.0, "medium": 8.6, "large": 11.5}[
        re.search(r"room-(none|small|medium|large)", html)[1]
    ]
    samples = 2.5 if "room-samples" in html else 0.0
    plot = em - (4.2 if "ticks-long" in html else 3.4) - room - samples

    def box(text: str, x: float, y: float, dx: float, left: bool):
        width, at = 0.6 * len(text), x * plot + dx
        return (
            (at - width, y * height - 0.55, at, y * height + 0.55)
            if left
            else (at, y * height - 0.55, at + width, y * height + 0.55)
        )

    names = []
    for x, inner in re.findall(r'<svg class="ending [^"]*" x="([\d.-]+)%">(.*?)</svg>', html, flags=re.DOTALL):
        found = re.search(r'<text class="name([^"]*)" x="(-?[\d.]+)em" y="([\d.-]+)%"[^>]*>(.*?)<', inner)
        names.append(
            box(unescape(found[4]), float(x) / 100, float(found[3]) / 100, float(found[2]), "to-left" in found[1])
        )
    columns = []
    for column in re.findall(r'<g class="column".*?</g>', html, flags=re.DOTALL):
        values = re.findall(
            r'class="column-value([^"]*)" x="([\d.-]+)%" y="([\d.-]+)%" dx="(-?[\d.]+)em"[^>]*>(.*?)<', column
        )
        columns.append(
            [
                box(
                    unescape(text),
                    float(x) / 100,
                    float(y) / 100,
                    float(dx) + (room + samples if "after-name" in side else 0),
                    "to-left" in side,
                )
                for side, x, y, dx, text in values
            ]
        )
    return names, columns


def overlap(one, other) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] - 1e-6 and other[1] < one[3] - 1e-6


LINES = st.lists(
    st.tuples(
        st.text("abcdefgh ilm", min_size=1, max_size=24).map(str.strip).filter(bool),
        st.lists(
            st.tuples(st.integers(0, 12), st.floats(-50, 50, allow_nan=False)),
            min_size=1,
            max_size=9,
            unique_by=lambda point: point[0],
        ),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda line: line[0],
)


@settings(deadline=None, max_examples=120)
@given(lines=LINES, height=st.sampled_from([("short", 10.8), ("normal", 16.8)]), scale=st.sampled_from([1e-3, 1, 1e4]))
def test_values_never_stand_on_names_nor_on_each_other_whatever_the_numbers(lines, height, scale):
    tones = ("reward", "aligned", "raw", "human")
    layers = [
        Line(name, sorted((x, scale * y) for x, y in points), tones[at % 4]) for at, (name, points) in enumerate(lines)
    ]
    html = str(chart(layers, x=Axis("steps", low=0, high=12), y=Axis("reward"), says=SAYS, height=height[0]))
    for em in WIDTHS.values():
        names, columns = boxes(html, em, height[1])
        assert len(names) == len(lines)
        for column in columns:
            for at, value in enumerate(column):
                assert not any(overlap(value, name) for name in names), "a value on a name"
                assert not any(overlap(value, other) for other in column[:at]), "a value on a value"


@settings(deadline=None, max_examples=200)
@given(
    wanted=st.lists(st.floats(0, 1), min_size=1, max_size=6).map(sorted),
    taken=st.lists(st.floats(0, 1), max_size=5),
    gap=st.sampled_from([1 / 9, 1 / 14, 1 / 21]),
)
def test_places_around_what_is_taken_are_in_order_apart_and_clear(wanted, taken, gap):
    places = around(wanted, taken, gap)
    if places is None:
        assert gap * (len(wanted) + 2 * len(taken)) > 1 - 2 * gap, "there was room"
        return
    assert all(-1e-9 <= place <= 1 + 1e-9 for place in places)
    assert all(later - place >= gap - 1e-9 for place, later in itertools.pairwise(places))
    assert all(abs(place - other) >= gap - 1e-9 for place in places for other in taken)


def test_places_that_are_free_are_kept():
    assert around([0.1, 0.5, 0.9], [0.3], 0.1) == pytest.approx([0.1, 0.5, 0.9])
    assert around([0.5], [0.5], 0.1) == pytest.approx([0.4])
