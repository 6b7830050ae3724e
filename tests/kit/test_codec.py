import base64
import json
import zlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from widgets.kit.codec import LIMIT, decode, encode
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
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")


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
        ("2.abc", "starts with '1.'"),
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
