"""A served site under a sub-path, and a Chromium that fails a test on
any console error, foreign request or breach of the pages' policy.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.install import find
from tests.serving import serving
from widgets.chapters.content import Content
from widgets.site.book import read
from widgets.site.stage import Stage

SITE = Path(__file__).parents[2] / "site"
BOOK = read(SITE.parent)
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# Python has to be fetched and started: a slow machine takes its time.
PATIENCE = 45_000


def launch(playwright, **options) -> Browser:
    """A headless Chromium: Playwright's own, the system's or Debian's."""
    return playwright.chromium.launch(executable_path=find(playwright), args=CHROMIUM_FLAGS, **options)


@pytest.fixture(scope="session")
def site_url() -> Iterator[str]:
    with serving(SITE) as address:
        yield address


@pytest.fixture(scope="session")
def content(request) -> Content:
    """The book's content, as the build gives it to the figures."""
    return Stage(request.config.rootpath).content


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        expect.set_options(timeout=PATIENCE)  # in every test, whatever context it makes
        yield chromium
        chromium.close()


class Watch:
    """What a context did that it should not: console messages, page errors, requests to other hosts."""

    def __init__(self, context: BrowserContext, host: str) -> None:
        self.hosts = {host}
        self.problems: list[str] = []
        self.workers: list[str] = []
        context.on("console", self._console)
        context.on("weberror", lambda error: self.problems.append(f"error: {error.error}"))
        context.on("request", self._request)
        context.on("page", lambda page: page.on("worker", self._worker))

    def _worker(self, worker) -> None:
        if "/assets/book/" in worker.url:  # Material's search has one of its own
            self.workers.append(worker.url)

    def _console(self, message) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"{message.type}: {message.text}")

    def _request(self, request) -> None:
        if request.url.startswith("http") and urlsplit(request.url).netloc not in self.hosts:
            self.problems.append(f"request to another host: {request.url}")


NO_SERVICE_WORKER = "Object.defineProperty(navigator, 'serviceWorker', { value: undefined })"
# The browser tells of most breaches by itself, but not of all and not with what breached.
TELL_BREACHES = """addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sample }) =>
  console.error(`policy: ${effectiveDirective} forbids ${blockedURI} ${sample}`))"""


@pytest.fixture
def context_options() -> dict:
    """Overridden by tests that need another context: a phone, no JavaScript, a dark theme."""
    return {}


@pytest.fixture
def context(browser: Browser, site_url: str, context_options: dict) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=site_url, **context_options)
    if context_options.get("service_workers") != "allow":
        # A service worker answers in the network's place, so only the tests of it let one in.
        context.add_init_script(NO_SERVICE_WORKER)
    context.add_init_script(TELL_BREACHES)
    context.set_default_timeout(PATIENCE)
    context.watch = Watch(context, urlsplit(site_url).netloc)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page of the book; the test fails if the console or the network showed anything it should not."""
    page = context.new_page()
    yield page
    assert context.watch.problems == []


@pytest.fixture
def rough_page(context: BrowserContext) -> Page:
    """A page for tests that break something on purpose: console errors are part of it."""
    return context.new_page()
