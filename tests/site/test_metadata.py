"""What a page says of itself where it isn't read: in tabs,
in search results, where a link is shown, and to machines.
"""

import json
import re
from html import unescape

import pytest

from tests.site.pages import SITE, chapters, embeds, pages

BOOK = "RLHF, an interactive book"
READ = [address for address in pages() if address not in ("404.html", "parts/", *embeds())]
CHAPTERS = sorted(chapters())


def source(address: str) -> str:
    return (SITE / (address if address.endswith(".html") else f"{address}index.html")).read_text()


def found(pattern: str, html: str) -> str:
    """The only place of a pattern."""
    (only,) = re.findall(pattern, html, re.DOTALL)
    return unescape(only).strip()


def canonical(address: str) -> str:
    return found(r'<link rel="canonical" href="([^"]+)">', source(address))


def data(address: str) -> dict:
    return json.loads(found(r'<script type="application/ld\+json">(.*?)</script>', source(address)))


def title(address: str) -> str:
    return found(r"<head>.*?<title>(.*?)</title>", source(address))


def test_titles_say_where_one_is_and_no_two_are_the_same():
    titles = {address: title(address) for address in pages()}
    assert len(set(titles.values())) == len(titles)
    assert titles[""] == BOOK and titles["404.html"] == "Not found - RLHF"
    assert titles["03-reward-model/"] == "The reward model, AI’s “taste” - RLHF"


@pytest.mark.parametrize("address", READ)
def test_a_page_names_its_own_address_and_describes_itself(address):
    home = canonical("")
    assert canonical(address) == home + address
    assert found(r'<meta property="og:url" content="([^"]+)">', source(address)) == home + address
    assert 40 <= len(found(r'<meta name="description" content="([^"]+)">', source(address))) <= 170


@pytest.mark.parametrize("address", READ)
def test_a_picture_for_links_is_there_and_described_in_a_sentence(address):
    image = found(r'<meta property="og:image" content="([^"]+)">', source(address)).removeprefix(canonical(""))
    words = found(r'<meta property="og:image:alt" content="([^"]+)">', source(address))
    assert (SITE / image).exists()
    assert not re.search(r"[.?!:]\s*[.?!:]", words)


@pytest.mark.parametrize("address", READ)
def test_a_page_says_to_machines_what_it_is(address):
    told = data(address)
    assert told["url"] == canonical(address) and told["author"]["name"]
    assert (SITE / told["image"].removeprefix(canonical(""))).exists()
    if address in CHAPTERS:
        assert (told["@type"], told["position"]) == ("Chapter", CHAPTERS.index(address) + 1)
    assert address == "" or told["isPartOf"]["@id"] == data("")["@id"]


def test_the_book_lists_its_chapters():
    told = data("")
    assert (told["@type"], told["name"]) == ("Book", BOOK)
    assert [(part["position"], part["url"]) for part in told["hasPart"]] == [
        (n, canonical(a)) for n, a in enumerate(CHAPTERS, 1)
    ]


def test_the_page_for_lost_readers_leads_on_and_is_not_found_by_search():
    html, page = source("404.html"), pages()["404.html"]
    assert '<meta name="robots" content="noindex">' in html and 'rel="canonical"' not in html
    assert "There is no page at this address" in page.text and "data-open-search" in html
    assert all(any(link.endswith(address) for link in page.links) for address in CHAPTERS)


@pytest.mark.parametrize("address", [address for address in pages() if address not in embeds()])
def test_an_icon_for_every_place(address):
    """Browsers ask for favicon.ico without being told."""
    assert (SITE / "favicon.ico").exists() and (SITE / "images/apple-touch-icon.png").exists()
    assert found(r'<link rel="apple-touch-icon" href="([^"]+)">', source(address)).endswith(
        "images/apple-touch-icon.png"
    )
