"""What shaped the models that the book ships: read off the calls by which ``pipeline.align`` makes them."""

from __future__ import annotations

from functools import partial
from inspect import signature

from widgets.core import pipeline
from widgets.core.annotators import CAREFUL
from widgets.core.pipeline import Task
from widgets.kit import settings
from widgets.kit.settings import Setting, Settings

from .models import RARE, SCALE
from .practice_settings import practice


def raw_settings(task: Task) -> tuple[Settings, ...]:
    """How the raw model was trained."""
    seed = _bound(task)["seed"]
    texts = settings.of(task.web_draw(seed), "", count="texts of its web, by us", length="most phrases in a text")
    training = settings.of(pipeline.pretraining(task, None), "", steps=_STEPS, rate=_RATE)
    return (Settings("Pre-training", (_seed(seed), *texts.of, *training.of)),)


def aligned_settings(task: Task) -> tuple[Settings, ...]:
    """How the raw model was trained, and the aligned one from it."""
    seed, beta = _bound(task)["seed"], _bound(task)["beta"]
    # Data and models are no settings: only what else a call binds is read.
    tuning = settings.of(pipeline.fine_tuning(None, None, None), "", steps=_STEPS, rate=_RATE)
    shown = Setting("demonstrations", pipeline.DEMONSTRATIONS), Setting("held out", pipeline.HELD_OUT, "demonstrations")
    pairs = settings.of(pipeline.comparing(task, None, seed), "", count="pairs of the SFT model’s answers").of
    fit = settings.of(partial(pipeline.learn_reward, task, None), "", l2="the pull of its weights towards zero").of
    judge = Setting("annotator", CAREFUL.name, "one vote a pair")
    practised = practice(pipeline.practising(task, None, None, beta, seed), "PPO", beta="the price of a nat")
    return (
        *raw_settings(task),
        Settings("SFT", (_seed(seed), *shown, *tuning.of)),
        Settings("Reward model", (*pairs, judge, *fit)),
        Settings(practised.title, (_seed(seed), *practised.of)),
    )


def packed_settings(*, aligned: bool) -> Settings:
    """What packing the models for the browser has rounded."""
    scale = Setting("log-probabilities", f"to 1/{SCALE:g} of a nat")
    rare = Setting("rare rows", RARE, "visits per answer, below which a row is kept as before PPO")
    return Settings("As shipped", (scale, rare) if aligned else (scale,))


_STEPS, _RATE = "of gradient descent", "times the gradient of a row’s own mean loss"


def _bound(task: Task) -> dict[str, object]:
    """What the call that trains the shipped models binds: it sets nothing beside the task."""
    bound = signature(pipeline.align).bind(task)
    bound.apply_defaults()
    return bound.arguments


def _seed(seed: int) -> Setting:
    return Setting("seed", seed)
