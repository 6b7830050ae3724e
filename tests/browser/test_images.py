"""Every page as an image, light and dark, wide and on a phone: the same on every load, not blank, nothing cut off."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from tests.browser.book import EACH_ONCE, LOOKS, PAGES, VIEWPORTS, figures, name_of, wear

RESULTS = Path(__file__).parents[2] / "test-results"
TOLERANCE = 24  # of 255, in the brightness of a pixel
MOST_CHANGED = 0.0005  # share of pixels beyond that
INK = 0.005  # least share of pixels that differ from the background
TALLEST_GAP = 0.75  # screens without anything on them

# Text that its own box cuts off. What scrolls, what is for screen readers only and what is meant to be closed does not
# count.
CUT_OFF = """() => [...document.querySelectorAll("main *, footer *")].filter((node) => {
  const { overflowX, overflowY, textOverflow } = getComputedStyle(node);
  const hides = (overflow, inner, outer) => ["hidden", "clip"].includes(overflow) && inner > outer + 2 && outer > 2;
  return node.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    && node.textContent.trim() && !(node instanceof SVGElement)
    && textOverflow !== "ellipsis"
    && (hides(overflowX, node.scrollWidth, node.clientWidth) || hides(overflowY, node.scrollHeight, node.clientHeight));
}).map((node) => node.cloneNode(false).outerHTML.slice(0, 160))"""


@pytest.fixture
def context_options():
    return {"reduced_motion": "reduce"}


def looks(page, address: str, wanted, before) -> dict[tuple[str, str], Image.Image]:
    """The page, loaded anew, as an image in each wanted look; ``before`` are those of an earlier load, if any."""
    page.goto("about:blank")
    page.goto(address)
    figures(page)
    found = {}
    for size, scheme in wanted:
        page.set_viewport_size(VIEWPORTS[size])
        wear(page, scheme)
        page.evaluate("scrollTo(0, 0)")
        found[size, scheme] = steady(page, before.get((size, scheme)))
    return found


def steady(page, last: Image.Image | None) -> Image.Image:
    """The whole page, once it looks as it did ``last``, or two in a row look the same: Chromium may take the first
    before all of it is drawn.
    """
    for _ in range(6):
        image = Image.open(BytesIO(page.screenshot(full_page=True, animations="disabled"))).convert("RGB")
        if last and changed(image, last) <= MOST_CHANGED:
            return image
        last = image
    raise AssertionError("the page does not come to rest")


def changed(one: Image.Image, other: Image.Image) -> float:
    """The share of pixels that differ to the eye."""
    if one.size != other.size:
        return 1.0
    histogram = ImageChops.difference(one, other).convert("L").histogram()
    return sum(histogram[TOLERANCE:]) / (one.width * one.height)


def ground(image: Image.Image) -> tuple[int, int, int]:
    """The page's most common colour."""
    (_, colour) = max(image.getcolors(image.width * image.height))
    return colour


def is_dark(image: Image.Image) -> bool:
    return max(ground(image)) < 128


def ink(image: Image.Image) -> Image.Image:
    """Black and white: white where the page is not its most common colour."""
    plain = Image.new("RGB", image.size, ground(image))
    return ImageChops.difference(image, plain).convert("L").point(lambda value: 255 if value >= TOLERANCE else 0)


def tallest_gap(marks: Image.Image) -> int:
    """The most rows in a row without a mark."""
    rows = marks.reduce((marks.width, 1)).point(lambda value: 255 if value else 0).tobytes()
    return max(map(len, rows.split(b"\xff")))


@pytest.mark.parametrize("address", PAGES, ids=name_of)
def test_a_page_looks_the_same_twice_and_whole(page, address):
    first = looks(page, address, LOOKS, before={})
    second = looks(page, address, EACH_ONCE, before=first)
    problems = []
    for (size, scheme), image in first.items():
        where = f"{name_of(address).replace('/', '-')}-{size}-{scheme}"
        marks = ink(image)
        covered = marks.histogram()[255] / (image.width * image.height)
        again = second.get((size, scheme), image)
        if (share := changed(image, again)) > MOST_CHANGED:
            problems.append(f"{where}: {share:.2%} of it changed from one load to the next")
        if covered < INK:
            problems.append(f"{where}: nearly blank, {covered:.2%} of it is not background")
        if (gap := tallest_gap(marks)) > TALLEST_GAP * VIEWPORTS[size]["height"]:
            problems.append(f"{where}: {gap} px without anything")
        if (scheme == "dark") != is_dark(image):
            problems.append(f"{where}: worn in the other scheme's colours")
        if problems and problems[-1].startswith(where):
            keep(where, image, again)
    for size, viewport in VIEWPORTS.items():
        page.set_viewport_size(viewport)
        problems += [f"{size}: cut off: {element}" for element in page.evaluate(CUT_OFF)]
    assert not problems, "\n".join(problems)


def keep(name: str, *images: Image.Image) -> None:
    """For the eye, in test-results/."""
    RESULTS.mkdir(exist_ok=True)
    for number, image in enumerate(images, start=1):
        image.save(RESULTS / f"{name}-{number}.png")
