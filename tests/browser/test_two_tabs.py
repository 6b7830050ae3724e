"""A hundred random interleavings of two tabs in a real browser, with its real storage: no label is lost.

The worker is a small one that shows what was done, so that only the page's scripts are tried. Two thousand more,
with simulated storage and time, are in tests/lineage. All hundred take minutes, so that ten of them are tried by
themselves and all by `TWO_TABS=1 pytest tests/browser/test_two_tabs.py`.
"""

import json
import os
import random
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.reader import KEPT

CHAPTER, NAME = "03-reward-model/", "preference-labeling"
WORKER = Path(__file__).with_name("two_tabs_worker.js").read_text()
READINGS, PART, ACTS = 100, 10, 10
PATIENCE = 100  # looks

KEPT_LABELS = """([main, aside]) => Object.entries(localStorage)
  .filter(([key]) => key === main || key.startsWith(aside))
  .map(([, text]) => JSON.parse(text))
  .map(({ log, pending }) => {
    const bytes = (log ?? "2.").slice(2).match(/../g) ?? [];
    const text = new TextDecoder().decode(new Uint8Array(bytes.map((pair) => parseInt(pair, 16))));
    return pending.reduce(
      (found, { type, value }) => (type === "undo" ? found.slice(0, -1) : type === "reset" ? [] : [...found, value]),
      text ? JSON.parse(text).map(({ value }) => value) : [],
    );
  })"""
# Returns the labels that were kept and shown at that very moment; null where the button can't be pressed.
CLICK = (
    """([name, selector, value, keys]) => {
  const button = document.querySelector(`#${name} ${selector}`);
  if (!button || button.disabled) return null;
  if (value !== null) button.dataset.value = JSON.stringify(value);
  const shown = document.querySelector("output")?.textContent ?? "[]", kept = ("""
    + KEPT_LABELS
    + """)(keys);
  button.click();
  return [...kept, JSON.parse(shown)];
}"""
)
KEYS = [KEPT + NAME, f"{KEPT}{NAME}:aside:"]


def kept(page):
    return page.evaluate(KEPT_LABELS, KEYS)


def open_chapter(page, draw):
    theirs = [{"name": "label", "value": f"theirs {number}"} for number in range(draw.randint(1, 3))]
    link = f"#{NAME}=2.{json.dumps(theirs).encode().hex()}" if draw.random() < 0.3 else ""
    page.goto("about:blank")
    page.goto(CHAPTER + link, wait_until="domcontentloaded")
    page.locator(f"#{NAME}").scroll_into_view_if_needed()


@pytest.mark.parametrize("first", range(0, READINGS if "TWO_TABS" in os.environ else PART, PART))
def test_no_interleaving_loses_a_label(context, first):
    context.route("**/worker-*.js", lambda route: route.fulfill(body=WORKER, content_type="text/javascript"))
    pages = [context.new_page(), context.new_page()]
    for seed in range(first, first + PART):
        draw, made, taken = random.Random(seed), [], set()
        open_chapter(pages[0], draw)
        pages[1].goto("about:blank")  # so that nothing is kept again by what goes
        pages[0].evaluate("localStorage.clear()")
        for page in pages:
            open_chapter(page, draw)
        for act in range(ACTS):
            page = draw.choice(pages)
            before = kept(page)
            kind = draw.choice(["label"] * 5 + ["undo", "reset", "reload", "open", "Keep this one", "Show it", "rest"])
            if kind == "label":
                label = f"mine {seed} {act}"
                if page.evaluate(CLICK, [NAME, "[data-event=label]", label, KEYS]):
                    made.append(label)
            elif kind in ("undo", "reset"):
                for log in page.evaluate(CLICK, [NAME, f"[data-tool={kind}]", None, KEYS]) or ():
                    taken.update(log[-1:] if kind == "undo" else log)
            elif kind == "reload":
                page.reload(wait_until="domcontentloaded")
            elif kind == "open":
                open_chapter(page, draw)
            elif kind == "rest":
                expect(page.locator(f"#{NAME}")).to_have_attribute("data-pending", "0")
            else:
                for button in page.locator(f"#{NAME} [data-messages]").get_by_role("button", name=kind).all()[:1]:
                    button.evaluate("button => button.click()")
            # What one tab wrote over another's, which it had not heard of yet, is set aside as soon as that is heard.
            for _ in range(PATIENCE):
                lost = set(made) - taken - {label for log in kept(page) for label in log}
                if not lost:
                    break
                page.wait_for_timeout(20)
            assert not lost, f"seed {seed}, act {act}: {kind}; before {before}, now {kept(page)}"
        assert made or taken
