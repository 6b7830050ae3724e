"""Random sequences of events in Chromium: `python -m tests.fuzz.browser --sequences 5000`, over a built site.

The page's own scripts, worker and storage take part. What a figure may not do is what ``python -m tests.fuzz`` looks
for on CPython; besides, the console stays silent, and each sequence ends where nothing waits.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.benchmarks.memory import heap
from tests.benchmarks.start_up import served
from tests.browser.book import WITH_WIDGETS
from tests.browser.conftest import NO_SERVICE_WORKER, launch
from tests.fuzz.__main__ import EVENTS, MOST
from tests.fuzz.hostile import HOSTILE

DRIVER = Path(__file__).with_name("driver.js").read_text()
ROUND = 25  # sequences at one visit of a page
TOLD = 500  # sequences between two words on how far it is


def visit(browser: Browser, address: str, seed: int, sequences: int) -> tuple[dict[str, Any], int]:
    """What the driver says after so many sequences on a page, and the bytes of Python's memory."""
    context = browser.new_context()
    context.add_init_script(NO_SERVICE_WORKER)
    page, said = context.new_page(), []
    page.on("console", lambda message: message.type in ("error", "warning") and said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(address)
    page.locator("[data-widget][data-status=ready]").first.wait_for(timeout=60_000)
    found = page.evaluate(
        DRIVER,
        {
            "seed": seed,
            "sequences": sequences,
            "events": EVENTS,
            "most": MOST,
            "texts": [text[:400] for text in HOSTILE],
        },
    )
    found["failures"] += [f"console: {text}" for text in said]
    memory = heap(page)
    context.close()
    return found, memory


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sequences", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    began, made, failed, most = time.perf_counter(), 0, 0, 0
    with served() as address, sync_playwright() as playwright:
        browser = launch(playwright)
        for first in range(0, arguments.sequences, ROUND):
            path, seed = WITH_WIDGETS[first // ROUND % len(WITH_WIDGETS)], arguments.seed + first
            found, memory = visit(browser, address + path, seed, min(ROUND, arguments.sequences - first))
            made, failed, most = made + found["made"], failed + len(found["failures"]), max(most, memory)
            for failure in found["failures"]:
                print(f"{path or 'cover'}, seed {seed}: {failure}", flush=True)
            if (first + ROUND) % TOLD == 0:
                print(f"{first + ROUND:,} sequences", flush=True)
        browser.close()
    print(
        f"{arguments.sequences:,} sequences, {made:,} events in {time.perf_counter() - began:.0f} s, {failed} failed; "
        f"Python's memory {most / 1e6:.0f} MB at most"
    )
    raise SystemExit(failed > 0)


if __name__ == "__main__":
    main()
