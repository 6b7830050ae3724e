"""How fast a dragged figure follows: from an input event of a slider to the frame that shows the view for it."""

from __future__ import annotations

import statistics

from playwright.sync_api import Page, sync_playwright

from tests.benchmarks.start_up import quiet_page, served
from tests.browser.conftest import launch

NEXT = "Next step"
TRAINED = ("Train on the demonstrations", NEXT, "Compare and learn", NEXT)
# Page, figure, the buttons that are pressed first, and the slider that is dragged.
DRAGS = (
    ("02-three-steps/", "mixing-desk", (NEXT, NEXT), "beta"),
    ("02-three-steps/", "mixing-desk", (NEXT, NEXT), "reward_C"),
    ("04-dpo/", "mixing-desk", (), "fader_C"),
    ("04-dpo/", "mixing-desk", (NEXT,), "trained"),
    ("02-three-steps/", "pipeline-stepper", TRAINED, "beta"),
    ("03-reward-model/", "reward-hacking", (), "pressure"),
    ("04-dpo/", "same-optimum", (), "leash"),
)
STOPS = 80

# Moves a slider one stop at a time, to and fro; milliseconds from each input event to the frame that shows its view.
DRAG = """async ([name, event, stops]) => {
  const section = document.querySelector(`section[data-widget="${name}"]`), view = section.querySelector("[data-view]");
  const slider = section.querySelector(`[data-event="${event}"]`), times = [];
  let up = 1;
  for (let turn = 0; turn < stops; turn++) {
    if (turn % 10 === 0 && turn) up = -up;
    if (Number(slider.value) + up > Number(slider.max) || Number(slider.value) + up < Number(slider.min)) up = -up;
    await new Promise(requestAnimationFrame);
    const began = performance.now();
    const seen = new Promise((done) => {
      const watch = new MutationObserver(() => {
        watch.disconnect();
        requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
      });
      watch.observe(view, { subtree: true, childList: true, characterData: true });
      setTimeout(() => (watch.disconnect(), done(NaN)), 2000);
    });
    slider.value = Number(slider.value) + up;
    slider.dispatchEvent(new InputEvent("input", { bubbles: true }));
    times.push(await seen);
  }
  return times;
}"""


def report() -> None:
    with served() as address, sync_playwright() as playwright:
        browser = launch(playwright)
        print(
            f"\nfrom a slider's input event to the frame that shows its view, ms, of {STOPS} stops (median, p95; "
            "p95 at most 50, 16 the aim):"
        )
        for path, name, presses, event in DRAGS:
            context = browser.new_context()
            page = quiet_page(context)
            page.goto(address + path)
            times = sorted(_dragged(page, name, presses, event))
            print(
                f"  {name:16} {event:10} {statistics.median(times):6.1f} {statistics.quantiles(times, n=20)[-1]:6.1f}",
                flush=True,
            )
            context.close()
        browser.close()


def _dragged(page: Page, name: str, presses: tuple[str, ...], event: str) -> list[float]:
    section = page.locator(f"section[data-widget='{name}']")
    section.scroll_into_view_if_needed()
    section.and_(page.locator("[data-status=ready]")).wait_for()
    for press in presses:
        section.get_by_role("button", name=press).click()
        section.and_(page.locator("[data-pending='0'][data-status=ready]")).wait_for()
    page.evaluate(DRAG, [name, event, 40])  # what is made once is made
    return page.evaluate(DRAG, [name, event, STOPS])
