"""A cleaned file differs from the one that came in nothing but the pairs that were changed."""

import gzip
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.audit.corpus import CONTAINERS, FORMATS, found, read
from widgets.audit.cleaning import cleaned
from widgets.audit.opening import Bytes


def rewritten(data, verdicts):
    return b"".join(piece for _, piece in cleaned(Bytes("file", data), verdicts))


def turned(pair):
    return pair.prompt, pair.before, pair.rejected, pair.chosen, pair.turns


# Formats in which a pair can be changed by itself.
OWN = {
    name: format
    for name, format in FORMATS.items()
    if not any(pair.fixed for pair in read(format[1](format[0]).encode())[0])
}


def test_nearly_every_format_can_be_changed():
    assert set(FORMATS) - set(OWN) == {"ranks", "scores", "kto"}


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("name", FORMATS)
def test_without_verdicts_nothing_changes(name, container):
    rows, write = FORMATS[name]
    data = CONTAINERS[container](write(rows))
    again = rewritten(data, {})
    assert (gzip.decompress(again) == gzip.decompress(data)) if "gzip" in container else again == data


@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize("record", [0, 1, -1])
def test_a_pair_that_is_turned_round_is_all_that_changes(name, record):
    rows, write = OWN[name]
    data = write(rows).encode()
    record %= len(rows)
    pairs, _ = read(data)
    after, reading = read(rewritten(data, {record: "flip"}))
    assert reading.problems.counts == {}
    assert [found(pair) for pair in after] == [turned(pair) if pair.record == record else found(pair) for pair in pairs]
    assert rewritten(rewritten(data, {record: "flip"}), {record: "flip"}) == data


@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize("records", [{0}, {1}, {-1}, {0, 1}, {0, 1, 2, 3}])
def test_a_pair_that_is_dropped_leaves_a_proper_file(name, records):
    rows, write = OWN[name]
    dropped = {record % len(rows) for record in records}
    data = rewritten(write(rows).encode(), dict.fromkeys(dropped, "drop"))
    after, reading = read(data)
    assert list(map(found, after)) == [
        found(pair) for pair in read(write(rows).encode())[0] if pair.record not in dropped
    ]
    assert reading.problems.counts == {}
    if write(rows).startswith("["):
        assert len(json.loads(data)) == len(rows) - len(dropped)


def test_scores_change_places_with_their_answers_and_all_else_stays_to_the_letter():
    line = '{ "score_chosen": 8.50,"chosen" :"caf\\u00e9",  "x":[1,\t2], "rejected": "r", "score_rejected": 1e0}'
    wanted = '{ "score_chosen": 1e0,"chosen" :"r",  "x":[1,\t2], "rejected": "caf\\u00e9", "score_rejected": 8.50}'
    assert rewritten(f"{line}\r\n{line}".encode(), {1: "flip"}).decode() == f"{line}\r\n{wanted}"


def test_winners_keep_their_spelling():
    for winner, other in (("model_a", "model_b"), ("B", "A"), ("tie", "tie")):
        row = f'p,"x, y",z,{winner}'
        text = f"prompt,response_a,response_b,winner\n{row}\n"
        assert rewritten(text.encode(), {0: "flip"}).decode() == text.replace(f"z,{winner}", f"z,{other}")


def test_bytes_that_are_no_text_stay():
    data = b'{"prompt": "caf\xe9", "chosen": "a", "rejected": "b"}\n'
    assert rewritten(data, {0: "flip"}) == data.replace(b'"a"', b"?").replace(b'"b"', b'"a"').replace(b"?", b'"b"')


def test_records_are_numbered_as_they_were_read_also_in_a_second_file_and_among_broken_ones():
    good = [json.dumps({"prompt": str(number), "chosen": "c", "rejected": "r"}) for number in range(4)]
    data = "\n".join([good[0], "broken", "", good[1], good[2], "{", good[3]]).encode()
    pairs, _ = read(data)
    drop = {pair.record: "drop" for pair in pairs if pair.prompt in "12"}
    assert [pair.prompt for pair in read(rewritten(data, drop))[0]] == ["0", "3"]
    later = b"".join(
        piece for _, piece in cleaned(Bytes("b", data), {record + 10: "drop" for record in drop}, first=10)
    )
    assert later == rewritten(data, drop)


@given(st.data())
@settings(deadline=None, max_examples=100)
def test_no_damage_to_a_file_makes_cleaning_raise_or_change_what_it_need_not(data):
    rows, write = FORMATS[data.draw(st.sampled_from(list(FORMATS)))]
    text = write(rows)
    at, gone = data.draw(st.integers(0, len(text))), data.draw(st.integers(0, 30))
    damaged = (
        text[:at] + data.draw(st.sampled_from(["", '"', "{", "]", "\n", "\\", ","])) + text[at + gone :]
    ).encode()
    assert rewritten(damaged, {}) == damaged
    pairs, _ = read(damaged)
    own = [pair for pair in pairs if not pair.fixed]
    if own:
        record = data.draw(st.sampled_from(own)).record
        dropped = read(rewritten(damaged, {record: "drop"}))[0]
        assert len(dropped) <= len(pairs)
        rewritten(damaged, {record: "flip"})
