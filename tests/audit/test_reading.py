"""Every format that preference data come in is read to the
same pairs, and nothing in a file raises, hangs or is lost.
"""

import gzip
import io
import json
import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.audit.corpus import ALONE, CONTAINERS, CORPUS, FORMATS, found, read, wanted
from widgets.audit.raw import LONGEST
from widgets.audit.reading import Reading
from widgets.audit.unpaired import ROOM


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_read_to_the_same_pairs(name, container):
    rows, write = FORMATS[name]
    text = write(rows)
    if "windows" in container and ("csv" in name or "55k" in name):
        pytest.skip("a line break in a cell is part of the cell")
    pairs, reading = read(CONTAINERS[container](text))
    assert list(map(found, pairs)) == list(map(wanted, rows))
    assert reading.problems.counts == {} and reading.refused is None and reading.notes == ()


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("chunk", [1, 7, 100])
def test_where_a_chunk_ends_makes_no_difference(name, chunk):
    rows, write = FORMATS[name]
    for pack in (str.encode, CONTAINERS["utf-16"], CONTAINERS["gzip"]):
        assert list(map(found, read(pack(write(rows)), chunk)[0])) == list(map(wanted, rows))


def test_a_beginning_that_two_texts_share_is_the_prompt():
    (pair,), _ = read(b'{"chosen": "Is the sky blue? Yes, it is.", "rejected": "Is the sky blue? Yesterday it was."}')
    assert (pair.prompt, pair.chosen, pair.rejected) == ("Is the sky blue?", "Yes, it is.", "Yesterday it was.")


def test_ties_are_pairs_that_nobody_won():
    talk = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]
    for winner in ("tie", "tie (bothbad)", "both_bad"):
        line = json.dumps(
            {
                "conversation_a": talk,
                "conversation_b": [talk[0], {"role": "assistant", "content": "Yo"}],
                "winner": winner,
            }
        )
        (pair,), _ = read(line.encode())
        assert pair.tie and (pair.prompt, pair.chosen, pair.rejected) == ("Hi", "Hello", "Yo")


def test_a_ranking_of_k_answers_makes_a_pair_of_every_two():
    record = {"prompt": "p", "responses": ["worst", "best", "middle", "second"], "ranking": [4, 1, 2, 2]}
    pairs, reading = read(json.dumps(record).encode())
    assert {(pair.chosen, pair.rejected) for pair in pairs if not pair.tie} == {
        ("best", "worst"), ("middle", "worst"), ("second", "worst"), ("best", "middle"), ("best", "second")
    }  # fmt: skip
    assert [(pair.chosen, pair.rejected) for pair in pairs if pair.tie] == [("middle", "second")]
    assert all(pair.fixed for pair in pairs) and reading.records == reading.used == 1


def test_battles_of_several_turns_are_judged_by_all_that_was_said():
    sides = {
        side: [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": f"{side}1"}, {"role": "user",
        "content": "More"},
               {"role": "assistant", "content": f"{side}2"}]
        for side in "ab"
    }  # fmt: skip
    line = json.dumps(
        {"conversation_a": sides["a"], "conversation_b": sides["b"], "winner": "model_b", "language": "English"}
    )
    (pair,), _ = read(line.encode())
    assert (pair.prompt, pair.chosen, pair.rejected) == ("Hi", "b1\n\nb2", "a1\n\na2")
    assert pair.turns == 2 and pair.language == "English"


def test_what_cannot_be_read_is_counted_by_reason_with_three_examples_and_a_cure():
    bad = [
        *["not json"] * 5, '{"prompt": "p"}', "[1]", '{"prompt": "p", "chosen": "c"}',
        '{"prompt": "p", "chosen": null, "rejected": "x"}',
        '{"prompt": "p", "chosen": NaN, "rejected": "x"}', "[" * 5000, '{"a": ' * 500, "9" * 10_000,
        '{"response_a": "x", "response_b": "y", "winner": "me"}',
        '{"prompt": "p", "answers": ["x", "y", "z"]}', '{"prompt": "p", "completion": "c", "label": true}',
        '{"completion": "c", "label": "maybe"}',
    ]  # fmt: skip
    good = json.dumps({"prompt": "p", "chosen": "c", "rejected": "r"})
    pairs, reading = read("\n".join([good, *bad, "", good]).encode())
    assert len(pairs) == 2 and reading.records == len(bad) + 2
    assert reading.problems.counts == {
        "json": 5, "names": 1, "object": 2, "half": 1, "text": 2, "deep": 2, "winner": 2, "ranking": 1, "unpaired": 1
    } or reading.problems.counts == {
        "json": 6, "names": 1, "object": 1, "half": 1, "text": 2, "deep": 2, "winner": 2, "ranking": 1, "unpaired": 1
    }  # fmt: skip
    most = reading.problems.told()[0]
    assert [(example.number, example.text) for example in most.examples] == [
        (2, "not json"),
        (3, "not json"),
        (4, "not json"),
    ]
    assert all(problem.cure and problem.what for problem in reading.problems.told())


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"PAR1\x15\x04\x15", "This is a Parquet file"),
        (b"PK\x03\x04\x14\x00\x06\x00", "This is a zip archive. Unpack it"),
        (gzip.compress(b"PAR1\x15\x04\x15\x00\x15", mtime=0), "Parquet"),
        (b"", "The file is empty."),
        (b"\n \n", "The file is empty."),
        (b"once upon a time\nthere was a file", "No comparison was found. What can be read: JSON Lines"),
        (b'{"prompt": "p", "completion": "c", "label": true}\n' * 3,
        "single answers with a verdict each, " "as KTO takes them"),
        (b"x,y\n1,2\n", "No comparison was found."),
    ],
)  # fmt: skip
def test_a_file_of_another_kind_gets_one_sentence(data, sentence):
    pairs, reading = read(data)
    assert pairs == [] and sentence in reading.refused


def test_a_broken_record_in_an_array_costs_itself_alone():
    rows, write = FORMATS["alpaca"]
    for text in (write(rows), json.dumps(json.loads(write(rows)), indent=2)):
        broken = text.replace('"instruction": "Wie', '"instruction": Wie', 1)
        pairs, reading = read(broken.encode())
        assert list(map(found, pairs)) == [wanted(row) for row in rows if row != rows[1]]
        assert reading.problems.counts == {"json": 1}
        unclosed = text.replace('Kürze dann."', "Kürze dann.", 1).replace('K\\u00fcrze dann."', "Kurz", 1)
        pairs, reading = read(unclosed.encode())
        assert [found(pair) for pair in pairs[:1]] == [wanted(rows[0])] and len(pairs) >= 2


def test_a_quote_that_is_never_closed_costs_a_table_one_row():
    text = 'prompt,chosen,rejected\na,b,c\nd,"e,f\ng,h,i\nj,k,l\n'
    pairs, reading = read(text.encode())
    assert [pair.prompt for pair in pairs] == ["a", "g", "j"] and reading.problems.counts == {"cells": 1}


def test_a_gzip_file_that_breaks_off_gives_what_came_before():
    rows, write = FORMATS["trl standard"]
    whole = gzip.compress(write(rows * 500).encode())
    pairs, reading = read(whole[: len(whole) // 2])
    assert pairs and reading.notes == ("The gzip file breaks off before its end; what came before was read.",)
    pairs, reading = read(whole[:300] + b"\xff" * 50 + whole[350:])
    assert reading.notes[0].startswith("The gzip file is damaged")


def test_bytes_that_are_no_text_are_told():
    pairs, reading = read('{"prompt": "p", "chosen": "caf\xe9", "rejected": "r"}'.encode("latin-1"))
    assert len(pairs) == 1 and reading.notes == (
        "1 character could not be decoded as UTF-8 and show as �. Save the file as UTF-8.",
    )
    assert read('{"prompt": "p", "chosen": "a �", "rejected": "r"}'.encode())[1].notes == ()


def test_answers_of_a_hundred_thousand_characters_are_read():
    pairs, _ = read(json.dumps({"prompt": "p", "chosen": "a\\n" * 50_000, "rejected": "b"}).encode())
    assert len(pairs[0].chosen) == 150_000


MUCH = LONGEST * 5 // 4
HOSTILE = {
    "brackets": b"[" * MUCH,
    "braces": b'{"a":' * (MUCH // 5),
    "one text": b'["' + b"x" * 3 * LONGEST,
    "escapes": b'["' + b"\\\\\\n" * (MUCH // 4),
    "quotes": b'"' * MUCH,
    "newlines": b"\n" * MUCH,
    "commas": b"[" + b"," * MUCH,
    "digits": b"9" * MUCH,
    "csv quotes": b"chosen,rejected\n" + b'"' * (MUCH | 1),
    "csv rows": b"chosen,rejected\n" + b'a,"b\n' * 20_001 + b"a,b" + b"x" * LONGEST + b'\na,b\n"' + b"a,b\n" * 20_000,
    "zeros": b"\0" * MUCH,
    "packed zeros": gzip.compress(b"\0" * 20_000_000),
    "two gzips": gzip.compress(gzip.compress(b"[" * 1_000_000)),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_read_in_time_and_in_steps(name):
    reading, longest, began = Reading(), 0.0, time.process_time()
    for start in range(0, len(HOSTILE[name]), 1 << 15):
        for _ in reading.feed(HOSTILE[name][start : start + (1 << 15)]):
            longest, began = max(longest, time.process_time() - began), time.process_time()
    list(reading.close())
    assert longest < 2, "a few tenths on a machine of its own"
    assert reading.refused or reading.problems.total
    assert reading.records == reading.used + reading.problems.total + reading.waiting


def test_memory_is_bounded_by_a_record_and_a_piece():
    data = HOSTILE["one text"] + HOSTILE["zeros"]
    tracemalloc.start()
    read(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 12 * LONGEST


def test_single_answers_wait_within_bounds():
    line = json.dumps({"prompt": "{}", "completion": "x" * 100_000, "label": True})
    data = "\n".join(line.replace("{}", str(number)) for number in range(3 * ROOM // 100_000)).encode()
    _, reading = read(data)
    assert reading.problems.counts["unpaired"] == reading.records


def _mutated(draw, data: bytes) -> bytes:
    """A file with some of its bytes gone, doubled, or others in their place."""
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        gone = draw(st.integers(0, 40))
        put = draw(
            st.sampled_from(
                [
                    b"",
                    b'"',
                    b"\\",
                    b"\n",
                    b"[",
                    b"{",
                    b"}",
                    b"]",
                    b",",
                    b"\0",
                    b"\xff\xfe",
                    b"\xe2\x80",
                    b'{"a":[' * 60,
                    b"NaN",
                ]
            )
        )
        data = data[:at] + put + data[at + gone :]
    return data


@pytest.mark.parametrize("chunk", [5, 64, 1 << 20])
def test_empty_lines_at_the_beginning_do_not_hide_how_a_file_is_laid_out(chunk):
    rows, write = FORMATS["objects one after the other"]
    text = write(rows).replace("\n", "\r\n\r\n").encode()
    pairs, _ = read(text, chunk)
    assert len(pairs) == 3
    pairs, _ = read(text[:1] + text[7:], chunk)  # one record is broken
    assert len(pairs) == 2


@given(st.data())
@settings(deadline=None, max_examples=150)
def test_no_damage_to_a_file_raises_or_loses_count(data):
    name = data.draw(st.sampled_from(list(FORMATS)))
    pack = data.draw(st.sampled_from(list(CONTAINERS.values())))
    rows, write = FORMATS[name]
    text = write(rows * data.draw(st.integers(1, 3)))
    whole = data.draw(st.booleans())
    damaged = (
        _mutated(data.draw, pack(text))
        if whole
        else pack(_mutated(data.draw, text.encode()).decode("utf-8", "replace"))
    )
    pairs, reading = read(damaged, data.draw(st.sampled_from([5, 64, 1 << 15])))
    again, _ = read(damaged, 1 << 20)
    assert again == pairs, "wherever the chunks end"
    assert (
        reading.records == reading.used + reading.problems.total + reading.waiting and reading.waiting == 0
    ) or reading.refused
    assert all(
        isinstance(part, str) for pair in pairs for part in (pair.prompt, pair.chosen, pair.rejected, pair.before)
    )
    assert pairs or reading.refused


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_any_bytes_can_be_read(data):
    pairs, reading = read(data, 11)
    assert pairs or reading.refused


GOOD = [json.dumps(dict(zip(("prompt", "chosen", "rejected"), row[:1] + row[2:], strict=True))) for row in ALONE]


@given(st.lists(st.sampled_from([*GOOD, "{", "[1,", '"', "nope"])))
def test_good_lines_are_read_among_any_bad_ones(lines):
    good = [line for line in lines if len(line) > 5]
    pairs, reading = read("\n".join(["{}", *lines]).encode())
    assert len(pairs) == len(good)
    assert reading.records >= len(good)


def test_a_file_longer_than_a_record_is_no_longer_in_memory_than_that():
    out = io.BytesIO()
    line = json.dumps({"prompt": "p", "chosen": "c " * 1000, "rejected": "r"}) + "\n"
    out.write(line.encode() * (3 * LONGEST // len(line)))
    pairs, reading = read(out.getvalue())
    assert reading.records == len(pairs) == 3 * LONGEST // len(line)


def test_the_corpus_has_dialogues():
    assert any(before for _, before, *_ in CORPUS)
