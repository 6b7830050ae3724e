"""The book as its pages and what can be done on them, so that a test of every page knows of new ones by itself."""

from __future__ import annotations

from collections.abc import Iterator

from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as Late

from tests.browser.conftest import SITE
from tests.browser.waiting import until

_ALL = {str(path.relative_to(SITE)).removesuffix("index.html"): path for path in sorted(SITE.rglob("*.html"))}
# Figures' own pages show what the chapters show, without the theme: they have tests of their own.
EMBEDS = [address for address in _ALL if address.startswith("embed/")]
PAGES = {address: path for address, path in _ALL.items() if address not in EMBEDS}
WITH_WIDGETS = [address for address, path in PAGES.items() if " data-widget=" in path.read_text()]
VIEWPORTS = {"wide": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
SCHEMES = {"light": "default", "dark": "slate"}
LOOKS = [(size, scheme) for size in VIEWPORTS for scheme in SCHEMES]
# Each size and each scheme once.
EACH_ONCE = list(zip(VIEWPORTS, SCHEMES, strict=True))

# Everything asked of the figure is answered: nothing waits, nothing runs, and it has followed what it builds on.
SETTLED = """section => {
  const { pending, status, stale } = section.dataset;
  const busy = section.querySelector("[aria-busy=true], [data-taken]");
  return pending === "0" && status === "ready" && stale === undefined && !busy;
}"""
TYPING_PAUSE = 250  # text is sent when the reader pauses
LONG = 8_000  # work that takes longer is stopped
CONTROLS = "[data-event]:visible:enabled:not([aria-disabled=true])"
# How a control is worked from the keyboard; the first that matches.
KEYS = {
    "input[type=radio]": "ArrowRight",
    "input[type=checkbox]": "Space",
    "input[type=range], input[type=number]": "ArrowUp",
    "select": "ArrowDown",
    "button": "Enter",
}


def name_of(address: str) -> str:
    """A page's name in a test's id."""
    return address.strip("/") or "cover"


def wear(page: Page, scheme: str) -> None:
    """The page in light or dark, as the palette's switch sets it, once the theme's script has set what it finds."""
    until(page, "() => window.component$")
    page.evaluate("value => document.body.setAttribute('data-md-color-scheme', value)", SCHEMES[scheme])


def come_to_rest(page: Page) -> None:
    """Motion that has an end is at its end."""
    page.evaluate("""() => {
      for (const animation of document.getAnimations()) {
        if (animation.effect.getComputedTiming().endTime !== Infinity) animation.finish();
      }
    }""")


def stored_views(section: Locator) -> dict[str, str]:
    """The views that the build stored for a figure, as markup, by the path of events that leads to each."""
    return section.evaluate("""async ({ dataset }) => {
      const script = document.querySelector('script[src*="assets/book/page-"]');
      return (await fetch(new URL(dataset.views, script.src))).json();
    }""")


def figures(page: Page) -> list[Locator]:
    """The page's widgets, once Python answers in each."""
    sections = page.locator("section[data-widget]").all()
    framed = [page.frame_locator("iframe").nth(place) for place in range(page.locator("iframe").count())]
    for frame in page.locator("iframe").all():
        frame.scroll_into_view_if_needed()
    for section in sections + [frame.locator("section[data-widget]") for frame in framed]:
        section.scroll_into_view_if_needed()
        expect(section).to_have_attribute("data-status", "ready")
    return sections


def operate(control: Locator) -> None:
    """Does what a reader would do with a control, by keyboard;
    a file field is given a file that is none of its kind.
    """
    control.focus()
    if control.evaluate("node => node.type === 'file'"):
        with control.page.expect_file_chooser() as chooser:
            control.press("Enter")
        chooser.value.set_files({"name": "labels.jsonl", "mimeType": "application/jsonl", "buffer": b"not a label\n"})
        return
    for kind, key in KEYS.items():
        if control.evaluate("(node, kind) => node.matches(kind)", kind):
            control.press(key)
            return
    control.press_sequentially("Read it aloud.")
    control.page.wait_for_timeout(TYPING_PAUSE)


def settle(section: Locator) -> None:
    """Waits until the figure has answered; long work is stopped, where it can be."""
    page, handle = section.page, section.element_handle()
    try:
        until(page, SETTLED, handle, LONG)
    except Late:
        # At once, for it may go away by itself.
        section.locator("[data-tool=stop]:visible").evaluate_all("nodes => nodes.forEach((node) => node.click())")
        until(page, SETTLED, handle)


def tour(section: Locator) -> Iterator[str]:
    """Works one control of every kind in the figure, also in its drawers, and of those kinds that turn up on the way.

    Says which, when it has answered.
    """
    section.locator(".drawer").evaluate_all("nodes => nodes.forEach((node) => { node.open = true })")
    done: set[str] = set()
    while True:
        names = section.locator(CONTROLS).evaluate_all("nodes => nodes.map(node => node.dataset.event)")
        new = [name for name in names if name not in done]
        if not new:
            return
        done.add(new[0])
        operate(section.locator(f"[data-event='{new[0]}']:visible:enabled:not([aria-disabled=true])").first)
        settle(section)
        yield new[0]
