"""Every number that shaped the runs of figure 2.1, from the calls that made them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from widgets.core import pipeline
from widgets.kit import settings
from widgets.kit.settings import Setting, Settings

from .practice_settings import practice
from .three_steps import JUDGED, Learned, Practised, Tuned


def settings_of(
    seed: int, tuned: Tuned | None, learned: Learned | None, practised: Practised | None
) -> Sequence[Settings]:
    """The settings of each step that has been run."""
    groups = []
    if tuned:
        data = (Setting("demonstrations", pipeline.DEMONSTRATIONS), Setting("held out", pipeline.HELD_OUT))
        groups.append(
            _with(settings.of(tuned.training, "Step 1: supervised fine-tuning"), Setting("seed", seed), *data)
        )
    if learned:
        asked = settings.of(
            learned.asking,
            "Step 2: the comparisons, by the careful judge, one vote each",
            count="those held out among them",
            seed="of the answers drawn and of the judge's wavering",
        )
        held_out = Setting("held out", learned.held_out)
        fitted = settings.of(
            learned.fitting, "Step 2: the reward model", l2="how strongly the weights are pulled to zero"
        )
        groups += [_with(asked, held_out), _with(fitted, Setting("comparisons", learned.size))]
    if practised:
        training = practice(practised.training, "Step 3: PPO", beta="the same at every step")
        judged = Setting("judged", JUDGED, "answers behind each point of true quality")
        groups.append(_with(training, Setting("seed", seed), judged))
    return groups


def _with(group: Settings, *further: Setting) -> Settings:
    return replace(group, of=(*group.of, *further))
