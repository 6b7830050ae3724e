"""Parts: what is drawn is to scale, what is drawn is also said, and controls send what they say."""

import base64
import itertools
import json
import math
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.kit.markup import parsed
from widgets.kit import parts
from widgets.kit.parts.faders import Channel, Handle, Scale, faders


def bar_of(row):
    """From where to where a row's bar goes, and where its zero is."""
    fill, zero = row.one("rect", "bar-fill"), row.one("line", "bar-zero")
    start, width = float(fill["x"]), float(fill["width"])
    return start, start + width, float(zero["x1"])


class TestAmounts:
    @given(st.lists(st.tuples(st.floats(-50, 50), st.floats(0, 5)), min_size=1, max_size=6))
    def test_bars_are_to_one_scale_from_a_zero_in_the_middle_and_hold_their_whiskers(self, rows):
        html = parsed(parts.bars([parts.Bar(f"{place}", *row) for place, row in enumerate(rows)], "Weights"))
        reach = max(1.0, *(abs(value) + 2 * deviation for value, deviation in rows))
        for row, (value, deviation) in zip(html.one("tbody").all("tr"), rows, strict=True):
            start, end, zero = bar_of(row)
            assert zero == 50 and end - start == pytest.approx(50 * abs(value) / reach, abs=0.02)
            assert (end if value < 0 else start) == pytest.approx(50, abs=0.02)
            assert [float(each["value"]) for each in row.all("data")] == [value] + [2 * deviation] * (deviation > 0)
            if deviation > 0:
                low, high = row.one("path", "bar-whisker")["d"][1:].split("M")[0].split(" 6H")
                wanted = [50 + 50 * (value + side * 2 * deviation) / reach for side in (-1, 1)]
                assert [float(low), float(high)] == pytest.approx(wanted, abs=0.02)

    def test_a_bar_says_its_number_with_sign_and_deviation(self):
        row = parsed(parts.bars([parts.Bar("flattery", -0.8, 0.2, "Praise."), parts.Bar("steps", 0.3)], "Weights"))
        first, second = row.one("tbody").all("tr")
        assert first.one("th").text == "flattery" and first.one("th")["title"] == "Praise."
        assert first.one("td", "bar-value").text == "−0.80 ± 0.40" and second.one("td", "bar-value").text == "+0.30"
        assert "title" not in second.one("th") and not second.all("path") and row.one("caption").text == "Weights"

    def test_shares_begin_at_zero_and_end_at_the_longest_or_later(self):
        compared = parts.Bar("rude", 0.3, tone="raw", whose="before"), parts.Bar("rude", 0.1, tone="aligned")
        html = parsed(parts.shares([compared, parts.Bar("good", 2.0)], "Of 200", texts=True))
        two, one = html.one("tbody").all("tr")
        assert [float(fill["width"]) for fill in html.all("rect", "bar-fill")] == [15, 5, 100]
        assert [float(fill["x"]) for fill in html.all("rect", "bar-fill")] == [0, 0, 0]
        assert two.one("td", "bar-value").text == "30 % before10 % aligned" and "bars-pair" in two.classes
        assert one.one("td", "bar-value").text == "200 %" and "bars-pair" not in one.classes
        assert "bars-texts" in html.one("table").classes
        short = parsed(parts.shares([parts.Bar("good", 0.1)], "Few", most=0.2, format=lambda share: f"{share:g}"))
        assert float(short.one("rect", "bar-fill")["width"]) == 50 and short.one("td", "bar-value").text == "0.1"
        assert "bars-texts" not in short.one("table").classes

    def test_a_gauge_is_drawn_and_said_and_its_reason_is_one_tap_away(self):
        html = parsed(parts.gauge("Helpful", 0.8, "mostly", "aligned", why="Four steps."))
        meter = html.one("svg")
        said = {name: meter[f"aria-{name}"] for name in ("label", "valuemin", "valuemax", "valuetext")}
        assert said == {"label": "Helpful", "valuemin": "0", "valuemax": "1", "valuetext": "mostly"}
        assert meter["role"] == "meter" and float(meter["aria-valuenow"]) == 0.8
        assert meter.one("rect")["width"] == "80.00%" and html.one("details").one("p").text == "Four steps."
        assert not parsed(parts.gauge("Helpful", 0.8, "mostly")).all("details")

    def test_progress_is_a_share_of_one_or_not_known(self):
        known, unknown = (parsed(parts.progress("Training", share)) for share in (0.4, None))
        assert float(known.one("progress")["value"]) / float(known.one("progress")["max"]) == 0.4
        assert known.text == "Training, 40 %" and unknown.text == "Training" and "value" not in unknown.one("progress")


class TestControls:
    def test_a_button_sends_its_event_and_value_and_tells_its_keys(self):
        html = parsed(
            parts.button("A is better", "label", ("r1", "ä", 2), key="a arrowleft", sign="dice", pressed=True)
        )
        button = html.one("button")
        assert button["data-event"] == "label" and json.loads(button["data-value"]) == ["r1", "ä", 2]
        assert button["data-key"] == "a arrowleft" and button["aria-keyshortcuts"] == "A ArrowLeft"
        assert button["aria-pressed"] == "true" and button["type"] == "button" and "disabled" not in button
        assert button.one("kbd").text == "A" and button.one("svg")["aria-hidden"] == "true"

    def test_a_plain_button_carries_nothing_that_it_does_not_mean(self):
        button = parsed(parts.button("Go", "go", key="escape", disabled=True)).one("button")
        assert button["aria-keyshortcuts"] == "Escape" and "disabled" in button
        assert not {"data-value", "aria-pressed"} & set(button.attributes) and not button.all("svg")
        assert "data-key" not in parsed(parts.button("Go", "go")).one("button")

    def test_controls_stand_in_a_row_in_their_order(self):
        row = parsed(parts.buttons(parts.button("Ask", "ask"), parts.switch("greedy", "Likeliest", True)))
        assert [each.tag for each in row.one("div", "buttons").inside] == ["button", "label"]

    @pytest.mark.parametrize("chosen", ["dog", None])
    def test_of_chips_and_cards_one_is_chosen_or_none(self, chosen):
        options = {"dog": "The dog", "cat": "The <cat>"}
        faces = {"dog": parts.Card("The dog", "It barks.", "data"), "cat": parts.Card("The <cat>")}
        for html in (
            parsed(parts.chips("question", "Ask about", options, chosen)),
            parsed(parts.cards("question", "Ask about", faces, chosen)),
        ):
            radios = html.all("input")
            assert [radio["value"] for radio in radios] == ["dog", "cat"] and html.one("legend").text == "Ask about"
            assert {(radio["type"], radio["data-event"], radio["name"]) for radio in radios} == {
                ("radio", "question", "question")
            }
            assert [radio["value"] for radio in radios if "checked" in radio] == [chosen] * (chosen is not None)
            assert [label.text.replace("It barks.", "") for label in html.all("label")] == ["The dog", "The <cat>"]

    def test_a_slider_has_its_range_and_says_its_value_in_words(self):
        html = parsed(parts.slider("beta", "Leash", 0.25, 0.01, 1, 0.01, "0.25, loose", ends=("none", "tight")))
        found = html.one("input")
        assert [float(found[name]) for name in ("min", "value", "max", "step")] == [0.01, 0.25, 1, 0.01]
        assert found["type"] == "range" and found["data-event"] == "beta"
        assert found["aria-valuetext"] == "0.25, loose" == html.one("span", "slider-reading").text
        assert [end.text for end in html.one("span", "slider-ends").all("span")] == ["none", "tight"]
        assert not parsed(parts.slider("beta", "Leash", 1, 0, 2, 1, "1")).all("span", "slider-ends")

    @given(st.floats(0.001, 10), st.floats(1.5, 1000), st.integers(1, 60))
    def test_a_logarithmic_scales_steps_are_equal_factors_and_its_ticks_are_the_nearest(self, low, factor, ticks):
        scale = parts.LogScale(low, low * factor, ticks)
        values = [scale[tick] for tick in range(ticks + 1)]
        assert values[0] == pytest.approx(low) and values[-1] == pytest.approx(low * factor)
        for before, after in itertools.pairwise(values):
            assert after / before == pytest.approx(factor ** (1 / ticks))
        assert [scale.tick(value) for value in values] == list(range(ticks + 1))
        assert scale.tick(low / 9) == 0 and scale.tick(low * factor * 9) == ticks

    def test_switches_are_on_or_off(self):
        on, off = (parsed(parts.switch("leash", "KL penalty", state)).one("input") for state in (True, False))
        assert "checked" in on and "checked" not in off and on["role"] == "switch" and on["data-event"] == "leash"
        assert "disabled" in parsed(parts.switch("leash", "KL penalty", True, disabled=True)).one("input")

    def test_what_was_typed_is_there_again_to_the_letter(self):
        typed = '\nTwo\nlines <b> & "more"'
        area = parsed(parts.field("answer", "Your answer", typed, 500, rows=3, hint="Go on.")).one("textarea")
        assert area.text == "\n" + typed, "a parser drops the first newline of a text area"
        assert (area["rows"], area["maxlength"], area["placeholder"]) == ("3", "500", "Go on.")
        line = parsed(parts.field("answer", "Your answer", 'a "b"', 20)).one("input")
        assert (line["value"], line["maxlength"], line["type"]) == ('a "b"', "20", "text") and "placeholder" not in line

    def test_files_are_chosen_and_saved(self):
        chosen = parsed(parts.file_field("files", "Open files", several=True)).one("input")
        assert (chosen["type"], chosen["data-event"]) == ("file", "files") and "multiple" in chosen
        assert "multiple" not in parsed(parts.file_field("files", "Open a file")).one("input")
        saving = parsed(parts.save_button("Save it", "clean", disabled=True)).one("button")
        assert (saving["data-tool"], saving["data-what"]) == ("save", "clean") and "disabled" in saving

    def test_a_download_holds_its_text(self):
        link = parsed(parts.download("Zoë: 1 < 2\n", "labels.jsonl", "Save", media="application/json")).one("a")
        head, _, body = link["href"].partition(";base64,")
        assert head == "data:application/json;charset=utf-8" and link["download"] == "labels.jsonl"
        assert base64.b64decode(unquote(body)).decode() == "Zoë: 1 < 2\n"

    @pytest.mark.parametrize("step", [0, 1, 2])
    def test_a_stepper_goes_back_and_on_within_its_steps(self, step):
        html = parsed(parts.stepper(("SFT", "Reward", "PPO"), step, done=[0], ready=step == 1, keys=("b", "n")))
        steps, (back, on) = html.all("button", "step"), html.one("div", "stepper-walk").all("button")
        assert [json.loads(each["data-value"]) for each in steps] == [0, 1, 2]
        assert [place for place, each in enumerate(steps) if "aria-current" in each] == [step]
        assert ["done" in each.text for each in steps] == [True, False, False]
        assert html.one("span", "stepper-count").text == f"Step {step + 1} / 3"
        assert ("disabled" in back, "disabled" in on) == (step == 0, step == 2)
        assert [json.loads(each["data-value"]) for each in (back, on)] == [max(step - 1, 0), min(step + 1, 2)]
        assert ("button-primary" in on.classes) == (step == 1) and (back["data-key"], on["data-key"]) == ("b", "n")
        assert {each["data-event"] for each in (*steps, back, on)} == {"step"}


class TestTokens:
    MARKED = (
        parts.Token("Great!", 0.25),
        parts.Token("Read.", state="inserted"),
        parts.Token("lol", state="removed", note="It is rude."),
        parts.Token("Wow", state="exploited"),
        "plain",
    )

    def test_what_is_marked_is_heard_and_how_likely_a_token_was_is_drawn_and_said(self):
        html = parsed(parts.tokens(self.MARKED, "An answer"))
        pills = html.all("span", "token")
        assert [pill.text for pill in pills] == [
            "Great!, 25 %",
            "added: Read.",
            "removed: lol",
            "said for the score: Wow",
            "plain",
        ]
        assert pills[0].one("rect", "token-bar-share")["width"] == "25.0" and pills[2]["title"] == "It is rude."
        assert (html.one("ins").text, html.one("del").text, html.one("mark").text) == ("Read.", "lol", "Wow")
        assert html.one("ol")["aria-label"] == "An answer" and "id" not in html.one("ol") and not html.all("button")

    def test_tokens_that_can_be_looked_at_send_their_places(self):
        html = parsed(
            parts.tokens(["a", "b"], "It’s", event="look", chosen=1, turn="4 x", value=lambda at: ("raw", at))
        )
        assert [json.loads(pill["data-value"]) for pill in html.all("button")] == [["raw", 0], ["raw", 1]]
        assert [pill["aria-pressed"] for pill in html.all("button")] == ["false", "true"]
        assert html.one("ol")["id"] == "it-s-4-x" and "tokens-arrive" in html.one("ol").classes


class TestFrames:
    def test_panels_name_what_is_in_them(self):
        html = parsed(parts.panels(parts.panel("What it learned", "Bars.", class_="panel-wide"), parts.panel("More")))
        assert [each["aria-label"] for each in html.all("div", "panel")] == ["What it learned", "More"]
        assert ["panel-wide" in each.classes for each in html.all("div", "panel")] == [True, False]

    def test_an_answer_is_quoted_with_who_says_it_and_what_was_judged(self):
        html = parsed(parts.versus(parts.response("A", "Hello.", "Foot.", marked="chosen", who="☺", faint=True)))
        answer = html.one("div", "answer")
        assert answer.one("blockquote").one("p").text == "Hello." and answer.text.endswith("Foot.")
        assert answer.one("p", "answer-title").text == "☺Achosen" and answer["aria-label"] == "A"
        assert {"answer-marked", "answer-faint"} <= set(answer.classes)
        plain = parsed(parts.response("B", parts.tokens(["x"], "B’s"))).one("div", "answer")
        assert not plain.one("blockquote").all("p") and not {"answer-marked", "answer-faint"} & set(plain.classes)

    def test_a_question_may_have_words_above_it(self):
        assert parsed(parts.question("Why?", "Pair 3")).one("span", "question-count").text == "Pair 3"
        assert parsed(parts.question("Why?")).text == "Why?"

    @pytest.mark.parametrize(("kind", "role"), [("info", "status"), ("warn", "status"), ("error", "alert")])
    def test_only_an_error_interrupts(self, kind, role):
        assert parsed(parts.message(kind, "Mind.")).one("p")["role"] == role
        assert parsed(parts.message(kind, "Mind.", who="☺")).one("span", "beside").text == "☺Mind."

    def test_what_is_folded_says_what_it_holds(self):
        sealed = parsed(parts.disclosure("Peek?", "A."))
        assert (
            sealed.one("summary").text == "Peek?"
            and sealed.one("div").text == "A."
            and "open" not in sealed.one("details")
        )
        drawer = parsed(parts.drawer("Labels", "from a file", "Here.", class_="wide"))
        assert drawer.one("summary").text == "Labelsfrom a file" and drawer.one("div")["aria-label"] == "Labels"
        assert "wide" in drawer.one("details").classes

    def test_where_there_is_nothing_a_sign_and_words_stand(self):
        html = parsed(parts.empty("Label first.", sign="judge", who="☺"))
        assert html.one("p").text == "Label first." and html.one("svg") and html.text == "☺Label first."

    def test_a_table_names_its_rows_and_columns(self):
        html = parsed(parts.table("Costs", ("", "RLHF", "DPO"), [("models", 4, 2), ("labels", 9, 9)], chosen=1))
        assert [cell.text for cell in html.one("thead").all("th")] == ["RLHF", "DPO"]
        rows = html.one("tbody").all("tr")
        assert [row.one("th").text for row in rows] == ["models", "labels"]
        assert [[cell.text for cell in row.all("td")] for row in rows] == [["4", "2"], ["9", "9"]]
        assert ["aria-current" in row for row in rows] == [False, True]
        region = html.one("div", "table-frame")
        assert (region["role"], region["tabindex"], region["aria-label"]) == ("region", "0", "Costs")


class TestWords:
    @pytest.mark.parametrize(
        ("value", "said"),
        [(-0.5, "−0.50"), (0.004, "0.00"), (-0.004, "0.00"), (2, "2.00"), (1e9, "1000000000.00")],
    )
    def test_a_number_has_a_real_minus_and_a_zero_no_sign(self, value, said):
        assert parts.shown(value) == said and parts.shown(value, signed=True).lstrip("+") == said
        assert parts.shown(value, signed=True).startswith("+") == (value >= 0.005)

    @pytest.mark.parametrize(
        ("value", "said"),
        [(0, "0 %"), (1e-9, "<1 %"), (0.01, "1 %"), (0.5, "50 %"), (0.99, "99 %"), (0.995, ">99 %"), (1, "100 %")],
    )
    def test_nothing_but_none_is_0_percent_and_nothing_but_all_100(self, value, said):
        assert parts.percent(value).replace("\u00a0", " ") == said

    def test_lists_and_counts(self):
        assert [parts.listed(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
            "",
            "a",
            "a and b",
            "a, b and c",
        ]
        assert [parts.counted(count, "label") for count in (0, 1, 1200)] == ["0 labels", "1 label", "1,200 labels"]

    def test_the_exact_number_is_there_for_machines(self):
        assert float(parsed(parts.number(1 / 3, 1)).one("data")["value"]) == 1 / 3
        assert parsed(parts.number(1 / 3, 1)).text == "0.3"

    def test_what_changes_is_announced_and_remarks_are_not(self):
        for part in (parts.reading("Three."), parts.live("B was chosen.")):
            assert "data-live" in parsed(part).one("p")
        assert "data-live" not in parsed(parts.note("Aside.")).one("p")
        assert "visually-hidden" in parsed(parts.live("B.")).one("p").classes


class TestFlow:
    def test_what_flows_is_drawn_between_stages_and_heard(self):
        stages = [
            parts.Stage("People", "human", "write", "answers"),
            parts.Stage("Model", parts.Face("box"), tone="raw"),
        ]
        html = parsed(parts.flow(stages, "SFT", 1, back="and again"))
        first, second, back = html.one("ol").all("li")
        assert first.one("div", "flow-arrow").text == "gives answers" and not second.all("div", "flow-arrow")
        assert back.text == "and back to the first: and again" and "flow-round" in html.one("ol").classes
        assert ["aria-current" in stage for stage in (first, second)] == [False, True]
        assert "flow-round" not in parsed(parts.flow(stages, "SFT")).one("ol").classes


class TestFaders:
    @given(st.floats(-30, 10))
    def test_a_tenfold_level_is_one_step_higher_and_the_ends_hold(self, log):
        scale = Scale(5, 1)
        assert scale.place(math.log(10)) == 100 and scale.place(-5 * math.log(10)) == pytest.approx(0)
        inside = -5 * math.log(10) <= log <= 0
        assert not inside or scale.place(log + math.log(10)) - scale.place(log) == pytest.approx(100 / 6)
        assert 0 <= scale.place(log) <= 100

    def test_a_channel_is_drawn_where_it_is_and_its_push_points_where_it_would_go(self):
        tenth = -math.log(10)
        html = parsed(faders([Channel("A", "Hi.", tenth, "10 %", 2 * tenth, 0.0, note="Up.", lit=True)], "Levels"))
        assert float(html.one("rect", "fader-level")["width"]) == pytest.approx(400 / 6, abs=0.01)
        assert float(html.one("path", "fader-start")["d"][1:].split(" ")[0]) == pytest.approx(50)
        start, _, rest = html.one("path", "fader-push")["d"][1:].partition(" 3.5H")
        assert (float(start), float(rest.split("m")[0])) == pytest.approx((50, 500 / 6), abs=0.01)
        assert rest.split("m")[1].startswith("-2 "), "the head points on"
        assert float(html.one("data")["value"]) == pytest.approx(0.1) and html.one("data").text == "10 %"
        assert html.one("span", "fader-note").text == "Up." and "fader-lit" in html.one("li").classes

    @pytest.mark.parametrize(("pushed", "head"), [(-8.0, "2 "), (-4.6, None)])
    def test_a_push_down_points_back_and_none_has_no_arrow(self, pushed, head):
        drawn = parsed(faders([Channel("A", "", -3, "", -4.6, pushed)], "Levels")).one("path", "fader-push")["d"]
        assert drawn == "" if head is None else drawn.split("m")[1].startswith(head)

    @pytest.mark.parametrize("on_track", [True, False])
    def test_a_handle_moves_its_channel(self, on_track):
        handle = Handle("reward_2", "Reward of C", 12, -80, 80, "+0.60", "reward", on_track)
        html = parsed(faders([Channel("C", "", 0.0, "100 %", handle=handle)], "Levels"))
        knob = html.one("input")
        assert [int(knob[name]) for name in ("min", "value", "max", "step")] == [-80, 12, 80, 1]
        assert (knob["data-event"], knob["aria-label"], knob["aria-valuetext"]) == ("reward_2", "Reward of C", "+0.60")
        assert bool(html.one("div", "fader-track").all("input")) == on_track
        assert len(html.all("span", "fader-handle")) == (not on_track) and not html.all("path", "fader-start")
