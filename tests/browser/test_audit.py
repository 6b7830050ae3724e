"""The page that looks into a preference data set, as a reader uses it."""

import gzip
import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.audit.test_findings import written
from tests.browser.reader import Figure
from tests.browser.waiting import kept
from widgets.chapters.json_lines import to_line

NAME = "data-audit"
PAIRS = list(written(150, wrong={5, 50}))
LINES = "".join(to_line(pair.prompt, pair.chosen, pair.rejected) for pair in PAIRS)
# Gives a file the way a mouse does.
DROP = """(zone, [text, name]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name));
  for (const type of ["dragover", "drop"]) {
    zone.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
  }
}"""
PASTE = """(node, text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  node.focus();
  node.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def figure(page: Page) -> Figure:
    page.goto("audit/")
    return Figure(page, NAME).ready()


def choose(figure: Figure, data: str | bytes, name: str = "labels.jsonl") -> None:
    data = data.encode() if isinstance(data, str) else data
    figure.section.locator("input[type=file]").set_input_files({"name": name, "mimeType": "", "buffer": data})


def answered(figure: Figure) -> None:
    expect(figure.section).to_have_attribute("data-pending", "0")


def show(figure: Figure, part: str) -> None:
    figure.section.get_by_role("radio", name=part).check()
    answered(figure)


def test_a_chosen_file_is_looked_into_part_by_part(figure):
    choose(figure, gzip.compress(LINES.encode()), "labels.jsonl.gz")
    expect(figure.view).to_contain_text("150 pairs, each with a winner.")
    answered(figure)
    for part, said in (
        ("What it rewards", "Hedging counts against it"),
        ("What a model learns", "by length alone in"),
        ("Where it looks wrong", "The answers may be offensive"),
        ("Against the book", "the hurried reader"),
        ("Take it with you", "You have changed nothing so far."),
    ):
        show(figure, part)
        expect(figure.view).to_contain_text(said)


def test_a_dropped_file_is_looked_into(figure):
    figure.section.locator("[data-zone]").evaluate(DROP, [LINES, "labels.jsonl"])
    expect(figure.view).to_contain_text("150 pairs, each with a winner.")


def test_a_file_that_misses_the_figure_does_not_lead_away(figure):
    figure.page.locator("h1").evaluate(DROP, [LINES, "labels.jsonl"])
    expect(figure.button("Try the sample set")).to_be_visible()
    assert figure.page.url.endswith("audit/")


def test_a_pasted_text_is_looked_into(figure):
    figure.button("Try the sample set").evaluate(PASTE, LINES)
    expect(figure.view).to_contain_text("150 pairs, each with a winner.")
    expect(figure.view).to_contain_text("pasted.txt is JSON Lines")


def test_a_second_file_takes_the_place_of_the_first(figure):
    choose(figure, LINES)
    expect(figure.view).to_contain_text("150 pairs, each with a winner.")
    answered(figure)
    choose(figure, json.dumps([json.loads(line) for line in LINES.splitlines()[:60]], indent=2), "other.json")
    expect(figure.view).to_contain_text("60 pairs, each with a winner.")


def test_reading_shows_how_far_it_is_and_stops_where_the_reader_says(figure):
    choose(figure, LINES * 200)
    stop = figure.section.locator("[data-tool=stop]")
    expect(figure.view.locator("progress")).to_be_visible()
    stop.click()
    answered(figure)
    figure.section.get_by_role("button", name=re.compile("Look into these [0-9,]+ pairs")).click()
    expect(figure.view).to_contain_text("You stopped the reading there")


def doubt(figure):
    """The pairs that look wrong in the file, with their answers."""
    choose(figure, LINES)
    expect(figure.view).to_contain_text("150 pairs, each with a winner.")
    answered(figure)
    show(figure, "Where it looks wrong")
    figure.section.get_by_role("switch", name="Show the answers").check()
    answered(figure)


def test_verdicts_by_key_change_the_saved_file_and_nothing_else(figure):
    doubt(figure)
    expect(figure.view.locator("mark").first).to_be_visible()
    expect(figure.view).to_contain_text("Pair 1 of")
    records = []
    for key in "fd":
        records.append(int(re.search(r"record ([\d,]+)\.", figure.view.inner_text())[1]) - 1)
        figure.page.keyboard.press(key)
        answered(figure)
    assert set(records) == {5, 50}
    expect(figure.view).to_contain_text("So far you have turned 1 label round and dropped 1 pair.")
    show(figure, "Take it with you")
    with figure.page.expect_download() as download:
        figure.button("Save the cleaned file").click()
    assert download.value.suggested_filename == "labels-cleaned.jsonl"
    with figure.page.expect_download() as download:
        figure.button("Save the cleaned file").click()
    rows = LINES.splitlines(keepends=True)
    turned = json.loads(rows[records[0]])
    rows[records[0]] = to_line(turned["prompt"], turned["rejected"], turned["chosen"])
    del rows[records[1]]
    assert download.value.path().read_bytes().decode() == "".join(rows)


def test_the_report_is_saved(figure):
    figure.button("Try the sample set").click()
    expect(figure.view).to_contain_text("402 pairs, each with a winner.")
    answered(figure)
    show(figure, "Take it with you")
    with figure.page.expect_download() as download:
        figure.button("Save the report").click()
    assert "## What a model learns" in download.value.path().read_text(encoding="utf-8")


def test_nothing_of_the_file_is_kept_and_after_a_reload_it_is_asked_for_and_goes_on(figure):
    doubt(figure)
    figure.page.keyboard.press("f")
    answered(figure)
    kept = figure.page.evaluate("JSON.stringify(Object.entries(localStorage))")
    assert PAIRS[5].rejected not in kept and PAIRS[50].rejected not in kept and len(kept) < 20_000
    figure.page.reload()
    figure = Figure(figure.page, NAME).ready()
    expect(figure.view).to_contain_text("You looked into “labels.jsonl” here.")
    choose(figure, LINES)
    expect(figure.view).to_contain_text("So far you have turned 1 label round")


def test_it_works_by_keyboard_alone(figure):
    sample = figure.button("Try the sample set")
    sample.focus()
    figure.page.keyboard.press("Enter")
    expect(figure.view).to_contain_text("402 pairs, each with a winner.")
    answered(figure)
    figure.section.get_by_role("radio", name="At a glance").focus()
    for _ in range(3):
        figure.page.keyboard.press("ArrowRight")
        answered(figure)
    expect(figure.view).to_contain_text("Pair 1 of")
    figure.button("Next").focus()
    figure.page.keyboard.press("n")
    expect(figure.view).to_contain_text("Pair 2 of")
    figure.page.keyboard.press("k")
    expect(figure.view).to_contain_text("Pair 3 of")


@pytest.mark.parametrize("context_options", [{"viewport": {"width": 320, "height": 640}}])
def test_a_narrow_phone_shows_every_part_without_scrolling_sideways(figure, context_options):
    figure.button("Try the sample set").click()
    expect(figure.view).to_contain_text("402 pairs, each with a winner.")
    answered(figure)
    for part in ("At a glance", "What it rewards", "What a model learns", "Where it looks wrong", "Against the book"):
        show(figure, part)
        assert figure.page.evaluate("document.documentElement.scrollWidth") <= 320, part


class TestOffline:
    @pytest.fixture
    def context_options(self):
        return {"service_workers": "allow"}

    def test_without_a_network_a_file_is_looked_into(self, page, context):
        page.goto("audit/")
        kept(page)
        context.set_offline(True)
        page.goto("audit/")
        figure = Figure(page, NAME).ready()
        choose(figure, LINES)
        expect(figure.view).to_contain_text("150 pairs, each with a winner.")
        answered(figure)
        show(figure, "What a model learns")
        expect(figure.view).to_contain_text("by length alone in")
