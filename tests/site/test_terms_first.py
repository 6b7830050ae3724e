"""What a figure takes for granted is explained in it or before it: terms of the glossary, and who the simulated people
are.
"""

import re

import pytest
import yaml

from tests.site.pages import ROOT, SITE, Page, chapters, pages, views
from widgets.chapters.persons import PEOPLE

FIGURE = re.compile(r"<figure\b.*?</figure>|<section[^>]*data-widget.*?</section>", re.DOTALL)
# The numbers behind a run are named as in the code, for those who look at the code.
SETTINGS = re.compile(r'<details class="widget-settings".*?</details>', re.DOTALL)
# Explained where they stand: figure 1.1 says that 0 is full agreement.
IN_PLACE = {"raw-vs-aligned": {"kl", "nat"}}
NAME = re.compile(r'data-widget="([\w-]+)"')


def names() -> dict[str, tuple[str, ...]]:
    """How each term may be written, by its anchor."""
    return {
        anchor: tuple(name.strip() for name in names.split(",")) for anchor, names in pages()["glossary/"].terms.items()
    }


def mentions(text: str, written: tuple[str, ...]) -> bool:
    return any(re.search(rf"(?<![\w-]){re.escape(name)}s?(?![\w-])", text, re.IGNORECASE) for name in written)


def predicted(html: str) -> str:
    """What a prediction says once there is a guess; its stored views are those of all chapters."""
    asked = yaml.safe_load((ROOT / "content/predictions.yaml").read_text())
    (question,) = [question for question in asked if f"&#34;{question['id']}&#34;" in html]
    return question["why"]


def figures():
    """Each figure of the chapters, with what it can show before and after a first click, and the prose before it."""
    prose = ""
    for address in sorted(chapters()):
        html, at = (SITE / address / "index.html").read_text(), 0
        html = html[html.index("<h1") :]
        for found in FIGURE.finditer(html):
            prose += Page(html[at : found.start()], address).text
            name, at = NAME.search(found[0])[1], found.end()
            later = [predicted(found[0])] if name == "prediction" else views().get(name, {}).values()
            shown = " ".join(Page(SETTINGS.sub(" ", view), name).text for view in [found[0], *later])
            yield pytest.param(shown, prose, IN_PLACE.get(name, set()), id=f"{address}{name}")
        prose += Page(html[at:], address).text


@pytest.mark.parametrize(("shown", "prose", "in_place"), list(figures()))
def test_a_figure_uses_no_term_before_the_text_has_explained_it(shown, prose, in_place):
    for person, portrait in ((person.name, person.portrait) for person in PEOPLE if person.portrait):
        assert not mentions(shown, (person,)) or portrait in f"{prose} {shown}", f"{person} is not introduced"
    early = {anchor for anchor, written in names().items() if mentions(shown, written) and not mentions(prose, written)}
    assert early <= in_place
