import base64
import json
import re
import string
import zlib

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

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


def test_a_link_of_the_first_release_still_opens():
    assert [event.name for event in decode(packed(b'[["label",["a","b","a"]],["next"]]'))] == ["label", "next"]
    assert read(packed(b'[["label",["a","b","a"]],["next"]]') + "_").events[1] == Event("next"), (
        "an underscore too many"
    )


def test_a_later_format_is_told_from_a_damaged_one():
    with pytest.raises(Newer):
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


def packed(plain: bytes) -> str:
    return "1." + base64.urlsafe_b64encode(zlib.compress(plain)).decode().rstrip("=")


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
        ("x.abc", "starts with '1.' or '2.'"),
        ("2.abc", "all but its beginning"),
        ("2.a-c", "letters, digits"),
        ("1.a b", "letters, digits"),
        (packed(b"[]")[:-3], "damaged"),
        (packed(b"[NaN]"), "not JSON"),
        (packed(b'[["x",1e999]]'), "not a finite number"),
        (packed(b'[["x",' + b"9" * 5000 + b"]]"), "digits"),
        (packed(b'[["x",' + b"[" * 100_000 + b"]" * 100_000 + b"]]"), "nested more than 6 deep"),
        (packed(b"{}"), "a list of events"),
        (packed(b'[["x",{}]]'), "a text, a number"),
        (packed(b'[["x",[[[[[1]]]]]]]'), "nested more than 6 deep"),
        (packed(b'[["x",1,-1]]'), "steps are a whole number"),
        (packed(b'[["x",1,true]]'), "steps are a whole number"),
        (packed(b"[" + b" " * (LIMIT + 1) + b"]"), "more than"),
    ],
)
def test_a_hostile_text_is_rejected_with_the_reason(text, says):
    with pytest.raises(Rejected, match=says):
        decode(text)


def test_two_hundred_labels_fit_a_link():
    log = [Event("label", (f"writing.{n % 6}", f"writing.{n % 5}", "a")) for n in range(200)]
    assert len(encode(log)) < 2000
