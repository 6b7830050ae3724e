"""Sliders under the finger, on a desk and on a phone."""

from tests.browser.book import VIEWPORTS

DEVICES = {
    "wide": {"viewport": VIEWPORTS["wide"]},
    "phone": {"viewport": VIEWPORTS["phone"], "has_touch": True, "is_mobile": True},
}


def drag(page, slider, by):
    """From the middle of a slider's thumb along it, by a share of its length; by finger where there is one."""
    slider.scroll_into_view_if_needed()
    box, (value, low, high) = (
        slider.bounding_box(),
        slider.evaluate("({ value, min, max }) => [value, min, max].map(Number)"),
    )
    upright = box["height"] > box["width"]
    share = (value - low) / (high - low)
    thumb = 7
    length = (box["height"] if upright else box["width"]) - 2 * thumb

    def point(at):
        along = thumb + at * length
        middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        return (middle[0], box["y"] + box["height"] - along) if upright else (box["x"] + along, middle[1])

    page.mouse.move(*point(share))
    page.mouse.down()
    for part in (0.25, 0.5, 0.75, 1):
        page.mouse.move(*point(share + by * part))
    page.mouse.up()
    return value
