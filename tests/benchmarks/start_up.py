"""Seconds and bytes until Python can answer: chapter 3 beside a bare page with stock Pyodide and numpy.

Both are served by the same server, loaded by turns in one Chromium, each time in a new profile.
"""

from __future__ import annotations

import gzip
import shutil
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests import serving as serve
from tests.browser.conftest import SITE, launch
from widgets.site.bundle.pyodide import numpy_wheel
from widgets.site.bundle.tools import PYODIDE

REPETITIONS = 7
REST = 2500  # milliseconds
CHAPTER, STOCK = "03-reward-model/", "stock/"
READY = "performance.getEntriesByName('python-ready')[0]?.startTime ?? null"


def report() -> None:
    """Prints medians of seconds to python-ready, their ratio, and the bytes of each page."""
    with served() as address, sync_playwright() as playwright:
        browser = launch(playwright)
        times: dict[str, list[float]] = {CHAPTER: [], STOCK: []}
        sizes: dict[str, int] = {}
        for _ in range(REPETITIONS):
            for page, loads in times.items():
                seconds, sizes[page] = load(browser, address, page)
                loads.append(seconds)
        browser.close()
    print(f"python-ready, cold, loopback, {REPETITIONS} by turns (median, minimum to maximum):")
    for page, name in ((STOCK, "stock"), (CHAPTER, "book")):
        low, high = min(times[page]), max(times[page])
        print(
            f"  {name:6} {statistics.median(times[page]):6.2f} s  ({low:.2f} to {high:.2f})  "
            f"{sizes[page] / 1e6:6.2f} MB"
        )
    ratio = statistics.median(times[CHAPTER]) / statistics.median(times[STOCK])
    print(f"  ratio  {ratio:6.2f}    bytes {sizes[CHAPTER] / sizes[STOCK]:.2f}")


def load(browser: Browser, address: str, page_path: str) -> tuple[float, int]:
    """Seconds from navigation until Python is ready, and bytes over the wire by then."""
    context = browser.new_context()
    page, fetched = quiet_page(context), set()
    context.on("request", lambda request: fetched.add(request.url))
    page.goto(address + page_path)
    seconds = python_ready(page)
    context.close()
    return seconds, sum(wire_size(urlsplit(url).path) for url in fetched if url.startswith("http"))


def python_ready(page: Page) -> float:
    """Seconds from navigation until Python is ready. The page tells by itself: to be asked again and again would slow
    it.
    """
    told = page.evaluate(f"""() => new Promise((done) => {{
      const look = () => ({READY}) !== null && done({READY});
      new PerformanceObserver(look).observe({{ type: "mark", buffered: true }});
    }})""")
    return told / 1000


def quiet_page(context: BrowserContext) -> Page:
    """A page in a window that is at rest, as a reader's is.

    A new window keeps Chromium busy with pages of its own, such as the pop-up of its address bar: on two cores that is
    half of what is measured.
    """
    page = context.new_page()
    page.wait_for_timeout(REST)
    return page


def wire_size(address: str) -> int:
    """The bytes that GitHub Pages would send for a file."""
    path = _folder / address.removeprefix(serve.PREFIX)
    path = path / "index.html" if path.is_dir() else path
    if not path.exists():
        return 0
    data = path.read_bytes()
    return len(gzip.compress(data, 6)) if path.suffix in serve.COMPRESSED else len(data)


_folder = SITE


def folder() -> Path:
    """The folder that is served at present."""
    return _folder


@contextmanager
def served() -> Iterator[str]:
    """The site and the stock page beside it, on a server of their own; yields the address."""
    global _folder  # noqa: PLW0603, one process serves one folder
    with tempfile.TemporaryDirectory() as temporary:
        _folder = Path(temporary) / "site"
        shutil.copytree(SITE, _folder)
        stock_page(_folder / STOCK)
        with serve.serving(_folder) as address:
            yield address


def stock_page(folder: Path) -> None:
    """What anyone gets who follows Pyodide's manual."""
    shutil.copytree(PYODIDE, folder, ignore=shutil.ignore_patterns("*.html", "*.map", "*.ts", "*.md"))
    shutil.copy(numpy_wheel(Path(".cache")), folder)
    shutil.copy(Path(__file__).parent / "stock.html", folder / "index.html")
