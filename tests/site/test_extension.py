import json
import re

import pytest
from markdown import Markdown

from widgets.site.pages.extension import EmbedError
from widgets.site.pages.math import to_mathml


@pytest.fixture
def render(counting_stage):
    def convert(*lines):
        extensions = ["widgets", "attr_list", "pymdownx.superfences"]
        on_stage = {"widgets": {"stage": counting_stage}}
        return Markdown(extensions=extensions, extension_configs=on_stage).convert("\n".join(lines))

    return convert


def test_a_block_becomes_a_section_with_its_first_view_and_caption(render):
    html = render("Before.", "", "::: widget counter step=5 loud=true", "*What* to see.", ":::", "", "After.")
    section = re.search(r"<section [^>]*>", html)[0]
    assert 'data-widget="counter"' in section and 'data-status="static"' in section
    options = json.loads(re.search(r'data-options="([^"]*)"', section)[1].replace("&#34;", '"'))
    assert options == {"step": "5", "loud": "True"}
    assert "<output>0</output>" in html
    assert re.search(
        r'<figcaption>\s*<p><span class="figure-number">Figure 3.1</span> <em>What</em> to see.</p>\s*</figcaption>',
        html,
    )
    assert html.index("Before.") < html.index("<section") < html.index("After.")


def test_the_views_after_the_first_clicks_are_kept_beside_the_page(counting_stage, render):
    html = render("::: widget counter", ":::")
    name = re.search(r'data-views="([^"]*)"', html)[1]
    views = json.loads(counting_stage.files[name])
    assert "<output>1</output>" in views["add null"]
    assert "<output>2</output>" in views["add null\nadd null"]
    assert not any("slowly" in key for key in views), "long work is never stored: its progress is the point"


def test_a_widget_that_builds_on_another_names_it(render):
    assert 'data-needs="counter"' in render("::: widget doubler", ":::")


def test_a_figure_has_a_page_of_its_own_for_each_way_it_looks(counting_stage, render):
    html = render(
        "::: widget counter", ":::", "::: widget counter step=5 loud=true", ":::", "::: widget counter", ":::"
    )
    assert re.findall(r'data-tool="embed" data-of="([^"]+)"', html) == [
        "embed/counter/",
        "embed/counter-loud-step-5/",
        "embed/counter/",
    ]
    assert set(counting_stage.embeds) == {"counter", "counter-loud-step-5"}


def test_a_block_shown_as_code_stays_code(render):
    html = render("```", "::: widget counter", ":::", "```")
    assert "<section" not in html and "::: widget counter" in html


def test_equations_become_mathml_with_their_source(render):
    html = render(r"Costs $5 and $6. Let $\sigma(x) < 1$ hold, and $$\frac{a}{b}$$")
    assert "Costs $5 and $6." in html
    assert html.count("<math") == 2 and 'display="block"' in html
    assert r'<annotation encoding="application/x-tex" data-search-exclude="">\sigma(x) &lt; 1</annotation>' in html


def test_functions_in_equations_stand_apart_from_what_brings_no_room_of_its_own():
    assert '<mo lspace="0.167em" rspace="0.167em">log</mo>' in to_mathml(r"b \log d", display=False)
    assert '<mo lspace="0" rspace="0.167em">log</mo>' in to_mathml(r"-\log \frac{a}{b}", display=False)
    assert '<mo lspace="0" rspace="0">exp</mo>' in to_mathml(r"\, \exp\big(x\big)", display=False)
    assert "<mo>∗</mo>" in to_mathml(r"\pi^*", display=False)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (["::: widget conter", ":::"], r"03-chapter.md:1: there is no widget 'conter'; perhaps 'counter'"),
        (["", "", "::: widget counter stop=1", ":::"], r"03-chapter.md:3: unknown option 'stop'; perhaps 'step'"),
        (["::: widget counter step=x", ":::"], r"03-chapter.md:1: option 'step' takes a whole number, got 'x'"),
        (["::: widget counter step", ":::"], r"03-chapter.md:1: options are written name=value, got 'step'"),
        (["::: widget counter step='", ":::"], r"03-chapter.md:1: write '::: widget NAME option=value'"),
        (["::: widget", ":::"], r"03-chapter.md:1: write '::: widget NAME option=value'"),
        (["x", "::: widget counter", "caption"], r"03-chapter.md:2: this widget block has no end"),
        (["::: wigdet counter", ":::"], r"03-chapter.md:1: '::: wigdet' is not a block"),
    ],
)
def test_a_bad_block_stops_the_build_with_its_place_and_cure(lines, says, render):
    with pytest.raises(EmbedError, match=says):
        render(*lines)


def test_lines_are_counted_from_the_top_of_the_file(counting_stage, render):
    counting_stage.first_line = 5
    with pytest.raises(EmbedError, match="03-chapter.md:6"):
        render("", "::: widget conter", ":::")
