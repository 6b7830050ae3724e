"""The page "How sure is that?": every claim, where it was said, on how many cases it held, its figure in that state."""

import shutil

import pytest

from tests.site.pages import ROOT, pages, target
from widgets.chapters import WIDGETS
from widgets.site.pages import states
from widgets.site.stage import Stage
from widgets.site.this_book import claims, claims_page
from widgets.site.this_book.content import ContentError, load

QUESTIONS = tuple(question.id for question in load(ROOT / "content").questions)
CLAIMS = claims.load_claims(ROOT / "content", QUESTIONS, ROOT / "docs")
RESULTS = claims.load_results(ROOT / "content")


@pytest.fixture
def page():
    return pages()["how-sure/"]


def test_there_are_thirty_claims_or_more():
    assert len(CLAIMS) >= 30


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_every_claim_is_there_with_its_count_and_leads_to_where_it_stands(page, claim):
    result = RESULTS[claim.id]
    assert claim.id in page.anchors and f"{result.held:,} of {result.cases:,}" in page.text
    address, _, anchor = claim.at.partition("#")
    there = (address.removesuffix(".md").removesuffix("index") + "/" * (address != "index.md"), anchor)
    assert there in [target("how-sure/", link) for link in page.links]
    assert there[1] in pages()[there[0]].anchors


def test_it_is_linked_from_about_this_book():
    assert ("how-sure/", "") in [target("about/", link) for link in pages()["about/"].links]


def test_every_figure_can_be_in_the_state_that_is_shown():
    stage = Stage(ROOT, source="how-sure.md")
    stage.content, stage.registry = load(ROOT / "content"), WIDGETS
    links = "".join(f'<a href="state:{claims_page._address(claim.show)}">See it</a>' for claim in CLAIMS if claim.show)
    assert links and "state:" not in states.resolve(links, stage)


def test_a_claim_that_was_not_measured_stops_the_build(tmp_path):
    for name in ("content", "docs"):
        shutil.copytree(ROOT / name, tmp_path / name)
    (tmp_path / "content" / claims.RESULTS).unlink()
    with pytest.raises(
        ContentError,
        match="better-then-worse, a claim of content/claims.yaml, has not been measured; run python -m tests.claims",
    ):
        claims_page.lines(tmp_path, QUESTIONS)


def test_what_a_claim_was_tried_on_is_said_in_words():
    claim = next(claim for claim in CLAIMS if claim.id == "likeliest-usually")
    assert claims_page._over(claim, 14) == "14 questions, 2 settings, the shipped models"
