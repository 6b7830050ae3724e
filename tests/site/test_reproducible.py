"""Two builds of one commit are the same book, byte for byte: from another folder, at another time, with nothing in the
cache.
"""

import filecmp
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.long


def copied(to: Path) -> Path:
    """The checkout's own files at another place, with what is installed and downloaded beside them."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).exists():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, to / name)
    (to / "node_modules").symlink_to(ROOT / "node_modules")
    (to / ".cache").mkdir()
    (to / ".cache" / "downloads").symlink_to(ROOT / ".cache" / "downloads")
    return to


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_another_build_of_the_same_sources_is_the_same_to_the_byte(tmp_path):
    there = copied(tmp_path / "another place" / "book")
    environment = os.environ | {
        "TZ": "Asia/Kathmandu",
        "LC_ALL": "C",
        "PYTHONHASHSEED": "7",
        "NO_MKDOCS_2_WARNING": "1",
    }
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"]
    built = subprocess.run(command, cwd=there, env=environment, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    one, other = ROOT / "site", there / "site"
    assert files(one) == files(other)
    _, unlike, _ = filecmp.cmpfiles(one, other, sorted(files(one)), shallow=False)
    assert unlike == []
