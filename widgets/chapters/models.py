"""The trained models of a question, packed into text for the browser.

The build has them trained; a figure that shows "the raw model" or "the aligned model" shows these.
Log-probabilities are kept to 1/64 of a nat, and rows that the aligned model meets less than once in ten thousand
responses are kept as they were before PPO.
"""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass

import numpy as np

from widgets.core.language_model import LanguageModel
from widgets.core.pipeline import LENGTH, Stages, Task

SCALE = 64.0
FORBIDDEN = -(2**15)
RARE = 1e-4


@dataclass(frozen=True, eq=False)
class Models:
    """One question's models: after pre-training, after SFT, and after RLHF."""

    raw: LanguageModel
    tuned: LanguageModel
    aligned: LanguageModel


def pack(stages: Stages) -> str:
    """The three models as text; the aligned one as its difference from the tuned one."""
    before = _rounded(stages.tuned.log_table)
    moved = _rounded(stages.aligned.log_table) - before
    moved = np.where((before > FORBIDDEN) & (stages.aligned.visits()[:, :, None] > RARE), moved, 0)
    numbers = np.concatenate([_rounded(stages.raw.log_table), before, moved])
    return base64.b64encode(zlib.compress(numbers.astype("<i2").tobytes(), 9)).decode()


def unpack(task: Task, packed: str) -> Models:
    """The inverse of ``pack``, up to the rounding."""
    side = len(task.phrases) + 1
    numbers = np.frombuffer(zlib.decompress(base64.b64decode(packed)), "<i2").reshape(-1, side, side).astype(float)
    raw, tuned, moved = numbers[:1], numbers[1:2], numbers[2:]
    return Models(
        *(_model(task, logits) for logits in (raw, tuned, np.where(tuned > FORBIDDEN, tuned + moved, FORBIDDEN)))
    )


def _rounded(log_table: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(log_table), np.round(log_table * SCALE), FORBIDDEN)


def _model(task: Task, numbers: np.ndarray) -> LanguageModel:
    return LanguageModel(task.phrases, np.where(numbers > FORBIDDEN, numbers / SCALE, -np.inf), LENGTH)
