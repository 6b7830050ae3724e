"""Another book, built by what is installed: its own name, path, content and widget, and nothing of this one."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.reader import Figure
from tests.browser.waiting import kept
from widgets.site.serve import serving

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The other book's site. What others made, and what an earlier run did, comes from this book's cache."""
    book = tmp_path_factory.mktemp("other") / "book"
    shutil.copytree(ROOT / "tests" / "other_book", book)
    (book / ".cache").symlink_to(ROOT / ".cache")
    command = [Path(sys.executable).with_name("mkdocs"), "build", "--strict", "--quiet"]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    answer = subprocess.run(command, cwd=book, env=environment, capture_output=True, text=True, timeout=120)
    assert answer.returncode == 0, answer.stderr
    return book / "site"


@pytest.fixture
def context_options():
    return {"service_workers": "allow"}


@pytest.fixture
def address(built, context):
    with serving(built, prefix="/coins/") as address:
        context.watch.hosts.add(urlsplit(address).netloc)
        yield address


def turn(page) -> None:
    """The fourth turn's view is nowhere but in Python."""
    figure = Figure(page, "coin").ready()
    for turned, side in enumerate(("Tails", "Heads", "Tails", "Heads"), start=1):
        figure.button("Turn").click()
        expect(figure.view.get_by_text(f"{side}, turned {turned} times.")).to_be_visible()
    expect(figure.section).to_have_attribute("data-pending", "0")


def test_a_click_is_answered_by_python_and_kept_under_the_books_own_name(page, address):
    page.goto(f"{address}01-turning/")
    turn(page)
    keys = page.evaluate("Object.keys(localStorage)")
    assert "coins:/coins/:coin" in keys and not [key for key in keys if "rlhf" in key]
    page.reload()
    expect(Figure(page, "coin").ready().view.get_by_text("Heads, turned 4 times.")).to_be_visible()


def test_it_works_without_a_network_after_one_visit(page, context, address):
    page.goto(f"{address}01-turning/")
    Figure(page, "coin").ready()
    kept(page)
    context.set_offline(True)
    page.reload()
    turn(page)


def test_its_figure_has_a_page_of_its_own(page, address):
    page.goto(f"{address}embed/coin/")
    turn(page)
    expect(page.locator(".embed-source")).to_have_text("From Coins")


def test_its_pages_say_what_its_settings_say(built):
    assert '<a href="https://example.org/dice/"><strong>Dice</strong></a>' in (built / "index.html").read_text()
    chapter = (built / "01-turning" / "index.html").read_text()
    assert re.search(r"Chapter 1<[^>]*> of 1<", chapter) and "assets/cards/01-turning.png" in chapter


def test_nothing_of_this_book_is_in_it(built):
    texts = {path: path.read_text() for path in built.rglob("*") if path.suffix in (".html", ".js", ".json", ".txt")}
    told = [str(path) for path, text in texts.items() if "rlhf" in text.lower()]
    assert told == []
    (lock,) = built.glob("assets/book/stock-*/pyodide-lock.json")
    assert set(json.loads(lock.read_text())["packages"]) == {"numpy", "htpy", "markupsafe", "coins"}
