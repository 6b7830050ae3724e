import base64
import json
import math
import re
import string
import zlib
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from widgets.kit import codec
from widgets.kit.codec import LIMIT, Newer, decode, encode, read
from widgets.kit.events import Event, Rejected

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**15) + 1, 10**15 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
)
values = scalars | st.lists(scalars, max_size=4).map(tuple)
events = st.builds(Event, st.text(max_size=20), values, st.none() | st.integers(0, 10**6))


@given(st.lists(events, max_size=30))
def test_any_log_round_trips(log):
    text = encode(log)
    assert decode(text) == tuple(log)
    assert re.fullmatch(r"2\.[0-9A-Za-z]+", text), "nothing that a program takes for punctuation or markup"


@given(st.lists(events, min_size=1, max_size=30), st.floats(0, 1, exclude_max=True))
def test_a_cut_text_gives_back_whole_events_from_the_first_on(log, share):
    text = encode(log)
    try:
        reading = read(text[: int(share * len(text))])
    except Rejected as rejected:
        assert str(rejected).startswith("a saved state")
    else:
        assert reading.cut and reading.events == tuple(log[: len(reading.events)])


def test_hardly_an_event_is_lost_with_the_last_letters():
    log = [Event("beta", n / 7) for n in range(100)]
    text = encode(log)
    kept = [len(read(text[:-missing]).events) for missing in (1, 5, 20, 100)]
    assert kept == sorted(kept, reverse=True) and kept[0] >= 98 and kept[2] >= 90


def test_the_more_is_left_of_a_text_the_more_events_it_gives_wherever_a_quotation_is_cut():
    words = "".join(Random(0).choices('[]{}\\"abc', k=200))
    text = encode([Event("next"), Event("say", words), Event("next")])
    kept = [events_left(text[:left]) for left in range(len(text) + 1)]
    assert kept == sorted(kept) and set(kept) == {0, 1, 2, 3}


def events_left(text):
    try:
        return len(read(text).events)
    except Rejected:
        return 0


@given(st.lists(events, max_size=10), st.text(st.sampled_from(string.ascii_letters + string.digits), max_size=12))
def test_what_was_added_at_the_end_falls_off(log, more):
    assert decode(encode(log) + more) == tuple(log)


@settings(derandomize=True)
@given(st.lists(events, max_size=10), st.data())
def test_a_text_with_a_wrong_letter_is_never_taken_for_another(log, data):
    """Three letters check the body: one damage in 62³ is not seen, so the draws are fixed."""
    text = encode(log)
    place = data.draw(st.integers(11, len(text) - 1))
    wrong = text[:place] + data.draw(st.sampled_from(string.ascii_letters)) + text[place + 1 :]
    if wrong != text:
        with pytest.raises(Rejected, match="damaged"):
            read(wrong)


# The format once more, from its description alone: digits of base 62, groups of 8 bytes in 11, and two checks.
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def number(value, length):
    return "".join(DIGITS[value // 62**place % 62] for place in reversed(range(length)))


def check(text, length):
    return number(zlib.crc32(text.encode()) % 62**length, length)


def framed(body, length=None):
    """A body with its length and its checks before it."""
    size = number(len(body) if length is None else length, 5)
    return f"2.{size}{check(size, 1)}{check(body, 3)}{body}"


def written(packed):
    """Bytes as digits: as many as are needed for any bytes of their number."""
    groups = [packed[start : start + 8] for start in range(0, len(packed), 8)]
    return "".join(number(int.from_bytes(g, "big"), math.ceil(len(g) * 8 / math.log2(62))) for g in groups)


def deflated(plain):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(plain) + packer.flush()


@given(st.lists(events, max_size=8))
def test_a_text_made_from_the_formats_description_is_read(log):
    entries = [[e.name, e.value, e.steps] if e.steps is not None else [e.name, e.value] for e in log]
    plain = json.dumps(entries).encode("utf-8", "surrogatepass")
    assert decode(framed(written(deflated(plain)))) == tuple(log)


@given(st.lists(events, max_size=8))
def test_what_is_written_has_the_described_form(log):
    text = encode(log)
    body = text[11:]
    assert text == framed(body)
    size = (len(body) // 11) * 8 + [0, 2, 3, 5, 6, 7, 9, 10].index(len(body) % 11)
    packed = b""
    for start in range(0, len(body), 11):
        value = sum(DIGITS.index(digit) * 62**place for place, digit in enumerate(reversed(body[start : start + 11])))
        packed += value.to_bytes(min(8, size - len(packed)), "big")
    plain = zlib.decompress(packed, -15).decode("utf-8", "surrogatepass")
    entries = json.loads(plain)
    assert plain == json.dumps(entries, separators=(",", ":"), ensure_ascii=False), "no spaces, no letters spelled out"
    assert [entry[0] for entry in entries] == [event.name for event in log]
    steps = [entry[2] if len(entry) == 3 else None for entry in entries]
    assert steps == [event.steps for event in log]
    bare = [len(entry) == 1 for entry in entries]
    assert bare == [event.value is None and event.steps is None for event in log], "no value takes no room"


def test_half_a_character_is_kept():
    """Programs make such texts, and JSON has them."""
    log = (Event("say \ud83d", ("\ude00", "whole \U0001f600")),)
    assert decode(encode(log)) == log
    assert decode(packed(json.dumps([["say \ud83d", ["\ude00", "whole \U0001f600"]]]).encode())) == log


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_number_that_json_lacks_is_not_written(value):
    with pytest.raises(ValueError, match="not JSON compliant"):
        encode([Event("beta", value)])


@pytest.mark.parametrize("plain", [b"\xc8\x07", b"\xff\xff", b"\xff\xfe", b"\x00\xff", b"\x00\x00"])
def test_every_part_of_a_cut_body_gives_all_bytes_that_it_fixes(plain):
    """Against a search over all bytes that there may be: those on which all agree that begin with what is left."""
    every = {pair: written(pair) for pair in (bytes([one, two]) for one in range(256) for two in range(256))}
    digits = every[plain]
    for left in range(len(digits)):
        may = [pair for pair, text in every.items() if text.startswith(digits[:left])]
        agreed = max(length for length in range(3) if len({pair[:length] for pair in may}) == 1)
        assert codec._group(digits[:left], len(digits)) == plain[:agreed]
    assert codec._group(digits, len(digits)) == plain


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (framed(written(deflated(b'[["next"]]')[:-1])), "its end is missing"),
        (framed("0"), "its length is not one that there can be"),
        (framed("0123"), "its length is not one that there can be"),
        (framed("48"), "some of its letters are not what they were"),  # 256, one more than a byte holds
        (framed("zz"), "some of its letters are not what they were"),
        (framed(written(deflated(b'[["next"]]')))[:-1] + "-", "letters, digits"),
        (framed("", 0), "all but its beginning is missing"),
        (framed(written(b"\xff\xff\xff")), "damaged: "),
        ("9.x", "a newer release"),
        ("10.x", "starts with '1.' or '2.'"),
        ("0.x", "starts with '1.' or '2.'"),
        ("1.", "all but its beginning is missing"),
    ],
)
def test_a_text_that_no_log_has_is_rejected_with_the_reason(text, says):
    with pytest.raises(Rejected, match=f"^a saved state .*{says}"):
        read(text)


def test_a_letter_more_or_less_before_the_body_is_damage():
    text = encode([Event("next")] * 3)
    for place in range(2, 11):
        wrong = text[:place] + DIGITS[(DIGITS.index(text[place]) + 1) % 62] + text[place + 1 :]
        with pytest.raises(Rejected, match="^a saved state is damaged: some of its letters are not what they were$"):
            read(wrong)


def test_as_many_bytes_as_the_limit_are_read_and_one_more_is_not():
    inside = b"[" + b" " * (LIMIT - 2) + b"]"
    assert decode(packed(inside)) == ()
    with pytest.raises(Rejected, match=f"more than {LIMIT} bytes"):
        decode(packed(inside + b" "))


@pytest.mark.parametrize(("depth", "fits"), [(4, True), (5, False)])
def test_a_value_may_hold_lists_four_deep(depth, fits):
    text = packed(b'[["x",' + b"[" * depth + b"]" * depth + b"]]")
    if fits:
        assert decode(text)[0].value == ((((),),),)
    else:
        with pytest.raises(Rejected, match="nested more than 6 deep"):
            decode(text)


@pytest.mark.parametrize(("digits", "fits"), [(16, True), (17, False)])
def test_a_whole_number_has_at_most_sixteen_digits(digits, fits):
    text = packed(b'[["x",' + b"9" * digits + b"]]")
    if fits:
        assert decode(text)[0].value == int("9" * digits)
    else:
        with pytest.raises(Rejected, match="has more than 16 digits"):
            decode(text)


@pytest.mark.parametrize(
    ("entry", "event"), [('["x"]', Event("x")), ('["x",1]', Event("x", 1)), ('["x",1,0]', Event("x", 1, 0))]
)
def test_an_entry_has_a_name_a_value_and_steps(entry, event):
    assert decode(packed(f"[{entry}]".encode())) == (event,)


@pytest.mark.parametrize("entry", ["[]", '["x",1,2,3]', "[1]", '"x"', "3", '["x",1,1.5]', '["x",1,"2"]', "null"])
def test_what_is_no_entry_is_told(entry):
    with pytest.raises(Rejected, match="an event is a name, a value and a number of steps|steps are a whole number"):
        decode(packed(f"[{entry}]".encode()))


def test_the_cut_json_is_closed_after_its_last_whole_event_whatever_brackets_its_texts_hold():
    plain = b'[["a","]}["],["b",[1,{"\\"":"["}]],["c"'
    assert codec._whole_events(plain) == b'[["a","]}["],["b",[1,{"\\"":"["}]]]'
    assert codec._whole_events(b'[["a"]]') == b'[["a"]]', "what is closed already is closed after the same event"
    with pytest.raises(Rejected, match="all but its beginning is missing"):
        codec._whole_events(b'[["a"')


@given(st.lists(st.lists(st.text(st.sampled_from('[]{}",\\a'), max_size=4), min_size=1, max_size=3), max_size=3))
def test_wherever_json_is_cut_all_whole_events_before_are_kept(entries):
    """Against every beginning of the list, written out."""
    written = [json.dumps(entry).encode() for entry in entries]
    beginnings = [b"[" + b",".join(written[:count]) for count in range(len(written) + 1)]
    plain = beginnings[-1] + b"]"
    for left in range(len(plain)):
        whole = [beginning for beginning in beginnings[1:] if plain[:left].startswith(beginning)]
        if whole:
            assert codec._whole_events(plain[:left]) == whole[-1] + b"]"
        else:
            with pytest.raises(Rejected, match="^a saved state is damaged: all but its beginning is missing"):
                codec._whole_events(plain[:left])


def test_a_link_of_the_first_release_still_opens():
    log = (Event("label", ("a", "b", "a")), Event("next"))
    assert decode(packed(b'[["label",["a","b","a"]],["next"]]')) == log


@pytest.mark.parametrize("spaces", range(3))
@pytest.mark.parametrize("more", ["_", "_-", "_-_", "_-_-", "_-_-_"])
def test_what_was_added_to_a_link_of_the_first_release_falls_off(spaces, more):
    text = packed(b'[["label",["a","b","a"]],["next"]' + b" " * 7 * spaces + b"]", level=0)
    assert decode(text + more) == (Event("label", ("a", "b", "a")), Event("next"))


def test_a_later_format_is_told_from_a_damaged_one():
    with pytest.raises(Newer, match="^a saved state was made by a newer release of this book$"):
        read("3.whatever")


@given(st.binary() | st.binary().map(lambda body: b"1." + base64.urlsafe_b64encode(body)))
@example(b"1.")
@example("1.\u00e9".encode())
def test_any_bytes_decode_to_a_log_or_a_clear_rejection(data):
    try:
        log = decode(data)
    except Rejected as rejected:
        assert "saved state" in str(rejected) or "event" in str(rejected) or "steps" in str(rejected)
    else:
        assert decode(encode(log)) == log


def packed(plain: bytes, level: int = 6) -> str:
    return "1." + base64.urlsafe_b64encode(zlib.compress(plain, level)).decode().rstrip("=")


TOO_DEEP = "a saved state is not JSON: it is nested more than 6 deep"
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)


@given(st.lists(st.lists(json_values, max_size=4), max_size=4) | json_values)
@example([["x", 1e300]])
def test_any_json_decodes_to_a_log_or_a_clear_rejection(plain):
    try:
        log = decode(packed(json.dumps(plain).encode()))
    except Rejected:
        return
    assert decode(encode(log)) == log


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x.abc", "a saved state starts with '1.' or '2.', this one with 'x.abc'"),
        ("x.abcdefghijklm", "a saved state starts with '1.' or '2.', this one with 'x.abcdefghij'"),
        ("2.abc", "a saved state is damaged: all but its beginning is missing"),
        ("2.a-c", "a saved state holds only letters, digits, dash and underscore"),
        ("1.a b", "a saved state holds only letters, digits, dash and underscore"),
        (encode([Event("next")])[:-1], "a saved state is damaged: its end is missing"),
        (packed(b"[]")[:-3], "a saved state is damaged: all but its beginning is missing"),
        (packed(b"[NaN]"), "a saved state is not JSON: NaN is not a finite number"),
        (packed(b'[["x",1e999]]'), "a saved state is not JSON: 1e999 is not a finite number"),
        (packed(b'[["x",' + b"9" * 5000 + b"]]"), f"a saved state is not JSON: {'9' * 20}… has more than 16 digits"),
        (packed(b'[["x",' + b"[" * 100_000 + b"]" * 100_000 + b"]]"), TOO_DEEP),
        (packed(b"{}"), "a saved state is a list of events"),
        (packed(b'[["x",{}]]'), "an event's value is a text, a number, a switch or a list of these"),
        (packed(b'[["x",[[[[[1]]]]]]]'), TOO_DEEP),
        (packed(b"[[1]]"), "an event is a name, a value and a number of steps; got [1]"),
        (packed(b'[["x",1,-1]]'), "'x': steps are a whole number, got -1"),
        (packed(b'[["x",1,true]]'), "'x': steps are a whole number, got True"),
        (packed(b"[" + b" " * (LIMIT + 1) + b"]"), "a saved state holds more than 16000000 bytes"),
    ],
)
def test_a_hostile_text_is_rejected_with_the_reason(text, says):
    with pytest.raises(Rejected) as told:
        decode(text)
    assert str(told.value) == says


def test_two_hundred_labels_fit_a_link():
    log = [Event("label", (f"writing.{n % 6}", f"writing.{n % 5}", "a")) for n in range(200)]
    assert len(encode(log)) < 2000
