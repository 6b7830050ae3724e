"""The style sheets in the pages: cut to what the book uses, the same in each, with fonts that are there."""

import re
from pathlib import Path

import pytest

from widgets.site.book import read
from widgets.site.bundle import styles

SITE = Path(__file__).parents[2] / "site"
PAGES = sorted(SITE.rglob("*.html"))
STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


@pytest.fixture
def site(tmp_path):
    """Two pages, at different depths, that link to a sheet of the theme's and two of the book's."""
    for folder, root in ((tmp_path, ""), (tmp_path / "chapter", "../")):
        folder.mkdir(exist_ok=True)
        links = "".join(
            f'<link rel="stylesheet" href="{root}assets/{name}.css">'
            for name in ("stylesheets/main", "book/fonts", "book/book")
        )
        (folder / "index.html").write_text(f'<head><title>T</title>{links}<meta name="x"></head><p class="md-note">')
    for folder in ("assets/stylesheets", "assets/book"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "assets/stylesheets/main.css").write_text(
        ".md-note{color:red}.md-unused{color:blue}\n/*# sourceMappingURL=main.css.map */"
    )
    (tmp_path / "assets/stylesheets/main.css.map").write_text("{}")
    (tmp_path / "assets/book/fonts.css").write_text('@font-face{font-family:"F";src:url("./f.woff2")}')
    (tmp_path / "assets/book/book.css").write_text(".made-by-python{color:green}")
    styles.put_into_pages(tmp_path, read(Path(__file__).parents[2]))
    return tmp_path


def test_a_page_holds_its_sheets_at_the_end_of_its_head(site):
    html = (site / "index.html").read_text()
    assert 'rel="stylesheet"' not in html
    assert html.index('<meta name="x">') < html.index("<style>") < html.index("</head>")
    assert not [*site.rglob("*.css"), *site.rglob("*.map")]


def test_the_themes_rules_that_nothing_calls_for_are_cut_and_the_books_are_not(site):
    html = (site / "index.html").read_text()
    assert ".md-note{color:red}" in html and ".md-unused" not in html and ".made-by-python{color:green}" in html
    assert "sourceMappingURL" not in html


def test_what_names_files_stands_apart_and_the_rest_is_alike_on_every_page(site):
    (fonts, rest), (other_fonts, other_rest) = (
        STYLE.findall((site / name).read_text()) for name in ("index.html", "chapter/index.html")
    )
    assert 'url("assets/book/f.woff2")' in fonts and 'url("../assets/book/f.woff2")' in other_fonts
    assert rest == other_rest and rest.index(".md-note") < rest.index(".made-by-python")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(SITE)))
def test_every_font_that_a_page_names_is_in_the_site(path):
    named = re.findall(r'url\("([^"]+\.woff2)"\)', path.read_text())
    seen_from = re.findall(r'<base href="([^"]+)"', path.read_text())
    base = SITE if path.name == "404.html" else path.parent.joinpath(*seen_from)
    assert len(named) >= 6
    assert all((base / re.sub(r"^/\w+/", "", name)).resolve().is_file() for name in named)


def test_the_book_has_one_set_of_rules():
    assert len({STYLE.findall(path.read_text())[-1] for path in PAGES}) == 1
