"""Chapter 4: a model criticises and revises its own answers
by the reader's principles, and is trained on the result.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from random import Random

import htpy as h
import numpy as np

from widgets.core import constitution, three_h
from widgets.core.constitution import Objection, Principle
from widgets.core.language_model import LanguageModel
from widgets.kit import parts, settings
from widgets.kit.events import Choice, Event, Fields, Press, Text
from widgets.kit.settings import Setting, Settings
from widgets.kit.widget import Options, Widget

from .chase_answers import TYPICAL_OF, typical_answer
from .content import Content
from .method_cards import Work
from .model_settings import packed_settings, raw_settings
from .persons import ALIGNED, CRITIC, RAW
from .principles import ticks

QUESTION_IDS = ("writing", "salary", "headache", "cleaning", "friend", "password")
TICKED = ("helpful", "truthful", "kind", "harmless")
# What the reader's own words can be given as a test: no phrase of this kind.
TESTS = {
    "flattery": "no flattery",
    "disclaimer": "no disclaimer",
    "hedge": "no hedging",
    "filler": "no padding",
    "closer": "no farewell",
    "opener": "no preamble",
}
WORDING, MOST_OWN, MOST_REVISIONS = 120, 4, 12
KEPT = 0.95  # by so many answers: as good as always
DRAFTS, JUDGED, TRAINING_STEPS, LOOK_EVERY = 300, 1000, 80, 8
JUDGING = "judged"  # the seed of the answers that are judged: the same luck before training and after
# Where the figure goes another way than Bai et al. 2022b, who began with a helpful model and questions written to
# provoke it.
DEPARTURE = (
    "Here a raw model answers an ordinary question, every revision is held to all ticked principles at once, "
    "and the same "
    "model is trained on."
)


@dataclass(frozen=True)
class Shares:
    """Of many answers: how many keep each principle, in order, and how many are of each category."""

    kept: tuple[float, ...]
    categories: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Drafting:
    """``versions`` are the answer as drawn, then after each
    revision; ``own`` the reader's principles, (words, kind).
    """

    question: str
    ticked: tuple[str, ...]
    turn: int
    versions: tuple[tuple[int, ...], ...]
    own: tuple[tuple[str, str], ...] = ()
    wording: str = ""
    test: str = "disclaimer"
    refused: str = ""
    trained: float | None = None
    work: Work = field(default_factory=lambda: Work(False))
    before: Shares | None = None
    after: Shares | None = None
    sample: tuple[int, ...] = ()


class Constitution(Widget[Drafting]):
    name = "constitution"
    title = "Write a constitution"
    code = (constitution.critique, constitution.revise, constitution.kept_share, constitution.supervised)

    def __init__(self, content: Content, options: Options | None = None) -> None:
        super().__init__(content, options)
        self.ids = tuple(id for id in QUESTION_IDS if id in content.tasks) or tuple(content.tasks)[:6]
        self.known = {principle.id: principle for principle in content.principles}
        self.events = (
            Choice("question", self.ids),
            Fields("tick", (tuple(self.known), ("on", "off"))),
            Text("wording", WORDING),
            Choice("test", tuple(TESTS)),
            Press("add"),
            Press("drop"),
            Press("draft"),
            Press("revise"),
            Press("train"),
        )

    def start(self) -> Drafting:
        return self._drafted(self.ids[0], tuple(id for id in TICKED if id in self.known), 0)

    def update(self, state: Drafting, event: Event) -> Drafting | Iterator[Drafting]:
        state = replace(state, refused="")
        match event.name:
            case "question":
                return self._reset(self._redrafted(state, event.value, 0))
            case "draft":
                return self._redrafted(state, state.question, state.turn + 1)
            case "tick":
                id, on = event.value
                ticked = tuple(
                    other
                    for other in self.known
                    if (other == id and on == "on") or (other != id and other in state.ticked)
                )
                return self._reset(replace(state, ticked=ticked))
            case "wording" | "test":
                return replace(state, **{event.name: event.value})
            case "add":
                return self._added(state)
            case "drop":
                return self._reset(replace(state, own=state.own[:-1]))
            case "revise":
                return self._revised(state)
        return self._train(state)

    def progress(self, state: Drafting) -> float | None:
        return state.trained

    def principles(self, state: Drafting) -> list[Principle]:
        """The ticked ones and the reader's own."""
        own = [Principle(f"own-{kind}", words, ((kind, 0),)) for words, kind in state.own]
        return [self.known[id].test for id in state.ticked] + own

    def statement(self, state: Drafting, id: str) -> str:
        words = {f"own-{kind}": words for words, kind in state.own}
        return words[id] if id in words else self.known[id].statement

    def _added(self, state: Drafting) -> Drafting:
        """With the reader's principle, or with the reason why not."""
        if any(kind == state.test for _, kind in state.own):
            return replace(
                state,
                refused=f"One of yours has the test “{TESTS[state.test]}” already. A second would forbid nothing more.",
            )
        if len(state.own) >= MOST_OWN:
            return replace(state, refused=f"There is room for {MOST_OWN} of your own. Drop the last to add another.")
        words = state.wording.strip() or f"{TESTS[state.test].capitalize()}."
        return self._reset(replace(state, own=(*state.own, (words, state.test)), wording=""))

    def _reset(self, state: Drafting) -> Drafting:
        """A new constitution: back to the draft as it was drawn."""
        return replace(state, versions=state.versions[:1], before=None, after=None, sample=(), trained=None)

    def _redrafted(self, state: Drafting, question: str, turn: int) -> Drafting:
        """A fresh draft; all else stays, also what the reader is typing."""
        fresh = self._drafted(question, state.ticked, turn)
        return replace(state, question=question, turn=turn, versions=fresh.versions)

    def _drafted(self, question: str, ticked: tuple[str, ...], turn: int) -> Drafting:
        """One draw of the raw model."""
        (answer,) = self._model(question).sample(1, Random(_draft_seed(question, turn))).tolist()
        return Drafting(question, ticked, turn, (tuple(answer),))

    def _model(self, question: str) -> LanguageModel:
        return self.content.trained(question).raw

    def _objections(self, state: Drafting) -> tuple[Objection, ...]:
        return constitution.critique(
            state.versions[-1], self.content.tasks[state.question].kinds, self.principles(state)
        )

    def _revised(self, state: Drafting) -> Drafting:
        """One revision, from the first objection on, by every principle."""
        if not self._objections(state) or self._at_cap(state):
            return state
        kinds = self.content.tasks[state.question].kinds
        luck = Random(_revision_seed(state, len(state.versions)))
        revised = constitution.revise(
            self._model(state.question), state.versions[-1], kinds, self.principles(state), luck
        )
        return replace(state, versions=(*state.versions, tuple(revised.tolist())))

    def _at_cap(self, state: Drafting) -> bool:
        return len(state.versions) > MOST_REVISIONS

    def contradiction(self, state: Drafting) -> tuple[str, str] | None:
        """Two principles that no answer can keep both: all that one needs, the other forbids."""
        principles = self.principles(state)
        for one in principles:
            for other in principles:
                forbidden = {kind for kind, limit in other.limits if limit == 0}
                if one.needs and set(one.needs) <= forbidden:
                    return self.statement(state, one.id), self.statement(state, other.id)
        return None

    def training(self, state: Drafting) -> partial:
        """The call that the supervised phase makes."""
        model, kinds = self._model(state.question), self.content.tasks[state.question].kinds
        luck = Random(_training_seed(state.question))
        return partial(
            constitution.supervised, model, kinds, self.principles(state), luck, drafts=DRAFTS, steps=TRAINING_STEPS
        )

    def settings(self, state: Drafting) -> tuple[Settings, ...]:
        draws = [Setting("draft", _draft_seed(state.question, state.turn), "its seed")]
        if len(state.versions) > 1:
            draws.append(Setting("revision", _revision_seed(state, len(state.versions) - 1), "the seed of the last"))
        groups = [Settings("The draws", tuple(draws))]
        if state.trained is not None:
            phase = settings.of(
                self.training(state),
                "The supervised phase",
                drafts="answers revised",
                rate="times the gradient of a row’s own mean loss",
            )
            seed = Setting("seed", _training_seed(state.question))
            judged = Setting("judged", JUDGED, f"answers, before and after, from the seed “{JUDGING}”")
            typical = Setting(
                "typical answer", _typical_seed(state.question), f"the seed of the {TYPICAL_OF} it is among"
            )
            groups.append(Settings(phase.title, (seed, *phase.of, judged, typical)))
        return *groups, *raw_settings(self.content.tasks[state.question]), packed_settings(aligned=False)

    def _train(self, state: Drafting) -> Iterator[Drafting]:
        """The supervised phase: fine-tunes on revisions of many drafts."""
        task, model, principles = (
            self.content.tasks[state.question],
            self._model(state.question),
            self.principles(state),
        )
        work = Work()
        state = replace(
            state, before=self._shares(model, task.kinds, principles), after=None, sample=(), trained=0.0, work=work
        )
        try:
            state = replace(state, after=state.before)
            for phase in self.training(state)():
                if phase.step and phase.step % LOOK_EVERY == 0:
                    state = self._looked(state, phase.model)
                if phase.step or phase.revised % 20 == 0:
                    state = replace(state, trained=0.7 * phase.revised / DRAFTS + 0.3 * phase.step / TRAINING_STEPS)
                    yield state
            yield replace(self._looked(state, phase.model), trained=1.0)
        finally:
            work.going = False

    def _looked(self, state: Drafting, model: LanguageModel) -> Drafting:
        """With what the model says now, and how many of its answers keep the principles."""
        task = self.content.tasks[state.question]
        answers = model.sample(TYPICAL_OF, Random(_typical_seed(state.question)))
        sample = tuple(typical_answer(answers, task.gold(answers)).tolist())
        return replace(state, after=self._shares(model, task.kinds, self.principles(state)), sample=sample)

    def _shares(self, model: LanguageModel, kinds: tuple[str, ...], principles: list[Principle]) -> Shares:
        answers = model.sample(JUDGED, Random(JUDGING))
        kept = tuple(constitution.kept_share(answers, kinds, principle) for principle in principles)
        counts = np.bincount(three_h.categories(answers, kinds), minlength=len(three_h.CATEGORIES))
        return Shares(kept, tuple((counts / JUDGED).tolist()))

    # View.

    def view(self, state: Drafting) -> h.Node:
        return [
            parts.chips(
                "question", "Question", {id: self.content.question(id).topic for id in self.ids}, state.question
            ),
            parts.panel("The principles", self._ticks(state), self._wording(state)),
            parts.panels(
                parts.panel("Draft, critique, revision", self._drafts(state)),
                parts.panel("Fine-tuned on its own revisions", self._training(state)),
            ),
        ]

    def _ticks(self, state: Drafting) -> h.Node:
        return h.ul(class_="principles")[
            ticks("tick", self.known, state.ticked, "aligned"),
            (
                h.li(class_="principle-own")[parts.note("Yours: ", words, f" ({TESTS[kind]})")]
                for words, kind in state.own
            ),
        ]

    def _wording(self, state: Drafting) -> h.Node:
        return parts.disclosure(
            "Word one of your own",
            parts.chips("test", "Test", TESTS, state.test),
            parts.field("wording", "In your words", state.wording, WORDING, hint="Spare me the small print."),
            parts.buttons(
                parts.button("Add it", "add", tone="aligned"),
                parts.button("Drop the last", "drop", disabled=not state.own),
            ),
            state.refused and parts.message("warn", state.refused),
        )

    def _drafts(self, state: Drafting) -> h.Node:
        objections = self._objections(state)
        return [
            parts.question(self.content.question(state.question).prompt),
            self._version(state, objections),
            parts.beside(
                CRITIC.face("frowning" if objections else "pleased" if self.principles(state) else "calm"),
                h.ul(class_="points")[(h.li[self._objection(state, objection)] for objection in objections)]
                if objections
                else None,
                parts.reading(self._state_of(state, objections)),
                parts.note(CRITIC.portrait),
            ),
            parts.buttons(
                parts.button(
                    "Revise",
                    "revise",
                    key="r",
                    kind="primary",
                    tone="aligned",
                    disabled=not objections or self._at_cap(state),
                ),
                parts.button("Another draft", "draft", key="d", sign="dice"),
            ),
        ]

    def _version(self, state: Drafting, objections: tuple[Objection, ...]) -> h.Node:
        """The present version: what breaks a principle is struck, what is new since the last one is marked."""
        phrases, end = self.content.tasks[state.question].phrases, len(self.content.tasks[state.question].phrases)
        said = [token for token in state.versions[-1] if token != end]
        before = state.versions[-2] if len(state.versions) > 1 else said
        broken = {objection.position for objection in objections}
        pills = [
            parts.Token(
                phrases[token], state="removed" if place in broken else "shown" if token in before else "inserted"
            )
            for place, token in enumerate(said)
        ]
        title = "Draft of the raw model" if len(state.versions) == 1 else f"Revision {len(state.versions) - 1}"
        marked = "keeps every principle" if self.principles(state) and not objections else None
        drafted = RAW.face("babbling" if objections else "calm")
        revised = ALIGNED.face("doubtful" if objections else "pleased")
        body = (
            parts.tokens(pills, title, turn=f"{state.question} {state.turn} {len(state.versions)}")
            if pills
            else "(It says nothing.)"
        )
        first = len(state.versions) == 1
        return parts.response(
            title, body, tone="raw" if first else "aligned", marked=marked, who=drafted if first else revised
        )

    def _objection(self, state: Drafting, objection: Objection) -> str:
        task = self.content.tasks[state.question]
        rule = self.statement(state, objection.principle)
        if objection.position < 0:
            return f"Something is missing: “{rule}”"
        return f"“{task.phrases[state.versions[-1][objection.position]]}” breaks “{rule}”"

    def _state_of(self, state: Drafting, objections: tuple[Objection, ...]) -> str:
        if not self.principles(state):
            return "Without principles there is nothing to criticise."
        count, revisions = len(objections), len(state.versions) - 1
        if objections:
            found = f"{count} {'objection' if count == 1 else 'objections'}."
            return f"{found} {self._why_not(state)}".strip()
        return (
            "Nothing to object to."
            if not revisions
            else f"After {revisions} {'revision' if revisions == 1 else 'revisions'}, nothing is left to object to."
        )

    def _why_not(self, state: Drafting) -> str:
        """Why revising cannot end well, or has to end here."""
        pair = self.contradiction(state)
        why = _contradicting(pair) if pair else ""
        return f"{why} After {MOST_REVISIONS} revisions it gives up." if self._at_cap(state) else why

    def _training(self, state: Drafting) -> h.Node:
        able = bool(self.principles(state))
        run = [
            parts.buttons(
                parts.button(
                    f"Revise {DRAFTS} drafts and fine-tune",
                    "train",
                    key="t",
                    kind="primary",
                    sign="play",
                    disabled=not able,
                )
            ),
            not able and parts.note("Tick a principle first: without one there is nothing to revise by."),
        ]
        if state.before is None or state.after is None:
            return [run, self._under_way(state)]
        done = state.trained == 1.0
        now = "after" if done else "so far"
        kept = [
            (
                parts.Bar(self.statement(state, principle.id), before, tone="raw", whose="before"),
                parts.Bar(self.statement(state, principle.id), after, tone="aligned", whose=now),
            )
            for principle, before, after in zip(
                self.principles(state), state.before.kept, state.after.kept, strict=True
            )
        ]
        categories = [
            (parts.Bar(name, before, tone="raw", whose="before"), parts.Bar(name, after, tone="aligned", whose=now))
            for name, before, after in zip(
                three_h.CATEGORIES, state.before.categories, state.after.categories, strict=True
            )
        ]
        return [
            run,
            not done and self._under_way(state),
            state.sample
            and parts.response(
                "A typical answer of the fine-tuned model" if done else "A typical answer, so far",
                self._sampled(state),
                parts.note(f"Of {TYPICAL_OF} drawn, the one in the middle by true quality."),
                tone="aligned",
                who=ALIGNED.at(float(self.content.tasks[state.question].gold(np.array([state.sample]))[0])),
            ),
            parts.shares(kept, f"Share of {JUDGED} answers that keep each principle", texts=True),
            parts.disclosure(
                "What kinds of answers are these?", parts.shares(categories, f"Share of {JUDGED} answers of each kind")
            ),
            done and parts.reading(self._verdict(state)),
            parts.note(DEPARTURE),
        ]

    def _under_way(self, state: Drafting) -> h.Node:
        if state.trained is None:
            return parts.note(
                "One revision mends one answer. Training on many changes the model itself.", " ", DEPARTURE
            )
        if state.work.going:
            return parts.progress("Revising and training", state.trained)
        return parts.message("warn", f"Stopped at {parts.percent(state.trained)}. Run it again to see what it changes.")

    def _sampled(self, state: Drafting) -> h.Node:
        """What the fine-tuned model answers."""
        phrases = self.content.tasks[state.question].phrases
        said = [token for token in state.sample if token != len(phrases)]
        return (
            parts.tokens([phrases[token] for token in said], "The fine-tuned model’s answer")
            if said
            else "(It says nothing.)"
        )

    def _verdict(self, state: Drafting) -> str:
        good, evasive = three_h.CATEGORIES.index(three_h.GOOD), three_h.CATEGORIES.index("evasive")
        before, after = state.before.categories, state.after.categories
        if after[evasive] > before[evasive] + 0.2 and after[good] < before[good]:
            found = (
                f"An over-strict constitution: {parts.percent(after[evasive])} of its answers now evade the question "
                f"({parts.percent(before[evasive])} before), and {parts.percent(after[good])} are good "
                f"({parts.percent(before[good])} before)."
            )
        else:
            found = (
                f"Good answers went from {parts.percent(before[good])} to {parts.percent(after[good])}, "
                f"evasive ones from {parts.percent(before[evasive])} to {parts.percent(after[evasive])}."
            )
        pair = self.contradiction(state)
        return f"{found} {self._least_kept(state)} {_contradicting(pair) if pair else ''}".strip()

    def _least_kept(self, state: Drafting) -> str:
        share, principle = min(zip(state.after.kept, self.principles(state), strict=True), key=lambda found: found[0])
        if share > KEPT:
            return f"More than {parts.percent(KEPT)} of them keep each principle."
        return (
            f"The one kept least often: “{self.statement(state, principle.id).removesuffix('.')}”, "
            f"in {parts.percent(share)} of answers."
        )


# The seeds of all draws.


def _draft_seed(question: str, turn: int) -> str:
    return f"{question} draft {turn}"


def _revision_seed(state: Drafting, number: int) -> str:
    return f"{state.question} revision {state.turn} {number}"


def _training_seed(question: str) -> str:
    return f"{question} supervised"


def _typical_seed(question: str) -> str:
    return f"{question} typical"


def _contradicting(pair: tuple[str, str]) -> str:
    return f"“{pair[0]}” and “{pair[1]}” contradict each other: no answer can keep both."
