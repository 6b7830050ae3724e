"""Every number that shaped what was found in a data set."""

from __future__ import annotations

from widgets.audit import findings, telling
from widgets.audit.findings import Findings
from widgets.audit.words import L2, MOST_TERMS, RAREST
from widgets.kit import parts
from widgets.kit.settings import Setting, Settings

from .sample_set import BOTH, LIKES, SEED, TURNED, TWICE


def settings(found: Findings) -> tuple[Settings, ...]:
    """Every number that shaped what is shown."""
    return (
        Settings(
            "Validation",
            (
                Setting("folds", findings.FOLDS, "each trained on the others’ pairs"),
                Setting("seed", findings.SEED, "shuffles the folds"),
            ),
        ),
        Settings("Features", (Setting("l2", 1.0, "the pull of the weights towards zero"),)),
        Settings(
            "Words",
            (
                Setting("pairs", found.sampled),
                Setting("terms", found.terms, f"of at most {MOST_TERMS:,}"),
                Setting("rarest", RAREST, "pairs that a term must tell apart"),
                Setting("l2", L2, "the pull of the weights towards zero"),
            ),
        ),
    )


def of_sample() -> Settings:
    likes = ", ".join(f"{telling.label(name)} {parts.shown(weight, 1, signed=True)}" for name, weight in LIKES.items())
    return Settings(
        "The sample",
        (
            Setting("seed", SEED, "draws the stand-in’s choices"),
            Setting("likes", likes, "by Bradley and Terry’s model"),
            Setting("turned round", TURNED, "labels, on purpose"),
            Setting("twice", TWICE, "pairs"),
            Setting("both verdicts", BOTH, "pairs"),
        ),
    )
