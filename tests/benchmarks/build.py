"""How long the site takes to build, downloads apart, and an edit of the content to be seen while writing."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[2]
MKDOCS = [sys.executable, "-m", "mkdocs"]
EDITED = Path("content/questions/writing.yaml")
COPIED = ("content", "docs", "widgets", "mkdocs.yml", "pyproject.toml", "package.json")
PATIENCE = 120


def report() -> None:
    """Works on a copy, so that nothing of the author's is touched."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in COPIED:
            source = ROOT / name
            shutil.copytree(source, copy / name) if source.is_dir() else shutil.copy(source, copy / name)
        (copy / "node_modules").symlink_to(ROOT / "node_modules")
        shutil.copytree(ROOT / ".cache" / "downloads", copy / ".cache" / "downloads")
        environment = os.environ | {"PYTHONPATH": str(copy), "NO_MKDOCS_2_WARNING": "1"}
        print(f"\nbuild of the whole site, nothing but downloads in the cache: {_build(copy, environment):.1f} s")
        print(f"  again, everything in the cache: {_build(copy, environment):.1f} s")
        print(f"  from an edit of the content to the page that `make dev` shows: {_edit(copy, environment):.1f} s")


def _build(copy: Path, environment: dict[str, str]) -> float:
    began = time.monotonic()
    subprocess.run([*MKDOCS, "build", "--strict", "--quiet"], cwd=copy, env=environment, check=True)
    return time.monotonic() - began


def _edit(copy: Path, environment: dict[str, str]) -> float:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [*MKDOCS, "serve", "--quiet", "--dev-addr", f"127.0.0.1:{port}"]
    with subprocess.Popen(command, cwd=copy, env=environment) as writing:
        try:
            address = f"http://127.0.0.1:{port}/rlhf/01-pre-trained/"
            _until(address, "How can I improve my writing?")
            time.sleep(2)  # its watch on the files begins after its first page
            text = (copy / EDITED).read_text()
            began = time.monotonic()
            (copy / EDITED).write_text(re.sub("How can I improve my writing\\?", "How do I improve my writing?", text))
            _until(address, "How do I improve my writing?")
            return time.monotonic() - began
        finally:
            writing.terminate()


def _until(address: str, words: str) -> None:
    """Waits until a page shows these words."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            if words in urllib.request.urlopen(address, timeout=PATIENCE).read().decode():
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise TimeoutError(f"{address} did not show {words!r} in {PATIENCE} s")
