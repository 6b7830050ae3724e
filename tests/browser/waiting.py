"""Waiting for what a page says, under a policy that forbids it to
make code of text: Playwright's own wait_for_function does that.
"""

from __future__ import annotations

import time
from typing import Any

from playwright.sync_api import Frame, Page
from playwright.sync_api import TimeoutError as Late

STEP = 50  # milliseconds between two looks


def until(page: Page | Frame, function: str, arg: Any = None, timeout: float = 45_000) -> None:
    """Waits until a JavaScript function of the page, given ``arg``,
    says what is true; raises Late after ``timeout`` milliseconds.
    """
    end = time.monotonic() + timeout / 1000
    while not page.evaluate(f"async (arg) => Boolean(await ({function})(arg))", arg):
        if time.monotonic() > end:
            raise Late(f"{timeout} ms have passed, and it is still not so that {function}")
        page.wait_for_timeout(STEP)


def kept(page: Page, book: str = "") -> None:
    """Waits until the whole release is on the device and its worker answers for the page; ``book`` is its address where
    there are several on one origin.
    """
    until(page, "(name) => navigator.serviceWorker.controller?.scriptURL.endsWith(name)", f"{book}service-worker.js")
