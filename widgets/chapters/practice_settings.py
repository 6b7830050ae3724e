"""What shapes a run of PPO, wherever one is shown: all that the call binds, and the baseline's own two numbers."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from widgets.core import ppo
from widgets.kit import settings
from widgets.kit.settings import Setting, Settings

MEANINGS = {
    "epsilon": "the clip range",
    "decay": "the share of the step size that is left at the end of half a cosine",
    "adam_epsilon": "gradients below it move the policy less",
}


def practice(call: partial, title: str, **meanings: str) -> Settings:
    """The settings of a call of ``ppo.train``; ``meanings`` explain further arguments of this one."""
    bound = settings.of(call, title, **MEANINGS, **meanings)
    baseline = (Setting(f"baseline, {name.lower()}", getattr(ppo.Baseline, name)) for name in ("PRIOR", "KEEP"))
    return replace(bound, of=(*bound.of, *baseline))
