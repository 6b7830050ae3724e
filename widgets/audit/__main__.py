"""``python -m widgets.audit FILE ... [--json]``: looks into preference data and prints what it finds.

What is printed is Markdown; with ``--json`` the same numbers for machines. Several files are one data set.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from . import report
from .findings import Findings, find_out
from .opening import OnDisk, Opened, open_all

BAR = 40


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m widgets.audit", description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="JSON Lines, a JSON array or CSV, gzipped or not"
    )
    parser.add_argument("--json", action="store_true", help="print numbers for machines")
    given = parser.parse_args(arguments)
    try:
        sources = [OnDisk(path) for path in given.files]
    except OSError as error:
        print(f"{error.filename} can’t be opened: {error.strerror}.", file=sys.stderr)
        return 2
    opened, found = _looked_into(sources)
    _progress("", None)
    if given.json:
        print(json.dumps(report.numbers(opened, found), indent=2, allow_nan=False))
    else:
        print(report.markdown(opened, found), end="")
    return 1 if opened.refused else 0


def _looked_into(sources: list[OnDisk]) -> tuple[Opened, Findings | None]:
    for opened in open_all(sources):
        _progress(f"reading, {opened.pairs:,} pairs", opened.share)
    if opened.refused:
        return opened, None
    for found in find_out(opened.tally):
        _progress("learning", found.done)
    return opened, found


_shown = [""]


def _progress(words: str, share: float | None) -> None:
    """A bar on the terminal's last line, where there is a terminal; gone where ``share`` is None."""
    if not sys.stderr.isatty():
        return
    line = "" if share is None else f"{'█' * round(share * BAR):·<{BAR}} {share:4.0%} {words}"
    if line != _shown[0]:
        print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)
        _shown[0] = line


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        _progress("", None)
        sys.exit(130)
