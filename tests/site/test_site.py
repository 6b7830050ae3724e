"""The built site, as files: pages, no other hosts, and mistakes that stop a build with a sentence."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from widgets.site.errors import SiteError
from widgets.site.publish import put_off_search

ROOT = Path(__file__).parents[2]
SITE = ROOT / "site"
PAGES = sorted(SITE.rglob("*.html"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(SITE)))
def test_a_page_loads_nothing_from_another_host(path):
    html = path.read_text()
    loaded = re.findall(r'<(?:script|img|iframe|source|audio|video)\b[^>]*\bsrc="([^"]+)"', html)
    loaded += re.findall(
        r'<link\b(?=[^>]*rel="(?:stylesheet|icon|preload|modulepreload|preconnect)")[^>]*href="([^"]+)"', html
    )
    assert loaded and not [address for address in loaded if address.startswith(("http:", "https:", "//"))]


def test_all_five_chapters_are_there():
    for name in ("01-pre-trained", "02-three-steps", "03-reward-model", "04-dpo", "05-summary"):
        assert (SITE / name / "index.html").exists()


def test_a_widget_is_in_its_page_before_anything_runs():
    html = (SITE / "03-reward-model" / "index.html").read_text()
    assert re.search(r'<section[^>]*data-widget="preference-labeling"[^>]*data-status="static"', html)
    assert "A is better" in html and "Response B" in html


def test_the_search_finds_words_and_captions_but_no_controls_nor_tex():
    found = json.loads((SITE / "search" / "search_index.json").read_text())["docs"]
    text = "\n".join(section["text"] for section in found if section["location"].startswith("0"))
    assert "Direct Preference Optimization" in text and "Figure 3.1" in text
    assert not [words for words in ("Start over", "A is better", "Show the code", r"\pi") if words in text]


def test_a_figures_own_page_is_kept_but_neither_searched_nor_listed():
    own = [f"{path.parent.relative_to(SITE).as_posix()}/" for path in SITE.glob("embed/*/index.html")]
    kept, index, listed = (
        (SITE / name).read_text() for name in ("service-worker.js", "search/search_index.json", "sitemap.xml")
    )
    assert len(own) >= 12 and all(f'"{address}"' in kept for address in own)
    assert '"location":"embed/' not in index and "/embed/" not in listed
    assert all(
        '<meta name="robots" content="noindex">' in (SITE / address / "index.html").read_text() for address in own
    )


def test_the_landing_page_tells_what_it_takes():
    html = (SITE / "index.html").read_text()
    assert re.search(r"About \d+ min read", html)
    for words in ("Alignment", "Reward Model", "Start with chapter 1"):
        assert words in html


def build(folder: Path) -> subprocess.CompletedProcess:
    """MkDocs on a copy of the project, whose packages and caches are these here."""
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder / "out")]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)


@pytest.fixture
def project(tmp_path):
    for name in ("docs", "content", "widgets"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    for name in (".cache", "node_modules"):
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        (
            "docs/03-reward-model.md",
            "widget preference-labeling",
            "widget preference-labelling",
            "perhaps 'preference-labeling'",
        ),
        (
            "docs/03-reward-model.md",
            "preference-labeling\n",
            "preference-labeling sed=2\n",
            "unknown option 'sed'; perhaps 'seed'",
        ),
        ("content/questions/dog.yaml", "topic: A dog", "topic: 7", "dog.yaml:4: topic: "),
    ],
)
def test_a_mistake_stops_the_build_with_file_line_and_cure(project, file, old, new, says):
    path = project / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    answer = build(project)
    assert answer.returncode != 0 and says in answer.stderr
    assert "Traceback" not in answer.stderr
    if file.startswith("docs"):
        line = text[: text.index(old)].count("\n") + 1
        assert f"03-reward-model.md:{line}:" in answer.stderr


def test_a_theme_that_has_renamed_its_search_is_told_with_the_cure(tmp_path):
    with pytest.raises(SiteError, match=r"holds 0 files search\.\*\.min\.js.*mkdocs-material"):
        put_off_search(tmp_path)
