"""Where a file comes in, what became of it, and how what was found goes out again."""

from __future__ import annotations

from collections.abc import Mapping

import htpy as h

from widgets.audit import telling
from widgets.audit.findings import Findings
from widgets.audit.opening import Opened
from widgets.kit import parts

from .audit_doubts import changed
from .unread import problems_of


def door(label: str, kind: str = "primary") -> h.Element:
    """Where a file comes in."""
    return h.div(class_="audit-door", data_zone=True)[
        parts.file_field("files", label, several=True, kind=kind),
        h.p[
            "or drop it here, or paste it. JSON Lines, a JSON array or CSV, gzipped or not: pairs of answers of "
            "which one was "
            "preferred, as TRL, LLaMA-Factory, HH-RLHF, Chatbot Arena and this book write them."
        ],
    ]


def welcome() -> h.Node:
    return [
        door("Open a file"),
        parts.buttons(parts.button("Try the sample set", "sample", sign="data")),
        parts.note(
            "Nothing leaves your device. The file is read where it is, here in the page; what is kept between "
            "visits is its name, "
            "a mark by which it is known again, and your verdicts."
        ),
    ]


def again(missing: str, gone: str) -> h.Element:
    if gone:
        return parts.message("warn", gone)
    return parts.message(
        "info",
        f"You looked into “{missing}” here. The page keeps no copy of it: choose it again, and all goes on "
        f"where it was, your "
        "verdicts included.",
    )


def reading(opened: Opened | None) -> h.Node:
    """While a file is read; and where that was stopped, or nothing can be read."""
    if opened is None:
        return parts.progress("Read so far", 0.0)
    if opened.refused:
        return [parts.message("warn", opened.refused), _problems(opened), door("Open another file")]
    return [
        parts.progress("Read so far", opened.share),
        h.p(class_="audit-count")[h.b[f"{opened.pairs:,}"], " pairs so far"],
        not opened.whole
        and parts.buttons(
            parts.button(f"Look into these {opened.pairs:,} pairs", "go", kind="primary", disabled=not opened.pairs),
        ),
    ]


def opened(opened_: Opened, found: Findings) -> h.Node:
    """What was opened, above all else."""
    files = opened_.files
    return h.div(class_="audit-file")[
        h.div[
            [h.p[h.b[file.name], telling.file(file).removeprefix(file.name)] for file in files],
            not opened_.whole and h.p["You stopped the reading there: what follows goes by these pairs alone."],
            [parts.note(note) for file in files for note in file.notes],
            _problems(opened_),
        ],
        parts.buttons(
            parts.file_field("files", "Open another", several=True),
            found.done < 1.0 and parts.button("Go on", "go", kind="primary"),
        ),
    ]


def _problems(opened_: Opened) -> h.Node:
    return problems_of([problem for file in opened_.files for problem in file.problems])


def not_yet(found: Findings) -> h.Node:
    if found.rewards is None and found.done == 1.0:
        return parts.empty(telling.too_few(found.glance))
    return parts.empty("This is not found out yet. “Go on” does the rest.")


def take(count: int, changes: Mapping[int, str], done: bool) -> h.Node:
    several = [
        parts.save_button(f"Save file {place + 1}, cleaned", str(place), disabled=not changes) for place in range(count)
    ]
    return [
        parts.reading(changed(changes)),
        parts.buttons(
            *(several if count > 1 else [parts.save_button("Save the cleaned file", "0", disabled=not changes)]),
            parts.save_button("Save the report", "report", disabled=not done),
        ),
        parts.note(
            "The cleaned file comes in the format that it came in: what you turned round has its answers and "
            "their scores in each other’s "
            "place, what you dropped is gone, and nothing else is changed. The report is Markdown, with all "
            "numbers and no answer."
        ),
        parts.note("On your own computer, the same report: ", h.code["python -m widgets.audit FILE"], "."),
    ]
