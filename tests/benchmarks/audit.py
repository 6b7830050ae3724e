"""How fast a large preference file is read and looked into in the browser, in how much memory, and whether the page
answers meanwhile."""

from __future__ import annotations

import gzip
import json
import random
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.benchmarks.memory import heap, workers
from tests.benchmarks.start_up import quiet_page, served
from tests.browser.conftest import launch

HH = Path(__file__).parents[3] / "shared" / "data" / "hh-harmless-1500.jsonl.gz"
SIZES = (10_000, 100_000)
# When reading is over and when all is found out; the longest gap between two frames; WebAssembly's memory before and
# at its largest.
WATCH = """(section) => {
  const seen = { began: performance.now(), read: null, done: null, gap: 0 };
  let last = performance.now();
  const frame = () => {
    const now = performance.now();
    seen.gap = Math.max(seen.gap, now - last);
    last = now;
    if (seen.read === null && section.querySelector(".audit-part")) seen.read = now - seen.began;
    if (seen.read !== null && section.dataset.pending === "0") seen.done = now - seen.began;
    else requestAnimationFrame(frame);
  };
  window.seen = seen;
  requestAnimationFrame(frame);
}"""

# Seconds for one fit. Numbers by a formula: numpy.random does not run in the browser.
FIT = """
import time
import numpy as np
from widgets.core.reward_model import fit
_values = np.sin(np.arange(1_200_000.0) ** 2).reshape(100_000, 12)
_chosen = (_values @ np.linspace(-1, 1, 12) + 2 * np.cos(np.arange(100_000.0) ** 2) > 0).astype(float)
_began = time.perf_counter()
fit(_values, _chosen)
time.perf_counter() - _began
"""


def report() -> None:
    lines = _lines()
    with served() as address, sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = launch(playwright)
        print(f"\npairs like those of {'HH-RLHF' if HH.exists() else 'words drawn at random'}, opened in Chromium:")
        for size in SIZES:
            path = Path(folder) / f"{size}.jsonl"
            _write(path, lines, size)
            context = browser.new_context()
            page = quiet_page(context)
            page.goto(f"{address}audit/")
            print(f"  {size:7,} {_opened(page, path)}", flush=True)
            fit = workers(page)[0].evaluate("code => self.python.runPython(code)", FIT)
            context.close()
        print(f"  the fit of 100,000 x 12 in Pyodide: {fit:.2f} s")
        browser.close()


def _opened(page: Page, path: Path) -> str:
    section = page.locator("section[data-widget='data-audit']")
    section.scroll_into_view_if_needed()
    section.and_(page.locator("[data-status=ready]")).wait_for()
    before = heap(page)
    section.evaluate(WATCH)
    section.locator("input[type=file]").set_input_files(path)
    while (seen := page.evaluate("window.seen"))["done"] is None:
        page.wait_for_timeout(200)
    return (
        f"read and counted in {seen['read'] / 1000:5.1f} s, all found out in {seen['done'] / 1000:5.1f} s; at "
        f"most {seen['gap']:.0f} ms "
        f"between two frames; {(heap(page) - before) / 1e6:.0f} MB more of WebAssembly’s memory "
        f"({path.stat().st_size / 1e6:.0f} MB of file)"
    )


def _lines() -> list[dict]:
    if HH.exists():
        with gzip.open(HH, "rt") as file:
            return [json.loads(line) for line in file]
    rng = random.Random(1)
    words = [str(rng.randrange(3000)) for _ in range(3000)]
    return [
        {side: " ".join(rng.choices(words, k=60)) for side in ("prompt", "chosen", "rejected")} for _ in range(1500)
    ]


def _write(path: Path, lines: list[dict], size: int) -> None:
    """No pair is there twice: each has a number of its own."""
    with path.open("w") as file:
        for number in range(size):
            record = {name: f"{text} {number}" for name, text in lines[number % len(lines)].items()}
            file.write(json.dumps(record) + "\n")
