"""Finds the browsers that the tests drive, and installs those that are missing where that is possible.

Chromium, best its headless shell, which draws no windows and so runs the tests in half the time: Playwright's own, the
system's, Debian's package (as root); else a whole Chromium that is there, Playwright's download, Debian's package. If
none of these works, one sentence says what to install. Firefox and WebKit: the system's, Debian's package (as root); if
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

SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find(playwright: Playwright) -> str | None:
    """The path of a Chromium, its headless shell before a whole one, or None."""
    whole = Path(playwright.chromium.executable_path)
    homes = [parent.parent for parent in whole.parents if parent.name.startswith("chromium-")]
    shells = [path for home in homes for path in sorted(home.glob("chromium_headless_shell-*/*/*headless*shell*"))]
    system = [path for path in map(shutil.which, NAMES) if path]
    return next((str(path) for path in (*shells, *system, whole) if Path(path).exists()), None)


def install(playwright: Playwright) -> str | None:
    """Installs a headless shell where that is easy, else whatever is missing; the path, or None where nothing works."""
    for way in (lambda: _debian(SHELL), lambda: find(playwright), _download, lambda: _debian("chromium")):
        if way():
            break
    return find(playwright)


def _download() -> bool:
    return _quietly([sys.executable, "-m", "playwright", "install", SHELL], timeout=600)


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
        found = find(running)
        path = found if found and "shell" in Path(found).name else install(running)
    if path is None:
        sys.exit("The browser tests need Chromium: install it (Debian: apt-get install chromium) and run this again.")
    print(f"Chromium: {path}")
    wanted = [package for name, engine in ENGINES.items() if missing(name) for package in engine.packages]
    if wanted:
        _debian(*wanted)
    for name, engine in ENGINES.items():
        print(missing(name) or f"{name}: {engine.path()}")
