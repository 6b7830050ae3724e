"""Finds the browsers that the tests drive, and installs those that are missing where that is possible.

Chromium, in order: Playwright's own, the system's, Playwright's download, Debian's package (as root). Where none of
these works, one sentence says what to install. Firefox and WebKit: the system's, Debian's package (as root); where
neither works, the tests of them are passed over and say what to install.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Playwright, sync_playwright

from tests.browser.engines import ENGINES, missing

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find(playwright: Playwright) -> str | None:
    """The path of a Chromium, or None."""
    own = playwright.chromium.executable_path
    return own if Path(own).exists() else next(filter(None, map(shutil.which, NAMES)), None)


def install(playwright: Playwright) -> str | None:
    """Installs Chromium by the first way that works; the path, or None."""
    for way in (_download, lambda: _debian("chromium")):
        if way() and (found := find(playwright)):
            return found
    return None


def _download() -> bool:
    command = [sys.executable, "-m", "playwright", "install", "chromium-headless-shell", "chromium"]
    return _quietly(command, timeout=600)


def _debian(*packages: str) -> bool:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    _quietly(["apt-get", "update"], timeout=300)
    return _quietly(["apt-get", "install", "--yes", "--no-install-recommends", *packages], timeout=900)


def _quietly(command: list[str], timeout: int) -> bool:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        return subprocess.run(command, capture_output=True, timeout=timeout, env=environment).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


if __name__ == "__main__":
    with sync_playwright() as running:
        path = find(running) or install(running)
    if path is None:
        sys.exit("The browser tests need Chromium: install it (Debian: apt-get install chromium) and run this again.")
    print(f"Chromium: {path}")
    wanted = [package for name, engine in ENGINES.items() if missing(name) for package in engine.packages]
    if wanted:
        _debian(*wanted)
    for name, engine in ENGINES.items():
        print(missing(name) or f"{name}: {engine.path()}")
