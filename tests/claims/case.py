"""A claim's cases, what a check finds in one, and the checks by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from widgets.chapters.content import Content
from widgets.chapters.models import Models, pack
from widgets.core import pipeline
from widgets.core.pipeline import Task
from widgets.site.stage import Stage
from widgets.site.this_book.content import load
from widgets.site.this_book.models import SEED

ROOT = Path(__file__).parents[2]


@cache
def content() -> Content:
    """The content without trained models."""
    return load(ROOT / "content")


@cache
def shipped() -> Content:
    """The content with the models that the book ships."""
    return replace(content(), models=packed(MADE_BY))


# What trains those models and packs them, in the Python of readers' browsers: they depend on it like on what is called
# here.
MADE_BY = (pipeline.align, pack, SEED)


def packed(_: object) -> dict[str, str]:
    stage = Stage(ROOT)
    try:
        return stage.content.models
    finally:
        stage.computer.close()


@dataclass(frozen=True)
class Case:
    """One question ("" where the claim is about none), one seed (0 for the shipped models) and one setting."""

    question: str = ""
    seed: int = 0
    setting: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        seed = f"seed {self.seed}" if self.seed else "the shipped models" if self.question else ""
        setting = ", ".join(
            f"{name} = {value:g}" if isinstance(value, float) else f"{name} = {value}"
            for name, value in self.setting.items()
        )
        return ", ".join(part for part in (self.question, seed, setting) if part) or "the book as it is"

    @property
    def luck(self) -> int:
        """A seed for draws, with the shipped models, too."""
        return self.seed or 1


def task(case: Case) -> Task:
    return content().tasks[case.question]


def models(case: Case) -> Models:
    """A question's models: those that the book ships for seed 0, else trained with the case's seed."""
    return _models(case.question, case.seed)


@lru_cache(maxsize=4)
def _models(question: str, seed: int) -> Models:
    if not seed:
        return shipped().trained(question)
    made = pipeline.align(content().tasks[question], seed)
    return Models(made.raw, made.tuned, made.aligned)


@dataclass(frozen=True)
class Outcome:
    """The number measured, and by how much it is on the right side: the claim holds where that is not negative.
    ``bound`` says where that is."""

    measured: float
    margin: float
    bound: str = ""

    @property
    def holds(self) -> bool:
        return self.margin >= 0


def at_least(measured: float, bound: float) -> Outcome:
    return Outcome(float(measured), float(measured - bound), f"at least {bound:.4g}")


def at_most(measured: float, bound: float) -> Outcome:
    return Outcome(float(measured), float(bound - measured), f"at most {bound:.4g}")


def within(measured: float, low: float, high: float) -> Outcome:
    return Outcome(float(measured), float(min(measured - low, high - measured)), f"from {low:.4g} to {high:.4g}")


@dataclass(frozen=True)
class Check:
    """``measures`` says in words what its number is."""

    run: Callable[[Case], Outcome]
    measures: str


CHECKS: dict[str, Check] = {}


def check(measures: str) -> Callable[[Callable[[Case], Outcome]], Callable[[Case], Outcome]]:
    """Makes a function a check, by its name."""

    def register(run: Callable[[Case], Outcome]) -> Callable[[Case], Outcome]:
        if run.__name__ in CHECKS:
            raise ValueError(f"there are two checks named {run.__name__!r}")
        CHECKS[run.__name__] = Check(run, measures)
        return run

    return register
