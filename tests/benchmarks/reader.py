"""What a reader waits for: on a slow link, on the second visit, at the first click, at every later one; and what it
weighs.
"""

from __future__ import annotations

import statistics
from urllib.parse import urlsplit, urlunsplit

from playwright.sync_api import Browser, Page, sync_playwright

from tests.benchmarks.slow import slow
from tests.benchmarks.start_up import CHAPTER, REPETITIONS, REST, STOCK, python_ready, quiet_page, served, wire_size
from tests.browser.book import WITH_WIDGETS, name_of, stored_views
from tests.browser.conftest import launch

TRAINING = ("run", "train", "import", "evidence", "ai")
ANSWERS = 60

# The figure's controls, one a kind (the event's name), each with the key under which the build may have stored its
# view.
CONTROLS = """(name) => {
  const section = document.querySelector(`section[data-widget="${name}"]`);
  window.controls = new Map();
  for (const node of section.querySelectorAll("[data-view] [data-event]")) {
    const { type, value, checked, dataset } = node;
    if (node.disabled || !node.checkVisibility() || (type === "radio" && checked)) continue;
    if (!["button", "radio", "checkbox"].includes(type)) continue;
    const told = type === "checkbox" ? !checked : type === "radio" ? JSON.stringify(value) : dataset.value ?? "null";
    if (!window.controls.has(dataset.event)) window.controls.set(dataset.event, [`${dataset.event} ${told}`, node]);
  }
  return Object.fromEntries([...window.controls].map(([event, [key]]) => [event, key]));
}"""
# Milliseconds from the click to the frame that shows another view.
ANSWER = """([name, event]) => new Promise((done) => {
  const section = document.querySelector(`section[data-widget="${name}"]`), view = section.querySelector("[data-view]");
  const began = performance.now();
  const watch = new MutationObserver(() => {
    watch.disconnect();
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
  });
  const attributeFilter = ["class", "aria-pressed", "d"];
  watch.observe(view, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter });
  window.controls.get(event)[1].click();
  setTimeout(() => done(null), 5000);
})"""
# As a reader has it who is about to click: on the screen, and the browser has come to rest.
INTO_VIEW = """(name) => new Promise((done) => {
  document.querySelector(`section[data-widget="${name}"]`).scrollIntoView({ behavior: "instant" });
  setTimeout(() => requestIdleCallback(done), 600);
})"""
BACK_TO_FIRST = """(name) => new Promise((done) => {
  const section = document.querySelector(`section[data-widget="${name}"]`);
  section.querySelector("[data-tool=reset]").click();
  setTimeout(done, 300);
})"""
# Milliseconds from the click until Python's answer is shown.
REPLY = """([name, event]) => new Promise((done) => {
  const section = document.querySelector(`section[data-widget="${name}"]`);
  const began = performance.now();
  const watch = new MutationObserver(() => {
    if (section.dataset.pending === "0") { watch.disconnect(); done(performance.now() - began); }
  });
  watch.observe(section, { attributes: true, attributeFilter: ["data-pending"] });
  window.controls.get(event)[1].click();
})"""


def report() -> None:
    with served() as address, sync_playwright() as playwright:
        browser = launch(playwright)
        _slow_link(browser, address)
        _second_visit(browser, address)
        _weights(browser, address)
        _first_clicks(browser, address)
        _answers(browser, address)
        browser.close()


def _compare(title: str, measure) -> None:
    times: dict[str, list[float]] = {STOCK: [], CHAPTER: []}
    for _ in range(REPETITIONS):
        for path, found in times.items():
            found.append(measure(path))
    stock, book = (statistics.median(times[path]) for path in (STOCK, CHAPTER))
    print(
        f"\npython-ready, {title}, {REPETITIONS} by turns (median): stock {stock:.2f} s, book {book:.2f} s, "
        f"ratio {book / stock:.2f}"
    )


def _slow_link(browser: Browser, address: str) -> None:
    parts = urlsplit(address)

    def measure(path: str) -> float:
        with slow(parts.port) as port:
            context = browser.new_context()
            page = quiet_page(context)
            page.goto(urlunsplit(parts._replace(netloc=f"127.0.0.1:{port}")) + path)
            seconds = python_ready(page)
            context.close()
            return seconds

    _compare("cold, 10 Mbit/s and 40 ms", measure)


def _second_visit(browser: Browser, address: str) -> None:
    def measure(path: str) -> float:
        context = browser.new_context()
        page = quiet_page(context)
        page.goto(address + path)
        python_ready(page)
        if path == CHAPTER:
            page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
        page.wait_for_timeout(REST)  # a reader stays for longer than it takes to keep the book
        page.close()
        again = quiet_page(context)
        again.goto(address + path)
        seconds = python_ready(again)
        context.close()
        return seconds

    _compare("second visit", measure)


def _weights(browser: Browser, address: str) -> None:
    print("\nkB over the wire until a page is readable and clickable, fonts and Material included, before Python:")
    for path in WITH_WIDGETS:
        context, fetched = browser.new_context(), set()
        context.route("**/worker-*.js", lambda route: route.abort())
        context.on("request", lambda request, fetched=fetched: fetched.add(urlsplit(request.url).path))
        page = context.new_page()
        page.goto(address + path, wait_until="networkidle")
        print(f"  {name_of(path):18} {sum(wire_size(item) for item in fetched if 'worker-' not in item) / 1000:6.0f}")
        context.close()
    (script,) = {item for item in fetched if "/assets/book/page-" in item}
    print(f"  {'page.js alone':18} {wire_size(script) / 1000:6.1f}")


def _first_clicks(browser: Browser, address: str) -> None:
    print(
        "\nclick to visible answer before Python, CPU slowed 4 times, ms, by kind of event whose answer is "
        f"stored (median, worst of {REPETITIONS} visits):"
    )
    for path in WITH_WIDGETS:
        found: dict[str, dict[str, list[float]]] = {}
        for _ in range(REPETITIONS):
            for name, times in _first_visit(browser, address + path).items():
                told = found.setdefault(name, {})
                for event, time in times.items():
                    told.setdefault(event, []).append(time)
        for name, times in found.items():
            lines = [f"{event} {statistics.median(each):.0f}, {max(each):.0f}" for event, each in times.items()]
            print(f"  {name_of(path):18} {name:20} {'; '.join(lines) or 'no stored button'}", flush=True)


def _first_visit(browser: Browser, address: str) -> dict[str, dict[str, float]]:
    """Milliseconds to the answer of the first click of each kind, by figure and kind of event."""
    context, found = browser.new_context(), {}
    context.route("**/pyodide.asm.wasm", lambda route: None)
    page = quiet_page(context)
    page.goto(address)
    page.wait_for_timeout(1500)  # the stored views are loaded when the page is idle
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    for name in reversed(_figures(page)):  # what is done in a figure is seen in those that build on it, further down
        stored, found[name] = stored_views(page.locator(f"section[data-widget='{name}']")), {}
        page.evaluate(INTO_VIEW, name)
        for event in page.evaluate(CONTROLS, name):
            if page.evaluate(CONTROLS, name).get(event) in stored and (time := page.evaluate(ANSWER, [name, event])):
                found[name][event] = time
                page.evaluate(BACK_TO_FIRST, name)
    context.close()
    return found


def _answers(browser: Browser, address: str) -> None:
    print(
        f"\nevent to new view once Python is ready, training apart, ms (median, p95 of {ANSWERS}), "
        "and the worst kind of event:"
    )
    for path in WITH_WIDGETS:
        context = browser.new_context()
        page = quiet_page(context)
        page.goto(address + path)
        for name in _figures(page, ready=True):
            found: list[tuple[float, str]] = []
            for turn in range(ANSWERS):
                events = [event for event in page.evaluate(CONTROLS, name) if event not in TRAINING]
                if events:
                    event = events[turn % len(events)]
                    found.append((page.evaluate(REPLY, [name, event]), event))
                page.wait_for_timeout(30)
            if found:
                times = [value for value, _ in found]
                print(
                    f"  {name_of(path):18} {name:20} {statistics.median(times):6.0f} "
                    f"{statistics.quantiles(times, n=20)[-1]:6.0f}   "
                    f"{max(found)[1]} {max(found)[0]:.0f}",
                    flush=True,
                )
        context.close()


def _figures(page: Page, ready: bool = False) -> list[str]:
    """The names of a page's figures, each brought near; ``ready`` waits until Python answers in them."""
    for section in page.locator("section[data-widget]").all():
        section.scroll_into_view_if_needed()
        if ready:
            section.and_(page.locator("[data-status=ready]")).wait_for()
    return page.locator("section[data-widget]").evaluate_all("nodes => nodes.map(node => node.dataset.widget)")
