"""What the page about the reader's own data shows, part by part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import htpy as h
import numpy as np

from widgets.audit import findings, telling
from widgets.audit.findings import Doubt, Findings, Glance, Word
from widgets.audit.opening import Opened
from widgets.audit.pair import Pair
from widgets.audit.shelf import Shelf
from widgets.audit.words import L2, MOST_TERMS, RAREST
from widgets.core.annotators import ANNOTATORS
from widgets.core.features import FEATURES
from widgets.kit import charts, parts
from widgets.kit.settings import Setting, Settings

from .audit_words import coloured, excerpt
from .content import Content
from .sample_set import BOTH, LIKES, SEED, TURNED, TWICE
from .taste import Taste, stand_in
from .unread import problems_of

# Languages and numbers of turns that are listed.
LISTED = 6
OFFENSIVE = "The answers may be offensive or upsetting. They stay folded until you ask for them."


# Before there is anything to look into.


def door(label: str, kind: str = "primary") -> h.Element:
    """Where a file comes in."""
    return h.div(class_="audit-door", data_zone=True)[
        parts.file_field("files", label, several=True, kind=kind),
        h.p[
            "or drop it here, or paste it. JSON Lines, a JSON array or CSV, gzipped or not: pairs of answers of "
            "which one was "
            "preferred, as TRL, LLaMA-Factory, HH-RLHF, Chatbot Arena and this book write them."
        ],
    ]


def welcome() -> h.Node:
    return [
        door("Open a file"),
        parts.buttons(parts.button("Try the sample set", "sample", sign="data")),
        parts.note(
            "Nothing leaves your device. The file is read where it is, here in the page; what is kept between "
            "visits is its name, "
            "a mark by which it is known again, and your verdicts."
        ),
    ]


def again(missing: str, gone: str) -> h.Element:
    if gone:
        return parts.message("warn", gone)
    return parts.message(
        "info",
        f"You looked into “{missing}” here. The page keeps no copy of it: choose it again, and all goes on "
        f"where it was, your "
        "verdicts included.",
    )


def reading(opened: Opened | None) -> h.Node:
    """While a file is read; and where that was stopped, or nothing can be read."""
    if opened is None:
        return parts.progress("Reading", 0.0)
    if opened.refused:
        return [parts.message("warn", opened.refused), _problems(opened), door("Open another file")]
    return [
        parts.progress("Reading", opened.share),
        h.p(class_="audit-count")[h.b[f"{opened.pairs:,}"], " pairs so far"],
        not opened.whole
        and parts.buttons(
            parts.button(f"Look into these {opened.pairs:,} pairs", "go", kind="primary", disabled=not opened.pairs),
        ),
    ]


def opened(opened_: Opened, found: Findings) -> h.Node:
    """What was opened, above all else."""
    files = opened_.files
    return h.div(class_="audit-file")[
        h.div[
            [h.p[h.b[file.name], telling.file(file).removeprefix(file.name)] for file in files],
            not opened_.whole and h.p["You stopped the reading there: what follows goes by these pairs alone."],
            [parts.note(note) for file in files for note in file.notes],
            _problems(opened_),
        ],
        parts.buttons(
            parts.file_field("files", "Open another", several=True),
            found.done < 1.0 and parts.button("Go on", "go", kind="primary"),
        ),
    ]


def _problems(opened_: Opened) -> h.Node:
    return problems_of([problem for file in opened_.files for problem in file.problems])


def not_yet(found: Findings) -> h.Node:
    if found.rewards is None and found.done == 1.0:
        return parts.empty(telling.too_few(found.glance))
    return parts.empty("This is not found out yet. “Go on” does the rest.")


# The parts.


def glance(seen: Glance) -> h.Node:
    words = [f"{side[1]:.0f}" for side in seen.words]
    facts = [
        (f"{seen.pairs:,}", "pair" if seen.pairs == 1 else "pairs"),
        (f"{seen.ties:,}", "ties"),
        (f"{seen.equal:,}", "of equal answers"),
        (f"{seen.repeats.again:,}", "there again, word for word"),
        (f"{seen.repeats.both:,}", "with both verdicts"),
        (f"{seen.repeats.sharing:,}", "share an answer"),
        (words[0], "words in a chosen answer"),
        (words[1], "words in a rejected one"),
    ]
    warning = telling.only_english(seen)
    return [
        parts.reading(telling.pairs(seen)),
        h.dl(class_="facts")[(h.div[h.dt[label], h.dd[value]] for value, label in facts)],
        parts.note(
            "Words are those of the answer in the middle; half of all chosen answers have "
            f"{seen.words[0][0]:.0f} to {seen.words[0][2]:.0f}, of the rejected ones {seen.words[1][0]:.0f} to "
            f"{seen.words[1][2]:.0f}."
        ),
        warning and parts.message("info", warning),
        parts.panels(
            parts.panel(
                "The person’s turns", _parted([(f"{turn}", count) for turn, count in seen.turns], seen.pairs, "turns")
            ),
            parts.panel("Languages, guessed", _parted(list(seen.languages), seen.pairs, "languages")),
        ),
    ]


def _parted(counts: list[tuple[str, int]], whole: int, caption: str) -> h.Element:
    """Shares of all pairs, the rest summed up."""
    rest = sum(count for _, count in counts[LISTED:])
    rows = [*counts[:LISTED], *([("others", rest)] if rest else [])]
    return parts.shares([parts.Bar(name, count / max(whole, 1), tone="human") for name, count in rows], caption)


def rewards(found: Findings) -> h.Node:
    seen = found.rewards
    deviations = np.sqrt(np.diag(seen.model.covariance))
    rows = sorted(zip(FEATURES, seen.model.weights, deviations, strict=True), key=lambda row: -abs(row[1]))
    free = dict(
        zip([feature for feature in FEATURES if feature.name != "length"], seen.without_length.weights, strict=True)
    )
    alone = dict(zip(FEATURES, seen.alone, strict=True))
    return [
        parts.reading(telling.longer(seen)),
        parts.gauge("Longer is chosen", seen.longer.value, telling.interval(seen.longer), tone="human"),
        parts.panels(
            parts.panel(
                "What the choices go with, each with the others held fixed",
                parts.bars(
                    [
                        parts.Bar(feature.label, weight, deviation, feature.description)
                        for feature, weight, deviation in rows
                    ],
                    "Weight of each feature, with two standard deviations",
                ),
                parts.note(telling.surest(seen), " Whiskers are two standard deviations."),
                class_="panel-wide",
            ),
            h.div(class_="panel panel-wide")[
                parts.table(
                    "Each feature by itself",
                    ("", "chosen when it has more", "pairs that differ", "weight without length", "with length fixed"),
                    [
                        (
                            feature.label,
                            telling.interval(alone[feature]) if alone[feature].count else "–",
                            f"{alone[feature].count:,}",
                            parts.number(free[feature], signed=True) if feature in free else "–",
                            parts.number(weight, signed=True),
                        )
                        for feature, weight, _ in rows
                    ],
                ),
                parts.note(telling.held_fixed(seen)),
            ],
        ),
    ]


def learns(found: Findings, shelf: Shelf, unfolded: bool) -> h.Node:
    top = telling.best(found)
    tones = {"length": "human", "features": "reward", "words": "aligned"}
    curve = [(float(point.size), point.right.value) for point in top.curve]
    band = [(float(point.size), point.right.low, point.right.high) for point in top.curve]
    sure = [(part.sure, part.right.value) for part in top.calibration]
    spread = [(part.sure, part.right.low, part.right.high) for part in top.calibration]
    low = min(0.5, *(low for _, low, _ in [*band, *spread]))
    return [
        parts.reading(telling.learners(found), " ", telling.beyond_length(found)),
        parts.shares(
            [
                parts.Bar(
                    telling.LEARNERS[learner.name],
                    learner.right.value,
                    _deviation(learner.right),
                    tone=tones[learner.name],
                )
                for learner in found.learners
            ],
            "Share of unseen choices that each model is right about",
        ),
        parts.panels(
            parts.panel(
                "Would more data help?",
                charts.chart(
                    [
                        charts.Band("95 %", band, tones[top.name]),
                        charts.Line("right", curve, tones[top.name]),
                        charts.Rule("a coin", y=0.5),
                    ],
                    x=charts.Axis("training pairs", low=0, whole=True),
                    y=charts.Axis("right about unseen choices", low=low, format=parts.percent),
                    says=telling.more_data(top) or "One size was tried.",
                    height="short",
                ),
            ),
            parts.panel(
                "Does it know how sure it may be?",
                charts.chart(
                    [
                        charts.Band("95 %", spread, tones[top.name]),
                        charts.Line("right", sure, tones[top.name]),
                        charts.Line("as sure as right", [(0.5, 0.5), (1.0, 1.0)], "muted", quiet=True),
                    ],
                    x=charts.Axis("how sure it is", low=0.5, high=1.0, format=parts.percent),
                    y=charts.Axis("how often it is right", low=low, high=1.0, format=parts.percent),
                    says=telling.sure_and_right(top),
                    height="short",
                ),
            ),
            parts.panel("The words that weigh most", _words(found, shelf, unfolded), class_="panel-wide"),
        ),
        parts.note(telling.how(found)),
    ]


def _deviation(share: findings.Share) -> float:
    return (share.high - share.low) / 4


def _words(found: Findings, shelf: Shelf, unfolded: bool) -> h.Node:
    if not found.words:
        return parts.note(f"No word tells answers apart in {RAREST} pairs or more.")
    for_, against = ([word for word in found.words if (word.weight > 0) == good] for good in (True, False))
    lists = [
        h.div(class_=f"tone-{tone}")[
            h.p(class_="audit-side")[title],
            h.ul(class_="audit-terms")[(_term(word, shelf, unfolded) for word in words)],
        ]
        for title, words, tone in (("for an answer", for_, "aligned"), ("against it", against, "raw"))
    ]
    return [parts.switch("unfold", "Show them in the answers, which may be offensive", unfolded), parts.versus(*lists)]


def _term(word: Word, shelf: Shelf, unfolded: bool) -> h.Element:
    return h.li[
        h.b[word.term],
        " ",
        parts.number(word.weight, signed=True),
        h.span(class_="audit-met")[f"chosen in {telling.percent(word.chosen.value)} of {word.chosen.count:,} pairs"],
        unfolded and h.ul[(h.li[excerpt(shelf[place], word.term)] for place in word.met)],
    ]


@dataclass(frozen=True)
class Looked:
    """A doubtful pair that is looked at: its place among so many, and the reader's verdict so far."""

    doubt: Doubt
    pair: Pair
    place: int
    count: int
    verdict: str | None
    unfolded: bool


def wrong(looked: Looked, found: Findings, changes: Mapping[int, str], turned: set[int] | None) -> h.Node:
    pair, record = looked.pair, looked.doubt.record
    sides = (("Chosen", pair.chosen, pair.rejected), ("Rejected", pair.rejected, pair.chosen))
    return [
        parts.reading(telling.doubts(found)),
        turned is not None and parts.note(_known_of_sample(looked.count, turned)),
        h.div(class_="audit-walk")[
            parts.button("Back", "at", max(looked.place - 1, 0), key="p arrowleft", disabled=looked.place == 0),
            h.p(data_live=True)[
                f"Pair {looked.place + 1:,} of {looked.count:,}: record {record + 1:,}. The model expects the "
                f"other answer with ",
                parts.exactly(looked.doubt.sure, parts.percent(looked.doubt.sure)),
                f"{'; your verdict: ' + looked.verdict if looked.verdict else ''}.",
            ],
            parts.button(
                "Next",
                "at",
                min(looked.place + 1, looked.count - 1),
                key="n arrowright",
                disabled=looked.place == looked.count - 1,
            ),
        ],
        parts.switch("unfold", "Show the answers", looked.unfolded),
        [
            pair.before and parts.disclosure("What was said before", h.p(class_="audit-before")[pair.before]),
            pair.prompt and parts.question(pair.prompt, "The prompt"),
            parts.versus(
                *(
                    parts.response(title, h.p[coloured(text, other, pair.prompt, found)], tone=tone, marked=None)
                    for (title, text, other), tone in zip(sides, ("aligned", "raw"), strict=True)
                )
            ),
            parts.note(
                "Words in teal count for an answer, words in rust against it, the stronger the more; only what "
                "the other answer lacks counts."
            )
            if found.doubter == "words"
            else parts.note("Words in teal count for an answer, words in rust against it, the stronger the more."),
        ]
        if looked.unfolded
        else parts.empty(OFFENSIVE),
        parts.buttons(
            *(
                parts.button(
                    label,
                    "verdict",
                    (record, verdict),
                    key=verdict[0],
                    pressed=looked.verdict == verdict,
                    disabled=pair.fixed and verdict != "keep",
                )
                for verdict, label in (("keep", "Keep the label"), ("flip", "Flip it"), ("drop", "Drop the pair"))
            )
        ),
        pair.fixed
        and parts.note("This pair comes from a ranking or from single verdicts, so it can’t be changed by itself."),
        parts.note(_changes(changes)),
    ]


def _changes(changes: Mapping[int, str]) -> str:
    verdicts = list(changes.values())
    flipped, dropped = verdicts.count("flip"), verdicts.count("drop")
    if not verdicts:
        return "You have changed nothing so far."
    return (
        f"So far you have turned {telling.number_of(flipped, 'label')} round and dropped "
        f"{telling.number_of(dropped, 'pair')}."
    )


def _known_of_sample(count: int, turned: set[int]) -> str:
    return (
        f"Of the sample it is known: {TURNED} labels were turned round on purpose, and {len(turned)} of them "
        f"are among these {count} pairs. "
        "The others only look wrong: the stand-in wavered, as people do."
    )


def no_doubts() -> str:
    return "The model expects no other answer than the one that was chosen, in any pair."


def against(found: Findings, taste: Taste, content: Content) -> h.Node:
    """These weights beside others."""
    others = ([taste] if taste.own else []) + [stand_in(content, annotator) for annotator in ANNOTATORS]
    own = found.rewards.model.weights
    named = [("you" if other.own else other.whose, other.model.weights) for other in others]
    near = max(named, key=lambda other: _alike(own, other[1]))
    rows = sorted(zip(FEATURES, own, *(weights for _, weights in named), strict=True), key=lambda row: -abs(row[1]))
    alike = [f"{name} {parts.shown(_alike(own, weights), signed=True)}" for name, weights in named]
    return [
        parts.reading(
            f"The taste in these labels is most like {_whose(near[0])}. Likeness, from −1 to 1: {', '.join(alike)}."
        ),
        parts.table(
            "Weights of the book’s features",
            ("", "this file", *(name for name, _ in named)),
            [(row[0].label, *(parts.number(float(value), signed=True) for value in row[1:])) for row in rows],
        ),
        parts.note(
            "You are who labelled in “You are the annotator”; the others are simulated. "
            if taste.own
            else "Label some pairs in chapter 3, and your own weights stand here too. The others are simulated. ",
            "Likeness is the cosine of the angle between two lists of weights.",
        ),
    ]


def _whose(name: str) -> str:
    return "yours" if name == "you" else f"that of {name}"


def _alike(one: np.ndarray, other: np.ndarray) -> float:
    lengths = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one @ other) / lengths if lengths else 0.0


def take(count: int, changes: Mapping[int, str], done: bool) -> h.Node:
    several = [
        parts.save_button(f"Save file {place + 1}, cleaned", str(place), disabled=not changes) for place in range(count)
    ]
    return [
        parts.reading(_changes(changes)),
        parts.buttons(
            *(several if count > 1 else [parts.save_button("Save the cleaned file", "0", disabled=not changes)]),
            parts.save_button("Save the report", "report", disabled=not done),
        ),
        parts.note(
            "The cleaned file comes in the format that it came in: what you turned round has its answers and "
            "their scores in each other’s "
            "place, what you dropped is gone, and nothing else is changed. The report is Markdown, with all "
            "numbers and no answer."
        ),
        parts.note("On your own computer, the same report: ", h.code["python -m widgets.audit FILE"], "."),
    ]


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
