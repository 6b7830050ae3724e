"""What chapter 4's constitution does: drafts of a raw model, revised by principles, and trained on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from random import Random

import numpy as np

from widgets.core import constitution, three_h
from widgets.core.constitution import Objection, Principle
from widgets.core.language_model import LanguageModel
from widgets.kit import settings
from widgets.kit.settings import Setting, Settings

from .content import Content
from .model_settings import packed_settings, raw_settings
from .typical import TYPICAL_OF, typical_answer

MOST_REVISIONS = 12
DRAFTS, JUDGED, TRAINING_STEPS, LOOK_EVERY = 300, 1000, 80, 8
JUDGING = "judged"  # the seed of the answers that are judged: the same luck before training and after


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
    stopped: bool = False
    before: Shares | None = None
    after: Shares | None = None
    sample: tuple[int, ...] = ()

    @property
    def at_cap(self) -> bool:
        """Whether it has been revised as often as it can be."""
        return len(self.versions) > MOST_REVISIONS

    @property
    def as_drawn(self) -> Drafting:
        """Back to the draft, as for a new constitution."""
        return replace(self, versions=self.versions[:1], before=None, after=None, sample=(), trained=None)


class Drafter:
    """Draws, criticises and revises drafts, and trains on revisions, by what a state holds."""

    def __init__(self, content: Content) -> None:
        self.content = content

    def principles(self, state: Drafting) -> list[Principle]:
        """The ticked ones and the reader's own."""
        known = {principle.id: principle for principle in self.content.principles}
        own = [Principle(f"own-{kind}", words, ((kind, 0),)) for words, kind in state.own]
        return [known[id].test for id in state.ticked] + own

    def drafted(self, question: str, ticked: tuple[str, ...], turn: int) -> Drafting:
        """One draw of the raw model."""
        (answer,) = self._model(question).sample(1, Random(_draft_seed(question, turn))).tolist()
        return Drafting(question, ticked, turn, (tuple(answer),))

    def redrafted(self, state: Drafting, question: str, turn: int) -> Drafting:
        """A fresh draft; all else stays, also what the reader is typing."""
        fresh = self.drafted(question, state.ticked, turn)
        return replace(state, question=question, turn=turn, versions=fresh.versions)

    def objections(self, state: Drafting) -> tuple[Objection, ...]:
        return constitution.critique(state.versions[-1], self._kinds(state), self.principles(state))

    def revised(self, state: Drafting) -> Drafting:
        """One revision, from the first objection on, by every principle."""
        if not self.objections(state) or state.at_cap:
            return state
        model, luck = self._model(state.question), Random(_revision_seed(state, len(state.versions)))
        revised = constitution.revise(model, state.versions[-1], self._kinds(state), self.principles(state), luck)
        return replace(state, versions=(*state.versions, tuple(revised.tolist())))

    def training(self, state: Drafting) -> partial[Iterator[constitution.Supervised]]:
        """The call that the supervised phase makes."""
        model, luck = self._model(state.question), Random(_training_seed(state.question))
        given = model, self._kinds(state), self.principles(state), luck
        return partial(constitution.supervised, *given, drafts=DRAFTS, steps=TRAINING_STEPS)

    def train(self, state: Drafting) -> Iterator[Drafting]:
        """The supervised phase: fine-tunes on revisions of many drafts."""
        before = self._shares(state, self._model(state.question))
        state = replace(state, before=before, after=before, sample=(), trained=0.0, stopped=False)
        for phase in self.training(state)():
            if phase.step and phase.step % LOOK_EVERY == 0:
                state = self._looked(state, phase.model)
            if phase.step or phase.revised % 20 == 0:
                state = replace(state, trained=0.7 * phase.revised / DRAFTS + 0.3 * phase.step / TRAINING_STEPS)
                yield state
        yield replace(self._looked(state, phase.model), trained=1.0)

    def _looked(self, state: Drafting, model: LanguageModel) -> Drafting:
        """With what the model says now, and how many of its answers keep the principles."""
        answers = model.sample(TYPICAL_OF, Random(_typical_seed(state.question)))
        sample = typical_answer(answers, self.content.tasks[state.question].gold(answers))
        return replace(state, after=self._shares(state, model), sample=tuple(sample.tolist()))

    def _shares(self, state: Drafting, model: LanguageModel) -> Shares:
        answers, kinds = model.sample(JUDGED, Random(JUDGING)), self._kinds(state)
        kept = tuple(constitution.kept_share(answers, kinds, principle) for principle in self.principles(state))
        counts = np.bincount(three_h.categories(answers, kinds), minlength=len(three_h.CATEGORIES))
        return Shares(kept, tuple((counts / JUDGED).tolist()))

    def _model(self, question: str) -> LanguageModel:
        return self.content.trained(question).raw

    def _kinds(self, state: Drafting) -> tuple[str, ...]:
        return self.content.tasks[state.question].kinds

    def settings(self, state: Drafting) -> tuple[Settings, ...]:
        """What shaped the draft, its revisions, and what was trained on."""
        draws = [Setting("draft", _draft_seed(state.question, state.turn), "its seed")]
        if len(state.versions) > 1:
            draws.append(Setting("revision", _revision_seed(state, len(state.versions) - 1), "the seed of the last"))
        trained = () if state.trained is None else (self._phase_settings(state),)
        of_model = *raw_settings(self.content.tasks[state.question]), packed_settings(aligned=False)
        return Settings("The draws", tuple(draws)), *trained, *of_model

    def _phase_settings(self, state: Drafting) -> Settings:
        meanings = {"drafts": "answers revised", "rate": "times the gradient of a row’s own mean loss"}
        phase = settings.of(self.training(state), "The supervised phase", **meanings)
        seed = Setting("seed", _training_seed(state.question))
        judged = Setting("judged", JUDGED, f"answers, before and after, from the seed “{JUDGING}”")
        typical = Setting("typical answer", _typical_seed(state.question), f"the seed of the {TYPICAL_OF} it is among")
        return Settings(phase.title, (seed, *phase.of, judged, typical))


# The seeds of all draws.


def _draft_seed(question: str, turn: int) -> str:
    return f"{question} draft {turn}"


def _revision_seed(state: Drafting, number: int) -> str:
    return f"{state.question} revision {state.turn} {number}"


def _training_seed(question: str) -> str:
    return f"{question} supervised"


def _typical_seed(question: str) -> str:
    return f"{question} typical"
