"""Every link within the book is exact, every citation has its
entry and every entry its citation, every term is used.
"""

import re
from xml.etree import ElementTree

import pytest
import yaml

from tests.site.pages import ROOT, SITE, chapters, pages, target
from widgets.chapters import WIDGETS


def dead(page: str, link: str) -> str | None:
    """What is wrong with a link, if anything is."""
    address, anchor = target(page, link)
    if address is None:
        return (
            None if link.startswith(("https://", "mailto:", "data:")) else f"{link}: leaves the book, and not by https"
        )
    if address in pages():
        anchor = anchor.partition("=")[0]  # a figure in a state: #preference-labeling=1.eJy
        return None if not anchor or anchor in pages()[address].anchors else f"{link}: no such anchor"
    return None if (SITE / address).is_file() else f"{link}: no such page"


@pytest.mark.parametrize("address", pages())
def test_a_page_links_to_what_is_there(address):
    page = pages()[address]
    assert not list(filter(None, (dead(page.address, link) for link in [*page.links, *page.loads])))


FIGURE = re.compile(
    r'<figure class="figure" id="figure-([\w-]+)".*?<span class="figure-number">Figure ([\d.]+)</span>', re.DOTALL
)
REFERENCE = re.compile(r'<a [^>]*href="([^"]+)"[^>]*>[Ff]igure ([\d.]+)</a>')


@pytest.mark.parametrize("address", [address for address in pages() if not address.endswith(".html")])
def test_a_link_that_names_a_figure_by_its_number_leads_to_the_figure_with_that_number(address):
    for link, number in REFERENCE.findall(source(address)):
        page, anchor = target(address, link)
        assert dict(FIGURE.findall(source(page)))[anchor] == number, link


def test_the_content_points_to_what_is_there():
    """Content names pages as chapters do: 03-reward-model.md#preference-labeling."""
    problems = []
    for path in (ROOT / "content").rglob("*.yaml"):
        for name, anchor in re.findall(r"([\w-]+)\.md(?:#([\w-]+))?", path.read_text()):
            folder = "" if name == "index" else f"{name}/"  # the cover is the book's own address
            if problem := dead("", f"{folder}#{anchor}"):
                problems.append(f"{path.name}: {problem}")
    assert not problems


def test_the_site_map_has_every_page_and_no_other():
    names = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    found = [node.text for node in ElementTree.parse(SITE / "sitemap.xml").iterfind(".//s:loc", names)]
    home = min(found, key=len)
    navigation = yaml.load((ROOT / "mkdocs.yml").read_text(), _Loose)["nav"]
    linked = {path.removesuffix(".md").removesuffix("index") for entry in navigation for path in entry.values()}
    assert {address.removeprefix(home).rstrip("/") for address in found} >= linked
    assert {address.removeprefix(home) for address in found} <= set(pages())
    hidden = {address for address in pages() if '<meta name="robots" content="noindex"' in source(address)}
    assert "parts/" in hidden and not {address.removeprefix(home) for address in found} & hidden


def source(address: str) -> str:
    return (SITE / (address if address.endswith(".html") else f"{address}index.html")).read_text()


class _Loose(yaml.SafeLoader):
    """Reads MkDocs' settings, whatever tags they use."""


_Loose.add_multi_constructor("", lambda loader, tag, node: None)


def citations() -> set[str]:
    """The entries that are cited from anywhere but the bibliography itself."""
    found = set()
    for address, page in pages().items():
        for link in page.links:
            there, anchor = target(address, link)
            if there == "bibliography/" and address != there and anchor:
                found.add(anchor)
    return found


def test_every_citation_has_its_entry_and_every_entry_is_cited():
    assert citations() == set(pages()["bibliography/"].terms)


GLOSSARY = pages().get("glossary/")
ENTRY = re.compile(r'<dt id="([\w-]+)">.*?</dt>\s*<dd>(.*?)</dd>', re.DOTALL)


def explained_in(term: str) -> str:
    """The chapter that the glossary names for a term."""
    definitions = dict(ENTRY.findall((SITE / "glossary/index.html").read_text()))
    (link,) = re.findall(r'href="([^"]+)"', definitions[term])
    return target("glossary/", link)[0]


@pytest.mark.parametrize("term", GLOSSARY.terms if GLOSSARY else [])
def test_a_term_of_the_glossary_is_used_where_the_glossary_says(term):
    """An entry may have several names, apart by commas, and links to the chapter that explains it."""
    names = [name.strip().lower() for name in GLOSSARY.terms[term].split(",") if name.strip()]
    chapter = explained_in(term)
    words = chapters()[chapter].text.lower()
    assert any(re.search(rf"(?<![\w-]){re.escape(name)}s?(?![\w-])", words) for name in names), (
        f"{names} is nowhere in {chapter}"
    )


def test_citations_are_numbered_in_the_order_of_the_book():
    met = []
    for page in sorted(chapters()):
        html = (SITE / page / "index.html").read_text()
        for key, number in re.findall(
            r'class="citation" id="[^"]+" href="\.\./bibliography/#([\w-]+)">.*?\[(\d+)\]</span></a>', html
        ):
            if (key, int(number)) not in met:
                met.append((key, int(number)))
    assert [number for _, number in met] == list(range(1, len(met) + 1)), (
        "each new one has the next number, and keeps it"
    )
    listed = [
        (key, int(words.partition("]")[0].strip().removeprefix("[")))
        for key, words in pages()["bibliography/"].terms.items()
    ]
    assert listed[: len(met)] == met


def test_every_entry_leads_back_to_every_place_that_cites_it():
    back = {target("bibliography/", link) for link in pages()["bibliography/"].links}
    cited = {
        (address, anchor) for address, page in pages().items() for anchor in page.anchors if anchor.startswith("cite-")
    }
    assert cited and cited <= back


def test_every_widget_is_in_the_book():
    cover = pages()[""]
    anchors = cover.anchors.union(*(page.anchors for page in pages().values()))
    assert {widget.name for widget in WIDGETS} <= anchors
