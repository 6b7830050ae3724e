"""A figure's state in an address: what happens to it on its way, and what the reader is told."""

import json
import re
from random import Random
from string import ascii_lowercase

import pytest
from playwright.sync_api import expect

from tests.browser.reader import Figure
from widgets.kit.codec import decode, encode
from widgets.kit.events import Event

CHAPTER, NAME = "03-reward-model/", "preference-labeling"
LABELS = [Event("label", ("writing/curt", "writing/rude", "b"))] * 3
STATE = encode(LABELS)


def stands_at(figure, comparison):
    expect(figure.view.get_by_text(f"Comparison {comparison}", exact=True)).to_be_visible()


# What happens to an address on its way, by what does it.
MANGLED = {
    "full stop": f"#{NAME}={STATE}.",
    "percent": f"#{NAME}%3D{STATE}%29",
    "question": f"#{NAME}={STATE}?from=timeline",
    "space": f"#{NAME}={STATE[:30]}%20{STATE[30:]}%E2%80%8B",
    "entity": f"#reward-hacking=&amp;{NAME}={STATE}",
    "number sign": f"%23{NAME}={STATE}",
    "typography": f"#{NAME.replace('-', '–')}={STATE}.”",
}


@pytest.mark.parametrize("address", MANGLED.values(), ids=MANGLED)
def test_a_mangled_link_opens_without_a_word(rough_page, address):
    rough_page.goto(CHAPTER + address)
    figure = Figure(rough_page, NAME).ready()
    stands_at(figure, 4)
    expect(figure.section.get_by_role("alert")).to_have_count(0)


def test_a_cut_link_opens_as_far_as_it_goes_and_says_so(page):
    many = encode([Event("label", ("writing/curt", f"writing/{kind}", "b")) for kind in ("rude", "padded")] * 6)
    page.goto(f"{CHAPTER}#{NAME}={many[:-6]}")
    figure = Figure(page, NAME).ready()
    expect(
        figure.section.get_by_text(re.compile(r"The end of this saved state is missing: its first \d+ steps are here"))
    ).to_be_visible()


def test_ones_own_link_leads_to_its_figure(page):
    page.goto(CHAPTER)
    figure = Figure(page, NAME).ready()
    figure.button("A is better").click()
    stands_at(figure, 2)
    own = figure.log()
    page.goto("about/")
    page.goto(f"{CHAPTER}#{NAME}={own}")
    figure = Figure(page, NAME)
    expect(figure.section).to_be_in_viewport()
    expect(figure.section.get_by_text("linked state")).to_have_count(0)


def test_a_file_in_an_earlier_releases_link_is_learned_from_and_the_link_is_short_from_then_on(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    words = ["".join(Random(n).choices(ascii_lowercase, k=9)) for n in range(9000)]
    pairs = [(" ".join(words[n : n + 12]), " ".join(words[n + 12 : n + 24])) for n in range(0, 8900, 24)]
    lines = [json.dumps({"prompt": "p", "chosen": chosen, "rejected": rejected}) for chosen, rejected in pairs]
    with_file = encode([Event("label", ("sleep/padded", "sleep/hedged", "a")), Event("import", "\n".join(lines))])
    assert len(with_file) > 30_000
    page.goto(f"{CHAPTER}#{NAME}={with_file}")
    figure = Figure(page, NAME).ready()
    figure.button("Copy link").click()
    expect(figure.section.get_by_text("is on your clipboard")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert len(link) < 2000
    _, (_, count, _) = (event.value for event in decode(link.partition("=")[2]))
    assert count == len(pairs)


def test_a_long_link_is_said_to_be_long_and_can_do_without_the_long_texts(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    typed = ["".join(Random(n).choices(ascii_lowercase, k=390)) for n in range(10)]
    long = encode([event for n, text in enumerate(typed) for event in (Event("typed", text), Event("pressure", n))])
    page.goto(f"{CHAPTER}#reward-hacking={long}")
    figure = Figure(page, "reward-hacking").ready()
    figure.button("Copy link").click()
    expect(figure.section.get_by_text("some chat programs cut links beyond 2,000")).to_be_visible()
    figure.button("Copy the short one").click()
    expect(figure.section.get_by_text("is on your clipboard")).to_be_visible()
    assert len(page.evaluate("navigator.clipboard.readText()")) < 2000
    figure.button("Copy link").click()
    figure.button("Copy it all the same").click()
    expect(figure.section.get_by_text("is on your clipboard")).to_be_visible()
    assert len(page.evaluate("navigator.clipboard.readText()")) > 2000


def test_what_was_not_computed_is_said_to_be_missing_in_a_link(rough_page):
    rough_page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    rough_page.route("**/worker*.js", lambda route: route.abort())
    rough_page.goto(CHAPTER)
    figure = Figure(rough_page, NAME)
    figure.button("A is better").click()
    expect(figure.section).to_have_attribute("data-status", "error")
    figure.button("Copy link").click()
    expect(figure.section.get_by_text("The last step is not in a link")).to_be_visible()


def test_a_link_of_a_newer_release_is_told_as_such(page):
    page.goto(f"{CHAPTER}#{NAME}=3.whatever")
    figure = Figure(page, NAME).ready()
    expect(figure.section.get_by_text("made by a newer release")).to_be_visible()
    expect(figure.button("Look for a newer release")).to_be_visible()
    stands_at(figure, 1)


def test_steps_that_this_release_does_not_know_are_told_without_their_names(page):
    page.goto(f"{CHAPTER}#{NAME}={encode([*LABELS, Event('telepathy', 3)])}")
    figure = Figure(page, NAME).ready()
    stands_at(figure, 4)
    expect(figure.section.get_by_text("One step of this link can’t be done in this release")).to_be_visible()
    expect(figure.section.get_by_text("telepathy")).to_have_count(0)
