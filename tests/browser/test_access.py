"""On any page and in any state that a tour reaches: nothing that axe finds against WCAG 2.2 AA and good practice, and
no sideways scrolling on a narrow screen or at 200 % zoom."""

from pathlib import Path

import pytest

from tests.browser.book import (
    EACH_ONCE,
    LOOKS,
    PAGES,
    VIEWPORTS,
    WITH_WIDGETS,
    come_to_rest,
    figures,
    name_of,
    tour,
    wear,
)

AXE = (Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Else the header lies over whatever is scrolled under it, which axe takes for too small to be touched.
NOTHING_OVER = "document.querySelectorAll('.md-header').forEach((node) => { node.style.position = 'static' })"
# The narrowest screen, and 1280 px at 200 % zoom.
NARROW = (320, 640)

# The innermost element without which the page would fit the screen; none where it does fit.
TOO_WIDE = """() => {
  const root = document.documentElement, tooWide = () => root.scrollWidth > root.clientWidth;
  const guilty = (node) => {
    const { display } = node.style;
    node.style.setProperty("display", "none", "important");
    const rest = tooWide();
    node.style.display = display;
    return !rest;
  };
  if (!tooWide()) return [];
  const words = `${root.scrollWidth} px because of `;
  let node = document.body;
  for (let next = node; next; next = [...node.children].find(guilty)) node = next;
  return [words + node.cloneNode(false).outerHTML.replace(` style=""`, "").slice(0, 200)];
}"""


@pytest.fixture
def context_options():
    return {"viewport": VIEWPORTS["wide"], "reduced_motion": "reduce"}


def violations(page, where: str, part="html") -> list[str]:
    """The rules of axe that a part of the page breaks; ``where`` says in which state."""
    come_to_rest(page)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
        page.evaluate(NOTHING_OVER)
    answer = page.evaluate(
        """([part, values]) => axe.run(part, { runOnly: { type: "tag", values }, resultTypes: ["violations"] })""",
        [part, RULES],
    )
    return [f"{where}: {rule['id']}, {len(rule['nodes'])} times{_examples(rule)}" for rule in answer["violations"]]


def _examples(rule: dict) -> str:
    """The first elements that break a rule, and how."""
    return "".join(
        f"\n    {' '.join(node['target'])}: {' '.join(node['failureSummary'].split())}" for node in rule["nodes"][:3]
    )


def sideways(page, where: str) -> list[str]:
    """What makes the page wider than a narrow screen."""
    size, found = page.viewport_size, []
    for width in NARROW:
        page.set_viewport_size({"width": width, "height": 800})
        come_to_rest(page)
        found += [f"{where}: wider than {width} px: {why}" for why in page.evaluate(TOO_WIDE)]
    page.set_viewport_size(size)
    return found


def in_looks(page, looks, when: str) -> list[str]:
    """What axe finds in the whole page, in each of some looks: a size and a scheme."""
    found = []
    for size, scheme in looks:
        page.set_viewport_size(VIEWPORTS[size])
        wear(page, scheme)
        found += violations(page, f"{when}, {size}, {scheme}")
    return found + sideways(page, when)


@pytest.mark.parametrize("address", PAGES, ids=name_of)
def test_a_page_as_it_opens_and_in_every_state_that_a_tour_reaches(page, address):
    page.goto(address)
    found = in_looks(page, LOOKS, "as it opens")
    page.set_viewport_size(VIEWPORTS["phone"])  # where things stand closest
    for section in figures(page):
        name = section.get_attribute("data-widget")
        for event in tour(section):
            found += violations(page, f"{name} after {event}", f"section[data-widget='{name}']")
            found += sideways(page, f"{name} after {event}")
    if address in WITH_WIDGETS:
        page.evaluate("document.querySelectorAll('details').forEach(node => { node.open = true })")
        found += in_looks(page, EACH_ONCE, "after the tour")
    assert not found, "\n".join(found)
