"""In Firefox and in WebKit, too, Python comes by the snapshot and computes what CPython computes,
what a reader did is kept, links open, keys and search work, and the book is there without a network.
"""

from __future__ import annotations

import json
import re
from http import HTTPStatus

import pytest

from tests.browser.conftest import SITE
from tests.browser.engines import ENGINES, Tab, missing, wait_for
from tests.browser.reader import KEPT, numbers, on_cpython
from tests.browser.test_links import LABELS as LINKED
from tests.browser.test_links import MANGLED, STATE
from tests.serving import PREFIX, Handler, serving
from widgets.kit.codec import decode

CHAPTER, NAME = "03-reward-model/", "preference-labeling"
READY = "performance.getEntriesByName('python-ready')[0]?.detail ?? null"
LABELS = 3
FIGURE = f"document.querySelector('section[data-widget={NAME}]')"
ANSWERED = f"({FIGURE}?.dataset.pending === '0' && {FIGURE}.dataset.status === 'ready') || null"


# Half of WebKit's work is spared: drawing in layers by a processor that stands in for a graphics card, and its
# slowest compiler of WebAssembly, which pays for long visits only.
SPARING = {"WEBKIT_DISABLE_COMPOSITING_MODE": "1", "JSC_useOMGJIT": "0"}


@pytest.fixture(scope="module", autouse=True)
def sparing():
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SPARING.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(params=ENGINES)
def tab(request) -> Tab:
    if why := missing(request.param):
        pytest.skip(why)
    with ENGINES[request.param].running() as running:
        yield running


def label(tab: Tab, times: int) -> str:
    """Labels pairs, each once the one before is answered; the log that the browser keeps of it."""
    for _ in range(times):
        wait_for(tab, ANSWERED)
        tab.evaluate(f"{FIGURE}.querySelector('[data-event=label]').click()")
    wait_for(tab, ANSWERED)
    return json.loads(tab.evaluate(f"localStorage.getItem('{KEPT}{NAME}')"))["log"]


def test_the_snapshot_runs_and_its_numbers_are_cpythons(tab, site_url, content):
    tab.open(site_url + CHAPTER)
    tab.evaluate(f"{FIGURE}.scrollIntoView()")
    assert wait_for(tab, READY) == "snapshot"
    log = label(tab, LABELS)
    assert len(decode(log)) == LABELS
    session = on_cpython(NAME, content, {NAME: log})
    here, there = (
        numbers(session.widget.html(session.state)),
        numbers(tab.evaluate(f"{FIGURE}.querySelector('[data-view]').innerHTML")),
    )
    assert here and there == pytest.approx(here, abs=1e-9)


def test_a_later_visit_starts_from_what_is_kept(tab, site_url):
    tab.open(site_url + CHAPTER)
    assert wait_for(tab, READY) == "snapshot"
    if not tab.evaluate("Boolean(navigator.serviceWorker)"):
        pytest.skip("this browser has no service workers here")
    wait_for(tab, "Boolean(navigator.serviceWorker.controller) || null")
    tab.open(site_url + CHAPTER)
    assert wait_for(tab, READY) == "snapshot"
    assert tab.evaluate("Boolean(navigator.serviceWorker.controller)")
    tab.evaluate(f"{FIGURE}.scrollIntoView()")
    assert len(decode(label(tab, 1))) == 1


class WithoutOrigin(Handler):
    """Gives a figure its page as in a frame with sandbox="allow-scripts", without an origin; as if published here."""

    def _answer(self, body: bool) -> None:
        if "/embed/" not in self.path:
            return super()._answer(body)
        (published,) = re.findall(r'<link rel="canonical" href="([^"]+)">', (SITE / "index.html").read_text())
        page = self._file(self.path).read_text().replace(published, f"http://{self.headers['Host']}{PREFIX}").encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Security-Policy", "sandbox allow-scripts")
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        return self.wfile.write(page)


def test_a_figure_without_an_origin_answers_by_python(tab):
    with serving(SITE, WithoutOrigin) as address:
        tab.open(f"{address}embed/{NAME}/")
        assert wait_for(tab, READY) == "snapshot"
        assert tab.evaluate("globalThis.origin") == "null"
        for _ in range(LABELS):
            wait_for(tab, ANSWERED)
            tab.evaluate(f"{FIGURE}.querySelector('[data-event=label]').click()")
        wait_for(tab, ANSWERED)
        assert f"Comparison {LABELS + 1}" in tab.evaluate(f"{FIGURE}.textContent")


# One start of each browser for what follows: every test serves
# the book from an origin of its own, so none sees another's.


@pytest.fixture(scope="module", params=ENGINES)
def reader(request) -> Tab:
    if why := missing(request.param):
        pytest.skip(why)
    with ENGINES[request.param].running() as running:
        yield running


def shows(tab: Tab, words: str) -> None:
    """Waits until the figure is answered and shows these words."""
    wait_for(tab, f"({ANSWERED}) && {FIGURE}.textContent.includes({json.dumps(words)}) || null")


def heading(tab: Tab, words: str) -> None:
    wait_for(tab, f"document.querySelector('h1')?.textContent.startsWith({json.dumps(words)}) || null")


def is_kept(tab: Tab, address: str, visits: int = 3) -> None:
    """Waits until the book's own worker answers for the page; where the keeping fails the next visit tries again."""
    if not tab.evaluate("Boolean(navigator.serviceWorker)"):
        pytest.skip("this browser has no service workers here")
    try:
        wait_for(tab, "navigator.serviceWorker.controller?.state === 'activated' || null", patience=30)
    except TimeoutError:
        if visits == 1:
            raise
        tab.open(address)
        is_kept(tab, address, visits - 1)


def test_what_a_reader_did_is_there_at_the_next_visit(reader):
    with serving(SITE) as address:
        reader.open(address + CHAPTER)
        assert len(decode(label(reader, 2))) == 2
        reader.open(f"{address}glossary/")
        reader.open(address + CHAPTER)
        shows(reader, "Comparison 3")


def test_keys_work_where_a_click_was_made_one_press_one_label(reader):
    with serving(SITE) as address:
        reader.open(address + CHAPTER)
        wait_for(reader, ANSWERED)
        reader.click(f"section[data-widget={NAME}] [data-event=label]")
        shows(reader, "Comparison 2")
        reader.type("b")
        shows(reader, "Comparison 3")
        reader.type("n")
        assert reader.evaluate("location.pathname").endswith(CHAPTER)


@pytest.mark.parametrize("mangling", ["percent", "entity", "number sign", "typography"])
def test_a_mangled_link_opens(reader, mangling):
    with serving(SITE) as address:
        reader.open(address + CHAPTER + MANGLED[mangling])
        shows(reader, f"Comparison {len(LINKED) + 1}")
        assert not reader.evaluate(f"{FIGURE}.querySelector('[role=alert]')?.textContent ?? null")


def test_a_cut_link_opens_as_far_as_it_goes_and_the_readers_own_stays(reader):
    with serving(SITE) as address:
        reader.open(address + CHAPTER)
        label(reader, 1)
        reader.open(f"{address}glossary/")
        reader.open(f"{address}{CHAPTER}#{NAME}={STATE[:-3]}")
        shows(reader, "The end of this saved state is missing")
        reader.evaluate(f"[...{FIGURE}.querySelectorAll('button')].find(b => b.textContent === 'Back to mine').click()")
        shows(reader, "Comparison 2")


def test_a_link_is_copied_or_there_to_be_copied_by_hand(reader):
    with serving(SITE) as address:
        reader.open(address + CHAPTER)
        log = label(reader, 2)
        reader.click(f"section[data-widget={NAME}] [data-tool=link]")
        wait_for(reader, f"/on your clipboard|Here is the link/.test({FIGURE}.textContent) || null")
        by_hand = reader.evaluate(f"{FIGURE}.querySelector('.copied')?.value ?? null")
        assert by_hand is None or by_hand.endswith(f"{NAME}={log}")


def test_a_search_finds_from_the_first_letter_on(reader):
    with serving(SITE) as address:
        reader.open(f"{address}glossary/")
        reader.click("h1")  # the keys' way into the page, wherever they went before
        reader.type("/")
        wait_for(reader, "document.activeElement.matches('.md-search__input') || null")
        reader.type("labeling")
        wait_for(reader, "document.querySelector('.md-search__input').value === 'labeling' || null")
        found = wait_for(reader, "document.querySelector('.md-search-result__list > li')?.textContent ?? null")
        assert "labelling" in found


def test_the_book_is_there_without_a_network_by_every_form_of_its_addresses(reader):
    with serving(SITE) as address:
        reader.open(address + CHAPTER)
        wait_for(reader, READY)
        is_kept(reader, address + CHAPTER)
    for form in ("glossary", "glossary/index.html", "glossary/?from=chat"):
        reader.open(address + form)
        heading(reader, "Glossary")
    reader.open(address + CHAPTER)
    label(reader, 1)
    shows(reader, "Comparison 2")


class Moved(Handler):
    """The book as it is, until it has moved to elsewhere."""

    to = ""

    def _answer(self, body: bool) -> None:
        if not self.to:
            return super()._answer(body)
        self.send_response(HTTPStatus.MOVED_PERMANENTLY)
        self.send_header("Location", self.to + self.path.removeprefix(PREFIX))
        self.send_header("Content-Length", "0")
        return self.end_headers()


def test_readers_of_a_book_that_moved_follow_it(reader, monkeypatch):
    with serving(SITE) as new, serving(SITE, Moved) as old:
        reader.open(f"{old}about/")
        is_kept(reader, f"{old}about/")
        monkeypatch.setattr(Moved, "to", new)
        reader.open(f"{old}glossary/")
        wait_for(reader, f"location.href === {json.dumps(new + 'glossary/')} || null")
        heading(reader, "Glossary")
