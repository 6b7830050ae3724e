"""The page beside the chapters: a preference data set of the reader's own, looked into."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

import htpy as h

from widgets.audit import cleaning, report
from widgets.audit.findings import MOST_DOUBTFUL, Doubt, Findings, find_out
from widgets.audit.opening import Opened, open_all
from widgets.audit.tally import MOST_PAIRS
from widgets.core import sparse, validation
from widgets.kit import files, parts
from widgets.kit.events import Choice, Event, Files, Integer, Numbered, Press, Switch
from widgets.kit.files import File, Given, Gone
from widgets.kit.settings import Setting, Settings
from widgets.kit.widget import Saved, Widget

from . import audit_door as door
from . import audit_doubts as doubts
from . import audit_settings
from . import audit_views as views
from .labels import Labeling
from .sample_set import Sample, sample
from .taste import Taste, taste_of

PARTS = {
    "glance": "At a glance",
    "rewards": "What it rewards",
    "learns": "What a model learns",
    "wrong": "Where it looks wrong",
    "book": "Against the book",
    "take": "Take it with you",
}
VERDICTS = {"keep": "keep", "flip": "flip", "drop": "drop"}
# The share of the work that reading is, for the progress bar.
READING = 0.7
SAMPLE = "sample.jsonl"


@dataclass(frozen=True, eq=False)
class Audit:
    """``given`` are the files, ``opened`` what of them was read, ``found`` what was found; ``missing`` names a file
    that has to be
    given again. ``verdicts`` are by record; ``at`` is the doubtful pair that is looked at."""

    taste: Taste
    given: tuple[Given, ...] = ()
    opened: Opened | None = None
    found: Findings | None = None
    missing: str = ""
    gone: str = ""
    verdicts: dict[int, str] = field(default_factory=dict)
    part: str = "glance"
    at: int = 0
    unfolded: bool = False

    @property
    def is_sample(self) -> bool:
        return [given.name for given in self.given] == [SAMPLE] and self.given[0].mark == "sample"

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        return self.found.doubts if self.found else ()

    @property
    def doubt(self) -> Doubt | None:
        """The doubtful pair that is looked at."""
        return self.doubts[min(self.at, len(self.doubts) - 1)] if self.doubts else None

    @property
    def changes(self) -> dict[int, str]:
        """The verdicts that change the file."""
        return {record: verdict for record, verdict in self.verdicts.items() if verdict != "keep"}


class DataAudit(Widget[Audit]):
    name = "data-audit"
    title = "Your data"
    needs = ("preference-labeling",)
    code = (validation.held_out, sparse.fit)
    private = True
    events = (
        Files("files"),
        Press("sample"),
        Press("go"),
        Choice("part", tuple(PARTS)),
        Integer("at", 0, MOST_DOUBTFUL - 1),
        Numbered("verdict", 2**31, tuple(VERDICTS)),
        Switch("unfold"),
    )

    def start(self, preference_labeling: Labeling) -> Audit:
        return Audit(taste_of(preference_labeling, self.content))

    def update(self, state: Audit, event: Event) -> Audit | Iterator[Audit]:
        match event.name:
            case "files":
                return self._opened(state, event.value, event.steps)
            case "sample":
                return self._opened(state, (self._held_sample(),), event.steps)
        return super().update(state, event)

    def on_go(self, state: Audit) -> Iterator[Audit]:
        return self._learned(state)

    def on_verdict(self, state: Audit, verdict: tuple[int, str]) -> Audit:
        record, word = verdict
        on = min(state.at + 1, MOST_DOUBTFUL - 1)
        return replace(state, verdicts={**state.verdicts, record: word}, at=on)

    def on_unfold(self, state: Audit, unfolded: bool) -> Audit:
        return replace(state, unfolded=unfolded)

    def _opened(self, state: Audit, given: tuple[Given, ...], steps: int | None) -> Iterator[Audit]:
        """Reads the files, then looks into them. What was judged stays judged when the same files come again."""
        same = [(one.size, one.mark) for one in given] == [(one.size, one.mark) for one in state.given]
        begun = replace(state, given=given, opened=None, found=None, missing="", gone="")
        if not same:
            begun = replace(begun, verdicts={}, at=0, unfolded=False, part="glance")
        here = [files.find(one) for one in given]
        if not all(here):
            yield replace(begun, missing=given[[bool(file) for file in here].index(False)].name)
            return
        # Work that was stopped is done anew, so that it stops at the same place.
        if steps is None and (made := files.recall(given, self.name)):
            yield replace(begun, opened=made[0], found=made[1])
            return
        state = begun
        try:
            for opened in open_all(here):
                state = replace(begun, opened=opened)
                yield state
        except Gone as gone:
            yield replace(begun, gone=str(gone))
            return
        yield from self._learned(state)

    def _learned(self, state: Audit) -> Iterator[Audit]:
        """Finds out all that can be found out from what was read."""
        if not state.opened or not state.opened.pairs:
            yield state
            return
        for found in find_out(state.opened.tally):
            yield replace(state, found=found)
        files.remember(state.given, self.name, (state.opened, found))

    @cached_property
    def sample(self) -> Sample:
        return sample(self.content)

    def _held_sample(self) -> Given:
        data = self.sample.text.encode()
        return files.hold(SAMPLE, len(data), "sample", lambda start, stop: data[start:stop])

    def progress(self, state: Audit) -> float | None:
        if state.found:
            return READING + (1 - READING) * state.found.done
        return READING * state.opened.share if state.opened else None

    def settings(self, state: Audit) -> tuple[Settings, ...]:
        if not state.found or not state.found.learners:
            return ()
        return audit_settings.settings(state.found) + (
            (audit_settings.of_sample(),)
            if state.is_sample
            else (Settings("The file", (Setting("pairs", MOST_PAIRS, "at most"),)),)
        )

    def view(self, state: Audit) -> h.Node:
        if not state.given:
            return door.welcome()
        if state.missing or state.gone:
            return [door.again(state.missing, state.gone), door.door("Choose it again")]
        if state.found is None or state.opened.refused:
            return door.reading(state.opened)
        return [
            door.opened(state.opened, state.found),
            parts.chips("part", "Show", PARTS, state.part),
            h.div(class_="audit-part")[self._part(state)],
        ]

    def _part(self, state: Audit) -> h.Node:
        found = state.found
        match state.part:
            case "glance":
                return views.glance(found.glance)
            case "take":
                return door.take(len(state.opened.files), state.changes, found.done == 1.0)
        if found.rewards is None:
            return door.not_yet(found)
        match state.part:
            case "rewards":
                return views.rewards(found)
            case "book":
                return views.against(found, state.taste, self.content)
        if found.done < 1.0:
            return door.not_yet(found)
        if state.part == "learns":
            return views.learns(found, state.opened.tally.shelf, state.unfolded)
        return self._wrong(state)

    def _wrong(self, state: Audit) -> h.Node:
        doubt = state.doubt
        if doubt is None:
            return parts.empty(doubts.no_doubts())
        place = state.doubts.index(doubt)
        turned = self.sample.turned if state.is_sample else None
        return doubts.wrong(
            doubts.Looked(
                doubt,
                state.opened.tally.shelf[doubt.place],
                place,
                len(state.doubts),
                state.verdicts.get(doubt.record),
                state.unfolded,
            ),
            state.found,
            state.changes,
            turned and {doubt.record for doubt in state.doubts if doubt.record in turned},
        )

    # Files to be saved.

    def save(self, state: Audit, what: str) -> Iterator[Saved]:
        if not state.opened:
            return
        if what == "report":
            text = report.markdown(state.opened, state.found)
            yield Saved("report.md", "text/markdown", text.encode(), 1.0)
            return
        place = int(what) if what.isdecimal() else 0
        given, read = state.given[place], state.opened.files[place]
        file: File | None = files.find(given)
        if file is None:
            raise Gone(f"{given.name} is not here any more: choose it again.")
        for share, data in cleaning.cleaned(file, state.changes, read.first):
            yield Saved(_cleaned_name(given.name), "application/octet-stream", data, share)


def _cleaned_name(name: str) -> str:
    """ "labels.jsonl.gz" becomes "labels-cleaned.jsonl.gz"."""
    stem, dot, ending = name.partition(".")
    return f"{stem}-cleaned{dot}{ending}"
