"""Whose taste a figure goes by, and what is said of it."""

import itertools

import numpy as np
import pytest

from widgets.chapters.persons import BY_NAME
from widgets.chapters.preference_labeling import PreferenceLabeling
from widgets.chapters.taste import stand_in, taste_of
from widgets.core import reward_model
from widgets.kit.events import Event


@pytest.fixture(scope="module")
def labeling(content):
    return PreferenceLabeling(content)


def labelled(labeling, choices):
    state = labeling.start()
    for choice in choices:
        state = labeling.settle(state, Event("label", (*state.pair, choice)))
    return state


@pytest.mark.parametrize(
    ("choices", "why"),
    [
        ([], "You have not labelled anything yet"),
        (["skip"] * 3, "You have only skipped so far"),
        (["tie"], "Your only label was a tie"),
        (["tie"] * 50, "Your 50 labels were all ties"),
    ],
)
def test_the_note_says_why_somebody_stands_in(labeling, content, choices, why):
    taste = taste_of(labelled(labeling, choices), content)
    assert not taste.own
    assert (
        taste.note
        == f"{why}, so {taste.whose} stands in, with {len(taste.preferences)} labels. {BY_NAME[taste.whose].portrait}"
    )


def test_a_stand_in_for_one_reader_tells_nothing_of_another(labeling, content):
    taste_of(labelled(labeling, ["tie"] * 2), content)
    assert taste_of(labeling.start(), content).note.startswith("You have not labelled anything yet")


def test_the_note_breaks_the_labels_down(labeling, content):
    state = labelled(labeling, ["a", "tie", "b", "skip", "tie"])
    assert "Trained on your 4 labels (2 ties), from" in taste_of(state, content).note
    state = labeling.settle(state, Event("ai"))
    file = '{"prompt": "p", "chosen": "Try it today.", "rejected": "lol"}\n' * 30
    state = labeling.settle(state, Event("import", file))
    note = taste_of(state, content).note
    assert f"your 4 labels (2 ties), the AI labeller’s 100 ({state.counts.ai_ties} ties) and 30 from a file" in note
    assert taste_of(state, content).labels == state.counts.total == 134


def test_others_labels_alone_are_a_taste(labeling, content):
    for event in (Event("ai"), Event("import", '{"prompt": "p", "chosen": "Try it today.", "rejected": "lol"}')):
        taste = taste_of(labeling.settle(labeling.start(), event), content)
        assert taste.own and "your" not in taste.sources


def test_an_ais_ties_alone_are_none(labeling, content):
    for own, whose in ((2, "yours and the AI labeller’s"), (0, "all the AI labeller’s")):
        state = labeling.settle(labelled(labeling, itertools.repeat("tie", own)), Event("ai"))
        ties = tuple(label for label in state.ai if label.choice == "tie")
        state = labeling._learned(state, ai=ties)
        assert f"All {own + len(ties)} labels, {whose}, were ties" in taste_of(state, content).note


def test_a_note_of_others_labels_alone_counts_labels(labeling, content):
    state = labeling.settle(labeling.start(), Event("ai"))
    assert (
        f"Trained on the AI labeller’s 100 labels ({state.counts.ai_ties} ties), from figure"
        in taste_of(state, content).note
    )


def test_choices_that_cancel_out_are_no_taste(labeling, content):
    state = labelled(labeling, ["a"])
    pair = state.labels[0]
    state = labeling.settle(state, Event("label", (pair.first, pair.second, "b")))
    assert taste_of(state, content).note.startswith("The labels so far do not tell good answers from bad, so")


def test_a_stand_ins_labels_are_shown_as_they_were_made(content):
    taste, again = stand_in(content), stand_in(content, seed=2)
    shown = {setting.name: setting.value for group in taste.settings for setting in group.of}
    assert shown["labels"] == shown["count"] * shown["questions"] == len(taste.preferences)
    assert shown["seed"] == 1 and {
        setting.value for group in again.settings for setting in group.of if setting.name == "seed"
    } == {2}
    assert (taste.preferences != again.preferences).any()
    refitted = reward_model.fit(taste.differences, taste.preferences, shown["l2"])
    np.testing.assert_allclose(refitted.weights, taste.model.weights)
