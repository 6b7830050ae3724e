"""What breaks on the way: the page says so in a sentence, offers a way on, and loses nothing that the reader did."""

import re
from http import HTTPStatus

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SITE
from tests.browser.reader import Figure
from tests.serving import Handler, serving
from widgets.kit.codec import decode

CHAPTER, NAME = "03-reward-model/", "preference-labeling"


def works(figure):
    """Python is there, and one label, given before or now, is kept."""
    figure.ready()
    expect(figure.section.get_by_text("Comparison 2")).to_be_visible()
    assert len(decode(figure.log())) == 1


@pytest.mark.parametrize("lost", ["pyodide.asm.wasm", "_umath_linalg-*.wasm"])
def test_a_network_lost_on_the_way_is_told_and_can_be_tried_again(rough_page, context, lost):
    context.route(f"**/{lost}", lambda route: route.abort())
    rough_page.goto(CHAPTER)
    figure = Figure(rough_page, NAME)
    expect(figure.section).to_have_attribute("data-status", "error")
    expect(figure.section.get_by_role("alert")).to_contain_text("You can read on")
    figure.button("A is better").click()
    context.unroute_all()
    figure.button("Try again").click()
    works(figure)


class Breaking(Handler):
    """Of the files whose address has ``lost`` in it, sends half and hangs up, as long as that stands there."""

    lost = ""

    def do_GET(self) -> None:
        if not self.lost or self.lost not in self.path:
            super().do_GET()
            return
        path = self._file(self.path)
        data = path.read_bytes()
        self._head(HTTPStatus.OK, path, len(data), packed=False)
        self.wfile.write(data[: len(data) // 2])
        self.close_connection = True


@pytest.mark.parametrize("lost", ["pyodide.asm.wasm", "_multiarray_umath"])
def test_a_network_lost_in_the_middle_of_a_file_is_told_and_can_be_tried_again(rough_page, monkeypatch, lost):
    monkeypatch.setattr(Breaking, "lost", lost)
    with serving(SITE, Breaking) as address:
        rough_page.goto(address + CHAPTER)
        figure = Figure(rough_page, NAME)
        expect(figure.section.get_by_role("alert")).to_contain_text(lost)
        expect(figure.section.get_by_role("alert")).to_contain_text("You can read on")
        figure.button("A is better").click()
        Breaking.lost = ""
        figure.button("Try again").click()
        works(figure)


@pytest.mark.parametrize("damage", ["truncated", "of another version", "missing"])
def test_a_snapshot_that_can_not_be_used_only_costs_time(rough_page, context, damage):
    def spoil(route):
        if damage == "missing":
            return route.fulfill(status=404)
        body = route.fetch().body()
        return route.fulfill(body=body[: len(body) // 2] if damage == "truncated" else body[::-1])

    notes = []
    rough_page.on("console", lambda message: notes.append(message.text))
    context.route("**/snapshot-*.gz", spoil)
    rough_page.goto(CHAPTER)
    figure = Figure(rough_page, NAME)
    figure.button("A is better").click()
    if damage == "missing":
        expect(figure.section).to_have_attribute("data-status", "error")
        context.unroute_all()
        figure.button("Try again").click()
    works(figure)
    assert damage == "missing" or any("snapshot could not be used" in note for note in notes)


def test_where_wasm_is_forbidden_the_page_says_so(rough_page, context):
    def forbid(route):
        answer = route.fetch()
        route.fulfill(response=answer, headers={**answer.headers, "content-security-policy": "script-src 'self'"})

    context.route("**/worker-*.js", forbid)
    rough_page.goto(CHAPTER)
    figure = Figure(rough_page, NAME)
    expect(figure.section).to_have_attribute("data-status", "error")
    expect(figure.section.get_by_role("alert")).to_contain_text("Python could not start")
    context.unroute_all()
    figure.button("A is better").click()
    figure.button("Try again").click()
    works(figure)


def test_a_full_storage_is_told_once_and_the_figure_works(rough_page):
    rough_page.add_init_script(
        "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }"
    )
    rough_page.goto(CHAPTER)
    figure = Figure(rough_page, NAME).ready()
    for number in (2, 3):
        figure.button("A is better").click()
        expect(figure.section.get_by_text(f"Comparison {number}")).to_be_visible()
    expect(figure.section.get_by_text(re.compile("can't keep this figure's state"))).to_have_count(1)


KEEP_WORKERS = (
    "window.workers = []; window.Worker = class extends Worker { constructor(...all) { super(...all); "
    "window.workers.push(this) } }"
)


def test_a_killed_worker_is_started_again_and_nothing_is_lost(rough_page):
    rough_page.clock.install()
    rough_page.add_init_script(KEEP_WORKERS)
    rough_page.goto(CHAPTER)
    figure = Figure(rough_page, NAME).ready()
    figure.button("A is better").click()
    expect(figure.section).to_have_attribute("data-pending", "0")
    rough_page.evaluate("workers.forEach((worker) => worker.terminate())")
    figure.button("B is better").click()
    expect(figure.section).to_have_attribute("data-pending", "1")
    rough_page.clock.fast_forward(16_000)
    rough_page.clock.resume()
    expect(figure.section).to_have_attribute("data-pending", "0")
    assert len(decode(figure.log())) == 2


def test_a_worker_killed_while_it_loads_is_started_again(rough_page, context):
    rough_page.clock.install()
    rough_page.add_init_script(KEEP_WORKERS)
    context.route("**/pyodide.asm.wasm", lambda route: None)  # never answered
    rough_page.goto(CHAPTER)
    figure = Figure(rough_page, NAME)
    figure.section.scroll_into_view_if_needed()
    expect(figure.section.get_by_role("progressbar").first).not_to_have_js_property("value", 0)
    figure.button("A is better").click()
    rough_page.evaluate("workers.forEach((worker) => worker.terminate())")
    context.unroute_all()
    rough_page.clock.fast_forward(16_000)
    rough_page.clock.resume()
    works(figure)


def test_a_worker_that_fails_again_and_again_is_told_and_can_be_tried_again(rough_page, context):
    def spoil(route):
        route.fulfill(body="setTimeout(() => { throw new Error('out of memory') }, 50)", content_type="text/javascript")

    context.route("**/worker-*.js", spoil)
    rough_page.goto(CHAPTER)
    figure = Figure(rough_page, NAME)
    figure.section.scroll_into_view_if_needed()
    expect(figure.section.get_by_role("alert")).to_contain_text("worker stopped several times")
    figure.button("A is better").click()
    context.unroute_all()
    figure.button("Try again").click()
    works(figure)


FAILING = """from widgets.chapters import WIDGETS
kind = WIDGETS["preference-labeling"]
kind.right, failures = kind.update, iter([ValueError("the scales are broken")])
def update(self, state, event):
    for failure in failures:
        raise failure
    return self.right(state, event)
kind.update = update"""


def test_a_step_that_raises_is_told_once_and_dropped(rough_page):
    rough_page.goto(CHAPTER)
    figure = Figure(rough_page, NAME).ready()
    figure.button("A is better").click()
    expect(figure.section).to_have_attribute("data-pending", "0")
    next(worker for worker in rough_page.workers if "/assets/book/" in worker.url).evaluate(
        "code => self.python.runPython(code)", FAILING
    )
    figure.button("B is better").click()
    expect(figure.section.get_by_role("alert")).to_contain_text("the scales are broken")
    expect(figure.section.get_by_role("alert")).to_have_count(1)
    expect(figure.section).to_have_attribute("data-pending", "0")
    expect(figure.section).to_have_attribute("data-status", "ready")
    assert len(decode(figure.log())) == 1
    figure.button("B is better").click()
    expect(figure.section.get_by_text("Comparison 3")).to_be_visible()
    assert len(decode(figure.log())) == 2
    rough_page.reload()
    figure.ready()
    expect(figure.section.get_by_text("Comparison 3")).to_be_visible()
    expect(figure.section.get_by_role("alert")).to_have_count(0)
