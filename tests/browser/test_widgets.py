"""What holds for every figure in the browser, and what readers do in particular ones."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.book import VIEWPORTS, WITH_WIDGETS, figures, name_of, settle, stored_views
from tests.browser.reader import Figure, logs, numbers, on_cpython
from widgets.chapters import WIDGETS
from widgets.kit.codec import decode
from widgets.site.pages.views import first_state, is_long, offered

# Markup as the browser writes it down again; a control may lead to where the figure is already.
AS_PARSED = "html => Object.assign(document.createElement('template'), { innerHTML: html }).innerHTML"


def begins_with_work(name, content):
    """Whether all that a figure offers first is long work, whose progress is the answer."""
    widget, state = WIDGETS[name](content), first_state(WIDGETS[name](content), WIDGETS, content)
    events = offered(widget.html(state)).values()
    return bool(events) and all(is_long(widget.update(state, widget.check(event))) for event in events)


@pytest.mark.parametrize("address", WITH_WIDGETS, ids=name_of)
def test_first_clicks_are_answered_before_python(page, context, address, content):
    """One control of every kind whose answer the build stored: the view changes while Python can't have come."""
    context.route("**/pyodide.asm.wasm", lambda route: None)
    page.goto(address)
    for section in page.locator("section[data-widget]").all():
        name, first = section.get_attribute("data-widget"), section.locator("[data-view]").inner_html()
        stored = stored_views(section)
        if not stored and begins_with_work(name, content):
            continue
        assert stored, f"{name} has no stored views"
        key = next(
            key
            for key, html in stored.items()
            if key.split(" ")[0] not in ("run", "train") and page.evaluate(AS_PARSED, html) != first
        )
        event, value = key.split(" ", 1)
        control = section.locator(f"[data-event='{event}']").filter(visible=True)
        plain = json.loads(value)
        same = f"[data-value='{value}']" + (f', input[value="{plain}"]' if isinstance(plain, str) else "")
        wanted = control.and_(page.locator(same)) if plain is not None else control
        section.scroll_into_view_if_needed()
        if (wanted if wanted.count() else control).first.evaluate("node => node.matches('input[type=range]')"):
            continue
        (wanted if wanted.count() else control).first.click(force=True)
        expect(section).to_have_attribute("data-status", re.compile("loading|static"))
        expect(section).to_have_attribute("data-pending", "1")
        expect(section.locator("[data-view]")).not_to_have_text(re.compile("^$"))
        assert section.locator("[data-view]").inner_html() != first, f"{name}: {key}"


# Values pointed at in any chart that stand on a name, on each other, or out of the window.
UNREADABLE = """() => {
  const seen = (node) => node.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const across = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const down = (a, b) => Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  const on = (a, b) => across(a, b) > 2 && down(a, b) > 3;
  const columns = [...document.querySelectorAll(".plot .column")].filter(seen);
  return { asked: columns.length, found: columns.flatMap((column) => {
    column.focus();
    const names = [...column.closest(".plot").querySelectorAll(".name")].filter(seen);
    const values = [...column.querySelectorAll(".column-value")];
    return values.flatMap((value, at) => {
      const box = value.getBoundingClientRect();
      const under = [...names, ...values.slice(at + 1)].filter((other) => on(box, other.getBoundingClientRect()));
      const out = box.left < 0 || box.right > innerWidth ? ["the window's edge"] : [];
      const told = [...under.map((other) => other.textContent), ...out];
      return told.map((what) => `${value.textContent} on ${what}: ${column.ariaLabel}`);
    });
  }) };
}"""


@pytest.mark.parametrize("size", VIEWPORTS)
def test_the_values_of_every_chart_can_be_read_where_they_are_pointed_at(page, size):
    page.set_viewport_size(VIEWPORTS[size])
    asked = 0
    for address in WITH_WIDGETS:
        page.goto(address)
        answer = page.evaluate(UNREADABLE)
        assert answer["found"] == [], address
        asked += answer["asked"]
    assert asked > 0
    page.goto("03-reward-model/")
    figure = Figure(page, "preference-labeling").ready()
    for labels in range(1, 8):  # lines that have only begun
        figure.button("A is better").click()
        settle(figure.section)
        for section in figures(page):  # those that follow, too
            settle(section)
        assert page.evaluate(UNREADABLE)["found"] == [], labels


def test_a_charts_numbers_for_the_ear_follow_what_is_seen(page, context):
    """They are put in once a click's answer is painted; when another view has come by then, they are that one's."""
    context.route("**/pyodide.asm.wasm", lambda route: None)
    page.goto("03-reward-model/")
    figure = Figure(page, "reward-hacking")
    figure.section.scroll_into_view_if_needed()
    table = figure.view.locator("table.visually-hidden")
    first = table.text_content()
    wanted = page.evaluate(
        "html => new DOMParser().parseFromString(html, 'text/html').querySelector('table.visually-hidden').textContent",
        stored_views(figure.section)["length true"],
    )
    assert wanted != first
    figure.view.locator("[data-event=length]").check(force=True)
    expect(table).to_have_text(wanted)
    figure.button("Start over").click()
    expect(table).to_have_text(first)
    page.evaluate(
        """async () => {
            const section = document.querySelector("section[data-widget=reward-hacking]");
            const shown = new Promise((done) => {
                const what = { subtree: true, childList: true, characterData: true };
                new MutationObserver(done).observe(section.querySelector("[data-view]"), what);
            });
            section.querySelector("[data-event=length]").click();
            await shown;
            section.querySelector("[data-tool=reset]").click();
            await new Promise((done) => requestAnimationFrame(done));
            await new Promise((done) => requestIdleCallback(() => requestIdleCallback(done)));
        }"""
    )
    expect(table).to_have_text(first)


def test_a_hundred_fast_clicks_and_both_ends_of_the_temperature(page):
    page.goto("01-pre-trained/")
    figure = Figure(page, "raw-vs-aligned").ready()
    ask = figure.button("Ask again")
    for _ in range(100):
        ask.click(no_wait_after=True)
    heat = figure.section.get_by_role("slider", name="Temperature")
    for key in ("Home", "End"):
        heat.press(key)
        expect(figure.section).to_have_attribute("data-pending", "0")
    log = decode(figure.log())
    assert [event.name for event in log] == ["ask"] * 100 + ["heat"]


def test_a_figure_asked_before_it_has_followed_another_ends_up_with_both(page, content):
    """The reader labels, and asks something of the next figure before that one has heard of the label."""
    page.goto("03-reward-model/")
    labeling, hacking = Figure(page, "preference-labeling").ready(), Figure(page, "reward-hacking").ready()
    page.evaluate(
        """() => {
            document.querySelector("#preference-labeling [data-event=label]").click();
            const other = "input[type=radio][value=best_of_n], input[type=radio]:not(:checked)";
            document.querySelector("#reward-hacking").querySelector(other).click();
        }"""
    )
    settle(labeling.section)
    settle(hacking.section)
    session = on_cpython("reward-hacking", content, logs(page))
    assert len(session.log) == 1
    assert hacking.numbers() == pytest.approx(numbers(session.widget.html(session.state)), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("address", WITH_WIDGETS, ids=name_of)
def test_every_group_of_radio_buttons_shows_its_choice(page, address):
    """Figures on one page have groups of the same name; each figure's own keeps its choice. A guess has none before it
    is made.
    """
    page.goto(address)
    groups = page.evaluate(
        """() => [...document.querySelectorAll("section:not(.widget-aside) > [data-view]")].flatMap((view) => {
            const radios = [...view.querySelectorAll("input[type=radio]")];
            const names = [...new Set(radios.map(({ name }) => name))];
            return names.map((group) => radios.filter(({ name, checked }) => name === group && checked).length);
        })"""
    )
    assert set(groups) <= {1}


def test_another_figure_answers_while_long_work_goes_on(page):
    page.goto("04-dpo/")
    walks, drafts = Figure(page, "same-optimum").ready(), Figure(page, "constitution").ready()
    walks.button("Let both walk").click()
    expect(walks.button("Stop")).to_be_visible()
    drafts.button("Another draft").click()
    expect(drafts.section).to_have_attribute("data-pending", "0")
    expect(walks.section).to_have_attribute("data-pending", "1")
    walks.button("Stop").click()
    expect(walks.section).to_have_attribute("data-pending", "0")


def test_what_is_pressed_next_ends_long_work_also_before_that_has_begun(page):
    page.goto("04-dpo/")
    figure = Figure(page, "same-optimum").ready()
    figure.section.evaluate(
        "node => ['run', 'oracle'].forEach((name) => node.querySelector(`[data-event=${name}]`).click())"
    )
    expect(figure.section).to_have_attribute("data-pending", "0")
    run, oracle = decode(figure.log())
    assert run.name == "run" and run.steps < 10 and oracle.name == "oracle"


def test_a_stopped_run_leaves_a_figure_that_goes_on(page):
    page.goto("04-dpo/")
    figure = Figure(page, "same-optimum").ready()
    figure.button("Let both walk").click()
    figure.button("Stop").click()
    expect(figure.section).to_have_attribute("data-pending", "0")
    expect(figure.button("Stop")).to_be_hidden()
    event = decode(figure.log())[-1]
    assert event.name == "run" and event.steps
    figure.button("Undo").click()
    expect(figure.button("Let both walk")).to_be_visible()


def test_a_report_card_opens_from_its_link_in_a_clean_profile(page, browser, site_url):
    page.goto("03-reward-model/")
    figure = Figure(page, "preference-labeling").ready()
    for number in range(6):
        figure.button("AB"[number % 2] + " is better").click()
        expect(figure.view.get_by_text(f"Comparison {number + 2}")).to_be_visible()
    page.goto("05-summary/")
    card = Figure(page, "report-card").ready()
    expect(card.view.get_by_text("Trained on your 6 labels")).to_be_visible()
    seen = card.numbers()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    card.button("Copy a link to this card").click()
    expect(card.section.get_by_text(re.compile("The link to this state is"))).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()") or page.url
    clean = browser.new_context(base_url=site_url)
    stranger = clean.new_page()
    stranger.goto(link)
    other = Figure(stranger, "report-card").ready()
    expect(other.view.get_by_text("Trained on your 6 labels")).to_be_visible()
    assert other.numbers() == pytest.approx(seen, abs=1e-9)
    clean.close()


def test_without_labels_the_report_card_waits_and_says_for_whom(page):
    page.goto("05-summary/")
    card = Figure(page, "report-card").ready()
    expect(card.view.get_by_text("This card is waiting for you.")).to_be_visible()
    expect(card.section.get_by_role("link", name="Save as an image")).to_be_visible()
    card.section.get_by_role("link", name="Label a few answers in chapter 3").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The reward model, AI’s “taste”")


def test_the_quiz_by_keyboard(page):
    page.goto("05-summary/")
    quiz = Figure(page, "quiz").ready()
    quiz.section.get_by_role("button").filter(has_text="it says what is likely").focus()
    page.keyboard.press("b")
    expect(quiz.view.get_by_text("Right.")).to_be_visible()
    expect(quiz.section.get_by_role("link", name="Where chapter 1 shows it")).to_have_attribute(
        "href", "../01-pre-trained/#raw-vs-aligned"
    )
    page.keyboard.press("n")
    expect(quiz.view.get_by_text("Question 2 of 11")).to_be_visible()
    page.keyboard.press("c")
    expect(quiz.view.get_by_text("Not quite.")).to_be_visible()
    expect(quiz.view.get_by_text("1 of 2 so far")).to_be_visible()


def test_a_guess_made_where_a_chapter_opens_counts_in_the_quiz(page):
    page.goto("01-pre-trained/")
    guess = Figure(page, "prediction")
    guess.section.get_by_role("radio", name="About three").check()
    expect(guess.view.get_by_text("Kept.")).to_be_visible()
    guess.ready()
    page.goto("02-three-steps/")
    expect(Figure(page, "prediction").ready().view.get_by_text("Guess before you read on.")).to_be_visible()
    page.goto("05-summary/")
    quiz = Figure(page, "quiz").ready()
    expect(quiz.view.get_by_text("Your guesses: 1 of 1 were right")).to_be_visible()


def test_a_link_shows_the_same_to_a_reader_who_has_labels_and_leaves_those_alone(page):
    page.goto("03-reward-model/")
    labeling = Figure(page, "preference-labeling").ready()
    for number in range(3):
        labeling.button("A is better").click()
        expect(labeling.view.get_by_text(f"Comparison {number + 2}")).to_be_visible()
    mine = labeling.log()
    page.goto("teaching/")
    page.get_by_role("link", name="to the peak").click()
    hacking = Figure(page, "reward-hacking").ready()
    expect(hacking.section.get_by_text("This figure shows a linked state")).to_be_visible()
    expect(hacking.view.get_by_text("You have not labelled anything yet")).to_be_visible()
    assert labeling.log() == mine
    hacking.button("Start from the beginning").click()
    expect(labeling.button("Back to mine"), "what it builds on is the reader's own again").to_have_count(0)
    expect(labeling.view.get_by_text("Comparison 4")).to_be_visible()
    expect(hacking.view.get_by_text("You have not labelled anything yet")).to_have_count(0)


def test_the_cover_offers_to_go_on(page):
    page.goto("")
    expect(page.get_by_role("link", name="Continue with")).to_have_count(0)
    page.goto("03-reward-model/")
    page.goto("")
    page.get_by_role("link", name="Continue with chapter 3").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The reward model, AI’s “taste”")


def test_a_teachers_link_opens_the_state_that_it_names(page):
    page.goto("teaching/")
    page.get_by_role("link", name="no leash at all").click()
    figure = Figure(page, "pipeline-stepper").ready()
    expect(figure.view.get_by_text("No leash: true quality was")).to_be_visible()
    expect(figure.section.get_by_text("This figure shows a linked state")).to_be_visible()


def test_labels_go_out_and_come_back_as_json_lines(page, tmp_path):
    page.goto("03-reward-model/")
    figure = Figure(page, "preference-labeling").ready()
    for number in range(3):
        figure.button("A is better").click()
        expect(figure.view.get_by_text(f"Comparison {number + 2}")).to_be_visible()
    figure.open("More labels")
    taught = figure.section.get_by_role("table", name=re.compile("Learned weight")).inner_text()
    with page.expect_download() as saving:
        figure.section.get_by_role("link", name="Export your 3 labels").click()
    path = tmp_path / "labels.jsonl"
    saving.value.save_as(path)
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert len(rows) == 3 and all(set(row) == {"prompt", "chosen", "rejected"} for row in rows)
    path.write_text(path.read_text() + "<script>alert(1)</script>\n")
    figure.button("Start over").click()
    expect(figure.view.get_by_text("Comparison 1")).to_be_visible()
    figure.section.get_by_label("Import a file").set_input_files(path)
    expect(figure.view.get_by_text("3 comparisons came from")).to_be_visible()
    expect(figure.view.get_by_text("1 record could not be used. Why?")).to_be_visible()
    assert figure.section.get_by_role("table", name=re.compile("Learned weight")).inner_text() == taught
