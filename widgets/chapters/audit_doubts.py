"""Pairs whose label looks wrong: side by side, word by word coloured, to be judged one after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import htpy as h

from widgets.audit import telling
from widgets.audit.findings import Doubt, Findings
from widgets.audit.pair import Pair
from widgets.kit import parts

from .audit_words import coloured
from .sample_set import TURNED

OFFENSIVE = "The answers may be offensive or upsetting. They stay folded until you ask for them."
COLOURS = "Words in teal count for an answer, words in rust against it, the stronger the more"
FIXED = "This pair comes from a ranking or from single verdicts, so it can’t be changed by itself."


@dataclass(frozen=True)
class Looked:
    """A doubtful pair that is looked at: its place among so many, and the reader's verdict so far."""

    doubt: Doubt
    pair: Pair
    place: int
    count: int
    verdict: str | None
    unfolded: bool


def wrong(looked: Looked, found: Findings, changes: Mapping[int, str], turned: set[int] | None) -> h.Node:
    return [
        parts.reading(telling.doubts(found)),
        turned is not None and parts.note(_known_of_sample(looked.count, turned)),
        _walk(looked),
        parts.switch("unfold", "Show the answers", looked.unfolded),
        _answers(looked.pair, found) if looked.unfolded else parts.empty(OFFENSIVE),
        _verdicts(looked),
        looked.pair.fixed and parts.note(FIXED),
        parts.note(changed(changes)),
    ]


def _walk(looked: Looked) -> h.Element:
    """From pair to pair, and what the model says of this one."""
    last = looked.count - 1
    return h.div(class_="audit-walk")[
        parts.button("Back", "at", max(looked.place - 1, 0), key="p arrowleft", disabled=looked.place == 0),
        h.p(data_live=True)[
            f"Pair {looked.place + 1:,} of {looked.count:,}: record {looked.doubt.record + 1:,}. The model expects the "
            f"other answer with ",
            parts.exactly(looked.doubt.sure, parts.percent(looked.doubt.sure)),
            f"{'; your verdict: ' + looked.verdict if looked.verdict else ''}.",
        ],
        parts.button("Next", "at", min(looked.place + 1, last), key="n arrowright", disabled=looked.place == last),
    ]


def _answers(pair: Pair, found: Findings) -> h.Node:
    """Both answers, each word coloured by what it counts."""
    sides = (("Chosen", pair.chosen, pair.rejected, "aligned"), ("Rejected", pair.rejected, pair.chosen, "raw"))
    return [
        pair.before and parts.disclosure("What was said before", h.p(class_="audit-before")[pair.before]),
        pair.prompt and parts.question(pair.prompt, "The prompt"),
        parts.versus(
            *(
                parts.response(title, h.p[coloured(text, other, pair.prompt, found)], tone=tone, marked=None)
                for title, text, other, tone in sides
            )
        ),
        parts.note(
            f"{COLOURS}; only what the other answer lacks counts." if found.doubter == "words" else f"{COLOURS}."
        ),
    ]


def _verdicts(looked: Looked) -> h.Node:
    verdicts = (("keep", "Keep the label"), ("flip", "Flip it"), ("drop", "Drop the pair"))
    return parts.buttons(
        *(
            parts.button(
                label,
                "verdict",
                (looked.doubt.record, verdict),
                key=verdict[0],
                pressed=looked.verdict == verdict,
                disabled=looked.pair.fixed and verdict != "keep",
            )
            for verdict, label in verdicts
        )
    )


def changed(changes: Mapping[int, str]) -> str:
    verdicts = list(changes.values())
    flipped, dropped = verdicts.count("flip"), verdicts.count("drop")
    if not verdicts:
        return "You have changed nothing so far."
    return (
        f"So far you have turned {telling.number_of(flipped, 'label')} round and dropped "
        f"{telling.number_of(dropped, 'pair')}."
    )


def _known_of_sample(count: int, turned: set[int]) -> str:
    return (
        f"Of the sample it is known: {TURNED} labels were turned round on purpose, and {len(turned)} of them "
        f"are among these {count} pairs. "
        "The others only look wrong: the stand-in wavered, as people do."
    )


def no_doubts() -> str:
    return "The model expects no other answer than the one that was chosen, in any pair."
