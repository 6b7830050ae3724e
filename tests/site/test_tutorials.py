"""CONTRIBUTING's tutorials, followed to the letter in a copy of the book; and what else authors begin with."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.site.test_reproducible import copied
from widgets.site.errors import SiteError
from widgets.site.this_book.new_widget import new_widget
from widgets.site.this_book.schemas import schemas

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(?:sh|\w+ (write|append)=(\S+))\n(.*?)^```$", re.MULTILINE | re.DOTALL)

pytestmark = pytest.mark.long


def follow(book):
    """Does what the tutorials say, in their order."""
    tutorials = (book / "CONTRIBUTING.md").read_text().partition("## Change what is said")[0]
    for how, name, text in BLOCK.findall(tutorials):
        if how:
            with (book / name).open("a" if how == "append" else "w") as file:
                file.write(text)
        else:
            done = subprocess.run(
                ["sh", "-ec", text],
                cwd=book,
                env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, f"{text}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    book = copied(tmp_path_factory.mktemp("tutorials"))
    for kept in ("bundle", "computed"):  # an author has built the book before
        shutil.copytree(ROOT / ".cache" / kept, book / ".cache" / kept)
    (book / ".venv").symlink_to(sys.prefix)
    follow(book)
    return book / "site"


def test_a_changed_text_is_in_the_book(followed):
    assert "This sentence was added by an author." in (followed / "about" / "index.html").read_text()


def test_a_new_question_can_be_asked_in_chapter_1_and_is_compared_in_chapter_3(followed):
    assert "An orchid" in (followed / "01-pre-trained" / "index.html").read_text()
    (content,) = (followed / "assets" / "book").glob("content-*.json")
    assert "Why does my orchid drop its leaves?" in content.read_text()


def test_new_widgets_are_on_the_page_of_parts_with_their_styles_and_their_code(followed):
    page = (followed / "parts" / "index.html").read_text()
    assert 'data-widget="my-figure"' in page and "Pressed 0 times." in page
    assert 'data-widget="greedy-answer"' in page and "decode" in page
    styles = (path.read_text() for path in (followed / "assets" / "book").glob("book-*.css"))
    assert any(".my-figure" in text for text in styles) or ".my-figure" in page


@pytest.mark.parametrize("name", ["My-Figure", "my_figure", "2nd", "a--b", ""])
def test_a_name_that_will_not_do_is_told(name, tmp_path):
    with pytest.raises(SiteError, match="small letters, digits and dashes"):
        new_widget(tmp_path, name)


def test_nothing_is_written_over_a_widget_that_is_there():
    before = (ROOT / "widgets" / "chapters" / "pull.py").read_text()
    with pytest.raises(SiteError, match=r"pull\.py is there already"):
        new_widget(ROOT, "pull")
    assert (ROOT / "widgets" / "chapters" / "pull.py").read_text() == before


def test_the_schemas_are_those_of_the_classes_that_check_the_content():
    kept = {path.name: path.read_text() for path in (ROOT / "content" / "schemas").glob("*.json")}
    assert kept == schemas(), "run `python -m widgets.site schemas`"


CONTENT = sorted((ROOT / "content").rglob("*.yaml"))


@pytest.mark.parametrize("path", CONTENT, ids=lambda path: str(path.relative_to(ROOT / "content")))
def test_every_file_of_the_content_names_its_schema_and_keeps_to_it(path):
    jsonschema = pytest.importorskip("jsonschema")
    named = re.match(r"# yaml-language-server: \$schema=(\S+)\n", path.read_text())
    schema = yaml.safe_load((path.parent / named[1]).read_text())
    jsonschema.validate(yaml.safe_load(path.read_text()), schema)
