"""The findings as a report: Markdown, with its pictures drawn in characters, and as numbers for machines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from widgets.core.features import FEATURES
from widgets.core.validation import Share

from . import telling
from .findings import Findings, Learner
from .opening import FileRead, Opened

WIDTH = 24


def markdown(opened: Opened, found: Findings | None, title: str = "A look into a preference data set") -> str:
    """The whole report, for a terminal or a file. It quotes no answer: those may be offensive."""
    lines = [f"# {title}", ""]
    for read in opened.files:
        lines += _file(read)
    if opened.refused or found is None:
        return "\n".join([*lines, *([opened.refused] if opened.refused and not opened.files else []), ""])
    lines += _glance(found)
    if found.rewards is None:
        return "\n".join([*lines, "", telling.too_few(found.glance), ""])
    lines += _rewards(found)
    if found.learners:
        lines += _learned(found)
    return "\n".join([*lines, ""])


def _file(read: FileRead) -> list[str]:
    lines = [telling.file(read), *read.notes]
    for problem in read.problems:
        lines.append(f"- {problem.count:,} {problem.what}. {problem.cure}")
        lines += [
            f"    - record {example.number:,}{': ' + example.detail if example.detail else ''}"
            for example in problem.examples
        ]
    return [*lines, ""]


def _glance(found: Findings) -> list[str]:
    seen = found.glance
    words = [f"{side[1]:.0f} ({side[0]:.0f}–{side[2]:.0f})" for side in seen.words]
    turns = ", ".join(f"{count:,} with {number}" for number, count in seen.turns[:6])
    return [
        "## At a glance",
        "",
        f"- {telling.pairs(seen)}",
        *(f"- {sentence}" for sentence in telling.repeats(seen)),
        f"- Words of an answer, the middle one and the middle half: chosen {words[0]}, rejected {words[1]}.",
        f"- The person’s turns: {turns}{' …' if len(seen.turns) > 6 else ''}.",
        f"- Languages, guessed: {telling.languages(seen)}.",
        *(f"- {warning}" for warning in [telling.only_english(seen)] if warning),
        "",
    ]


def _rewards(found: Findings) -> list[str]:
    rewards = found.rewards
    deviations = np.sqrt(np.diag(rewards.model.covariance))
    free = np.insert(rewards.without_length.weights, 0, np.nan)
    rows = [
        (
            feature.label,
            f"{weight:+.2f} ± {2 * deviation:.2f}",
            _bar(weight, 2.0),
            "" if np.isnan(loose) else f"{loose:+.2f}",
            telling.interval(alone) if alone.count else "–",
            f"{alone.count:,}",
        )
        for feature, weight, deviation, loose, alone in zip(
            FEATURES, rewards.model.weights, deviations, free, rewards.alone, strict=True
        )
    ]
    head = ("feature", "weight, ± 2 deviations", "", "without length", "chosen when it has more", "pairs that differ")
    return [
        "## What it rewards",
        "",
        telling.longer(rewards),
        telling.held_fixed(rewards),
        telling.surest(rewards),
        "",
        *_table(head, rows),
        "",
    ]


def _learned(found: Findings) -> list[str]:
    rows = [
        (telling.LEARNERS[learner.name], telling.interval(learner.right), _filled(learner.right.value))
        for learner in found.learners
    ]
    top = telling.best(found)
    words = [
        (word.term, f"{word.weight:+.2f}", telling.interval(word.chosen), f"{word.chosen.count:,}")
        for word in found.words
    ]
    return [
        "## What a model learns",
        "",
        *_table(("right about unseen choices, by", "share", ""), rows),
        "",
        telling.beyond_length(found),
        f"The best of them goes by {telling.LEARNERS[top.name]}. {telling.sure_and_right(top)} "
        f"{telling.more_data(top)}",
        "",
        *_curve(top),
        "",
        *(_table(("word", "weight", "chosen when only one answer has it", "pairs"), words) if words else ()),
        "",
        "## Where it looks wrong",
        "",
        f"{telling.number_of(len(found.doubts), 'pair is', 'pairs are')} listed by number: "
        f"the label says otherwise than the model of "
        f"{telling.LEARNERS[found.doubter]} expects." if found.doubts else telling.doubts(found),
        "",
        "Records: " + ", ".join(f"{doubt.record + 1:,} ({telling.percent(doubt.sure)})" for doubt in found.doubts[:20])
        if found.doubts else "",
        "",
        "## How it was found",
        "",
        telling.how(found),
        "",
    ]  # fmt: skip


def _curve(learner: Learner) -> list[str]:
    return _table(
        ("training pairs", "right", ""),
        [(f"{point.size:,}", telling.interval(point.right), _filled(point.right.value)) for point in learner.curve],
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table whose columns line up in a terminal too."""
    cells = [list(head), *([cell.replace("|", "¦") for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in cells
    ]
    return [lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]]


def _bar(value: float, reach: float) -> str:
    """An amount of either sign, from the middle."""
    half = WIDTH // 2
    length = min(round(abs(value) / reach * half), half)
    return ("█" * length).rjust(half) + "│" + " " * half if value < 0 else " " * half + "│" + ("█" * length).ljust(half)


def _filled(share: float) -> str:
    return ("█" * round(share * WIDTH)).ljust(WIDTH, "·")


def numbers(opened: Opened, found: Findings | None) -> dict[str, Any]:
    """The same for machines."""
    out: dict[str, Any] = {
        "files": [
            {
                "name": read.name,
                "format": read.format,
                "records": read.records,
                "used": read.used,
                "refused": read.refused,
                "notes": list(read.notes),
                "problems": [{"what": problem.what, "count": problem.count} for problem in read.problems],
            }
            for read in opened.files
        ]
    }
    if found is None:
        return out
    seen = found.glance
    out["glance"] = {
        "pairs": seen.pairs,
        "decided": seen.decided,
        "ties": seen.ties,
        "equal": seen.equal,
        "turns": dict(seen.turns),
        "languages": dict(seen.languages),
        "words": {"chosen": list(seen.words[0]), "rejected": list(seen.words[1])},
        "repeated": seen.repeats.again,
        "both_verdicts": seen.repeats.both,
        "sharing_an_answer": seen.repeats.sharing,
    }
    if found.rewards:
        out["rewards"] = _weights(found)
    out["learners"] = {
        learner.name: {
            **_share(learner.right),
            "calibration": [{"sure": part.sure, **_share(part.right)} for part in learner.calibration],
            "curve": [{"size": point.size, **_share(point.right)} for point in learner.curve],
        }
        for learner in found.learners
    }
    out["words"] = [{"term": word.term, "weight": word.weight, **_share(word.chosen)} for word in found.words]
    out["doubts"] = [{"record": doubt.record + 1, "sure": doubt.sure} for doubt in found.doubts]
    return out


def _weights(found: Findings) -> dict[str, Any]:
    rewards = found.rewards
    deviations = np.sqrt(np.diag(rewards.model.covariance)).tolist()
    free = iter(rewards.without_length.weights.tolist())
    return {
        feature.name: {
            "weight": weight,
            "deviation": deviation,
            "without_length": None if feature.name == "length" else next(free),
            "alone": _share(alone),
        }
        for feature, weight, deviation, alone in zip(
            FEATURES, rewards.model.weights.tolist(), deviations, rewards.alone, strict=True
        )
    }


def _share(share: Share) -> dict[str, Any]:
    value = None if share.count == 0 else share.value
    return {"share": value, "low": share.low, "high": share.high, "count": share.count}
