"""Figures in pages of others: each has a page of its own, which works in any frame and says what it can't do there."""

import gzip
import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.book import EACH_ONCE, EMBEDS, SCHEMES, VIEWPORTS, name_of
from tests.browser.conftest import SITE
from tests.browser.reader import Figure
from tests.browser.test_access import sideways, violations
from tests.browser.test_audit import LINES, choose
from tests.browser.test_refusals import REFUSALS
from tests.browser.waiting import until
from tests.serving import PREFIX, serving
from widgets.kit.codec import encode
from widgets.kit.events import Event

NAME = "preference-labeling"
FRAMES = {
    "plain": "",
    "sandboxed": 'sandbox="allow-scripts"',
    "sandboxed with its origin": 'sandbox="allow-scripts allow-same-origin"',
}
KEEPS_NOTHING = "This browser keeps nothing of this page"


@pytest.fixture
def context_options():
    return {"viewport": VIEWPORTS["wide"], "reduced_motion": "reduce"}


@pytest.fixture
def course(page, context, site_url, tmp_path):
    """Opens a course page, of another site, that frames a figure of the book; returns the frame."""
    with serving(tmp_path) as address:
        # Not only another origin: browsers hold "localhost" for another site, too, and block what third parties keep.
        there = address.replace("127.0.0.1", "localhost")
        context.watch.hosts.add(urlsplit(there).netloc)

        def show(embed: str, attributes: str = "", snippet: str = ""):
            frame = snippet or f'<iframe src="{site_url}{embed}" title="A figure" {attributes}></iframe>'
            week = f"{len(list(tmp_path.iterdir())) + 1}.html"  # an address is kept for ten minutes
            (tmp_path / week).write_text(
                '<!doctype html><html lang="en"><title>A course</title><link rel="icon" href="data:,">'
                f"<h1>A week</h1>{frame}<p>Discuss.</p>"
            )
            page.goto(there + week)
            return page.locator("iframe").element_handle().content_frame()

        yield show


def linked(name: str, *events: Event) -> str:
    """The address of a figure's own page in a state."""
    return f"embed/{name}/#{name}={encode(events)}"


def label(figure: Figure, times: int) -> None:
    for _ in range(times):
        figure.button("A is better").click()
        expect(figure.section).to_have_attribute("data-pending", "0")


@pytest.mark.parametrize("attributes", FRAMES.values(), ids=FRAMES)
def test_a_figure_in_a_frame_answers_by_python(course, attributes):
    figure = Figure(course(f"embed/{NAME}/", attributes), NAME).ready()
    label(figure, 2)
    expect(figure.view).to_contain_text("Comparison 3")


@pytest.mark.parametrize("attributes", FRAMES.values(), ids=FRAMES)
def test_a_file_is_looked_into_in_a_frame(course, attributes):
    figure = Figure(course("embed/data-audit/", attributes), "data-audit").ready()
    choose(figure, gzip.compress(LINES.encode()), "labels.jsonl.gz")
    expect(figure.view).to_contain_text("150 pairs, each with a winner.")
    expect(figure.section).to_have_attribute("data-pending", "0")
    figure.section.get_by_role("radio", name="Take it with you").check()
    expect(figure.view).to_contain_text("You have changed nothing so far.")


@pytest.mark.parametrize("refusal", [name for name in REFUSALS if "storage" in name])
def test_where_nothing_is_kept_a_figure_works_and_says_so_once(course, context, refusal):
    context.add_init_script(REFUSALS[refusal])
    frame = course(f"embed/{NAME}/")
    figure = Figure(frame, NAME).ready()
    label(figure, 2)
    expect(figure.view).to_contain_text("Comparison 3")
    expect(frame.get_by_text(KEEPS_NOTHING)).to_have_count(1)


def test_a_frame_without_an_origin_says_once_that_nothing_is_kept(course):
    frame = course(f"embed/{NAME}/", FRAMES["sandboxed"])
    label(Figure(frame, NAME).ready(), 2)
    expect(frame.get_by_text(KEEPS_NOTHING)).to_have_count(1)


@pytest.mark.parametrize("attributes", FRAMES.values(), ids=FRAMES)
def test_the_state_comes_with_the_link_and_is_how_the_figure_begins(course, page, attributes):
    state = linked("pipeline-stepper", Event("step", 2), Event("beta", 0))
    frame = course(state, f'{attributes} height="4000"')
    figure = Figure(frame, "pipeline-stepper")
    expect(figure.section).to_have_attribute("data-status", "ready")
    assert page.evaluate("scrollY") == 0, "the page around it stays where it is"
    expect(figure.section.get_by_role("button", name="Start over")).to_be_enabled()
    expect(figure.section.get_by_role("slider", name=re.compile("beta", re.IGNORECASE))).to_have_value("0")
    expect(frame.get_by_text("linked state")).to_have_count(0)


def test_a_figure_that_builds_on_another_has_it_by_the_link(course, page, context):
    context.add_init_script(f"if (self !== top) {REFUSALS['storage throws']}")  # as browsers refuse third parties
    page.goto("03-reward-model/")
    figure = Figure(page, NAME).ready()
    label(figure, 5)
    labels = figure.log()
    card = Figure(course("embed/report-card/"), "report-card").ready()
    expect(card.view).to_contain_text("waiting for you")
    card = Figure(course(f"embed/report-card/#report-card=&{NAME}={labels}"), "report-card").ready()
    expect(card.view).not_to_contain_text("waiting for you")


HEIGHT = "Math.ceil(document.querySelector('main').getBoundingClientRect().height)"
HEARD = """() => addEventListener("message", ({ data, source }) => {
  if (source === document.querySelector("iframe").contentWindow) (window.heard ??= []).push(data);
})"""


def test_a_frame_tells_its_height_and_tells_it_again_when_it_grows(course, page):
    page.add_init_script(f"({HEARD})()")
    frame = course(f"embed/{NAME}/")
    Figure(frame, NAME).ready()
    inside = frame.evaluate(HEIGHT)
    until(page, "height => window.heard?.at(-1).height === height", inside)
    assert page.evaluate("heard[0].type") == "rlhf-book:height"
    frame.get_by_text("Show the code").click()
    until(page, "height => heard.at(-1).height > height + 100", inside)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_frame_wears_what_the_hosts_reader_does(course, page, scheme):
    page.emulate_media(color_scheme=scheme)
    body = course(f"embed/{NAME}/").locator("body")
    expect(body).to_have_attribute("data-md-color-scheme", SCHEMES[scheme])
    other = "dark" if scheme == "light" else "light"
    page.emulate_media(color_scheme=other)
    expect(body).to_have_attribute("data-md-color-scheme", SCHEMES[other])


def test_the_host_may_say_which_colours_by_address_and_by_message(course, page):
    body = course(f"embed/{NAME}/?scheme=dark").locator("body")
    expect(body).to_have_attribute("data-md-color-scheme", "slate")
    say = """scheme => document.querySelector("iframe").contentWindow
      .postMessage({ type: "rlhf-book:scheme", scheme }, "*")"""
    for scheme in ("light", "dark", "auto"):
        page.evaluate(say, scheme)
        expect(body).to_have_attribute("data-md-color-scheme", SCHEMES.get(scheme, "default"))


def test_what_leads_on_opens_outside_the_frame(course, context):
    frame = course(f"embed/{NAME}/")
    Figure(frame, NAME).ready()
    with context.expect_page() as opened:
        frame.get_by_role("link", name="From the RLHF book").click()
    opened.value.wait_for_url(f"**/03-reward-model/#figure-{NAME}")
    assert f"/embed/{NAME}/" in frame.url


class TestRough:
    """Chromium itself tells on the console of what it does not open, and of a clipboard that it does not give."""

    @pytest.fixture
    def page(self, rough_page):
        return rough_page

    def test_where_nothing_may_be_opened_the_address_is_said(self, course):
        frame = course(f"embed/{NAME}/", FRAMES["sandboxed"])
        Figure(frame, NAME).ready()
        frame.get_by_role("link", name="From the RLHF book").click()
        expect(
            frame.get_by_text(re.compile(rf"lets it open no others.*/03-reward-model/#figure-{NAME}"))
        ).to_be_visible()

    def test_where_nothing_may_be_saved_that_is_said(self, course):
        frame = course("embed/report-card/", FRAMES["sandboxed"])
        Figure(frame, "report-card").ready()
        frame.get_by_role("link", name="Save as an image").click()
        expect(frame.get_by_text(re.compile("lets it save none.*/embed/report-card/"))).to_be_visible()

    @pytest.mark.parametrize("attributes", FRAMES.values(), ids=FRAMES)
    def test_where_the_host_gives_no_clipboard_the_link_is_in_a_field(self, course, attributes):
        figure = Figure(course(f"embed/{NAME}/", attributes), NAME).ready()
        label(figure, 1)
        figure.button("Copy link").click()
        field = figure.section.get_by_label("The link to this state")
        expect(field).to_be_focused()
        assert f"/embed/{NAME}/#{NAME}=" in field.input_value()


def offered(page, address: str, name: str) -> str:
    """What "Embed" gives for a figure that has been worked once."""
    page.goto(address)
    figure = Figure(page, name).ready()
    figure.section.locator("[data-event]:enabled:visible").first.click()
    figure.button("Embed").click()
    field = figure.section.get_by_label("The figure for your page")
    expect(field).to_be_focused()
    return field.input_value()


@pytest.mark.parametrize(
    ("address", "name", "slug"),
    [
        ("03-reward-model/", NAME, NAME),
        ("02-three-steps/", "mixing-desk", "mixing-desk"),
        ("04-dpo/", "mixing-desk", "mixing-desk-backwards"),
    ],
)
def test_embed_gives_a_snippet_that_works_in_another_page(course, page, site_url, address, name, slug):
    snippet = offered(page, address, name)
    assert f'<iframe src="{site_url}embed/{slug}/#{name}=' in snippet and 'title="' in snippet
    frame = course("", snippet=snippet)
    figure = Figure(frame, name).ready()
    expect(figure.section.get_by_role("button", name="Start over")).to_be_enabled()
    inside = frame.evaluate(HEIGHT)
    expect(page.locator("iframe")).to_have_attribute("height", str(inside))


def test_a_figure_in_which_nothing_has_happened_is_embedded_by_its_plain_address(page, site_url):
    page.goto("05-summary/")
    figure = Figure(page, "quiz").ready()
    figure.button("Embed").click()
    snippet = figure.section.get_by_label("The figure for your page").input_value()
    assert f'<iframe src="{site_url}embed/quiz/" title="What has stayed with you?"' in snippet


def test_the_snippets_script_heeds_the_books_frames_alone(course, page, site_url):
    snippet = offered(page, "05-summary/", "quiz")
    frame = course("", snippet=snippet)
    Figure(frame, "quiz").ready()
    before = str(frame.evaluate(HEIGHT))
    expect(page.locator("iframe")).to_have_attribute("height", before)
    page.evaluate("postMessage({ type: 'rlhf-book:height', height: 7 })")
    page.evaluate("new Promise(done => setTimeout(done))")
    assert page.locator("iframe").get_attribute("height") == before != "7"


def test_the_teachers_page_shows_one_as_tall_as_it_is(page):
    page.goto("teaching/")
    shown = page.locator("iframe")
    shown.scroll_into_view_if_needed()
    frame = shown.element_handle().content_frame()
    expect(frame.locator("section[data-widget]")).to_have_attribute("data-status", "ready")
    inside = frame.evaluate(HEIGHT)
    expect(shown).to_have_attribute("height", str(inside))
    for title, scheme in (("Switch to dark", "slate"), ("Switch to light", "default")):
        page.get_by_title(title).click()
        expect(frame.locator("body")).to_have_attribute("data-md-color-scheme", scheme)


def test_every_figure_of_the_book_has_a_page_of_its_own():
    kinds = {
        offer
        for path in SITE.glob("*/index.html")
        for offer in re.findall(r'data-tool="embed" data-of="([^"]+)"', path.read_text())
    }
    cover = set(re.findall(r'data-tool="embed" data-of="([^"]+)"', (SITE / "index.html").read_text()))
    assert kinds | cover == set(EMBEDS) and len(EMBEDS) >= 12


@pytest.mark.parametrize("address", EMBEDS, ids=name_of)
def test_a_figures_own_page_opens_ready_wide_and_light_and_on_a_phone_in_the_dark(page, address):
    """Chapters show the same figures in all four looks."""
    page.goto(address)
    section = page.locator("section[data-widget]")
    expect(section).to_have_attribute("data-status", "ready")
    expect(section.locator("[data-tool=embed]")).to_have_count(0)
    found = []
    for size, scheme in EACH_ONCE:
        page.set_viewport_size(VIEWPORTS[size])
        page.emulate_media(color_scheme=scheme)
        expect(page.locator("body")).to_have_attribute("data-md-color-scheme", SCHEMES[scheme])
        found += violations(page, f"{size}, {scheme}")
    found += sideways(page, "as it opens")
    assert not found, "\n".join(found)


def test_a_figures_own_page_reads_without_a_script(browser, site_url):
    context = browser.new_context(base_url=site_url, java_script_enabled=False)
    page = context.new_page()
    page.goto("embed/mixing-desk-backwards/")
    expect(page.get_by_text("The mixing desk", exact=True).first).to_be_visible()
    expect(page.get_by_role("slider", name="Fader A")).to_be_visible()
    context.close()


def test_the_books_server_is_as_open_to_others_as_its_host(page, site_url):
    """GitHub Pages sends this with every file; a frame without an origin could load no module without it."""
    assert page.request.get(site_url).headers["access-control-allow-origin"] == "*" and PREFIX in site_url
