"""``make picture``: the picture in README.md, of the built book as a browser shows it."""

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import expect, sync_playwright

from tests.browser.conftest import SITE, launch
from tests.browser.reader import Figure
from tests.serving import serving

PICTURE = Path(__file__).parents[2] / ".github" / "book.webp"
SIZE = {"width": 1180, "height": 660}
PULL = 6  # stops of the slider: enough for a good answer
MOST = 60_000  # bytes


def main() -> None:
    with serving(SITE) as address, sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page(viewport=SIZE, reduced_motion="reduce")
        page.goto(address)
        figure = Figure(page, "pull").ready()
        for _ in range(PULL):
            figure.section.locator("input[type=range]").press("ArrowRight")
        expect(figure.section).to_have_attribute("data-pending", "0")
        page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
        shot = page.screenshot()
        browser.close()
    Image.open(io.BytesIO(shot)).save(PICTURE, "WEBP", quality=72, method=6)
    size = PICTURE.stat().st_size
    print(f"{PICTURE.name}: {size:,} bytes")
    assert size < MOST


if __name__ == "__main__":
    main()
