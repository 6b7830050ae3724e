"""A file comes whole and right, or not at all, and the error names every source with what went wrong."""

import errno
import hashlib
import os
from pathlib import Path

import pytest

from widgets.site.bundle import fetch as fetching
from widgets.site.bundle.fetch import FetchError, fetch

GOOD = b"the right bytes"
SHA = hashlib.sha256(GOOD).hexdigest()


def failing():
    raise OSError("Network is unreachable")


def never():
    raise AssertionError("must not be asked")


def left_in(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_the_first_source_with_the_right_bytes_wins(tmp_path):
    sources = {"one": failing, "two": lambda: b"wrong", "three": lambda: GOOD, "four": never}
    assert fetch("numpy.whl", SHA, tmp_path / "cache", sources).read_bytes() == GOOD
    assert left_in(tmp_path) == ["numpy.whl"]


def test_what_is_in_the_cache_is_not_fetched_again(tmp_path):
    fetch("numpy.whl", SHA, tmp_path, {"one": lambda: GOOD})
    assert fetch("numpy.whl", SHA, tmp_path, {"one": never}).read_bytes() == GOOD


def test_a_damaged_cache_is_fetched_again(tmp_path):
    (tmp_path / "numpy.whl").write_bytes(b"half of th")
    assert fetch("numpy.whl", SHA, tmp_path, {"one": lambda: GOOD}).read_bytes() == GOOD


def test_when_every_source_fails_each_is_named(tmp_path):
    with pytest.raises(FetchError) as caught:
        fetch("numpy.whl", SHA, tmp_path, {"the CDN": failing, "the wheel": lambda: b"wrong"})
    told = str(caught.value)
    assert "the CDN: OSError: Network is unreachable" in told
    assert "the wheel: wrong bytes, SHA-256" in told and SHA[:16] in told
    assert left_in(tmp_path) == []


def test_a_full_disk_leaves_no_half_file(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(FetchError, match="could not be written.*No space left"):
        fetch("numpy.whl", SHA, tmp_path, {"one": lambda: GOOD})
    assert left_in(tmp_path) == []


def test_an_unreachable_index_is_told_in_pips_words(monkeypatch):
    monkeypatch.setattr(fetching, "CARRIER", "no-such-package-as-this==0.0.0")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(RuntimeError, match="No matching distribution"):
        fetching._carrier_address()
