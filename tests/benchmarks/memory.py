"""What Python's memory comes to when every figure has been used, and whether it grows with use."""

from __future__ import annotations

from playwright.sync_api import Page, Worker, sync_playwright

from tests.benchmarks.start_up import served
from tests.browser.book import WITH_WIDGETS, figures, tour
from tests.browser.conftest import launch

EVENTS = 1000
# By Material's instant navigation, so that the one worker stays; the page that is left is marked.
GO = """(address) => {
  document.querySelector("article").dataset.left = "";
  [...document.links].find(({ href }) => href === address).click();
}"""
# A thousand times the reader asks again, as fast as Python answers.
ASK = """(times) => new Promise((done) => {
  const section = document.querySelector("section[data-widget=raw-vs-aligned]");
  let left = times;
  const ask = () => section.querySelector("[data-event=ask]").click();
  new MutationObserver((_, watch) => {
    if (section.dataset.pending !== "0") return;
    if (--left) ask();
    else { watch.disconnect(); done(); }
  }).observe(section, { attributes: true, attributeFilter: ["data-pending"] });
  ask();
})"""


def report() -> None:
    with served() as address, sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page()
        page.goto(address)
        for path in WITH_WIDGETS + WITH_WIDGETS[:1]:
            page.evaluate(GO, address + path)
            page.wait_for_url(address + path)
            page.locator("article:not([data-left])").wait_for()
            for section in figures(page):
                for _ in tour(section):
                    pass
        print(
            f"\nWebAssembly memory after using every figure: {heap(page) / 1e6:.0f} MB, in {len(workers(page))} worker"
        )
        before, blocks = heap(page), _blocks(page)
        page.evaluate(ASK, EVENTS)
        grown = (_blocks(page) - blocks) / EVENTS
        print(
            f"  grown by {(heap(page) - before) / 1e6:.1f} MB over {EVENTS} events; {grown:.1f} objects an "
            "event, of which the log keeps some"
        )
        browser.close()


def workers(page: Page) -> list[Worker]:
    return [worker for worker in page.workers if "assets/book/worker" in worker.url]


def heap(page: Page) -> int:
    return workers(page)[0].evaluate("self.python._module.HEAPU8.byteLength")


def _blocks(page: Page) -> int:
    """How many objects Python has in hand."""
    return workers(page)[0].evaluate("self.python.runPython('import gc, sys; gc.collect(); sys.getallocatedblocks()')")
