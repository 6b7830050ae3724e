"""The reader as annotator: compare two answers, and watch a reward model learn the reader's taste."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import combinations
from math import comb

import htpy as h
import numpy as np

from widgets.core import constitution, reward_model
from widgets.core.features import FEATURES, extract
from widgets.core.reward_model import RewardModel
from widgets.kit import charts, parts, settings
from widgets.kit.events import Choice, Event, Fields, Press
from widgets.kit.settings import Setting, Settings
from widgets.kit.widget import Options, Widget

from .content import STYLES, Content
from .json_lines import LONGEST_FILE, FileText, Imported, Reading, to_line, written
from .stand_ins import AI_LABELLER

CHOICES = ("a", "b", "tie", "skip")
PREFERENCES = {"a": 1.0, "b": 0.0, "tie": 0.5}
SAID = {"a": "A", "b": "B", "tie": "a tie", "skip": "to skip"}
CHOOSERS = {"informative": "most informative", "random": "at random"}
# What an AI labeller is told of an answer of each style, in the terms of the principles.
AS_KINDS = {
    "helpful": "right",
    "curt": "right",
    "flattering": "flattery",
    "padded": "filler",
    "hedged": "hedge",
    "rude": "rude",
    "wrong": "wrong",
}
AI_LABELS = 100
# How surely it keeps to the principles: the log-odds of a choice for each objection more to one answer than to the other.
SHARPNESS = 1.5
# The principles that the AI labeller can go by here: those that tell answers of these kinds apart.
PRINCIPLES = ("helpful", "truthful", "kind", "plain")
# Every so many comparisons one is drawn at random: on informative ones, hard to predict by design, it can't be judged.
AT_RANDOM = 2
# After so many comparisons, an earlier one is asked again, the other way round.
ASK_AGAIN = 10
# The model is fitted anew whenever the file has grown by this share: often enough to be stopped, too seldom to cost much.
GROWTH = 0.2


@dataclass(frozen=True)
class Label:
    """One comparison: two responses, what the reader chose, and what the model had expected of A before.

    ``drawn`` says that the pair was drawn at random, so that the guess is a fair test of it. ``principles`` are those
    that the AI labeller went by.
    """

    first: str
    second: str
    choice: str
    expected: float
    drawn: bool = False
    principles: tuple[str, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether it says that one is better, so that the model's expectation was right or wrong."""
        return self.choice in ("a", "b")

    @property
    def tests(self) -> bool:
        """Whether it tests the model: a pair drawn at random, a choice, and an expectation of which it would be."""
        return self.drawn and self.counts and self.guess is not None

    @property
    def guess(self) -> str | None:
        """The answer that the model expected to be chosen; None where it had no opinion."""
        return favourite(self.expected)

    @property
    def predicted(self) -> bool:
        """Whether it guessed, and rightly."""
        return self.guess is not None and self.guess == self.choice


@dataclass(frozen=True)
class Counts:
    """How many labels there are, by whose; ties are among them, skips are not."""

    yours: int = 0
    ai: int = 0
    imported: int = 0
    your_ties: int = 0
    ai_ties: int = 0
    skips: int = 0

    @property
    def total(self) -> int:
        return self.yours + self.ai + self.imported

    @property
    def ties(self) -> int:
        return self.your_ties + self.ai_ties

    @property
    def words(self) -> str:
        """“your 12 labels (3 ties), the AI labeller’s 100 and 30 from a file”; the first of them carries the noun."""
        whose = (
            ("your {}", self.yours, self.your_ties),
            ("the AI labeller’s {}", self.ai, self.ai_ties),
            ("{} from a file", self.imported, 0),
        )
        told: list[str] = []
        for form, count, ties in whose:
            if count:
                told.append(form.format(f"{count:,}" if told else _number_of(count, "label")) + _ties(ties, count))
        return listed(told) or "no labels"


@dataclass(frozen=True, eq=False)
class Labeling:
    """The reader's labels, the AI labeller's and a file's; the reward model fitted to all, and the weights after each change.

    ``differences`` (k, d) of features and ``preferences`` (k,) are what the model was fitted to. ``marks`` are the
    changes that others' labels made when they came or went: which, and whose. ``written`` are the bytes of all files
    in the log so far.
    """

    labels: tuple[Label, ...]
    model: RewardModel
    history: tuple[np.ndarray, ...]
    pair: tuple[str, str] | None
    differences: np.ndarray
    preferences: np.ndarray
    chooser: str = "informative"
    principles: tuple[str, ...] = ()
    ai: tuple[Label, ...] = ()
    imported: Imported | None = None
    marks: tuple[tuple[int, str], ...] = ()
    written: int = 0

    @property
    def informed(self) -> bool:
        """Whether there is anything to go by."""
        return len(self.preferences) > 0

    @property
    def opinionated(self) -> bool:
        """Whether it scores any two answers differently: ties alone leave every weight at zero."""
        return float(np.abs(self.model.weights).max()) > 1e-6

    @cached_property
    def counts(self) -> Counts:
        said, ai = ([label.choice for label in labels] for labels in (self.labels, self.ai))
        skips, imported = said.count("skip"), len(self.imported.preferences) if self.imported else 0
        return Counts(len(said) - skips, len(ai), imported, said.count("tie"), ai.count("tie"), skips)


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
        self.responses = content.responses
        ids = tuple(self.responses)
        self.principles = {principle.id: principle for principle in content.principles if principle.id in PRINCIPLES}
        self.events = (
            Fields("label", (ids, ids, CHOICES)),
            Choice("chooser", tuple(CHOOSERS)),
            Fields("principle", (tuple(self.principles), ("on", "off"))),
            Press("ai"),
            Press("forget_ai"),
            FileText("import", LONGEST_FILE),
            Press("forget_import"),
        )

    @cached_property
    def features(self) -> dict[str, np.ndarray]:
        """The features of every response."""
        return {id: extract(question.prompt, response.text) for id, (question, response) in self.responses.items()}

    @cached_property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Every two responses to one question, in an order and with sides that depend on the seed alone."""
        shuffle = random.Random(self.options.seed)
        pairs = []
        for question in self.content.questions:
            ids = [f"{question.id}/{response.id}" for response in question.responses]
            pairs += [pair if shuffle.random() < 0.5 else pair[::-1] for pair in combinations(ids, 2)]
        shuffle.shuffle(pairs)
        return tuple(pairs)

    @cached_property
    def differences(self) -> np.ndarray:
        return np.array([self.features[first] - self.features[second] for first, second in self.pairs])

    @cached_property
    def untaught(self) -> RewardModel:
        """The model before any label: the prior."""
        return reward_model.fit(np.zeros((0, len(FEATURES))), np.zeros(0))

    # State.

    def start(self) -> Labeling:
        nothing, model = (np.zeros((0, len(FEATURES))), np.zeros(0)), self.untaught
        principles = tuple(id for id in ("truthful", "kind", "plain") if id in self.principles)
        return Labeling(
            (), model, (model.weights,), self.next_pair((), model, "informative"), *nothing, principles=principles
        )

    def update(self, state: Labeling, event: Event) -> Labeling | Iterator[Labeling]:
        match event.name:
            case "label":
                return self._label(state, *event.value)
            case "chooser":
                return replace(state, chooser=event.value, pair=self.next_pair(state.labels, state.model, event.value))
            case "principle":
                id, on = event.value
                kept = tuple(
                    other
                    for other in self.principles
                    if (other == id and on == "on") or (other != id and other in state.principles)
                )
                return replace(state, principles=kept)
            case "ai":
                return self._ai(state)
            case "forget_ai":
                return self._learned(state, ai=(), marks=_marked(state, "AI removed")) if state.ai else state
            case "import":
                return self._import(state, event.value)
            case "forget_import":
                return (
                    self._learned(state, imported=None, marks=_marked(state, "file removed"))
                    if state.counts.imported
                    else state
                )
        return state

    def _label(self, state: Labeling, first: str, second: str, choice: str) -> Labeling:
        if first.split("/")[0] != second.split("/")[0] or first == second:
            return state  # only from a hand-made link: such a pair is never offered
        expected = float(state.model.probability(self.features[first], self.features[second]))
        # A pair that is asked again was learned from already: no fair test.
        drawn = (
            (first, second) == state.pair
            and not _due_again(state.labels)
            and _is_drawn(len(state.labels), state.chooser)
        )
        labels = (*state.labels, Label(first, second, choice, expected, drawn))
        if choice == "skip":
            return replace(state, labels=labels, pair=self.next_pair(labels, state.model, state.chooser))
        return self._learned(state, labels=labels)

    def _ai(self, state: Labeling) -> Labeling:
        if not state.principles:
            return state  # it would have nothing to go by
        return self._learned(state, ai=(*state.ai, *self._ai_labels(state)), marks=_marked(state, "AI"))

    def _learned(self, state: Labeling, **changes) -> Labeling:
        """The state after its data have changed: the model fitted anew, the next pair chosen."""
        state = self._fitted(replace(state, **changes))
        return replace(state, pair=self.next_pair(state.labels, state.model, state.chooser))

    def _fitted(self, state: Labeling) -> Labeling:
        used = [label for label in (*state.labels, *state.ai) if label.choice != "skip"]
        differences = np.array([self.features[label.first] - self.features[label.second] for label in used]).reshape(
            -1, len(FEATURES)
        )
        preferences = np.array([PREFERENCES[label.choice] for label in used])
        if state.imported:
            differences = np.concatenate([differences, state.imported.differences])
            preferences = np.concatenate([preferences, state.imported.preferences])
        model = self._fit(differences, preferences)()
        return replace(
            state,
            model=model,
            differences=differences,
            preferences=preferences,
            history=(*state.history, model.weights),
        )

    def _fit(self, differences: np.ndarray, preferences: np.ndarray) -> partial:
        """The reward model's training, to be run."""
        return partial(reward_model.fit, differences, preferences)

    def settings(self, state: Labeling) -> tuple[Settings, ...]:
        fit = settings.of(
            self._fit(state.differences, state.preferences), "Reward model", l2="the pull of its weights towards zero"
        )
        learned = (
            Setting("labels", len(state.preferences), state.counts.words),
            *fit.of,
            Setting("gradient", reward_model.GRADIENT_NORM, "at whose norm Newton’s method stops"),
        )
        pairs = (
            Setting("seed", self.options.seed, "shuffles the pairs, and which answer is A"),
            Setting("pairs", len(self.pairs), "every two answers to one question"),
            Setting(
                "chosen",
                CHOOSERS[state.chooser],
                f"but every {AT_RANDOM}nd at random" if state.chooser == "informative" else "",
            ),
            Setting("asked again", ASK_AGAIN, "comparisons, after which an earlier one comes the other way round"),
        )
        ai = (
            Setting("labels", len(state.ai), f"in lots of {AI_LABELS}, on pairs drawn at random"),
            Setting("sharpness", SHARPNESS, "log-odds of its choice for each objection"),
        )
        groups = Settings(fit.title, learned), Settings("Pairs", pairs)
        return (*groups, Settings("AI labeller", ai)) if state.ai else groups

    def next_pair(self, labels: tuple[Label, ...], model: RewardModel, chooser: str) -> tuple[str, str] | None:
        """The next comparison: the one from which the model would learn most, or any by turns; now and then an old one again.

        Never the same question twice in a row, as long as that can be helped.
        """
        again = _due_again(labels)
        if again:
            return again
        seen = {frozenset((label.first, label.second)) for label in labels}
        last = labels[-1].first.split("/")[0] if labels else None
        if _is_drawn(len(labels), chooser):
            order: Sequence[int] = range(len(self.pairs))  # they are shuffled already
        else:
            order = np.argsort(-reward_model.expected_information_gain(model, self.differences), kind="stable")
        best = None
        for index in order:
            pair = self.pairs[index]
            if frozenset(pair) not in seen:
                best = best or pair
                if pair[0].split("/")[0] != last:
                    return pair
        return best

    def _ai_labels(self, state: Labeling) -> tuple[Label, ...]:
        """What a labeller that goes by the chosen principles says of pairs drawn at random, told the kind of each answer (RLAIF)."""
        rng = random.Random(f"ai {len(state.ai)}")
        pairs = rng.sample(self.pairs, min(AI_LABELS, len(self.pairs)))
        styles = list(AS_KINDS)
        first, second = (
            np.array([[styles.index(self.responses[pair[side]][1].style)] for pair in pairs]) for side in (0, 1)
        )
        tests = [self.principles[id].test for id in state.principles]
        chances = constitution.preferences(first, second, list(AS_KINDS.values()), tests, SHARPNESS)
        return tuple(
            Label(
                *pair,
                "tie" if chance == 0.5 else "a" if rng.random() < chance else "b",
                0.5,
                principles=state.principles,
            )
            for pair, chance in zip(pairs, chances.tolist(), strict=True)
        )

    def _import(self, state: Labeling, text: str) -> Iterator[Labeling]:
        """Reads JSON Lines with ``prompt``, ``chosen`` and ``rejected``; a bad line is reported and skipped.

        Every state that it yields is true if the reader stops there: the model goes by just the lines that are told.
        """
        state = replace(state, written=state.written + written(text, state.written))
        shown, fitted, reading = state, 0, Reading(text)
        for number in reading:
            if number >= fitted * (1 + GROWTH):
                # The pair stays, so that it does not flicker while the reader looks at it.
                shown, fitted = self._with_file(state, reading.so_far(number)), number
            yield replace(shown, imported=replace(shown.imported, read=number / reading.lines))
        done = self._with_file(state, reading.so_far(reading.lines))
        yield replace(done, pair=self.next_pair(done.labels, done.model, done.chooser))

    def _with_file(self, state: Labeling, imported: Imported) -> Labeling:
        """With a file’s comparisons in place of an earlier file’s. Where neither has any, there is nothing to learn and to mark."""
        before, came = state.counts.imported, len(imported.preferences)
        changed = replace(state, imported=imported)
        return (
            self._fitted(replace(changed, marks=_marked(state, "file" if came else "file removed")))
            if before or came
            else changed
        )

    def progress(self, state: Labeling) -> float | None:
        return state.imported.read if state.imported else None

    # View.

    def view(self, state: Labeling) -> h.Node:
        return [
            h.div(class_="labeling")[
                self._comparison(state) if state.pair else self._all_done(state),
                self._outcome(state),
            ],
            parts.panels(
                parts.panel(
                    f"What {'your' if state.counts.total == state.counts.yours else 'the'} labels taught it",
                    self._weights(state),
                ),
                parts.panel("Score by kind of answer, change by change", self._accumulation(state)),
                parts.panel("How often it predicted you", self._learning(state)),
                parts.panel("More labels", self._more(state)),
                parts.panel("Answers it has not seen you judge", self._ranking(state), class_="panel-wide"),
            ),
        ]

    def _comparison(self, state: Labeling) -> h.Node:
        first, second = state.pair
        question, _ = self.responses[first]
        again = " (asked before, the other way round)" if _due_again(state.labels) else ""
        return [
            parts.question(question.prompt, f"Comparison {len(state.labels) + 1}{again}"),
            parts.versus(
                self._answer("A", first, state.pair, "a", "a arrowleft"),
                self._answer("B", second, state.pair, "b", "b arrowright"),
            ),
            h.div(class_="buttons")[
                parts.button("About equal", "label", (*state.pair, "tie"), key="t"),
                parts.button("Skip", "label", (*state.pair, "skip"), key="s"),
                self._sealed(state),
            ],
        ]

    def _answer(self, letter: str, id: str, pair: tuple[str, str], choice: str, key: str) -> h.Node:
        return parts.response(
            f"Response {letter}",
            self.responses[id][1].text,
            parts.button(f"{letter} is better", "label", (*pair, choice), key=key, kind="primary", tone="human"),
            tone="human",
        )

    def _sealed(self, state: Labeling) -> h.Node:
        """The model's prediction, made before the reader chooses; covered, so that it does not lead the choice."""
        first, second = (self.features[id] for id in state.pair)
        a = float(state.model.probability(first, second))
        guess = favourite(a)
        sealed = parts.disclosure(
            "It has made its guess. Peek?",
            h.p[
                "It expects ",
                h.strong[guess.upper() if guess else "either"],
                " with ",
                parts.exactly(max(a, 1 - a), parts.percent(max(a, 1 - a))),
                ".",
            ],
        )
        # Named for its pair: the next one comes sealed, whether or not this one was opened.
        return h.div(id="-".join(("guess", *state.pair)).replace("/", "-"))[sealed]

    def _all_done(self, state: Labeling) -> h.Node:
        return h.p(class_="question")[f"You have seen every pair there is, all {len(self.pairs)} of them. Thank you."]

    def _outcome(self, state: Labeling) -> h.Node:
        """What happened to the last prediction, and how often the model has been right."""
        if not state.labels:
            source = f" What it has learned comes from {state.counts.words}." if state.informed else ""
            return parts.reading(f"Which response is better? The model knows nothing of your taste yet.{source}")
        last, tested = state.labels[-1], fair_tests(state.labels)
        now = float(state.model.probability(self.features[last.first], self.features[last.second]))
        sentence = [f"You chose {SAID[last.choice]}. ", _verdict(last, now)]
        if not tested:
            return parts.reading(sentence)
        right = sum(label.predicted for label in tested)
        return [
            parts.reading(sentence),
            parts.gauge(
                "Predicted so far",
                right / len(tested),
                f"{right} of {_number_of(len(tested), 'pair')} drawn at random; a coin would get half",
                tone="reward",
            ),
        ]

    def _weights(self, state: Labeling) -> h.Node:
        deviations = np.sqrt(np.diag(state.model.covariance))
        rows = sorted(zip(FEATURES, state.model.weights, deviations, strict=True), key=lambda row: -abs(row[1]))
        return [
            parts.bars(
                (
                    parts.Bar(feature.label, weight, deviation, feature.description)
                    for feature, weight, deviation in rows
                ),
                "Learned weight of each feature of a response, with two standard deviations",
            ),
            state.informed
            and parts.note(f"Learned from {state.counts.words}. ", self._narrowed(2 * deviations.mean())),
            parts.note(self._surest(rows, state.counts)),
        ]

    def _narrowed(self, reach: float) -> h.Node:
        first = 2 * np.sqrt(np.diag(self.untaught.covariance)).mean()
        return [
            "A whisker reaches ± ",
            parts.number(reach),
            " on average; before any label it was ± ",
            parts.number(first),
            ".",
        ]

    def _surest(self, rows: list, counts: Counts) -> str:
        feature, weight, deviation = max(rows, key=lambda row: abs(row[1]) / row[2])
        if abs(weight) <= 2 * deviation:
            return "Every whisker still crosses zero: it is sure of nothing yet."
        return f"It is surest of “{feature.label}” ({feature.description}): in {_whose_taste(counts)} it counts {'for' if weight > 0 else 'against'} an answer."

    def _learning(self, state: Labeling) -> h.Node:
        """The share of choices predicted, counted from the first fair test; and how steady the reader is."""
        tested = fair_tests(state.labels)
        places = [place for place, label in enumerate(state.labels, start=1) if label.tests]
        right = np.cumsum([label.predicted for label in tested]) / np.arange(1, len(tested) + 1)
        line = tuple(zip(places, right.tolist(), strict=True))
        return [
            charts.chart(
                [charts.Line("so far", line, "reward") if line else None, charts.Rule("a coin", y=0.5)],
                x=charts.Axis("your choices", low=0, high=max(10, len(state.labels)), whole=True),
                y=charts.Axis("share predicted", low=0.0, high=1.0, format=parts.percent),
                says=prediction_record(state.labels),
                height="short",
            ),
            parts.note(
                "Only pairs drawn at random count: the most informative ones are those that are hardest to predict."
            ),
            self._steadiness(state),
        ]

    def _steadiness(self, state: Labeling) -> h.Node:
        """How often the reader said the same of the same pair, told kindly."""
        asked, same = _steady(state.labels)
        if not asked:
            return None
        kindly = "" if same == asked else " Some pairs are too close to call."
        return parts.note(
            f"Asked {_number_of(asked, 'pair')} a second time, you said the same {_number_of(same, 'time')}.{kindly}"
        )

    def _more(self, state: Labeling) -> h.Node:
        exportable = sum(label.counts for label in state.labels)
        return [
            parts.chips("chooser", "Next pair:", CHOOSERS, state.chooser),
            parts.note(
                "“Most informative” asks, every second time, what it expects to learn most from. All at random, the whiskers shrink more slowly as a rule."
            ),
            h.ul(class_="principles", aria_label="The AI labeller’s principles")[
                (
                    h.li[
                        parts.button(
                            principle.statement,
                            "principle",
                            (id, "off" if id in state.principles else "on"),
                            pressed=id in state.principles,
                            tone="reward",
                        )
                    ]
                    for id, principle in self.principles.items()
                )
            ],
            parts.note(self._how_the_ai_judges),
            parts.buttons(
                parts.button(
                    f"Have the AI labeller judge {AI_LABELS} {'more' if state.informed else 'pairs'}",
                    "ai",
                    tone="reward",
                    sign="model",
                    disabled=not state.principles,
                ),
                state.ai and parts.button(f"Remove the AI labeller’s {len(state.ai)}", "forget_ai"),
            ),
            not state.principles
            and parts.note("Mark a principle first: without one the AI labeller has nothing to go by."),
            state.ai and parts.note(self._went_by(state.ai)),
            state.counts.total > state.counts.yours and self._whose(state.counts),
            h.div(class_="buttons")[
                exportable > 0
                and parts.download(
                    self.export(state),
                    "preferences.jsonl",
                    f"Export your {_number_of(exportable, 'label')}",
                    kind="quiet",
                ),
                parts.file_field("import", "Import JSON Lines", ".jsonl,.json,.txt,application/jsonl"),
                state.counts.imported > 0 and parts.button("Forget the import", "forget_import"),
            ],
            0 < exportable < len(state.labels)
            and parts.note("Ties and skips are not exported: the format has no place for them."),
            state.imported and self._import_report(state.imported),
        ]

    @cached_property
    def _how_the_ai_judges(self) -> str:
        rule = constitution.Principle("rule", "", (("rude", 0),))
        odds = float(constitution.preferences(np.array([[0]]), np.array([[1]]), ["right", "rude"], [rule])[0])
        return f"{AI_LABELLER} If one answer breaks one principle more, it prefers the other {round(100 * odds)} times in 100; if both break as many, it calls them equal."

    def _went_by(self, labels: tuple[Label, ...]) -> str:
        """By which principles the AI labeller's labels were made, which need not be those marked now."""
        batches: dict[tuple[str, ...], int] = {}
        for label in labels:
            batches[label.principles] = batches.get(label.principles, 0) + 1
        quoted = {id: f"“{principle.statement.removesuffix('.')}”" for id, principle in self.principles.items()}
        told = (
            f"{_number_of(count, 'label')} by {listed([quoted[id] for id in ids])}" for ids, count in batches.items()
        )
        return f"The AI labeller gave {'; '.join(told)}."

    def _whose(self, counts: Counts) -> h.Node:
        whose = (
            ("You", counts.yours, counts.your_ties),
            ("The AI labeller", counts.ai, counts.ai_ties),
            ("A file", counts.imported, 0),
        )
        rows = [(name, f"{count - ties:,}", f"{ties:,}") for name, count, ties in whose if count or name == "You"]
        return parts.table("Whose labels it learned from", ("", "choices", "ties"), rows)

    def export(self, state: Labeling) -> str:
        """The reader's choices as JSON Lines; ties and skips have no place in that format."""
        chosen = [
            (label.first, label.second) if label.choice == "a" else (label.second, label.first)
            for label in state.labels
            if label.counts
        ]
        return "".join(
            to_line(self.responses[best][0].prompt, self.responses[best][1].text, self.responses[other][1].text)
            for best, other in chosen
        )

    def _import_report(self, imported: Imported) -> h.Node:
        shown, rest = imported.problems[:5], len(imported.problems) - 5
        return [
            parts.note(imported.came),
            shown
            and parts.message("warn", *((problem, h.br) for problem in shown), rest > 0 and f"… and {rest:,} more."),
        ]

    def _accumulation(self, state: Labeling) -> h.Node:
        """The mean score of each kind of answer after every label; the model is never told the kinds."""
        weights = np.array(state.history)
        series = [
            charts.Series(STYLES[style], tuple(enumerate((weights @ mean).tolist())), tone)
            for style, mean, tone in self._styles
        ]
        changes = len(weights) - 1
        axis = charts.Axis(
            "labels" if changes == state.counts.yours else "changes", low=0, high=max(10, changes), whole=True
        )
        return [
            charts.chart(
                [*series, *_rules(state.marks, axis.high)],
                x=axis,
                y=charts.Axis("mean score"),
                says=_highest(series, state.counts),
            ),
            state.marks
            and parts.note(
                "Each label of yours is one change. What the AI labeller or a file brings or takes away is one too, with an upright line."
            ),
            parts.note("It is never told which answer is of which kind."),
        ]

    @cached_property
    def _styles(self) -> list[tuple[str, np.ndarray, str]]:
        tones = {"helpful": "aligned", "rude": "raw", "wrong": "raw", "flattering": "human", "padded": "human"}
        vectors: dict[str, list[np.ndarray]] = {style: [] for style in STYLES}
        for id, (_, response) in self.responses.items():
            vectors[response.style].append(self.features[id])
        return [(style, np.mean(found, axis=0), tones.get(style, "plain")) for style, found in vectors.items() if found]

    def _ranking(self, state: Labeling) -> h.Node:
        ranked = list(self._unseen(state))
        if len(ranked) < 2:
            return parts.note("You have judged every answer, or all but one: none are left to rank.")
        if not state.opinionated:
            return parts.note("Once it has learned to tell answers apart, it ranks those that you have not judged.")
        ends = [*ranked[:2], *ranked[-2:]] if len(ranked) > 3 else ranked
        places = {entry[0]: place for place, entry in enumerate(ranked, start=1)}
        return [
            parts.note(f"Ranked by {_whose_taste(state.counts)}; “±” is two standard deviations."),
            h.ol(class_="ranking")[(self._ranked(places[id], id, score, deviation) for id, score, deviation in ends)],
        ]

    def _ranked(self, place: int, id: str, score: float, deviation: float) -> h.Node:
        question, response = self.responses[id]
        return h.li(value=place)[
            h.p(class_="ranking-score")[
                parts.number(score, signed=True), h.span(class_="bar-deviation")[" ± ", parts.number(2 * deviation)]
            ],
            h.div[h.p(class_="ranking-question")[question.prompt], h.p(class_="ranking-text")[response.text]],
        ]

    def _unseen(self, state: Labeling) -> Iterator[tuple[str, float, float]]:
        """Responses that the reader has not judged, best first, with their score and its deviation."""
        judged = {id for label in state.labels if label.choice != "skip" for id in (label.first, label.second)}
        ids = [id for id in self.responses if id not in judged]
        if not ids:
            return iter(())
        matrix = np.array([self.features[id] for id in ids])
        rows = zip(ids, state.model.score(matrix).tolist(), state.model.deviation(matrix).tolist(), strict=True)
        return iter(sorted(rows, key=lambda row: (-row[1], row[0])))


def fair_tests(labels: Sequence[Label]) -> list[Label]:
    """The labels that test the model fairly."""
    return [label for label in labels if label.tests]


def above_half_since(labels: Sequence[Label]) -> int | None:
    """The number of the choice, from 1, since which more than half of the fair tests so far were predicted; None where now they are not."""
    since, right, count = None, 0, 0
    for place, label in enumerate(labels, start=1):
        if label.tests:
            right, count = right + label.predicted, count + 1
            since = None if 2 * right <= count else since or place
    return since


def prediction_record(labels: Sequence[Label]) -> str:
    """How well it has predicted the reader, in a sentence, and whether that may be luck."""
    tested, since = fair_tests(labels), above_half_since(labels)
    if not tested:
        return "Before every choice it guesses. The line begins at your first choice between two answers drawn at random, once it has an opinion."
    late = tested[-10:]
    told = f"Of the last {len(late)} choices between two answers drawn at random it predicted {sum(label.predicted for label in late)}."
    if len(late) == 1:
        told = (
            f"It {'predicted' if late[0].predicted else 'missed'} the first choice between two answers drawn at random."
        )
    if not since:
        return f"{told} Its share is not above a coin’s half."
    return f"{told} Its share has been above a coin’s half since choice {since}. By luck, a coin does as well {_times_in_100(_luck(tested))}."


def _luck(tested: Sequence[Label]) -> float:
    """The probability that a fair coin predicts as many of these choices or more."""
    count, right = len(tested), sum(label.predicted for label in tested)
    return sum(comb(count, more) for more in range(right, count + 1)) / 2**count


def _times_in_100(probability: float) -> str:
    times = round(100 * probability)
    return f"{_number_of(times, 'time')} in 100" if times else "less than 1 time in 100"


def _is_drawn(count: int, chooser: str) -> bool:
    """Whether the comparison after so many is drawn at random."""
    return chooser == "random" or count % AT_RANDOM == 1


def favourite(a: float) -> str | None:
    """The answer that is expected to be chosen where A is with probability ``a``; None where neither is."""
    if abs(a - 0.5) <= 1e-9:
        return None
    return "a" if a > 0.5 else "b"


def _verdict(label: Label, now: float) -> h.Node:
    """What came of a choice; ``now`` is what the model expects of A since."""
    if label.choice == "skip":
        return "It learns nothing from that, and that is fine."
    if label.guess is None:
        return (
            "It had no idea beforehand; now it has one."
            if favourite(now)
            else "It had no idea beforehand, and has none now."
        )
    sureness = max(label.expected, 1 - label.expected)
    confidence = parts.exactly(sureness, parts.percent(sureness))
    if label.choice == "tie":
        return ["Beforehand it leaned to ", label.guess.upper(), " with ", confidence, "."]
    verdict = "right." if label.predicted else "wrong, so it learned more."
    return ["Beforehand it expected ", label.guess.upper(), " with ", confidence, ": ", h.strong[verdict]]


def _due_again(labels: tuple[Label, ...]) -> tuple[str, str] | None:
    """An earlier choice to be made again, sides swapped, when it is time for one."""
    if not labels or len(labels) % ASK_AGAIN != ASK_AGAIN - 1:
        return None
    counts: dict[frozenset, int] = {}
    for label in labels:
        counts[frozenset((label.first, label.second))] = counts.get(frozenset((label.first, label.second)), 0) + 1
    for label in labels[:-4]:
        if label.counts and counts[frozenset((label.first, label.second))] == 1:
            return label.second, label.first
    return None


def _steady(labels: tuple[Label, ...]) -> tuple[int, int]:
    """How many pairs were judged again, and of how many the same was said; a skip is no judgement."""
    first: dict[frozenset, str] = {}
    asked = same = 0
    for label in labels:
        if label.choice == "skip":
            continue
        pair = frozenset((label.first, label.second))
        winner = {"a": label.first, "b": label.second}.get(label.choice, "neither")
        if pair in first:
            asked, same = asked + 1, same + (winner == first[pair])
        first.setdefault(pair, winner)
    return asked, same


def _highest(series: Sequence[charts.Series], counts: Counts) -> str:
    """Which kinds of answers score highest and lowest, in a sentence."""
    best, worst = (pick(series, key=lambda line: line.points[-1][1]) for pick in (max, min))
    if best.points[-1][1] - worst.points[-1][1] < 1e-9:
        return "So far every kind of answer scores the same. A choice bends the lines, a tie holds them together, a skip says nothing."
    return f"After {counts.words}, {best.name} answers score highest and {worst.name} ones lowest."


def _rules(marks: tuple[tuple[int, str], ...], width: float) -> Iterator[charts.Rule]:
    """Upright lines where others' labels came, named where there is room."""
    named = -width
    for step, whose in marks:
        room = step - named >= width / 8
        yield charts.Rule(whose if room else "", x=step)
        named = step if room else named


def _marked(state: Labeling, whose: str) -> tuple[tuple[int, str], ...]:
    """The marks with one at the change to come."""
    return *state.marks, (len(state.history), whose)


def _whose_taste(counts: Counts) -> str:
    if counts.total == counts.yours:
        return "your taste"
    if counts.total == counts.ai:
        return "the AI labeller’s taste"
    if counts.total == counts.imported:
        return "the taste of whoever labelled the file"
    return "the taste of all these labels together"


def _number_of(count: int, noun: str) -> str:
    """“1 label”, “12 labels”."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _ties(ties: int, labels: int) -> str:
    """How many of some labels are ties, in brackets; nothing where none is."""
    if not ties:
        return ""
    if ties == labels:
        return " (a tie)" if ties == 1 else " (all ties)"
    return f" ({_number_of(ties, 'tie')})"


def listed(words: Sequence[str]) -> str:
    """“a, b and c”."""
    *most, last = words or ("",)
    return f"{', '.join(most)} and {last}" if most else last
