"""The service worker: the whole book after one visit, one release at a time, and nothing lost where it is forbidden."""

import re
import shutil

import pytest
from playwright.sync_api import expect

from tests.browser import book
from tests.browser.conftest import BOOK, SITE
from tests.browser.reader import Figure
from tests.browser.waiting import kept, until
from tests.serving import serving
from widgets.site.publish import write_service_worker

PAGES = {
    "": "RLHF",
    "01-pre-trained/": "What’s wrong with pre-trained LLMs?",
    "03-reward-model/": "The reward model, AI’s “taste”",
    "glossary/": "Glossary",
}


@pytest.fixture
def context_options():
    return {"service_workers": "allow"}


@pytest.fixture
def own_site(tmp_path):
    """A copy of the site that a test may change, on a port of its own."""
    folder = tmp_path / "site"
    shutil.copytree(SITE, folder)
    with serving(folder) as address:
        yield folder, address


def test_the_whole_book_works_without_a_network_after_one_visit(page, context):
    page.goto("03-reward-model/")
    Figure(page, "preference-labeling").ready()
    kept(page)
    context.set_offline(True)
    for address, title in PAGES.items():
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.goto("03-reward-model/")
    figure = Figure(page, "preference-labeling").ready()
    figure.button("A is better").click()
    expect(figure.section.get_by_text("Comparison 2")).to_be_visible()
    expect(figure.section).to_have_attribute("data-pending", "0")


HEADING = "What’s wrong with pre-trained LLMs?"
FORMS = [
    "01-pre-trained",
    "01-pre-trained/index.html",
    "01-pre-trained/?from=a-chat",
    "01-pre-trained?a=1",
    "01%2Dpre-trained/",
]


def test_without_a_network_a_page_comes_by_every_form_of_its_address(page, context):
    page.goto("glossary/")
    kept(page)
    context.set_offline(True)
    for address in FORMS:
        page.goto(f"{address}#raw-vs-aligned")
        expect(page.get_by_role("heading", level=1)).to_have_text(HEADING)
        assert page.url.endswith("#raw-vs-aligned")
        assert ("?" in page.url) == ("?" in address)
    page.goto("index.html")
    expect(page.get_by_role("heading", level=1)).to_have_text("RLHF")


def test_without_a_network_a_wrong_address_is_told_as_such(rough_page, context):
    rough_page.goto("glossary/")
    kept(rough_page)
    context.set_offline(True)
    assert rough_page.goto("06-no-such-chapter/").status == 404
    expect(rough_page.get_by_role("heading", level=1)).to_have_text("Not found")
    rough_page.get_by_role("link", name="Go to the cover").click()
    expect(rough_page.get_by_role("heading", level=1)).to_have_text("RLHF")


def test_without_a_network_everything_that_the_book_links_to_is_there(page, context):
    page.goto("glossary/")
    kept(page)
    context.set_offline(True)
    linked = set()
    for address in book.PAGES:
        page.goto(address)
        linked.update(page.evaluate(LINKED))
    missing = page.evaluate(ASKED_FOR, sorted(linked))
    assert len(linked) > len(book.PAGES) and missing == []


LINKED = """() => [...document.querySelectorAll("[href], [src], [data-views]")]
    .map((node) => [node.getAttribute("href") ?? node.getAttribute("src") ?? node.dataset.views, node.dataset.views])
    .map(([address, isView]) => [address, isView ? document.querySelector("script[src*='/page-']").src : location])
    .map(([address, base]) => new URL(address, base))
    .filter(({ origin }) => origin === location.origin)
    .map((address) => ((address.hash = ""), address.href))"""
ASKED_FOR = """async (addresses) => {
    const missing = [];
    for (const address of addresses) if (!(await fetch(address).catch(() => ({}))).ok) missing.push(address);
    return missing;
}"""


# In the worker and in the page: what neither Safari 16 nor Firefox 114 has.
AGED = """delete Response.json; delete URL.canParse; delete Promise.withResolvers; delete Object.groupBy;
delete Map.groupBy; delete AbortSignal.any; delete Array.fromAsync; delete Promise.try; delete globalThis.Iterator;
delete globalThis.scheduler;
delete globalThis.requestIdleCallback; delete globalThis.CloseWatcher; delete globalThis.trustedTypes;
for (const name of ["toSorted", "toReversed", "toSpliced", "with"]) delete Array.prototype[name];
for (const name of ["union", "intersection", "difference", "isSubsetOf"]) delete Set.prototype[name];
for (const name of ["isWellFormed", "toWellFormed"]) delete String.prototype[name];
"""


def test_a_browser_of_2023_reads_and_keeps_the_book(browser, own_site):
    folder, address = own_site
    for script in [*folder.glob("assets/book/page-*.js"), *folder.glob("assets/book/worker-*.js")]:
        script.write_text(AGED + script.read_text())
    write_service_worker(folder, BOOK)
    (folder / "service-worker.js").write_text(AGED + (folder / "service-worker.js").read_text())
    context = browser.new_context(base_url=address)
    page = context.new_page()
    page.goto("03-reward-model/")
    Figure(page, "preference-labeling").ready()
    kept(page)
    context.set_offline(True)
    page.goto("03-reward-model/")
    figure = Figure(page, "preference-labeling").ready()
    figure.button("A is better").click()
    expect(figure.section.get_by_text("Comparison 2")).to_be_visible()
    assert page.evaluate("[Response.json, performance.getEntriesByName('python-ready')[0].detail]") == [
        None,
        "snapshot",
    ]
    context.close()


BROKEN = """const spoil = () => {
    for (const { prototype } of [CacheStorage, Cache])
        for (const name of Object.getOwnPropertyNames(prototype))
            if (name !== "constructor") prototype[name] = () => Promise.reject(new DOMException("no", "UnknownError"));
};
addEventListener("activate", spoil);
if (self.registration.active) spoil();
"""


def test_caches_that_fail_hide_no_network(browser, own_site):
    folder, address = own_site
    (folder / "service-worker.js").write_text(BROKEN + (folder / "service-worker.js").read_text())
    context = browser.new_context(base_url=address)
    page = context.new_page()
    page.goto("glossary/")
    kept(page)
    page.goto("03-reward-model/")
    assert page.evaluate("navigator.serviceWorker.controller.state") == "activated"
    figure = Figure(page, "preference-labeling").ready()
    figure.button("A is better").click()
    expect(figure.section.get_by_text("Comparison 2")).to_be_visible()
    assert page.goto("06-no-such-chapter/").status == 404
    expect(page.get_by_role("heading", level=1)).to_have_text("Not found")
    context.close()


def test_a_new_release_takes_over_whole_at_the_next_visit(browser, own_site):
    folder, address = own_site
    context = browser.new_context(base_url=address)
    context.add_init_script(REMEMBER_WHAT_WORKERS_ARE_TOLD)
    page = context.new_page()
    page.goto("glossary/")
    kept(page)
    publish(folder, "Glossary", "Glossary, second edition")
    page.goto("sitemap.xml")
    page.evaluate(FETCH_NEW_RELEASE)
    page.evaluate("sessionStorage.removeItem('told')")
    page.goto("glossary/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Glossary, second edition")
    assert len(page.evaluate("() => caches.keys()")) == 1
    until(page, "() => /opened .*opened .*look/.test(sessionStorage.told)")
    # Had the old worker been told anything while the new one waits, Chromium might have kept it.
    assert page.evaluate("sessionStorage.told") == "opened activate opened look "
    context.close()


REMEMBER_WHAT_WORKERS_ARE_TOLD = """const { postMessage } = ServiceWorker.prototype;
const remember = (what) => (sessionStorage.told = `${sessionStorage.told ?? ""}${what} `);
remember("opened");
ServiceWorker.prototype.postMessage = function (message) {
    remember(message);
    postMessage.call(this, message);
}"""
# On a page without the book's scripts, which would let the new release take over at once.
FETCH_NEW_RELEASE = """async () => {
    const registration = await navigator.serviceWorker.getRegistration();
    await registration.update();
    const { installing, waiting } = registration;
    const worker = installing ?? waiting;
    while (worker.state === "installing")
        await new Promise((done) => worker.addEventListener("statechange", done, { once: true }));
    return worker.state;
}"""


def publish(folder, old, new):
    """Another release of the site: a page changed, and the worker's list with it."""
    page = folder / "glossary" / "index.html"
    page.write_text(page.read_text().replace(f">{old}</h1>", f">{new}</h1>"))
    write_service_worker(folder, BOOK)


def test_an_unchanged_file_is_not_fetched_again_for_a_new_release(browser, own_site):
    folder, address = own_site
    context = browser.new_context(base_url=address)
    page = context.new_page()
    page.goto("glossary/")
    kept(page)
    publish(folder, "Glossary", "Glossary, second edition")
    for heavy in folder.glob("assets/book/snapshot-*.gz"):
        heavy.write_bytes(b"not asked for")  # the release's list still has the hash of the true one
    page.goto("sitemap.xml")
    page.evaluate(FETCH_NEW_RELEASE)
    page.goto("glossary/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Glossary, second edition")
    page.goto("03-reward-model/")
    Figure(page, "preference-labeling").ready()  # from the snapshot that was kept
    context.close()


SPOILED = {
    "the page can't compile": "WebAssembly.compileStreaming = () => Promise.reject(new Error('not here'))",
    "the kept snapshot is broken": """async () => {
        const [release] = (await caches.keys()).filter((name) => name.startsWith("rlhf-book:"));
        const cache = await caches.open(release);
        const snapshot = (await cache.keys()).find(({ url }) => url.includes("/snapshot-"));
        await cache.put(snapshot, new Response("not a snapshot"));
    }""",
}


@pytest.mark.parametrize(
    ("problem", "way"),
    [("", "snapshot"), ("the page can't compile", "snapshot"), ("the kept snapshot is broken", "stock")],
)
def test_python_starts_from_what_is_kept_or_another_way(page, problem, way):
    """The page compiles WebAssembly for the worker; where it can't the worker does."""
    page.goto("03-reward-model/")
    Figure(page, "preference-labeling").ready()
    kept(page)
    if problem == "the kept snapshot is broken":
        page.evaluate(SPOILED[problem])
    elif problem:
        page.add_init_script(SPOILED[problem])
    page.reload()
    figure = Figure(page, "preference-labeling").ready()
    assert page.evaluate("performance.getEntriesByName('python-ready')[0].detail") == way
    figure.button("A is better").click()
    expect(figure.section.get_by_text("Comparison 2")).to_be_visible()
    expect(figure.section).to_have_attribute("data-pending", "0")


NAME_WORKERS = (
    "window.names = []; window.Worker = class extends Worker { constructor(address, "
    "options) { super(address, options); names.push(options?.name) } }"
)


def test_once_the_book_is_kept_a_worker_rehearses_the_next_visit(page):
    page.add_init_script(NAME_WORKERS)
    page.goto("03-reward-model/")
    Figure(page, "preference-labeling").ready()
    until(page, "() => names.includes('rehearsal')")
    figure = Figure(page, "preference-labeling").ready()
    figure.button("A is better").click()
    expect(figure.section).to_have_attribute("data-pending", "0")
    page.reload()
    Figure(page, "preference-labeling").ready()
    assert page.evaluate("names.includes('kept') && !names.includes('rehearsal')")


@pytest.mark.parametrize("problem", ["forbidden", "no room"])
def test_where_it_can_not_be_kept_the_book_reads_as_before(context, page, problem):
    if problem == "forbidden":
        page.add_init_script(
            "navigator.serviceWorker.register = () => Promise.reject(new DOMException('no', 'SecurityError'))"
        )
    else:
        context.route(
            re.compile("service-worker.js"),
            lambda route: route.fulfill(body="throw new Error('no room')", content_type="text/javascript"),
        )
    page.goto("03-reward-model/")
    figure = Figure(page, "preference-labeling").ready()
    figure.button("A is better").click()
    expect(figure.section.get_by_text("Comparison 2")).to_be_visible()
    expect(figure.section.get_by_role("alert")).to_have_count(0)
