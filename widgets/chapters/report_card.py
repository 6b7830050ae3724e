"""Chapter 5: what the reader's labels have taught, where the model they made is blind, and how easily it is fooled."""

from __future__ import annotations

from dataclasses import replace

import htpy as h

from widgets.core import overoptimization
from widgets.core.features import FEATURES
from widgets.core.optimum import optimal_policy
from widgets.kit import charts, parts
from widgets.kit.events import Press
from widgets.kit.settings import Settings
from widgets.kit.widget import Options, Widget

from . import report_words
from .content import Content
from .labels import Labeling
from .persons import ALIGNED, JUDGE, RAW, YOU
from .report import NOTHING, Dispute, Examiner, Report
from .report_picture import picture


class ReportCard(Widget[Report]):
    name = "report-card"
    title = "Your report card"
    needs = ("preference-labeling",)
    code = (optimal_policy, overoptimization.optima)

    def __init__(self, content: Content, options: Options | None = None) -> None:
        super().__init__(content, options)
        self.examiner = Examiner(content)
        self.events = (Press("again"),)

    def start(self, preference_labeling: Labeling) -> Report:
        return self.examiner.report(preference_labeling)

    def on_again(self, state: Report) -> Report:
        turn = state.turn + 1
        return replace(state, answers=self.examiner.answers(state.taste, turn), turn=turn)

    def settings(self, state: Report) -> tuple[Settings, ...]:
        return (*state.taste.settings, *self.examiner.recipe.settings)

    # View.

    def view(self, state: Report) -> h.Node:
        return [
            self._whose(state),
            parts.panels(
                parts.panel("Strongest tastes", self._tastes(state)),
                parts.panel("How easily it is fooled", self._fooled(state)),
                parts.panel("Blind spots", self._blind_spots(state), class_="panel-wide"),
                parts.panel(
                    f"What a model says that was aligned to {report_words.yours(state)}",
                    self._answers(state),
                    class_="panel-wide",
                ),
            ),
            self._keep(state),
        ]

    def _whose(self, state: Report) -> h.Node:
        if state.taste.own:
            return parts.beside(YOU.face("pleased"), parts.reading(report_words.trained_on(state)))
        return parts.empty(
            "This card is waiting for you. ",
            h.a(href="../03-reward-model/#preference-labeling")["Label a few answers in chapter 3"],
            f", and it will be yours. Until then it is made out for {state.taste.whose}. {state.taste.person.portrait}",
            who=state.taste.person.face(),
        )

    def _tastes(self, state: Report) -> h.Node:
        rows = [
            parts.Bar(FEATURES[index].label, weight, deviation, FEATURES[index].description)
            for index, weight, deviation in state.tastes
        ]
        return [
            parts.bars(rows, "The strongest learned weights, with two standard deviations"),
            parts.note(report_words.taste_in_words(state)),
        ]

    def _fooled(self, state: Report) -> h.Node:
        return charts.chart(
            [
                charts.Line("score", [(point.distance, point.proxy) for point in state.chase], "reward"),
                charts.Line("true quality", [(point.distance, point.gold) for point in state.chase], "aligned"),
            ],
            x=charts.Axis("distance from the start, √KL", low=0.0),
            y=charts.Axis(f"mean reward over {len(self.examiner.chased)} questions"),
            says=report_words.hackable(state.chase),
            height="short",
        )

    def _blind_spots(self, state: Report) -> h.Node:
        blind = state.blind
        yield parts.beside(
            JUDGE.face("frowning" if blind.missed else "pleased"),
            parts.reading(report_words.disagreements(blind)),
            parts.note(JUDGE.portrait),
        )
        for dispute in blind.worst:
            yield parts.question(dispute.prompt)
            yield parts.versus(
                parts.response("It prefers", dispute.models, _surety(dispute), tone="reward"),
                parts.response(
                    "The careful judge prefers",
                    dispute.judges,
                    parts.note("true quality higher by ", parts.number(dispute.gold)),
                    tone="human",
                    who=JUDGE.face("pleased"),
                ),
            )

    def _answers(self, state: Report) -> h.Node:
        for prompt, raw, aligned in state.answers:
            yield parts.question(prompt)
            yield parts.versus(
                parts.response("The raw model", raw or NOTHING, tone="raw", who=RAW.face()),
                parts.response("Aligned", aligned or NOTHING, tone="aligned", who=ALIGNED.face()),
            )

    def _keep(self, state: Report) -> h.Node:
        return h.div(class_="buttons")[
            parts.button("Ask again", "again", key="a", sign="again"),
            parts.download(picture(state), "report-card.svg", "Save as an image", media="image/svg+xml"),
            # Without labels there is nothing of the reader's to share yet: the button waits.
            h.button(
                class_="button button-quiet",
                type="button",
                data_tool="link",
                data_of="preference-labeling",
                disabled=not state.taste.own,
            )["Copy a link to this card"],
            not state.taste.own and parts.note("The link carries your labels, once there are some."),
        ]


def _surety(dispute: Dispute) -> h.Node:
    """By how much the model prefers its answer, and how sure it can be of that."""
    sure = f"; with its doubt counted, {parts.percent(dispute.sure)} sure"
    return parts.note("score higher by ", parts.number(dispute.margin), sure)
