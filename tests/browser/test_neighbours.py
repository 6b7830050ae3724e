"""Where a book lies: others beside it or below it on the same origin, and what becomes of its readers when it moves."""

import shutil
import threading
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import pytest
from playwright.sync_api import TimeoutError as Late
from playwright.sync_api import expect

from tests.browser.conftest import BOOK, PATIENCE, SITE
from tests.browser.reader import Figure
from tests.browser.waiting import kept, until
from tests.serving import PREFIX, Handler, serving
from widgets.site.publish import write_service_worker

CACHES = "() => caches.keys()"
LOOK = "() => navigator.serviceWorker.controller.postMessage('look')"
BELOW, BESIDE = "/rlhf/zh/", "/rlhf-zh/"


@pytest.fixture
def reader(browser):
    context = browser.new_context()
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


def gone(page, what):
    """Waits until an expression in the page is no longer true."""
    until(page, f"async () => !({what})")


def heading(page, text):
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def copied(folder, glossary):
    """The book once more, told from the other by what its glossary is called."""
    shutil.copytree(SITE, folder)
    page = folder / "glossary" / "index.html"
    page.write_text(page.read_text().replace(">Glossary</h1>", f">{glossary}</h1>"))
    return folder


# Books on one origin.


@pytest.fixture
def origin(tmp_path):
    """Three books: one at /rlhf/, a translation beside it, and the same below it."""
    translation = copied(tmp_path / "translation", "Glossar")
    write_service_worker(translation, BOOK)

    class Both(Handler):
        def _file(self, address):
            for place in (BELOW, BESIDE):
                if address.startswith(place):
                    address, self.directory = PREFIX + address.removeprefix(place), str(translation)
                    break
            else:
                self.directory = str(SITE)
            return super()._file(address)

    with serving(SITE, Both) as address:
        yield address.removesuffix(PREFIX)


def test_books_on_one_origin_keep_themselves_apart(reader, origin):
    books = {PREFIX: "Glossary", BESIDE: "Glossar", BELOW: "Glossar"}
    for place in books:
        reader.goto(f"{origin}{place}glossary/")
        kept(reader, origin + place)
    reader.context.set_offline(True)
    for place, title in [*books.items(), *reversed(books.items())]:
        reader.goto(f"{origin}{place}glossary/")
        heading(reader, title)
    assert len(reader.evaluate(CACHES)) == len(books)


def test_another_books_caches_of_before_stay_and_ones_own_go(reader, origin):
    reader.goto(f"{origin}{PREFIX}licences.txt")  # a page without scripts
    reader.evaluate(
        """async () => {
            const held = {
                own: ["/rlhf/release.json", "/rlhf/about/"],
                torso: ["/rlhf/about/"],
                other: ["/rlhf-zh/release.json", "/rlhf-zh/about/"],
                below: ["/rlhf/zh/release.json", "/rlhf/zh/about/"],
            };
            for (const [name, addresses] of Object.entries(held)) {
                const cache = await caches.open(`rlhf-book-${name}`);
                for (const address of addresses) await cache.put(address, new Response("{}"));
            }
            await navigator.serviceWorker.register("service-worker.js");
        }"""
    )
    kept(reader, origin + PREFIX)
    gone(reader, "(await caches.has('rlhf-book-own')) || (await caches.has('rlhf-book-torso'))")
    left = {name for name in reader.evaluate(CACHES) if name.startswith("rlhf-book-")}
    assert left == {"rlhf-book-other", "rlhf-book-below"}


# A book that moves.


@pytest.fixture
def place():
    """A server's handler whose book can be moved, taken away or struck; it counts who asks for the worker's script, and
    can hold one answer back.
    """

    class Place(Handler):
        struck = ""  # the part of the addresses that this is about
        status = HTTPStatus.OK
        location = ""
        asked = 0
        held = None  # an event that the next answer about the worker's script waits for; it says how things are now

        def _answer(self, body):
            kind = type(self)
            status = kind.status
            if "service-worker.js" in self.path:
                held, kind.held = kind.held, None
                kind.asked += 1
                if held:
                    held.wait(30)
            if status == HTTPStatus.OK or not self.path.endswith(kind.struck):
                return super()._answer(body)
            self.send_response(status)
            if kind.location:
                self.send_header("Location", kind.location + self.path.removeprefix(PREFIX))
            said = b"Nothing here." if body else b""
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

    return Place


@pytest.fixture
def new_place(tmp_path):
    """Where the book has gone: another origin."""
    with serving(copied(tmp_path / "new", "Glossary, at its new place")) as address:
        yield address


def keep_without_scripts(page, book):
    """Has a book kept from a page without its scripts, which would look where it is and ask to be kept again."""
    page.goto(f"{book}licences.txt")
    page.evaluate("() => navigator.serviceWorker.register('service-worker.js').then(() => true)")
    kept(page, book)


def keeps_nothing(page):
    """Waits until no cache and no worker of the book is left."""
    try:
        gone(page, f"(await ({LEFT})()).flat().length")
    except Late:
        pytest.fail(f"There are still {page.evaluate(LEFT)}.")


LEFT = """async () => {
    const registrations = await navigator.serviceWorker.getRegistrations();
    return [await caches.keys(), registrations.map(({ scope }) => scope)];
}"""


@pytest.mark.parametrize("what", ["everything", "pages only"])
def test_readers_of_a_book_that_moved_follow_it(reader, place, new_place, what):
    with serving(SITE, place) as old:
        reader.goto(f"{old}about/")
        kept(reader, old)
        place.status, place.location = HTTPStatus.MOVED_PERMANENTLY, new_place
        place.struck = "" if what == "everything" else "/"
        reader.goto(f"{old}glossary/#kl")
        heading(reader, "Glossary, at its new place")
        assert reader.url == f"{new_place}glossary/#kl"
        place.status = HTTPStatus.OK
        reader.goto(f"{old}licences.txt")
        keeps_nothing(reader)


def test_a_worker_whose_script_has_moved_goes(reader, place, new_place):
    with serving(SITE, place) as old:
        reader.goto(f"{old}about/")
        kept(reader, old)
        place.status, place.location, place.struck = HTTPStatus.FOUND, new_place, "service-worker.js"
        reader.goto(f"{old}licences.txt")  # no page of the book asks to be kept again
        reader.evaluate(LOOK)
        keeps_nothing(reader)


SAY_WHEN_DONE = """const { waitUntil } = ExtendableEvent.prototype;
ExtendableMessageEvent.prototype.waitUntil = function (work) {
    waitUntil.call(this, work.finally(() => this.source.postMessage("done")));
};
"""
COUNT_DONE = """() => {
    window.done = 0;
    navigator.serviceWorker.onmessage = ({ data }) => (done += data === "done");
}"""


def test_a_look_that_began_before_the_book_moved_keeps_nothing_when_it_ends_after(reader, place, new_place, tmp_path):
    site = copied(tmp_path / "old", "Glossary")
    script = site / "service-worker.js"
    script.write_text(SAY_WHEN_DONE + script.read_text())
    with serving(site, place) as old:
        keep_without_scripts(reader, old)
        reader.evaluate(COUNT_DONE)
        place.held, before = (first := threading.Event()), place.asked
        reader.evaluate(LOOK)
        while place.asked == before:
            reader.wait_for_timeout(20)
        place.status, place.location = HTTPStatus.MOVED_PERMANENTLY, new_place
        reader.evaluate(LOOK)
        until(reader, "() => done === 1")
        first.set()
        until(reader, "() => done === 2")
        keeps_nothing(reader)


def test_a_reader_at_work_follows_when_they_turn_a_page(reader, place, new_place):
    with serving(SITE, place) as old:
        reader.goto(f"{old}03-reward-model/")
        Figure(reader, "preference-labeling").ready()
        kept(reader, old)
        reader.goto(f"{old}03-reward-model/")
        figure = Figure(reader, "preference-labeling").ready()
        figure.button("A is better").click()
        place.status, place.location = HTTPStatus.MOVED_PERMANENTLY, new_place
        reader.evaluate(LOOK)  # as when another tab opens
        keeps_nothing(reader)
        expect(figure.section.get_by_text("Comparison 2")).to_be_visible()
        assert reader.url.startswith(old)
        reader.get_by_role("link", name="Glossary").click()
        heading(reader, "Glossary, at its new place")


def test_a_page_that_is_let_go_does_not_ask_to_be_kept_again(reader, place, new_place):
    """Chromium would take back the worker that has just gone."""
    with serving(SITE, place) as old:
        keep_without_scripts(reader, old)
        reader.clock.install()
        reader.clock.pause_at(datetime.now(tz=UTC) + timedelta(hours=1))
        reader.add_init_script("navigator.serviceWorker.register = async () => { window.asked = true; }")
        reader.goto(f"{old}about/")
        reader.get_by_role("heading", level=1).click()  # the reader has begun
        place.status, place.location = HTTPStatus.MOVED_PERMANENTLY, new_place
        reader.evaluate(LOOK)
        keeps_nothing(reader)
        reader.clock.run_for(60_000)
        assert not reader.evaluate("Boolean(window.asked)")


@pytest.mark.parametrize("status", [HTTPStatus.NOT_FOUND, HTTPStatus.GONE])
def test_a_book_that_is_gone_at_two_visits_is_let_go(reader, place, status):
    with serving(SITE, place) as old:
        reader.goto(f"{old}glossary/")
        kept(reader, old)
        place.status = status
        reader.goto(f"{old}glossary/")
        heading(reader, "Glossary")
        sees(reader, "gone")
        reader.goto(f"{old}glossary/")
        expect(reader.get_by_text("Nothing here.")).to_be_visible()
        place.status = HTTPStatus.OK
        reader.goto(f"{old}licences.txt")
        keeps_nothing(reader)


def sees(page, what):
    """Waits until the worker has noted that the book is gone from here, or that it is back."""
    noted = "Boolean(await caches.match(new URL('../release.json?gone', location)))"
    gone(page, f"{noted} !== {'true' if what == 'gone' else 'false'}")


def test_a_book_that_is_gone_for_one_visit_stays_kept(reader, place):
    with serving(SITE, place) as old:
        reader.goto(f"{old}glossary/")
        kept(reader, old)
        for place.status, seen in [(HTTPStatus.NOT_FOUND, "gone"), (HTTPStatus.OK, "back")] * 2:
            reader.goto(f"{old}glossary/")
            heading(reader, "Glossary")
            sees(reader, seen)
        reader.context.set_offline(True)
        reader.goto(f"{old}about/")
        heading(reader, "About this book")


@pytest.mark.parametrize("status", [403, 500, 503])
def test_a_book_whose_server_is_in_trouble_stays_kept(reader, place, status):
    with serving(SITE, place) as old:
        reader.goto(f"{old}glossary/")
        kept(reader, old)
        place.status = HTTPStatus(status)
        for _ in range(3):
            before = place.asked
            reader.goto(f"{old}glossary/")
            heading(reader, "Glossary")
            while place.asked == before:
                reader.wait_for_timeout(20)
        reader.context.set_offline(True)
        reader.goto(f"{old}about/")
        heading(reader, "About this book")
