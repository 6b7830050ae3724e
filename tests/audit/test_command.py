"""``python -m widgets.audit`` prints what it finds, for people and for machines."""

import json
import subprocess
import sys

import pytest

from tests.audit.test_findings import written
from widgets.audit.__main__ import main


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "labels.csv"
    rows = [f'"{pair.prompt}","{pair.chosen}","{pair.rejected}"' for pair in written(90)]
    path.write_text("prompt,chosen,rejected\n" + "\n".join(rows) + "\nbroken\n")
    return path


def test_a_report_is_printed_without_a_bar_where_there_is_no_terminal(path):
    ran = subprocess.run([sys.executable, "-m", "widgets.audit", path], capture_output=True, text=True)
    assert ran.returncode == 0 and ran.stderr == ""
    assert "labels.csv is CSV: 91 records, of which 1 could not be used." in ran.stdout
    assert "- 1 with more or fewer cells than the header. A cell that holds a comma" in ran.stdout
    assert "Hedging counts against it: their intervals keep clear of zero." in ran.stdout
    for part in ("At a glance", "What it rewards", "What a model learns", "Where it looks wrong", "How it was found"):
        assert f"## {part}" in ran.stdout


def test_a_report_quotes_no_answer(path, capsys):
    main([str(path)])
    report = capsys.readouterr().out
    for pair in written(90):
        assert pair.chosen not in report and pair.rejected not in report


def test_machines_get_the_same_as_numbers(path, capsys):
    assert main([str(path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["glance"]["pairs"] == 90 and told["files"][0]["problems"][0]["count"] == 1
    assert told["rewards"]["hedging"]["weight"] < -1 and set(told["learners"]) == {"length", "features", "words"}


def test_a_bar_shows_on_a_terminal_and_goes(path, capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    main([str(path)])
    bar = capsys.readouterr().err
    assert "reading, 90 pairs" in bar and "learning" in bar and bar.endswith("\r\x1b[K")


def test_a_file_that_is_none_gets_one_sentence(tmp_path, capsys):
    assert main([str(tmp_path / "none")]) == 2
    assert "can’t be opened: No such file" in capsys.readouterr().err
    (tmp_path / "data.parquet").write_bytes(b"PAR1\x15\x04\x15\x10")
    assert main([str(tmp_path / "data.parquet")]) == 1
    assert "This is a Parquet file, which a page can’t read. Convert it first" in capsys.readouterr().out
