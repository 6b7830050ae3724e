"""Files of comparisons in the labelling figure: read whatever their format, and kept as what they taught."""

import base64
import itertools
import json

import numpy as np
import pytest

from tests.audit.corpus import CONTAINERS, FORMATS
from tests.audit.test_findings import written
from tests.chapters.test_data_audit import give, lines, plain
from widgets.chapters.imported import Imported, packed, unpacked
from widgets.chapters.json_lines import to_line
from widgets.chapters.preference_labeling import PreferenceLabeling
from widgets.core import reward_model
from widgets.core.features import extract
from widgets.core.reward_model import RewardModel
from widgets.kit import files
from widgets.kit.codec import decode, encode
from widgets.kit.events import Event, Rejected
from widgets.kit.session import Session


@pytest.fixture(autouse=True)
def _no_files():
    files.forget()
    yield
    files.forget()


@pytest.fixture(scope="module")
def widget(content):
    return PreferenceLabeling(content)


def annotated(widget, choices):
    session = Session(widget)
    for choice in choices:
        send(session, "label", (*session.state.pair, choice))
    return session


def send(session, name, value=None):
    list(session.send(Event(name, value)))
    return plain(session.widget.html(session.state))


def differences(pairs):
    return np.array([extract(pair.prompt, pair.chosen) - extract(pair.prompt, pair.rejected) for pair in pairs])


@pytest.mark.parametrize(
    "text", ["line\u2028separator\x85", "<b>\"q\"</b> & 'so'", "tab\tnew\nline\r\n\x00", "語🎉é", "\\u0041 \\ \\n"]
)
def test_a_written_line_is_one_line_and_comes_back_exactly(text):
    line = to_line("p", text, text)
    assert line.count("\n") == 1 and json.loads(line) == {"prompt": "p", "chosen": text, "rejected": text}


def test_a_file_teaches_what_its_comparisons_teach(widget):
    pairs = list(written(80))
    session = Session(widget)
    said = send(session, "import", (give(lines(pairs)),))
    wanted = reward_model.fit(differences(pairs), np.ones(80))
    np.testing.assert_allclose(session.state.model.weights, wanted.weights, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(session.state.model.covariance, wanted.covariance, rtol=1e-4, atol=1e-6)
    assert "80 comparisons came from labels.jsonl." in said and session.state.counts.imported == 80
    assert "Kept is what it taught, the weights and how sure they are, and its name. Its text is not." in said


def test_what_is_exported_can_be_imported_and_teaches_the_same(widget):
    own = annotated(widget, "abbaabbab")
    session = Session(widget)
    send(session, "import", (give(widget.export(own.state).encode()),))
    np.testing.assert_allclose(session.state.model.weights, own.state.model.weights, atol=1e-5)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_teaches(widget, name):
    rows, write = FORMATS[name]
    session = Session(widget)
    send(session, "import", (give(CONTAINERS["gzip"](write(rows))),))
    assert session.state.counts.imported == len(rows) and session.state.imported.problems == ()


@pytest.mark.parametrize(("every", "near"), [(4, 0.25), (8, 0.25), (1000, 2.0)])
def test_labels_on_top_of_a_file_come_near_to_fitting_both_together(widget, every, near):
    """In standard deviations. Where all labels say the same of a feature, its weight’s likelihood is no bell at all."""
    pairs = list(written(300, wrong=set(range(1, 300, every)) if every < 300 else ()))
    session = annotated(widget, "abba")
    send(session, "import", (give(lines(pairs)),))
    for choice in "abab":
        send(session, "label", (*session.state.pair, choice))
    state = session.state
    both = np.concatenate([differences(pairs), state.differences])
    together = reward_model.fit(both, np.concatenate([np.ones(300), state.preferences]))
    off = np.abs(state.model.weights - together.weights) / np.sqrt(np.diag(together.covariance))
    assert len(state.preferences) == 8 and off.max() < near


def test_the_log_keeps_what_was_taught_and_a_replay_needs_no_file(widget):
    session = annotated(widget, "ab")
    send(session, "import", (give(lines(written(300))),))
    send(session, "label", (*session.state.pair, "a"))
    text = encode(session.log)
    assert len(text) < 1000 and "maybe" not in str(session.log)
    files.forget()
    again = Session(widget)
    list(again.replay(decode(text), messages := []))
    assert messages == []
    np.testing.assert_array_equal(again.state.model.weights, session.state.model.weights)
    assert again.state.counts == session.state.counts and again.state.pair == session.state.pair


def test_an_earlier_releases_log_with_a_files_text_still_opens_and_grows_short(widget):
    pairs = list(written(120))
    log = encode([Event("import", lines(pairs).decode())])
    session = Session(widget)
    list(session.replay(decode(log), messages := []))
    assert messages == [] and session.state.counts.imported == 120
    assert "120 comparisons came from the file." in plain(widget.html(session.state))
    assert len(encode(session.log)) < 800 < len(log)


def test_an_import_that_is_stopped_leaves_a_true_state_that_a_replay_finds_again(widget):
    own = annotated(widget, "a")
    pairs = list(written(3000))
    for step in (2, 4, 7):
        session = Session(widget)
        list(session.replay(own.log, []))
        running = session.send(Event("import", (give(lines(pairs)),)))
        list(itertools.islice(running, step))
        running.close()
        count = session.state.counts.imported
        assert 0 < count < 3000 and session.log[-1].steps is None
        wanted = reward_model.fit(differences(pairs[:count]), np.ones(count))
        np.testing.assert_allclose(session.state.imported.model.weights, wanted.weights, rtol=1e-5, atol=1e-6)
        assert "Stopped here, it knows nothing of the rest" in plain(widget.html(session.state))
        again = Session(widget)
        list(again.replay(decode(encode(session.log)), []))
        np.testing.assert_array_equal(again.state.model.weights, session.state.model.weights)


def test_progress_rises_while_a_file_is_read(widget):
    given = give(lines(written(3000)))
    steps = list(widget.run(widget.start(), Event("import", (given,))))
    shares = [widget.progress(step) for step in steps]
    assert len(steps) > 10 and shares == sorted(shares) and shares[-1] == 1.0


def test_a_file_without_comparisons_leaves_only_its_report(widget):
    session = annotated(widget, "a")
    before = session.state
    for data, said in (
        (b"nothing\n" * 4000, "No comparison was found."),
        (b"PAR1\x15\x04\x15\x10", "This is a Parquet file"),
    ):
        shown = send(session, "import", (give(data),))
        assert said in shown and shown.count("not JSON") <= 1 and "Forget the import" not in shown
        assert session.state.history == before.history and session.state.counts == before.counts


def test_what_could_not_be_used_is_one_message_however_many_lines_there_are(widget):
    session = Session(widget)
    shown = send(session, "import", (give(lines(written(30)) + b"broken\n" * 5000),))
    assert "5,000 records could not be used. Why?" in shown and "5,000 not JSON." in shown and len(shown) < 20_000


def test_other_languages_are_told_of(widget):
    session = Session(widget)
    data = "".join(to_line("質問", f"答えは{number}です。", "いいえ、違います。") for number in range(30))
    assert "don’t look English. Only English words are counted here" in send(session, "import", (give(data.encode()),))


def test_a_second_file_takes_the_place_of_the_first(widget):
    session = Session(widget)
    send(session, "import", (give(lines(written(60))),))
    send(session, "import", (give(lines(written(40, seed=2)), mark="2b"),))
    assert session.state.counts.imported == 40 and len(session.log) == 1
    send(session, "forget_import")
    assert session.state.counts.imported == 0 and not session.state.informed


def test_a_file_that_has_gone_is_asked_for(widget):
    session = Session(widget)
    given = give(b"x")
    files.forget()
    assert "“labels.jsonl” is not here any more: import it again." in send(session, "import", (given,))


def test_a_model_is_packed_to_four_bytes_a_number():
    rng = np.random.default_rng(1)
    root = np.tril(rng.normal(size=(10, 10))) + 3 * np.eye(10)
    model = RewardModel(rng.normal(size=10), root @ root.T)
    again = unpacked(packed(model))
    np.testing.assert_allclose(again.weights, model.weights, rtol=1e-6)
    np.testing.assert_allclose(again.covariance, model.covariance, rtol=1e-5, atol=1e-5)
    assert packed(again) == packed(unpacked(packed(again))) and len(packed(model)) < 360
    assert len(json.dumps(Imported("x" * 30, 10**6, model).value)) < 500


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        "\ud800",
        ["labels", 0, "x"],
        ["labels", 3, "not base64!"],
        ["labels", 3, base64.b64encode(b"\0" * 260).decode()],
        ["x" * 99, 3, "x"],
    ],
)
def test_what_is_no_import_is_refused(widget, value):
    with pytest.raises(Rejected, match="import: "):
        widget.check(Event("import", value))


def test_the_settings_name_the_file_as_the_prior(widget):
    session = Session(widget)
    shown = send(session, "import", (give(lines(written(30))),))
    assert "prior labels.jsonl" in shown and "what its 30 comparisons taught" in shown


def test_no_file_is_greyed_out_and_an_export_keeps_its_name(widget):
    html = widget.html(annotated(widget, "a").state)
    assert 'accept="' not in html and 'href="data:application/octet-stream;' in html
