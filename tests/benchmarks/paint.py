"""What the figures cost a page before anyone touches them:
paints and blocked time, beside the same page without them.
"""

from __future__ import annotations

import re
import statistics
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.benchmarks import start_up
from tests.benchmarks.start_up import REPETITIONS, quiet_page, served
from tests.browser.book import WITH_WIDGETS, name_of
from tests.browser.conftest import launch

PLAIN = "plain-"
WATCH = """
window.seen = { blocked: 0 };
const ofOurs = (scripts) => scripts
  .filter(({ sourceURL }) => sourceURL.includes("/assets/book/page-"))
  .reduce((sum, { duration }) => sum + duration, 0);
new PerformanceObserver((list) => {
  for (const { scripts } of list.getEntries()) seen.blocked += Math.max(0, ofOurs(scripts) - 50);
}).observe({ type: "long-animation-frame", buffered: true });
new PerformanceObserver((list) => list.getEntries().forEach(({ startTime }) => (seen.largest = startTime)))
  .observe({ type: "largest-contentful-paint", buffered: true });
"""
TOLD = "() => ({ ...seen, first: performance.getEntriesByName('first-contentful-paint')[0].startTime })"
SETTLED = 2500  # milliseconds: by then the page has been drawn and has loaded its stored views


def report() -> None:
    with served() as address, sync_playwright() as playwright:
        browser = launch(playwright)
        print(f"\nwith figures and without, CPU slowed 4 times, medians of {REPETITIONS} by turns, ms:")
        print(f"  {'':18} {'first paint':>22} {'largest paint':>22}   blocked by page.js")
        for path in WITH_WIDGETS:
            _without_figures(start_up.folder(), path)
            found: dict[str, list[dict]] = {path: [], PLAIN + path: []}
            for _ in range(REPETITIONS):
                for page, looks in found.items():
                    looks.append(_look(browser, address + page))
            told = [_compare(found[path], found[PLAIN + path], name) for name in ("first", "largest")]
            blocked = statistics.median(row["blocked"] for row in found[path])
            print(f"  {name_of(path):18} {told[0]:>22} {told[1]:>22} {blocked:20.0f}", flush=True)
        browser.close()


def _compare(book: list[dict], plain: list[dict], name: str) -> str:
    here, there = (statistics.median(row[name] for row in rows) for rows in (book, plain))
    return f"{here:.0f} / {there:.0f} = {here / there:.2f}"


def _without_figures(site: Path, path: str) -> None:
    """The same page beside it, without its figures and their script."""
    html = (site / path / "index.html").read_text()
    html = re.sub(r'<figure class="figure".*?</figure>', "", html, flags=re.DOTALL)
    html = re.sub(r"<script[^>]*assets/book/page-[^>]*></script>", "", html)
    folder = site / (PLAIN + path)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.html").write_text(html if path else re.sub(r'((?:href|src)="|url\(")assets', r"\1../assets", html))


def _look(browser: Browser, address: str) -> dict:
    """What a new reader's browser sees of a page."""
    context = browser.new_context()
    page = quiet_page(context)
    page.add_init_script(WATCH)
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.goto(address, wait_until="load")
    page.wait_for_timeout(SETTLED)
    told = page.evaluate(TOLD)
    context.close()
    return told
