"""In Firefox and in WebKit, too, Python comes by the snapshot, and what it computes is what CPython computes."""

from __future__ import annotations

import json
import re
from http import HTTPStatus

import pytest

from tests.browser.conftest import SITE
from tests.browser.engines import ENGINES, Tab, missing, wait_for
from tests.browser.reader import KEPT, numbers, on_cpython
from widgets.kit.codec import decode
from widgets.site.serve import PREFIX, Handler, serving

CHAPTER, NAME = "03-reward-model/", "preference-labeling"
READY = "performance.getEntriesByName('python-ready')[0]?.detail ?? null"
LABELS = 3
FIGURE = f"document.querySelector('section[data-widget={NAME}]')"
ANSWERED = f"({FIGURE}.dataset.pending === '0' && {FIGURE}.dataset.status === 'ready') || null"


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
