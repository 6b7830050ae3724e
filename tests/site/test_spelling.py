"""The text is spelled as a British dictionary and ``tests/words.txt``
have it, and the book is as short as it promises.
"""

import re
import subprocess

from tests.site.pages import ROOT, Page, pages, views

SETTINGS = ROOT / "tests/site/spelling.json"
MINUTES = (8, 13)


def misspelled(folder, *files: str) -> list[str]:
    """Unknown words, each as file:line:column and the word."""
    command = [
        ROOT / "node_modules/.bin/cspell",
        "--config",
        SETTINGS,
        "--root",
        folder,
        "--no-progress",
        "--no-summary",
        *files,
    ]
    answer = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    assert answer.returncode in (0, 1), answer.stderr
    return answer.stdout.splitlines()


def test_chapters_and_content_are_spelled_right():
    found = misspelled(ROOT, "docs/**/*.md", "content/**/*.yaml")
    assert not found, "\n".join(found)


def test_what_the_reader_sees_is_spelled_right(tmp_path):
    """The text of the built pages and of what figures turn into, which also comes from Python and templates."""
    for address, page in pages().items():
        (tmp_path / f"{address.strip('/').replace('/', '-') or 'cover'}.txt").write_text(page.text)
    for name, stored in views().items():
        (tmp_path / f"{name}.txt").write_text("\n".join(Page(html, name).text for html in stored.values()))
    found = misspelled(tmp_path, "*.txt")
    assert not found, "\n".join(found)


def test_the_book_reads_in_about_ten_minutes():
    """By the build's own measure, as the cover tells it."""
    minutes = re.search(r"About (\d+) min read", pages()[""].text)
    assert MINUTES[0] <= int(minutes[1]) <= MINUTES[1]
