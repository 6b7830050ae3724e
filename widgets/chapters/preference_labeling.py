"""The reader as annotator: compare two answers, and watch a reward model learn the reader's taste."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import htpy as h
import numpy as np

from widgets.core import reward_model
from widgets.core.features import FEATURES
from widgets.core.posterior import posterior
from widgets.core.reward_model import RewardModel
from widgets.kit import parts, settings
from widgets.kit.events import Choice, Event, Fields, Press, Value
from widgets.kit.settings import Setting, Settings
from widgets.kit.widget import Options, Widget

from . import ai_labeller, comparing, learned
from .content import Content
from .imported import Import, Imported, read
from .json_lines import to_line
from .labels import CHOICES, PREFERENCES, Label, Labeling
from .pool import ASK_AGAIN, AT_RANDOM, CHOOSERS, Pool, due_again, is_drawn
from .unread import problems_of


@dataclass(frozen=True)
class LabelingOptions(Options):
    """``seed`` shuffles the comparisons, and which answer stands on which side."""

    seed: int = 1


class PreferenceLabeling(Widget[Labeling]):
    name = "preference-labeling"
    title = "You are the annotator"
    code = (reward_model.fit, reward_model.expected_information_gain)
    Options = LabelingOptions

    def __init__(self, content: Content, options: Options | None = None) -> None:
        super().__init__(content, options)
        self.pool = Pool(content, self.options.seed)
        ids = tuple(self.pool.responses)
        self.principles = {
            principle.id: principle for principle in content.principles if principle.id in ai_labeller.PRINCIPLES
        }
        self.events = (
            Fields("label", (ids, ids, CHOICES)),
            Choice("chooser", tuple(CHOOSERS)),
            Fields("principle", (tuple(self.principles), ("on", "off"))),
            Press("ai"),
            Press("forget_ai"),
            Import("import"),
            Press("forget_import"),
        )

    # State.

    def start(self) -> Labeling:
        nothing, model = (np.zeros((0, len(FEATURES))), np.zeros(0)), learned.untaught()
        principles = self.content.ticked(("truthful", "kind", "plain"))
        return Labeling(
            (), model, (model.weights,), self.pool.after((), model, "informative"), *nothing, principles=principles
        )

    def on_chooser(self, state: Labeling, chooser: str) -> Labeling:
        return replace(state, chooser=chooser, pair=self.pool.after(state.labels, state.model, chooser))

    def on_principle(self, state: Labeling, tick: tuple[str, str]) -> Labeling:
        id, on = tick
        ticked = {*state.principles, id} if on == "on" else {*state.principles} - {id}
        return replace(state, principles=tuple(other for other in self.principles if other in ticked))

    def on_forget_ai(self, state: Labeling) -> Labeling:
        return self._learned(state, ai=(), marks=state.marked("AI removed")) if state.ai else state

    def on_forget_import(self, state: Labeling) -> Labeling:
        if not state.counts.imported:
            return state
        return self._learned(state, imported=None, marks=state.marked("file removed"))

    def on_label(self, state: Labeling, label: tuple[str, str, str]) -> Labeling:
        first, second, choice = label
        if first.split("/")[0] != second.split("/")[0] or first == second:
            return state  # only from a hand-made link: such a pair is never offered
        expected = float(state.model.probability(self.pool.features[first], self.pool.features[second]))
        # A pair that is asked again was learned from already: no fair test.
        drawn = (
            (first, second) == state.pair and not due_again(state.labels) and is_drawn(len(state.labels), state.chooser)
        )
        labels = (*state.labels, Label(first, second, choice, expected, drawn))
        if choice == "skip":
            return replace(state, labels=labels, pair=self.pool.after(labels, state.model, state.chooser))
        return self._learned(state, labels=labels)

    def on_ai(self, state: Labeling) -> Labeling:
        if not state.principles:
            return state  # it would have nothing to go by
        return self._learned(
            state,
            ai=(*state.ai, *ai_labeller.labels(self.pool, self.principles, state.principles, len(state.ai))),
            marks=state.marked("AI"),
        )

    def _learned(self, state: Labeling, **changes) -> Labeling:
        """The state after its data have changed: the model fitted anew, the next pair chosen."""
        state = self._fitted(replace(state, **changes))
        return replace(state, pair=self.pool.after(state.labels, state.model, state.chooser))

    def _fitted(self, state: Labeling) -> Labeling:
        used = [label for label in (*state.labels, *state.ai) if label.choice != "skip"]
        differences = np.array(
            [self.pool.features[label.first] - self.pool.features[label.second] for label in used]
        ).reshape(-1, len(FEATURES))
        preferences = np.array([PREFERENCES[label.choice] for label in used])
        model = self._fit(differences, preferences, state.prior)()
        return replace(
            state,
            model=model,
            differences=differences,
            preferences=preferences,
            history=(*state.history, model.weights),
        )

    def _fit(self, differences: np.ndarray, preferences: np.ndarray, prior: RewardModel | None) -> partial:
        """The reward model's training, to be run; a file's model is where it begins."""
        if prior is not None:
            return partial(posterior, prior, differences, preferences)
        return partial(reward_model.fit, differences, preferences)

    def settings(self, state: Labeling) -> tuple[Settings, ...]:
        fit = self._fit(state.differences, state.preferences, state.prior)
        pull = {} if state.prior else {"l2": "the pull of its weights towards zero"}
        shown = settings.of(fit, "Reward model", **pull).of
        if state.prior:
            l2 = inspect.signature(reward_model.fit).parameters["l2"].default
            shown = (
                Setting("prior", state.imported.name, f"what its {state.imported.count:,} comparisons taught"),
                Setting("l2", l2, "the pull of the file’s weights towards zero"),
            )
        model = (
            Setting("labels", state.counts.total, state.counts.words),
            *shown,
            Setting("gradient", reward_model.GRADIENT_NORM, "at whose norm Newton’s method stops"),
        )
        pairs = (
            Setting("seed", self.pool.seed, "shuffles the pairs, and which answer is A"),
            Setting("pairs", len(self.pool.pairs), "every two answers to one question"),
            Setting(
                "chosen",
                CHOOSERS[state.chooser],
                f"but every {AT_RANDOM}nd at random" if state.chooser == "informative" else "",
            ),
            Setting("asked again", ASK_AGAIN, "comparisons, after which an earlier one comes the other way round"),
        )
        ai = (
            Setting("labels", len(state.ai), f"in lots of {ai_labeller.AI_LABELS}, on pairs drawn at random"),
            Setting("sharpness", ai_labeller.SHARPNESS, "log-odds of its choice for each objection"),
        )
        groups = Settings("Reward model", model), Settings("Pairs", pairs)
        return (*groups, Settings("AI labeller", ai)) if state.ai else groups

    def on_import(self, state: Labeling, value: Value) -> Iterator[Labeling]:
        """What a file teaches, bit by bit. Every state that it yields is true if the reader stops there."""
        shown, of = state, None
        for found in read(value):
            if of is None or found.model is not of.model:
                # The pair stays, so that it does not flicker while the reader looks at it.
                shown = self._with_file(state, found)
            of, shown = found, replace(shown, imported=found)
            yield shown
        yield replace(shown, pair=self.pool.after(shown.labels, shown.model, shown.chooser))

    def _with_file(self, state: Labeling, imported: Imported) -> Labeling:
        """With what a file taught, in place of an earlier one. Where neither taught, nothing is learned or marked."""
        before, changed = state.counts.imported, replace(state, imported=imported)
        if not before and not imported.count:
            return changed
        marks = state.marked("file" if imported.count else "file removed")
        return self._fitted(replace(changed, marks=marks))

    def logged(self, state: Labeling, event: Event) -> Event:
        """Of a file, the log keeps what it taught."""
        if event.name == "import" and state.imported and state.imported.count:
            return Event("import", state.imported.value)
        return event

    def progress(self, state: Labeling) -> float | None:
        return state.imported.share if state.imported else None

    # View.

    def view(self, state: Labeling) -> h.Node:
        return [
            h.div(class_="labeling")[
                comparing.comparison(state, self.pool) if state.pair else comparing.all_done(self.pool),
                comparing.outcome(state, self.pool),
            ],
            parts.panels(
                parts.panel(
                    f"What {'your' if state.counts.total == state.counts.yours else 'the'} labels taught it",
                    learned.weights(state),
                ),
                parts.panel("How often it predicted you", learned.record(state)),
            ),
            h.div(class_="drawers")[
                parts.drawer(
                    "Answers it has not seen you judge", "ranked by what it learned", learned.ranking(state, self.pool)
                ),
                parts.drawer(
                    "Score by kind of answer",
                    "change by change",
                    learned.scores(state, self.pool),
                    class_="drawer-half",
                ),
                parts.drawer(
                    "More labels",
                    "which pair comes next, an AI labeller, a file of yours",
                    self._more(state),
                    class_="drawer-half",
                ),
            ],
        ]

    def _more(self, state: Labeling) -> h.Node:
        exportable = sum(label.counts for label in state.labels)
        return [
            parts.chips("chooser", "Next pair:", CHOOSERS, state.chooser),
            parts.note(
                "“Most informative” asks, every second time, what it expects to learn most from. All at random, "
                "the whiskers shrink more slowly as a rule."
            ),
            ai_labeller.controls(state, self.principles),
            state.counts.total > state.counts.yours and learned.whose(state.counts),
            h.div(class_="buttons")[
                exportable > 0
                and parts.download(
                    self.export(state),
                    "preferences.jsonl",
                    # As text, phones would name it .txt.
                    media="application/octet-stream",
                    label=f"Export your {parts.counted(exportable, 'label')}",
                    kind="quiet",
                ),
                parts.file_field("import", "Import a file", several=True),
                state.counts.imported > 0 and parts.button("Forget the import", "forget_import"),
            ],
            0 < exportable < len(state.labels)
            and parts.note("Ties and skips are not exported: the format has no place for them."),
            state.imported and self._import_report(state.imported),
        ]

    def export(self, state: Labeling) -> str:
        """The reader's choices as JSON Lines; ties and skips have no place in that format."""
        chosen = [
            (label.first, label.second) if label.choice == "a" else (label.second, label.first)
            for label in state.labels
            if label.counts
        ]
        return "".join(
            to_line(
                self.pool.responses[best][0].prompt,
                self.pool.responses[best][1].text,
                self.pool.responses[other][1].text,
            )
            for best, other in chosen
        )

    def _import_report(self, imported: Imported) -> h.Node:
        return [
            parts.note(imported.came),
            imported.count > 0
            and parts.note("Kept is what it taught, the weights and how sure they are, and its name. Its text is not."),
            [parts.message("warn", told) for told in imported.told],
            bool(imported.problems) and problems_of(imported.problems),
        ]
