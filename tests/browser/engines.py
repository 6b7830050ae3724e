"""Firefox and WebKit, driven by what their makers and Debian ship: each in a new profile, for as long as a ``with``
block lasts.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0  # seconds until Python must be there
LOOK = 0.05


class Tab(Protocol):
    """An open page: ``open`` an address, ``evaluate`` an expression
    in it, ``click`` what a selector finds, ``type`` letters.
    """

    def open(self, address: str) -> None: ...

    def evaluate(self, expression: str) -> Any: ...

    def click(self, selector: str) -> None: ...

    def type(self, letters: str) -> None: ...


class Firefox:
    """Firefox over WebDriver BiDi, by way of puppeteer."""

    packages = ("firefox-esr",)

    def __init__(self, process: subprocess.Popen) -> None:
        self._process = process

    @staticmethod
    def path() -> str | None:
        return shutil.which("firefox-esr") or shutil.which("firefox")

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[Tab]:
        command = ["node", Path(__file__).parent / "firefox.mjs", cls.path()]
        environment = (
            os.environ | {"HOME": "/tmp"} if os.geteuid() == 0 else None
        )  # Firefox wants a home that its user owns
        with subprocess.Popen(
            command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            try:
                yield cls(process)
            finally:
                process.stdin.close()

    def open(self, address: str) -> None:
        self._ask(open=address)

    def evaluate(self, expression: str) -> Any:
        return self._ask(evaluate=expression)

    def click(self, selector: str) -> None:
        self._ask(click=selector)

    def type(self, letters: str) -> None:
        self._ask(type=letters)

    def _ask(self, **message: str) -> Any:
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer.get("result")


class WebKit:
    """WebKitGTK's small browser over WebDriver, on a screen of its own where there is none."""

    packages = ("webkit2gtk-driver", "xvfb")

    def __init__(self, driver) -> None:
        self._driver = driver

    @staticmethod
    def path() -> str | None:
        browsers = sorted(Path("/usr/lib").glob("*/webkit2gtk-4*/MiniBrowser"))
        return str(browsers[-1]) if browsers and shutil.which("WebKitWebDriver") and shutil.which("Xvfb") else None

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[Tab]:
        from selenium.webdriver import WebKitGTK, WebKitGTKOptions
        from selenium.webdriver.webkitgtk.service import Service

        options = WebKitGTKOptions()
        options.binary_location = cls.path()
        options.add_argument("--automation")
        # Its sandbox needs more rights than a container gives, and root's processes have none to lose.
        environment = os.environ | ({"WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1"} if os.geteuid() == 0 else {})
        with _screen() as display:
            service = Service(shutil.which("WebKitWebDriver"), env=environment | {"DISPLAY": display})
            driver = WebKitGTK(options=options, service=service)
            try:
                yield cls(driver)
            finally:
                driver.quit()

    def open(self, address: str) -> None:
        """Until the page before has gone: the driver may answer while that one still takes clicks and keys."""
        self.evaluate("globalThis.left = true")
        self._driver.get(address)
        wait_for(self, "globalThis.left ? null : document.readyState === 'complete' || null")

    def evaluate(self, expression: str) -> Any:
        return self._driver.execute_script(f"return ({expression})")

    def click(self, selector: str) -> None:
        self._driver.find_element("css selector", selector).click()

    def type(self, letters: str) -> None:
        from selenium.webdriver.common.action_chains import ActionChains

        ActionChains(self._driver).send_keys(letters).perform()


ENGINES: dict[str, type[Firefox] | type[WebKit]] = {"Firefox": Firefox, "WebKit": WebKit}


def missing(name: str) -> str | None:
    """What to install, in a sentence, where an engine is not there."""
    if ENGINES[name].path():
        return None
    return (
        f"{name} is not here: install it (Debian: apt-get install {' '.join(ENGINES[name].packages)}) and run "
        "this again."
    )


def wait_for(tab: Tab, expression: str, patience: float = PATIENCE) -> Any:
    """The first value of an expression that is not null; raises TimeoutError."""
    end = time.monotonic() + patience
    while (value := tab.evaluate(expression)) is None:
        if time.monotonic() > end:
            raise TimeoutError(f"{expression} stayed null for {patience:.0f} s")
        time.sleep(LOOK)
    return value


@contextmanager
def _screen() -> Iterator[str]:
    """A display: the one that is there, or a virtual one."""
    if os.environ.get("DISPLAY"):
        yield os.environ["DISPLAY"]
        return
    ready, told = os.pipe()
    with subprocess.Popen(
        ["Xvfb", "-displayfd", str(told), "-screen", "0", "1280x900x24"], pass_fds=[told], stderr=subprocess.DEVNULL
    ) as screen:
        os.close(told)
        try:
            with os.fdopen(ready) as number:
                yield ":" + number.readline().strip()
        finally:
            screen.terminate()
