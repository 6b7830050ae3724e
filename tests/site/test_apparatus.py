"""What the book adds to its text: explained terms, citations that lead back, links to states, pictures for links."""

import io
import re
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from mkdocs.utils.meta import get_data

from widgets.kit.codec import decode
from widgets.kit.events import Event
from widgets.site.pages import states
from widgets.site.pages.citations import Citations
from widgets.site.pages.terms import Term, _walk, glossary
from widgets.site.pictures import cards
from widgets.site.stage import Stage

ROOT = Path(__file__).parents[2]
SITE = ROOT / "site"
PAGE = (
    '<p>As shown (<a href="../bibliography/#a2020">A 2020</a>; <a href="../bibliography/#b2021">B 2021</a>), '
    'and again <a href="../bibliography/#a2020">A</a>.</p>'
)


LIST = (
    '<dl>\n<dt id="b2021">B 2021</dt>\n<dd>Words of B.</dd><dt id="a2020">A 2020</dt>\n<dd>Words of '
    'A.</dd><dt id="c1999">C</dt><dd>Other.</dd></dl>'
)


class TestCitations:
    def test_every_citation_gets_an_anchor_and_the_entry_leads_back_to_each(self):
        citations = Citations()
        html = citations.collect(PAGE, "01-x/", "chapter 1")
        assert re.findall(r'id="(cite-[^"]+)"', html) == ["cite-a2020-1", "cite-b2021-1", "cite-a2020-2"]
        back = citations.led_back(LIST)
        assert (
            '<a href="../01-x/#cite-a2020-1">chapter 1</a>' in back
            and '<a href="../01-x/#cite-a2020-2">chapter 1 (2)</a>' in back
        )
        assert "<dd>Other.</dd>" in back

    def test_numbers_follow_the_order_of_first_use_through_the_book(self):
        citations = Citations()
        late = citations.collect(
            '<a href="../bibliography/#c1999">C</a> <a href="../bibliography/#a2020">A</a>', "02-y/", "chapter 2"
        )
        early = citations.collect(PAGE, "01-x/", "chapter 1")
        assert re.findall(r"\[(\d)\]", citations.numbered(early)) == ["1", "2", "1"]
        assert re.findall(r"\[(\d)\]", citations.numbered(late)) == ["3", "1"]
        assert re.findall(r'<dt id="(\w+)"><span class="entry-number">\[(\d)\]', citations.led_back(LIST)) == [
            ("a2020", "1"),
            ("b2021", "2"),
            ("c1999", "3"),
        ]

    def test_a_number_is_part_of_the_link(self):
        citations = Citations()
        html = citations.numbered(
            citations.collect('<a href="../bibliography/#a2020">A 2020</a>', "01-x/", "chapter 1")
        )
        assert html.endswith('href="../bibliography/#a2020">A 2020&nbsp;<span class="citation-number">[1]</span></a>')

    def test_a_page_that_is_rendered_again_is_not_counted_twice(self):
        citations = Citations()
        for _ in range(2):
            citations.collect(PAGE, "01-x/", "chapter 1")
        assert len(citations.places["a2020"]) == 2


class TestTerms:
    def test_the_glossary_is_read_with_every_name_and_without_its_links(self, tmp_path):
        path = tmp_path / "glossary.md"
        path.write_text(
            "# Glossary\n\nKL divergence, *KL* { #kl }\n:   How far apart\n    two models are. [Chapter 2](02-x.md)\n"
        )
        (term,) = glossary(path, 0.0)
        assert (term.id, term.names, term.definition) == (
            "kl",
            ("KL divergence", "KL"),
            "How far apart two models are.",
        )

    def test_a_term_is_found_over_the_end_of_a_line(self):
        paragraph, kl = Element("p"), Term("kl", ("KL divergence",), "How far apart")
        paragraph.text = "Then the KL\ndivergences are counted."
        _walk(paragraph, {"kl divergence": kl}, within=False)
        (link,) = paragraph
        assert (link.text, link.get("href"), link.tail) == ("KL\ndivergences", "glossary.md#kl", " are counted.")


class TestStates:
    @pytest.fixture
    def stage(self, request):
        return Stage(request.config.rootpath, source="teaching.md")

    def test_a_state_becomes_the_link_that_copy_link_would_make(self, stage):
        html = states.resolve('<a href="state:pipeline-stepper?run&amp;step=2&amp;beta=0">x</a>', stage)
        page, log = re.search(r'href="\.\./([\w-]+)/#pipeline-stepper=([^"]+)"', html).groups()
        assert page == "02-three-steps"
        assert decode(log) == (Event("run"), Event("step", 2), Event("beta", 0))

    def test_a_figure_framed_in_a_state_is_its_own_page_in_that_state(self, stage):
        html = states.resolve('<iframe src="embed:pipeline-stepper?step=2&amp;beta=0" title="x"></iframe>', stage)
        (log,) = re.findall(r'src="\.\./embed/pipeline-stepper/#pipeline-stepper=([^"]+)"', html)
        assert decode(log) == (Event("step", 2), Event("beta", 0))

    @pytest.mark.parametrize(
        ("link", "says"),
        [
            ("state:pipeline?run", "'pipeline' in a state link is not a figure"),
            ("state:pipeline-stepper?jump", "'jump' is not an event here"),
            ("state:pipeline-stepper?step=9", "expected a whole number from 0 to 2"),
        ],
    )
    def test_a_state_that_can_not_be_stops_the_build(self, stage, link, says):
        with pytest.raises(states.StateError, match="teaching.md.*" + says):
            states.resolve(f'<a href="{link}">x</a>', stage)


def colours(picture):
    return {colour for _, colour in picture.convert("RGB").getcolors(1 << 20)}


def test_the_chapter_s_miniature_is_on_its_card(tmp_path):
    from PIL import Image

    miniature = get_data((ROOT / "docs" / "04-dpo.md").read_text())[1]["miniature"]
    with_it, without = (
        Image.open(io.BytesIO(cards.card("T", "W", "A", tmp_path, drawn))) for drawn in (miniature, None)
    )
    corner = (800, 400, 1200, 630)
    assert {(0x5B, 0x3F, 0xD6), (0x0B, 0x6E, 0x6E)} <= colours(with_it.crop(corner)), (
        "reward's and the aligned model's paths"
    )
    assert len(colours(without.crop(corner))) == 1


def test_the_icons_are_what_browsers_and_home_screens_ask_for():
    from PIL import Image

    touch, favicon = Image.open(SITE / "images" / "apple-touch-icon.png"), Image.open(SITE / "favicon.ico")
    assert (touch.format, touch.size, touch.mode) == ("PNG", (180, 180), "RGB")
    assert touch.getpixel((0, 0)) == (0x1F, 0x1E, 0x1C), "home screens round the corners"
    assert favicon.format == "ICO" and favicon.ico.sizes() == {(16, 16), (32, 32), (48, 48)}


def test_a_card_is_a_picture_of_the_size_that_is_asked_for(tmp_path):
    from PIL import Image

    image = cards.card(
        "A rather long title that has to be broken into lines", "And a question?", "RLHF · Chapter 1 of 5", tmp_path
    )
    picture = Image.open(io.BytesIO(image))
    assert picture.size == (1200, 630) and picture.format == "PNG"
    assert len(set(picture.convert("L").tobytes())) > 20, "something is drawn on it"
