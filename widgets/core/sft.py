"""Maximum likelihood on texts: pre-training on whatever there is, supervised fine-tuning (SFT) on demonstrations.

The loss is the mean negative log-likelihood per decision; its gradient with respect to a row of logits is the
model's distribution less the data's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from . import checks
from .language_model import LanguageModel


@dataclass(frozen=True, eq=False)
class Iterate:
    """Where training is: the model, and the loss per decision in nats, on the data and on what was held out."""

    step: int
    model: LanguageModel
    loss: float
    held_out: float | None


def loss(model: LanguageModel, tokens: np.ndarray) -> float:
    """The mean of -log P(decision) over all decisions of a batch of responses."""
    counts = _counts(model, tokens)
    return _loss(model.log_table, counts)


def gradient(model: LanguageModel, tokens: np.ndarray) -> np.ndarray:
    """The loss's derivative with respect to the logits, the shape of the logits."""
    counts = _counts(model, tokens)
    return _gradient(model.table, counts)


def train(
    model: LanguageModel,
    tokens: np.ndarray,
    held_out: np.ndarray | None = None,
    steps: int = 40,
    rate: float = 1.0,
) -> Iterator[Iterate]:
    """Gradient descent on ``loss``, full batch; yields the untrained model, then every one of ``steps``.

    ``tokens`` (m, length). Each row moves at its own pace, by ``rate`` times the gradient of its own mean loss, so that
    rare contexts learn as fast as common ones. Raises ValueError, on the call, when there is nothing to learn from.
    """
    counts = _counts(model, tokens)
    steps, rate = checks.whole("steps", steps), checks.positive("rate", rate)
    others = None if held_out is None or not len(held_out) else _counts(model, held_out)
    pace = rate * counts.sum() / np.maximum(counts.sum(axis=-1, keepdims=True), 1)

    def iterates(model: LanguageModel) -> Iterator[Iterate]:
        for step in range(steps + 1):
            if step:
                model = model.with_logits(model.logits - pace * _gradient(model.table, counts))
            held_out_loss = None if others is None else _loss(model.log_table, others)
            yield Iterate(step, model, _loss(model.log_table, counts), held_out_loss)

    return iterates(model)


def _counts(model: LanguageModel, tokens: np.ndarray) -> np.ndarray:
    """How often each decision was made, in the shape of the logits."""
    steps = model.steps(tokens)
    if not steps.shape[0]:
        raise ValueError("tokens must hold at least one response, got none")
    counts = np.zeros(model.logits.shape)
    np.add.at(counts, (steps.table_index(len(counts)), steps.previous, steps.next), 1.0)
    _check_possible(model, counts)
    return counts


def _check_possible(model: LanguageModel, counts: np.ndarray) -> None:
    forbidden = np.argwhere((counts > 0) & (model.logits == -np.inf))
    if len(forbidden):
        _, before, after = map(int, forbidden[0])
        names = repr((*model.phrases, "the beginning")[before]), repr((*model.phrases, "the end")[after])
        raise ValueError(f"tokens must be possible under the model, got {names[1]} after {names[0]}, which it forbids")


def _loss(log_table: np.ndarray, counts: np.ndarray) -> float:
    used = counts > 0
    return float(-(counts[used] * log_table[used]).sum() / counts.sum())


def _gradient(table: np.ndarray, counts: np.ndarray) -> np.ndarray:
    return (table * counts.sum(axis=-1, keepdims=True) - counts) / counts.sum()
