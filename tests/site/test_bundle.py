"""The bundle: named by content, complete, reused when nothing changed, and clear about what is missing."""

import json
import re
import zipfile
from pathlib import Path

import pytest

from widgets.site.book import BookError
from widgets.site.bundle import bundle as bundling
from widgets.site.bundle import wheels
from widgets.site.bundle.bundle import bundle
from widgets.site.bundle.store import Store, StoreError, digest
from widgets.site.bundle.tools import ToolError, script
from widgets.site.stage import Stage

CACHE = Path(__file__).parents[2] / ".cache"


STAGE = Stage(CACHE.parent)
BOOK, CONTENT = STAGE.book, STAGE.shipped


@pytest.fixture(scope="module")
def made():
    return bundle(CACHE, BOOK, content=CONTENT)


def test_every_file_is_named_by_its_content(made):
    for name, path in made.files.items():
        folder, _, file = name.rpartition("/")
        if not folder:
            assert digest(path.read_bytes()) in file


def test_the_worker_names_only_files_that_are_in_the_bundle(made):
    (worker,) = (path for name, path in made.files.items() if name.startswith("worker-"))
    named = set(re.findall(r'"((?:core|stock)-[0-9a-f]{12}/[\w.-]*|[\w]+-[0-9a-f]{12}\.\w+)"', worker.read_text()))
    assert len(named) >= 6
    for name in named:
        assert name in made.files or any(other.startswith(name) for other in made.files), name


def test_nothing_in_the_bundle_names_another_host(made):
    for name, path in made.files.items():
        if name.startswith(("page-", "worker-")):
            hosts = set(re.findall(r"https?://[\w.-]+", path.read_text()))
            assert hosts <= {"https://cdn.jsdelivr.net", "http://www.w3.org"}, "Pyodide's default, never used, apart"


def test_the_same_inputs_make_the_same_bundle(made):
    assert bundle(CACHE, BOOK, content=CONTENT).files == made.files


def test_only_the_content_changes_when_only_the_content_changes(made):
    other = bundle(CACHE, BOOK, content=CONTENT + b"\n")
    changed = {name.split("-")[0] for name in set(other.files) - set(made.files)}
    assert {"content", "worker", "page"} <= changed <= {"content", "snapshot", "worker", "page"}


def test_the_lock_file_names_the_wheels_beside_it(made):
    (name,) = (name for name in made.files if name.endswith("pyodide-lock.json"))
    lock = json.loads(made.files[name].read_text())
    assert set(lock["packages"]) == {"numpy", "htpy", "markupsafe", "rlhf-book"}
    for package in lock["packages"].values():
        assert name.replace("pyodide-lock.json", package["file_name"]) in made.files
    assert sorted(lock["packages"]["rlhf-book"]["depends"]) == ["htpy", "numpy"]


def test_the_wheel_of_the_widgets_holds_the_rooms_that_run_in_the_browser():
    paths = set(wheels.source_files(BOOK.packages))
    assert "widgets/core/reward_model.py" in paths and "widgets/kit/desk.py" in paths
    assert not any(path.startswith(("widgets/site/", "widgets/browser/")) for path in paths)


@pytest.mark.parametrize("name", ["coyns", "coyns.chapters", "widgets.capters"])
def test_a_package_that_is_not_there_is_told_with_the_cure(name):
    with pytest.raises(BookError, match=f"there is no package '{name}'.*correct its name in mkdocs.yml"):
        wheels.source_files((name,))


def test_a_wheel_is_the_same_every_time_and_opens(tmp_path):
    name, data = wheels.wheel("a-b", "1.0", {"a_b.py": b"x = 1\n"}, ("numpy",))
    assert (
        name == "a_b-1.0-py3-none-any.whl" and data == wheels.wheel("a-b", "1.0", {"a_b.py": b"x = 1\n"}, ("numpy",))[1]
    )
    (tmp_path / name).write_bytes(data)
    with zipfile.ZipFile(tmp_path / name) as file:
        assert "Requires-Dist: numpy" in file.read("a_b-1.0.dist-info/METADATA").decode()
        assert file.read("a_b-1.0.dist-info/RECORD").decode().count("sha256=") == 3


def test_a_missing_pyodide_says_what_to_run(tmp_path, monkeypatch):
    monkeypatch.setattr(bundling, "PYODIDE", tmp_path / "pyodide")
    with pytest.raises(ToolError, match="run `npm ci`"):
        bundle(tmp_path, BOOK, content=b"{}")


def test_a_failing_step_says_what_it_said(monkeypatch):
    with pytest.raises(ToolError, match="failed:\n.*Could not resolve"):
        script("no-such-file.js", {})


def test_a_full_disk_leaves_no_half_file(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(StoreError, match="No space left"):
        Store(tmp_path).keep("file.js", b"data")
    assert list(tmp_path.iterdir()) == []


def test_the_snapshot_stays_small(made):
    (snapshot,) = (path for name, path in made.files.items() if name.startswith("snapshot-"))
    assert snapshot.stat().st_size < 4_500_000
