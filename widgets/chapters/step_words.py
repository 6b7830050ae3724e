"""The three steps of chapter 2 as workflows, and what is said where a step has not run."""

from __future__ import annotations

import htpy as h

from widgets.core import pipeline
from widgets.kit import parts

from .persons import ALIGNED, JUDGE, TUNED
from .three_steps import BATCH, HELD_OUT, ITERATIONS, SFT_STEPS, Learned, Tuned

DIAGRAMS = (
    (
        (
            parts.Stage("People", "human", "write good answers", "demonstrations", "human"),
            parts.Stage("Data", "data", f"{pipeline.DEMONSTRATIONS} good answers", "texts to imitate", "human"),
            parts.Stage("SFT", "loop", "guess the next token", "nudged probabilities", "aligned"),
            parts.Stage("SFT model", TUNED.looks, "answers", None, "aligned"),
        ),
        None,
    ),
    (
        (
            parts.Stage("SFT model", TUNED.looks, "answers twice", "pairs of answers", "aligned"),
            parts.Stage("Careful judge", JUDGE.looks, "chooses one, for people", "which is better", "human"),
            parts.Stage("Data", "data", "comparisons", "chosen and rejected", "human"),
            parts.Stage("Reward model", "judge", "learns to predict the choice", None, "reward"),
        ),
        None,
    ),
    (
        (
            parts.Stage("Policy", ALIGNED.looks, "the model in training", "an answer", "aligned"),
            parts.Stage("Reward model", "judge", "scores it", "a score", "reward"),
            parts.Stage("Leash", "law", "takes off beta × KL", "what is left", "raw"),
            parts.Stage("PPO", "loop", "a small, clipped step", None, "aligned"),
        ),
        "a slightly better policy, and round again",
    ),
)
LIT = (2, 3, 3)
READY = (
    f"{pipeline.DEMONSTRATIONS} good answers are ready; {pipeline.HELD_OUT} more are held out, to see what was learned "
    "and not just remembered."
)
NOT_RUN = "Run the step, and the same model answers again, with the same luck."
NO_SCORE = "With a score to practise for, the same model will answer here again."
PAIRS = (
    "The careful judge compares pairs of answers, both by {}, and votes once on each. "
    f"The reward model is judged on {HELD_OUT} further pairs."
)
ROUNDS = (
    f"{ITERATIONS} rounds of {BATCH} answers each, with the same beta in all of them. "
    "The score is counted in its standard deviations among the raw model’s answers."
)


def stopped_before(step: int, tuned: Tuned | None, learned: Learned | None) -> h.Node:
    """Said where a step builds on one that was stopped."""
    stopped = []
    if step > 0 and tuned and not tuned.done:
        stopped.append(f"Step 1 was stopped after {tuned.losses[-1][0]} of {SFT_STEPS} gradient steps.")
    if step > 1 and learned and not learned.done:
        stopped.append(f"Step 2 was stopped at {learned.size} of {learned.asked} comparisons.")
    return parts.note(" ".join([*stopped, "What follows builds on that."])) if stopped else None
