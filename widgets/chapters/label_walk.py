"""One run of figure 4.1: both methods on the first draw of the labels, and the settings that shaped it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from widgets.core import optimum, same_labels
from widgets.core.language_model import LanguageModel
from widgets.kit import settings
from widgets.kit.settings import Setting, Settings

from .label_draws import DRAWS, Draw, Experiment
from .practice_settings import practice

# How many points PPO's path has, and DPO's, which may turn early, at most.
LOOKS, FINE = 25, 50
NEAREST = 1e-4


@dataclass(frozen=True, eq=False)
class Walk:
    """One method's way: its KL from the optimum by share of its training done, and where it is."""

    path: tuple[tuple[float, float], ...]
    policy: LanguageModel
    ended: bool = False


@dataclass(frozen=True, eq=False)
class Run:
    """One draw of the labels, and both methods on it; then what both gained in this draw and in further ones.

    ``ideal`` is the exact optimum of RLHF's reward, where PPO would end; ``l2`` the pull that was chosen for it;
    ``practice`` and ``direct`` are the calls that ran. DPO's policy is the one kept, after ``kept_at`` steps.
    """

    experiment: Experiment
    draw: Draw
    ideal: LanguageModel
    l2: float | None
    practice: partial
    direct: partial
    ppo: Walk
    dpo: Walk
    kept_at: int = 0
    draws: tuple[tuple[float, float], ...] = ()

    @property
    def broken(self) -> frozenset[str]:
        return self.experiment.broken

    @property
    def walked(self) -> bool:
        return self.ppo.ended and self.dpo.ended

    @property
    def progress(self) -> float:
        walked = self.ppo.path[-1][0] + (1.0 if self.dpo.ended else self.dpo.path[-1][0])
        return walked / 4 + len(self.draws) / DRAWS / 2


def begin(experiment: Experiment) -> Run:
    """Before the first step: the labels are drawn, and RLHF has fitted its reward model."""
    draw = experiment.draw(0)
    reward, l2 = experiment.learned(draw)
    ideal = optimum.optimal_policy(experiment.reference, reward, experiment.beta)
    start = Walk(((0.0, distance(experiment.reference, experiment.target)),), experiment.reference)
    return Run(experiment, draw, ideal, l2, experiment.practice(reward), experiment.direct(draw), start, start)


def walk(run: Run) -> Iterator[Run]:
    """The first draw: PPO on what was learned from it, then DPO; a run after every step of either."""
    target, steps = run.experiment.target, run.practice.keywords["steps"]
    for iterate in run.practice():
        if iterate.step % max(1, steps // LOOKS) == 0 or iterate.step == steps:
            here = (iterate.step / steps, distance(iterate.policy, target))
            run = replace(run, ppo=Walk((*run.ppo.path, here), iterate.policy, iterate.step == steps))
        yield run
    steps = run.direct.keywords["steps"]
    for watched in run.experiment.watched(run.draw, run.direct):
        if watched.step % max(1, steps // FINE) == 0:
            here = (watched.step / steps, distance(watched.policy, target))
            run = replace(run, dpo=Walk((*run.dpo.path, here), watched.kept), kept_at=watched.kept_at)
        yield run
    yield replace(run, dpo=replace(run.dpo, policy=watched.kept, ended=True), kept_at=watched.kept_at)


def distance(policy: LanguageModel, target: LanguageModel) -> float:
    """KL(policy || target), but never less than a logarithmic axis can show."""
    return max(policy.kl(target), NEAREST)


def settings_of(run: Run) -> Sequence[Settings]:
    """Every number that shaped a run, from the calls and labels that made it."""
    labels, held_out = same_labels.hold_out(run.draw.labels)
    data = (
        Setting("labels", len(labels), "to train on, for both methods"),
        Setting("held out", len(held_out), "for RLHF to choose l2 by, and for DPO to stop by"),
        Setting("single votes", run.draw.voted, "one person's choice a pair, or else everybody's exact share"),
        Setting("flipped", run.draw.flipped),
        Setting("draws", len(run.draws)),
    )
    fitted = (Setting("l2", run.l2), Setting("chosen from", same_labels.L2S))
    stop = settings.of(run.experiment.watching(run.draw, ()), "When DPO stops")
    kept = Setting("kept", run.kept_at, "steps, where the loss on the held-out labels was lowest")
    return (
        Settings("The labels", data),
        *(() if run.l2 is None else (Settings("RLHF's reward model", fitted),)),
        practice(run.practice, "PPO, in the first draw; draws after it take the exact optimum of the reward"),
        settings.of(run.direct, "DPO"),
        replace(stop, of=(*stop.of, kept)),
    )
