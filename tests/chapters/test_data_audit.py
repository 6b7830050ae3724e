"""The page about the reader's own data, as a state machine."""

import itertools
import json
import re

import numpy as np
import pytest

from tests.audit.corpus import FORMATS, read
from tests.audit.test_findings import written
from widgets.chapters.data_audit import PARTS, DataAudit
from widgets.chapters.json_lines import to_line
from widgets.chapters.preference_labeling import PreferenceLabeling
from widgets.chapters.sample_set import BOTH, TURNED, TWICE, sample
from widgets.kit import files
from widgets.kit.codec import decode, encode
from widgets.kit.events import Event
from widgets.kit.session import Session


@pytest.fixture(autouse=True)
def _no_files():
    files.forget()
    yield
    files.forget()


@pytest.fixture
def session(content):
    return Session(DataAudit(content), {"preference-labeling": PreferenceLabeling(content).start()})


def give(data, name="labels.jsonl", mark="1a"):
    return files.hold(name, len(data), mark, lambda start, stop: data[start:stop])


def send(session, name, value=None):
    for _ in session.send(Event(name, value)):
        pass
    return session.widget.html(session.state)


def plain(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("\u00a0", " ")


def lines(pairs):
    return "".join(to_line(pair.prompt, pair.chosen, pair.rejected) for pair in pairs).encode()


@pytest.fixture
def opened(session):
    send(session, "files", (give(lines(written(120, wrong={5, 50}))),))
    return session


def test_before_a_file_it_says_what_it_takes_and_that_nothing_leaves(session):
    shown = plain(session.widget.html(session.state))
    assert "Open a file" in shown and "Try the sample set" in shown and "Nothing leaves your device" in shown
    assert 'accept="' not in session.widget.html(session.state)


def test_every_part_shows_what_was_found(opened):
    said = {part: plain(send(opened, "part", part)) for part in PARTS}
    assert "120 pairs, each with a winner." in said["glance"]
    assert "Hedging counts against it" in said["rewards"] and "Longer is chosen" in said["rewards"]
    assert "by length alone in" in said["learns"] and "maybe" in said["learns"]
    assert "The answers may be offensive" in said["wrong"]
    assert "the hurried reader" in said["book"] and "Label some pairs in chapter 3" in said["book"]
    assert "Save the report" in said["take"]


def test_answers_stay_folded_until_they_are_asked_for(opened):
    pair = opened.state.opened.tally.shelf[opened.state.doubt.place]
    for part in PARTS:
        assert pair.chosen[:20] not in plain(send(opened, "part", part))
    send(opened, "part", "wrong")
    shown = send(opened, "unfold", True)
    assert pair.chosen.split()[0] in plain(shown)
    assert re.search(r'<mark class="word-against word-3" title="-[\d.]+">maybe</mark>', shown)


def test_wrong_labels_come_first_and_are_judged_one_after_the_other(opened):
    send(opened, "part", "wrong")
    records = [opened.state.doubts[place].record for place in (0, 1)]
    assert set(records) == {5, 50}
    send(opened, "verdict", (records[0], "flip"))
    assert opened.state.at == 1
    shown = plain(send(opened, "verdict", (records[1], "drop")))
    assert "So far you have turned 1 label round and dropped 1 pair." in shown
    assert opened.state.changes == {records[0]: "flip", records[1]: "drop"}
    send(opened, "verdict", (records[1], "keep"))
    assert opened.state.changes == {records[0]: "flip"}


def test_the_cleaned_file_is_the_file_with_the_verdicts_and_nothing_else_changed(opened):
    data = lines(written(120, wrong={5, 50}))
    send(opened, "verdict", (5, "flip"))
    send(opened, "verdict", (50, "drop"))
    pieces = list(opened.widget.save(opened.state, "0"))
    rows = data.decode().split("\n")
    row = json.loads(rows[5])
    rows[5] = (
        rows[5].replace(json.dumps(row["chosen"]), "?").replace(json.dumps(row["rejected"]), json.dumps(row["chosen"]))
    )
    rows[5] = rows[5].replace("?", json.dumps(row["rejected"]), 1) if rows[5].count("?") == 1 else rows[5]
    saved = b"".join(piece.data for piece in pieces).decode().split("\n")
    assert pieces[0].name == "labels-cleaned.jsonl" and len(saved) == len(rows) - 1
    assert json.loads(saved[5]) == {**row, "chosen": row["rejected"], "rejected": row["chosen"]}
    assert saved[:5] == rows[:5] and saved[6:] == rows[6:50] + rows[51:]


def test_the_report_is_saved_with_numbers_and_without_answers(opened):
    (piece,) = opened.widget.save(opened.state, "report")
    assert piece.name == "report.md" and b"## What it rewards" in piece.data
    assert next(written(1)).chosen.encode() not in piece.data


def test_the_log_holds_no_text_and_a_reload_asks_for_the_file_and_goes_on_where_it_was(opened, content):
    data = lines(written(120, wrong={5, 50}))
    send(opened, "part", "wrong")
    send(opened, "verdict", (5, "flip"))
    text = encode(opened.log)
    assert len(text) < 200
    files.forget()
    again = Session(DataAudit(content), opened.inputs)
    list(again.replay(decode(text), messages := []))
    assert messages == []
    assert "You looked into “labels.jsonl” here." in plain(again.widget.html(again.state))
    send(again, "files", (give(data, "renamed.jsonl"),))
    assert again.state.changes == {5: "flip"} and again.state.part == "wrong"
    assert "So far you have turned 1 label round" in plain(again.widget.html(again.state))


def test_another_file_begins_anew(opened):
    send(opened, "verdict", (5, "flip"))
    send(opened, "files", (give(lines(written(60, seed=2)), mark="2b"),))
    assert opened.state.changes == {} and opened.state.found.glance.pairs == 60


def test_reading_can_be_stopped_and_goes_by_what_was_read_also_when_replayed(session, content):
    data = lines(written(3000))
    given = give(data)
    running = session.send(Event("files", (given,)))
    list(itertools.islice(running, 4))
    running.close()
    count = session.state.opened.pairs
    assert 20 < count < 3000 and f"Look into these {count:,} pairs" in session.widget.html(session.state)
    shown = plain(send(session, "go"))
    assert session.state.found.glance.pairs == count and "You stopped the reading there" in shown
    again = Session(DataAudit(content), session.inputs)
    list(again.replay(decode(encode(session.log)), messages := []))
    assert messages == [] and again.state.found.glance == session.state.found.glance


def test_learning_can_be_stopped_and_gone_on_with(session):
    running = session.send(Event("files", (give(lines(written(300))),)))
    for state in running:
        if state.found and state.found.rewards:
            break
    running.close()
    assert "Hedging counts against it" in plain(send(session, "part", "rewards"))
    assert "This is not found out yet" in plain(send(session, "part", "learns"))
    send(session, "go")
    assert session.state.found.done == 1.0


def test_a_file_is_read_once_whatever_else_changes(opened, content, monkeypatch):
    monkeypatch.setattr("widgets.chapters.data_audit.open_all", lambda sources: pytest.fail("read again"))
    again = Session(DataAudit(content), opened.inputs)
    list(again.replay(opened.log, []))
    assert again.state.found is opened.state.found


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PAR1\x15\x04\x15\x10", "This is a Parquet file"),
        (b"nothing\nat all\n", "No comparison was found."),
        (b"", "The file is empty."),
        (
            FORMATS["trl standard"][1](FORMATS["trl standard"][0]).encode(),
            "From fewer than 20 there is too little to learn.",
        ),
    ],
    ids=["parquet", "prose", "empty", "few"],
)
def test_a_file_that_teaches_nothing_says_why(session, data, said):
    send(session, "files", (give(data),))
    assert said in plain(send(session, "part", "rewards"))


def test_what_could_not_be_used_is_told_with_its_cure(session):
    shown = plain(send(session, "files", (give(lines(written(40)) + b"broken\n" * 7),)))
    assert "of which 7 could not be used" in shown and "7 not JSON." in shown and "Record 41" in shown


def test_a_file_that_goes_away_while_it_is_read_is_told(session):
    data = lines(written(3000))

    def read(start, stop):
        if start:
            raise OSError
        return data[start:stop]

    given = files.hold("labels.jsonl", len(data), "3c", read)
    assert "it was changed or moved. Choose it again." in plain(send(session, "files", (given,)))


def test_the_sample_has_the_faults_that_it_says_and_they_are_found(session, content):
    made = sample(content)
    _, reading = read(made.text.encode())
    assert len(made.turned) == TURNED and reading.problems.counts == {}
    send(session, "sample")
    seen = session.state.found.glance
    assert (seen.repeats.again, seen.repeats.both) == (TWICE, BOTH)
    assert sum(doubt.record in made.turned for doubt in session.state.doubts[: 2 * TURNED]) >= TURNED - 3
    shown = plain(send(session, "part", "wrong"))
    assert f"Of the sample it is known: {TURNED} labels were turned round on purpose" in shown
    assert "length +1.2" in plain(session.widget.html(session.state))


def test_the_readers_own_weights_stand_beside_the_files(session, content):
    labeling = PreferenceLabeling(content)
    state = labeling.start()
    for _ in range(12):
        state = labeling.settle(state, Event("label", (*state.pair, "a")))
    own = Session(DataAudit(content), {"preference-labeling": state})
    send(own, "sample")
    shown = plain(send(own, "part", "book"))
    assert "You are who labelled in" in shown and " you " in shown
    assert np.isfinite(own.state.taste.model.weights).all()
