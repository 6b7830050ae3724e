"""Files of comparisons, as the labelling figure reads and writes them."""

import itertools
import json
import time

import numpy as np
import pytest

from widgets.chapters.json_lines import LONGEST_FILE, LONGEST_TEXT, TURN_CHARACTERS, Reading, to_line
from widgets.chapters.preference_labeling import PreferenceLabeling
from widgets.core import reward_model
from widgets.core.features import extract
from widgets.kit.codec import decode, encode
from widgets.kit.events import Event, Rejected
from widgets.kit.session import Session

PROMPT = "How can I improve my writing?"


@pytest.fixture(scope="module")
def widget(content):
    return PreferenceLabeling(content)


def lines(count, chosen="Read your draft aloud."):
    return "".join(to_line(PROMPT, f"{chosen} {number}", "Great question!") for number in range(count))


def read(text):
    """A file read to its end."""
    reading = Reading(text)
    list(reading)
    return reading.so_far(reading.lines)


def imported(widget, state, text):
    return widget.settle(state, widget.check(Event("import", text)))


def annotated(widget, choices):
    state = widget.start()
    for choice in choices:
        state = widget.settle(state, Event("label", (*state.pair, choice)))
    return state


def test_what_is_exported_can_be_imported_and_teaches_the_same(widget):
    state = annotated(widget, "abbaabbab")
    back = imported(widget, widget.start(), widget.export(state))
    np.testing.assert_allclose(back.model.weights, state.model.weights, atol=1e-6)
    assert back.imported.problems == () and back.counts.imported == 9
    assert widget.export(annotated(widget, ("tie", "skip"))) == ""


@pytest.mark.parametrize(
    "text",
    [
        "line\u2028separator\x85 and\u2029more",
        "<b>\"quoted\"</b> & 'so'",
        "tab\tnew\nline\r\n\x00",
        "語🎉é",
        "\\u0041 \\ \\n",
    ],
)
def test_any_text_goes_out_and_comes_back_exactly(text):
    line = to_line(PROMPT, f"Try it. {text}", text)
    assert line.count("\n") == 1 and json.loads(line) == {
        "prompt": PROMPT,
        "chosen": f"Try it. {text}",
        "rejected": text,
    }
    found = read(line * 2)
    assert found.problems == () and found.line == found.lines == 2
    np.testing.assert_array_equal(found.differences, [extract(PROMPT, f"Try it. {text}") - extract(PROMPT, text)] * 2)


def test_bad_lines_are_told_by_number_and_skipped(widget):
    good, long = to_line("p", "Try it today.", "lol").strip(), "a" * (LONGEST_TEXT + 1)
    bad = ["not json", '{"prompt": "p"}', "[1]", '{"prompt": "p", "chosen": 3, "rejected": "x"}', "", good]
    hostile = ["[" * 100_000, "9" * 10_000, '"\x00"', to_line("p", long, "lol").strip(), "9" * 200_001]
    state = imported(widget, widget.start(), "\n".join([good, *bad, *hostile]))
    assert len(state.imported.preferences) == 2
    assert state.imported.problems == (
        "Line 2 was skipped: it is not JSON.",
        "Line 3 was skipped: chosen is missing.",
        "Line 4 was skipped: it is not an object with prompt, chosen and rejected.",
        "Line 5 was skipped: chosen is not a text.",
        "Line 8 was skipped: it is nested more than 100 deep.",
        "Line 9 was skipped: it is not JSON.",
        "Line 10 was skipped: it is not JSON.",
        "Line 11 was skipped: chosen is longer than 10,000 characters.",
        "Line 12 was skipped: it is longer than 200,000 characters.",
    )
    html = widget.html(state)
    assert "Line 2 was skipped" in html and "… and 4 more." in html
    assert len(widget.settle(state, Event("forget_import")).preferences) == 0


def test_a_line_that_is_nested_deep_is_told_by_number():
    assert (
        read(
            to_line("p", '[{"' * 1000 + "\\", "lol")
            + json.dumps({"prompt": "p", "chosen": "a", "rejected": "b", "more": [[1], {}]})
        ).problems
        == ()
    )
    for line in ('"' + '\\"' * 5 + '",' + "[" * 101, '{"a": ' * 101, '["\\\\", ' * 101):
        assert read(line).problems == ("Line 1 was skipped: it is nested more than 100 deep.",)


def test_a_comparison_of_an_answer_with_itself_is_told_by_line(widget):
    found = read(lines(1) + to_line("p", "Try it.", "Try it."))
    assert found.problems == ("Line 2 was skipped: chosen and rejected are the same.",)
    assert found.came == "1 comparison came from the file."


def test_lines_end_at_newlines_alone():
    row = to_line("p", "One\u2028two\x85three.", "lol").strip()
    found = read(f"{row}\r\n{row}\r\n\r\n{row}")
    assert len(found.preferences) == 3 and found.problems == ()


def test_a_large_file_is_read_bit_by_bit_and_soon(widget):
    """10,000 lines: the page gets a turn at least every fifty, and what is beyond is left out and said."""
    began = time.process_time()
    steps = list(widget.run(widget.start(), Event("import", lines(10_050))))
    assert time.process_time() - began < 5
    assert len(steps) > 100 and len(steps[-1].imported.preferences) == 10_000
    assert steps[-1].imported.problems[0] == "The file has 10,050 lines; those after line 10,000 were left out."
    assert [widget.progress(step) for step in steps] == sorted(widget.progress(step) for step in steps)


def test_the_page_gets_its_turn_before_too_much_is_read():
    text = "".join(to_line("p", "x" * (997 * number % 9000), "") for number in range(1, 100))
    text += lines(200)
    found = text.split("\n")
    for start, stop in itertools.pairwise([0, *Reading(text)]):
        assert 1 <= stop - start <= 50
        assert stop - start == 1 or sum(map(len, found[start:stop])) <= TURN_CHARACTERS


@pytest.mark.parametrize(
    "text",
    [
        '{"prompt": "p", "chosen": "<script>alert(1)</script>", "rejected": "\\u0000\\ud800"}\n' * 300,
        ("[" * 5000 + "\n" + '{"a":' * 500 + "\n\x00\nnull\n1e999\n" + "9" * 4000 + "\n") * 300,
        "\n" * LONGEST_FILE,
        "[" * LONGEST_FILE,
        "9" * LONGEST_FILE,
        ('\\"' * 99_000 + "\n") * 20,
        to_line("p", ". " * (LONGEST_TEXT // 2), "\n" * LONGEST_TEXT) * 20,
    ],
    ids=["html", "nested", "newlines", "brackets", "digits", "quotes", "longest"],
)
def test_a_hostile_file_is_read_in_small_steps_and_does_no_harm(widget, text):
    steps, longest = widget.run(widget.start(), widget.check(Event("import", text))), 0.0
    clock = time.process_time()
    for state in steps:
        longest, clock = max(longest, time.process_time() - clock), time.process_time()
    assert longest < 0.25, "about 0.05 on a machine of its own"
    assert np.isfinite(state.model.weights).all() and state.imported.line == state.imported.lines
    assert "<script>" not in widget.html(state)


def test_an_import_that_is_stopped_leaves_a_true_state(widget):
    """Wherever it stops, the model goes by exactly what is told, with the reader's own label; and a replay stops there
    too.
    """
    own = annotated(widget, "a")
    text = lines(600) + "not json\n" + lines(399)
    for step in (1, 3, 8, 12, 15):
        session = Session(widget)
        session.state = own
        running = session.send(Event("import", text))
        list(itertools.islice(running, step))
        running.close()
        state, found = session.state, session.state.imported
        assert 0 < found.line < found.lines == 1000
        assert (
            len(found.preferences) == found.line - (found.line > 600)
            and len(state.preferences) == len(found.preferences) + 1
        )
        np.testing.assert_allclose(state.model.weights, reward_model.fit(state.differences, state.preferences).weights)
        told = (
            f"{len(found.preferences)} comparisons came from the file, from lines 1 to {found.line} of 1,000. "
            "Stopped here, it keeps these"
        )
        assert told in widget.html(state)
        assert state.pair == own.pair and len(state.history) == len(own.history) + 1
        assert session.log[-1].steps == step


def test_what_was_read_does_not_change_when_more_is_read(widget):
    steps = list(widget.run(widget.start(), Event("import", lines(400, "First, name the reader.") + lines(400))))
    for step in steps:
        np.testing.assert_array_equal(step.differences, steps[-1].differences[: len(step.differences)])


@pytest.mark.parametrize("character", ["a", '"', "語"])
def test_the_longest_import_is_kept_by_the_log(widget, character):
    event = widget.check(Event("import", character * LONGEST_FILE))
    assert decode(encode([event])) == (event,)


def test_a_file_that_is_too_long_is_refused_with_the_limit_and_a_cure(widget):
    with pytest.raises(
        Rejected, match=r"has 4,000,001 characters, and at most 4,000,000 can be imported\. .*Keep the first part"
    ):
        widget.check(Event("import", "a" * (LONGEST_FILE + 1)))
    with pytest.raises(Rejected, match=r"takes 16,000,002 bytes, and at most 15,000,000 can be kept"):
        widget.check(Event("import", "🎉" * LONGEST_FILE))


@pytest.mark.parametrize("value", [None, 7, "\ud800"])
def test_what_is_no_text_is_refused(widget, value):
    with pytest.raises(Rejected, match="import: got .*, expected a text"):
        widget.check(Event("import", value))


def test_many_files_never_fill_a_log_beyond_what_can_be_read(widget):
    session, file = Session(widget), "語" * 2_000_000
    for _ in range(2):
        list(session.send(Event("import", file)))
        list(session.send(Event("forget_import")))
    with pytest.raises(Rejected, match="Start over"):
        list(session.send(Event("import", file)))
    assert len(session.log) == 4 and decode(encode(session.log)) == tuple(session.log)
