"""Every part of the kit in every state, on one page for authors: ``::: parts`` in docs/parts.md."""

from __future__ import annotations

import math
from collections.abc import Iterator

import htpy as h

from widgets.chapters.persons import HURRIED, JUDGE, PEOPLE, RAW
from widgets.kit import charts, parts
from widgets.kit.parts.faders import Channel, Handle, faders

STEPS = ("Show it how", "Learn what people prefer", "Practise")


def gallery() -> str:
    """The page's body: a section a module, a specimen a part."""
    return str(h.fragment[(_section(title, specimens) for title, specimens in _sections())])


def _section(title: str, specimens: Iterator[tuple[str, h.Node]]) -> h.Node:
    return [
        h.h2[title],
        (
            h.section(class_="widget specimen", aria_label=name)[
                h.p(class_="specimen-name")[h.code[name]], h.form(class_="widget-view")[node]
            ]
            for name, node in specimens
        ),
    ]


def _sections() -> Iterator[tuple[str, Iterator[tuple[str, h.Node]]]]:
    yield "Controls", _controls()
    yield "Amounts", _amounts()
    yield "Tokens", _tokens()
    yield "Faces", _faces()
    yield "Faders", _faders()
    yield "Flow", _flow()
    yield "Frames", _frames()
    yield "Words", _words()
    yield "Charts", _charts()


def _controls() -> Iterator[tuple[str, h.Node]]:
    tones = ("plain", "raw", "aligned", "reward", "human")
    yield (
        "button, primary",
        parts.buttons(*(parts.button(tone, "x", key=tone[0], kind="primary", tone=tone) for tone in tones)),
    )
    yield (
        "button, quiet",
        parts.buttons(
            parts.button("quiet", "x"),
            parts.button("with a sign", "x", sign="dice"),
            parts.button("pressed", "x", pressed=True, tone="aligned"),
            parts.button("not pressed", "x", pressed=False),
            parts.button("disabled", "x", disabled=True),
        ),
    )
    yield "chips", parts.chips("gallery-chips", "Question", {"a": "A headache", "b": "Writing", "c": "The Moon"}, "b")
    yield (
        "cards",
        parts.cards(
            "gallery-cards",
            "Method",
            {"a": parts.Card("RLHF", "Three steps.", "loop"), "b": parts.Card("DPO", "One loss.", "data")},
            "a",
        ),
    )
    yield "slider", parts.slider("x", "Leash, beta", 4, 0, 12, 1, "0.75", ends=("none", "tight"), tone="aligned")
    yield "switch", parts.buttons(parts.switch("x", "on", True), parts.switch("y", "off", False))
    yield "field", parts.field("x", "Your answer", "Great question!", 200, rows=2)
    yield "field, one row, empty", parts.field("x", "In your words", "", 100, hint="Spare me the small print.")
    yield (
        "file_field, download, save_button",
        parts.buttons(
            parts.file_field("x", "Import"),
            parts.download("x", "x.txt", "Save"),
            parts.save_button("Save the cleaned file", "x"),
        ),
    )
    yield "stepper", [parts.stepper(STEPS, at, done=range(at)) for at in (0, 1, 2)]


def _amounts() -> Iterator[tuple[str, h.Node]]:
    yield (
        "gauge",
        h.div(class_="gauges")[
            parts.gauge("Helpful", 0.8, "helpful", "aligned", why="Four steps to follow."),
            parts.gauge("Harmless", 0.0, "harmful", "raw"),
        ],
    )
    yield "progress", [parts.progress("Training", 0.4), parts.progress("Waiting", None)]
    yield (
        "bars",
        parts.bars(
            [parts.Bar("flattery", -0.8, 0.2), parts.Bar("steps to take", 1.3, 0.1), parts.Bar("length", 0.0, 0.5)],
            "Weights",
        ),
    )
    yield (
        "shares",
        parts.shares(
            [parts.Bar("rude", 0.3, 0.03, tone="raw"), parts.Bar("good", 0.6, 0.03, tone="aligned")], "Shares"
        ),
    )
    yield (
        "shares, two to compare",
        parts.shares(
            [(parts.Bar("rude", 0.3, 0.03, tone="raw"), parts.Bar("rude", 0.004, 0.004, tone="aligned"))],
            "Shares compared",
        ),
    )


def _tokens() -> Iterator[tuple[str, h.Node]]:
    pills = [
        parts.Token("Great question!", 0.12),
        parts.Token("Read your draft aloud.", 0.61, "inserted"),
        parts.Token("lol just google it.", 0.02, "removed"),
        parts.Token("You are so smart.", 0.3, "exploited", "flattery"),
        parts.Token("end of answer", 0.5, "end"),
    ]
    for tone in ("raw", "aligned"):
        yield f"tokens, {tone}", parts.tokens(pills, f"An answer of the {tone} model", tone=tone)
    yield "tokens, to be touched", parts.tokens(pills[:2], "An answer to touch", tone="aligned", event="x", chosen=1)


def _faces() -> Iterator[tuple[str, h.Node]]:
    """Everybody in the book, in every mood."""
    for person in PEOPLE:
        looks = (parts.face(person.looks, mood, f"{person.name}, {mood}") for mood in parts.MOODS)
        yield f"face: {person.name}", h.div(class_="buttons")[looks]
    yield "beside", parts.beside(JUDGE.face("frowning"), parts.reading("Flattery. I asked for help."))
    yield "message, about somebody", parts.message("info", HURRIED.portrait, who=HURRIED.face())


def _faders() -> Iterator[tuple[str, h.Node]]:
    handle = Handle("x", "Fader A", -20, -100, 0, "10 %", "aligned", on_track=True)
    beside = Handle("y", "Reward of B", 20, -80, 80, "+1.00", "reward")
    yield (
        "faders: held, pushed, plain",
        faders(
            [
                Channel("A", "Read your draft aloud.", math.log(0.1), "10 %", math.log(0.02), handle=handle, lit=True),
                Channel(
                    "B", "Great question!", math.log(0.001), "0.10 %", math.log(0.03), math.log(0.3), handle=beside
                ),
                Channel("…", "everything else", math.log(0.899), "90 %", tone="muted"),
            ],
            "Levels",
        ),
    )


def _flow() -> Iterator[tuple[str, h.Node]]:
    stages = (
        parts.Stage("People", "human", "choose one", "comparisons", "human"),
        parts.Stage("Reward model", "judge", "learns", "scores", "reward"),
        parts.Stage("Policy", "model", "practises", None, "aligned"),
    )
    for lit in (None, 0, 2):
        yield (
            f"flow, lit: {lit}",
            parts.flow(stages, f"A workflow, lit {lit}", lit, back="round again" if lit == 2 else None),
        )


def _frames() -> Iterator[tuple[str, h.Node]]:
    yield (
        "question, versus, response",
        [
            parts.question("How can I improve my writing?", "Comparison 3"),
            parts.versus(
                parts.response(
                    "Response A",
                    "Read your draft aloud.",
                    parts.button("A is better", "x", kind="primary", tone="human"),
                    tone="human",
                ),
                parts.response("Response B", "Great question!", tone="aligned", marked="keeps every principle"),
                parts.response("The raw model", "lol just google it.", tone="raw", who=RAW.face("babbling")),
                parts.response("If it got all the way", "Read your draft aloud.", tone="muted", faint=True),
            ),
        ],
    )
    yield "panels", parts.panels(parts.panel("One", parts.note("Left.")), parts.panel("Two", parts.note("Right.")))
    yield "message", [parts.message(kind, f"A message of the kind {kind}.") for kind in ("info", "warn", "error")]
    yield "disclosure", parts.disclosure("It has made its guess. Peek?", "A, with 62 %.")
    yield "drawer", parts.drawer("More labels", "from an AI labeller or a file", parts.note("What is in it."))
    yield "empty", parts.empty("Your first label starts this.", sign="human")
    yield (
        "table",
        parts.table(
            "Measured in this run",
            ("Method", "Models", "Seconds"),
            [("RLHF", "4", "1.2"), ("DPO", "2", "0.1")],
            chosen=1,
        ),
    )


def _words() -> Iterator[tuple[str, h.Node]]:
    yield "reading", parts.reading("The one sentence that says what to see.")
    yield (
        "note, number, percent",
        parts.note("Score ", parts.number(-0.5, signed=True), " and ", parts.percent(0.004), "."),
    )


def _charts() -> Iterator[tuple[str, h.Node]]:
    xs = [step / 4 for step in range(21)]
    score = charts.Line("score", [(x, 1.6 * x) for x in xs], "reward")
    gold = charts.Line("true quality", [(x, x * (2 - 0.45 * x)) for x in xs], "aligned")
    yield (
        "chart: lines, mark, rule",
        charts.chart(
            [score, gold, charts.Mark(2.25, gold.points[9][1], "the peak", "aligned"), charts.Rule("here", x=3.5)],
            x=charts.Axis("√KL"),
            y=charts.Axis("reward"),
            says="The score climbs on while true quality falls.",
        ),
    )
    yield (
        "chart: band, quiet line, dots",
        charts.chart(
            [
                charts.Band("95 %", [(x, math.sin(x) - 0.3, math.sin(x) + 0.3) for x in xs], "reward"),
                charts.Line("mean", [(x, math.sin(x)) for x in xs], "reward"),
                charts.Line("before", [(x, 0.2 * x) for x in xs], "muted", quiet=True),
                charts.Dots(
                    "runs",
                    [charts.Dot("PPO", 2, 1.2, 1.0, 1.4), charts.Dot("DPO", 4, 0.2, 0.0, 0.4)],
                    "aligned",
                    labelled=True,
                ),
            ],
            x=charts.Axis("steps"),
            y=charts.Axis("value"),
            says="An uncertain curve, something to compare it with, and two runs.",
        ),
    )
    yield (
        "chart: upright bars",
        charts.chart(
            [
                charts.Bars("raw", [(1, 3), (2, 5), (3, 1)], "raw"),
                charts.Bars("aligned", [(1, 1), (2, 2), (3, 6)], "aligned"),
            ],
            x=charts.Axis("phrases", whole=True),
            y=charts.Axis("answers"),
            says="Bars beside each other.",
            height="short",
        ),
    )
    yield (
        "chart: logarithmic",
        charts.chart(
            [charts.Line("error", [(10**k, 1 / 10**k) for k in range(4)], "raw")],
            x=charts.Axis("samples", log=True),
            y=charts.Axis("error", log=True),
            says="Ten times the samples, a tenth of the error.",
            height="short",
        ),
    )
