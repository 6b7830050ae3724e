"""The comparison that the reader of chapter 3 is asked to make, and what came of the last one."""

from __future__ import annotations

import htpy as h

from widgets.kit import parts

from .forecast import verdict
from .labels import Labeling, fair_tests, favourite
from .persons import YOU
from .pool import Pool, due_again

SAID = {"a": "A", "b": "B", "tie": "a tie", "skip": "to skip"}


def comparison(state: Labeling, pool: Pool) -> h.Node:
    first, second = state.pair
    question, _ = pool.responses[first]
    again = " (asked before, the other way round)" if due_again(state.labels) else ""
    return [
        parts.question(question.prompt, f"Comparison {len(state.labels) + 1}{again}"),
        parts.versus(
            _answer(pool, "A", first, state.pair, "a", "a arrowleft"),
            _answer(pool, "B", second, state.pair, "b", "b arrowright"),
        ),
        h.div(class_="buttons")[
            parts.button("About equal", "label", (*state.pair, "tie"), key="t"),
            parts.button("Skip", "label", (*state.pair, "skip"), key="s"),
            _sealed(state, pool),
        ],
    ]


def all_done(pool: Pool) -> h.Node:
    return h.p(class_="question")[f"You have seen every pair there is, all {len(pool.pairs)} of them. Thank you."]


def outcome(state: Labeling, pool: Pool) -> h.Node:
    """What happened to the last prediction, and how often the model has been right."""
    if not state.labels:
        source = f" What it has learned comes from {state.counts.words}." if state.informed else ""
        ask = f"Which response is better? The model knows nothing of your taste yet.{source}"
        return parts.beside(YOU.face(), parts.reading(ask))
    last, tested = state.labels[-1], fair_tests(state.labels)
    now = float(state.model.probability(pool.features[last.first], pool.features[last.second]))
    sentence = parts.reading(f"You chose {SAID[last.choice]}. ", verdict(last, now))
    you = YOU.face("calm" if last.guess is None or not last.counts else "pleased" if last.predicted else "doubtful")
    if not tested:
        return parts.beside(you, sentence)
    right = sum(label.predicted for label in tested)
    return parts.beside(
        you,
        sentence,
        parts.gauge(
            "Predicted so far",
            right / len(tested),
            f"{right} of {parts.counted(len(tested), 'pair')} drawn at random; a coin would get half",
            tone="reward",
        ),
    )


def _answer(pool: Pool, letter: str, id: str, pair: tuple[str, str], choice: str, key: str) -> h.Node:
    return parts.response(
        f"Response {letter}",
        pool.responses[id][1].text,
        parts.button(f"{letter} is better", "label", (*pair, choice), key=key, kind="primary", tone="human"),
        tone="human",
    )


def _sealed(state: Labeling, pool: Pool) -> h.Node:
    """The model's prediction, made before the reader chooses; covered, so that it does not lead the choice."""
    first, second = (pool.features[id] for id in state.pair)
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
