"""What a chart draws stands where its numbers are, and its table says the same numbers."""

import itertools
import re
from dataclasses import dataclass

import htpy as h
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kit.markup import parsed
from widgets.kit.charts import Axis, Band, Bars, Dot, Dots, Layer, Line, Mark, Rule, chart
from widgets.kit.charts.layer import Plane, Value

X, Y = Axis("steps", low=0, high=10), Axis("reward", low=-1, high=1)
share = st.floats(0.05, 0.95)


def drawn(*layers, x=X, y=Y, **options):
    return parsed(chart(layers, x=x, y=y, says="What to see.", **options))


def percent(text):
    return float(text.rstrip("%"))


def corners(path):
    """The points of a path in the square of 1000, as shares of the plot from below."""
    pairs = re.findall(r"(-?[\d.]+) (-?[\d.]+)", path)
    return [(float(x) / 1000, 1 - float(y) / 1000) for x, y in pairs]


def rows(html):
    return [[cell.text for cell in row.inside] for row in html.one("table").one("tbody").all("tr")]


def test_a_curve_goes_through_its_points_and_the_table_says_them():
    html = drawn(Line("score", [(0, -1), (5, 0), (10, 0.5)], "reward"))
    assert corners(html.one("path", "curve")["d"]) == [(0, 0), (0.5, 0.5), (1, 0.75)]
    assert rows(html) == [["0", "−1"], ["5", "0"], ["10", "0.50"]]
    assert [cell.text for cell in html.one("thead").all("th")] == ["steps", "score"]
    assert html.one("svg", "plot")["aria-label"] == html.one("p", "chart-says").text == "What to see."


def test_a_band_goes_along_its_upper_side_and_back_along_its_lower():
    html = drawn(Band("95 %", [(0, -0.5, 0.5), (10, -1, 1)], "human"), Line("mean", [(0, 0), (10, 0)]))
    band = html.one("path", "band")
    assert corners(band["d"]) == [(0, 0.75), (1, 1), (1, 0), (0, 0.25)] and band["d"].endswith("Z")
    assert "tone-human" in band.classes
    assert drawn(Band("95 %", [])).one("path", "band")["d"] == "M0 0"


@given(st.lists(share, min_size=1, max_size=4), st.lists(share, min_size=1, max_size=4))
def test_bars_stand_on_zero_beside_each_other_and_as_high_as_their_numbers(ups, downs):
    first = Bars("up", [(place, value) for place, value in enumerate(ups)], "raw")
    second = Bars("down", [(place, -value) for place, value in enumerate(downs)], "aligned")
    html = drawn(first, second, x=Axis("place"), y=Y)
    for tone, values in (("raw", ups), ("aligned", downs)):
        uprights = html.all("rect", f"tone-{tone}")
        assert [float(bar["height"]) / 1000 for bar in uprights] == pytest.approx([v / 2 for v in values], abs=1e-3)
        tops = [float(bar["y"]) / 1000 for bar in uprights]
        assert tops == pytest.approx([0.5 - v / 2 if tone == "raw" else 0.5 for v in values], abs=1e-3)
    spans = sorted((float(bar["x"]), float(bar["x"]) + float(bar["width"])) for bar in html.all("rect", "upright"))
    assert all(end < start for (_, end), (start, _) in itertools.pairwise(spans))
    assert spans[0][0] >= 0 and spans[-1][1] <= 1000


def test_bars_reach_down_to_a_zero_that_no_number_touches():
    html = drawn(Bars("counts", [(1, 30), (2, 40)]), x=Axis("place"), y=Axis("count"))
    assert "0" in [tick.text for tick in html.all("text", "tick-y")]
    low, high = (float(bar["height"]) for bar in html.all("rect", "upright"))
    assert low / high == pytest.approx(30 / 40, abs=0.01)


def test_dots_have_shapes_by_meaning_names_and_whiskers():
    made = (Dot("PPO", 2, 0.5, low=0.25, high=0.75), Dot("far", 9, -0.5))
    html = drawn(Dots("runs", made, "reward", labelled=True), Dots("judge", [Dot("people", 5, 0)], "human"))
    squares, circle = html.all("rect", "dot"), html.one("circle", "dot")
    assert [(percent(dot["x"]), percent(dot["y"])) for dot in squares] == [(20, 25), (90, 75)]
    assert (percent(circle["cx"]), percent(circle["cy"])) == (50, 50)
    whisker = html.one("line", "whisker")
    assert [percent(whisker[name]) for name in ("x1", "x2", "y1", "y2")] == [20, 20, 37.5, 12.5]
    names = {name.text: name for name in html.all("text", "name")}
    assert list(names) == ["PPO", "far"], "only labelled ones are named"
    assert "to-left" in names["far"].classes and "to-left" not in names["PPO"].classes, "a name stays in the plot"
    assert rows(html) == [["2", "0.50 (0.25 to 0.75)", "–", "–"], ["5", "–", "–", "0"], ["9", "–", "−0.50", "–"]]


def test_names_of_level_dots_stand_apart():
    html = drawn(Dots("runs", [Dot("a", 2, 0.0), Dot("b", 2, 0.01)], labelled=True))
    one, other = (percent(name["y"]) for name in html.all("text", "name"))
    assert abs(one - other) >= 100 / 14 - 0.1


@pytest.mark.parametrize(
    ("rule", "line"), [(Rule("a coin", y=0.5), (0, 100, 25, 25)), (Rule("now", x=4), (40, 40, 0, 100))]
)
def test_a_rule_crosses_the_plot(rule, line):
    found = drawn(rule).one("line", "rule")
    assert tuple(percent(found[name]) for name in ("x1", "x2", "y1", "y2")) == line


def test_what_rules_and_marks_point_at_is_within_free_axes():
    html = drawn(Rule("late", x=40), Rule("high", y=7), Mark(50, 8, "peak"), x=Axis("steps"), y=Axis("reward"))
    for line in html.all("line", "rule"):
        assert all(0 <= percent(line[name]) <= 100 for name in ("x1", "x2", "y1", "y2"))
    assert html.all("p", "visually-hidden")[0].text == "peak: 50 steps, 8"


def test_a_layer_that_is_none_is_not_there_and_live_words_are_announced():
    html = drawn(None, Line("score", [(0, 0), (1, 1)]), live=True)
    assert len(html.all("path", "curve")) == 1 and "data-live" in html.one("p", "chart-says")
    assert "data-live" not in drawn(Line("score", [(0, 0)])).one("p", "chart-says")


def test_an_axis_that_has_its_own_words_uses_them_for_values_too():
    html = drawn(
        Line("right", [(0, 0.5), (10, 0.75)]), y=Axis("right", low=0, high=1, format=lambda v: f"{100 * v:.0f} %")
    )
    assert rows(html) == [["0", "50 %"], ["10", "75 %"]]
    assert {"0 %", "100 %"} <= {tick.text for tick in html.all("text", "tick-y")}


@dataclass(frozen=True)
class Square(Layer):
    """A mark that the charts know nothing of."""

    x: float
    y: float

    def reach(self):
        return [(self.x, self.y)]

    def draw(self, frame):
        yield Plane.DOTS, h.rect(class_="square", x=frame.across(self.x), y=frame.down(self.y), width="6", height="6")

    def values(self, frame):
        yield Value(self.x, self.y, "square", "plain", frame.y.value(self.y))

    def said(self, frame):
        return f"a square at {frame.x.value(self.x)} {frame.measured}"


def test_a_new_mark_is_drawn_by_itself():
    html = drawn(Square(40, 7), Line("score", [(0, 0), (20, 1)]), x=Axis("steps"), y=Axis("reward", low=0, high=14))
    square = html.one("rect", "square")
    assert (percent(square["x"]), percent(square["y"])) == (100, 50), "the axes span it"
    assert rows(html) == [["0", "–", "0"], ["20", "–", "1"], ["40", "7", "–"]]
    assert html.all("g", "column")[-1]["aria-label"] == "40 steps: square 7"
    assert html.all("p", "visually-hidden")[0].text == "a square at 40 steps"
