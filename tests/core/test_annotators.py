"""The gold reward against its table read by hand, the annotators against Bradley-Terry."""

import numpy as np
import pytest

from widgets.core.annotators import (
    ANNOTATORS,
    CAREFUL,
    EMPTY,
    GOLD,
    HURRIED,
    REPEATED,
    Annotator,
    gold_of_kinds,
    gold_reward,
    kind_of_sentence,
)

KINDS = ("right", "right", "flattery", "flattery", "flattery", "disclaimer", "rude")
E = len(KINDS)


def gold(*tokens, care=False):
    return gold_reward(np.array([[*tokens, *[E] * (8 - len(tokens))]]), KINDS, care)[0]


def test_the_first_useful_sentence_is_worth_more_than_the_second():
    first, second = GOLD["right"][:2]
    assert gold(0) == pytest.approx(first) and gold(0, 1) == pytest.approx(first + second) and first > second


def test_one_kind_word_is_welcome_and_three_are_flattery():
    assert gold(0, 2) > gold(0) > gold(0, 2, 3, 4)


def test_a_warning_is_good_where_it_is_due_and_noise_elsewhere():
    assert gold(0, 5, care=True) > gold(0, care=True) and gold(0, 5) < gold(0)


def test_what_is_said_again_costs_and_emptiness_too():
    assert gold(0, 0) == pytest.approx(gold(0) + REPEATED)
    assert gold() == EMPTY
    assert gold(2) == pytest.approx(GOLD["flattery"][0] + EMPTY)


def test_the_order_does_not_matter():
    assert gold(0, 2, 1) == pytest.approx(gold(2, 1, 0))


def test_the_gold_reward_is_not_linear_in_phrases():
    """So a linear reward model can be fooled: the gain of the second compliment is not that of the first."""
    assert gold(0, 2) - gold(0) != pytest.approx(gold(0, 2, 3) - gold(0, 2))


def test_gold_of_kinds_says_the_same_as_gold_of_tokens():
    assert gold_of_kinds(["right", "flattery", "right"]) == pytest.approx(gold(0, 2, 1))
    assert gold_of_kinds(["right"], repeats=1) == pytest.approx(gold(0, 0))


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("Great question!", "flattery"),
        ("lol just google it.", "rude"),
        ("Write for ten minutes every day.", "right"),
        ("As an AI, I can make mistakes.", "disclaimer"),
        ("Blue is a colour.", "filler"),
    ],
)
def test_typed_sentences_are_told_apart(sentence, kind):
    assert kind_of_sentence("How can I improve my writing?", sentence) == kind


def test_annotators_choose_as_often_as_bradley_and_terry_say():
    first, second = np.tile([[0, 2, E]], (20_000, 1)), np.tile([[0, E, E]], (20_000, 1))
    margin = CAREFUL.reward(first[:1], KINDS)[0] - CAREFUL.reward(second[:1], KINDS)[0]
    share = CAREFUL.choose(first, second, KINDS, 1).mean()
    assert share == pytest.approx(1 / (1 + np.exp(-margin)), abs=4 * 0.5 / np.sqrt(20_000))


def test_biases_do_what_they_say():
    flattered, plain = np.array([[0, 2, 3, 4]]), np.array([[0, E, E, E]])
    assert HURRIED.reward(flattered, KINDS)[0] > HURRIED.reward(plain, KINDS)[0]
    assert CAREFUL.reward(flattered, KINDS)[0] < CAREFUL.reward(plain, KINDS)[0]
    leaning = Annotator("leans to what it reads first", position=1.0)
    assert leaning.probability(plain, plain, KINDS)[0] == pytest.approx(1 / (1 + np.exp(-1)))
    steady = Annotator("never wavers", noise=0)
    assert steady.probability(plain, flattered, KINDS)[0] == 1 and steady.probability(plain, plain, KINDS)[0] == 0.5
    assert len({annotator.name for annotator in ANNOTATORS}) == len(ANNOTATORS)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: gold_reward(np.array([[9]]), KINDS), "tokens must lie in 0 to 7, got 9"),
        (
            lambda: gold_reward(np.array([0, 1]), KINDS),
            r"tokens must be whole numbers of shape \(m, length\), got int64 \(2,\)",
        ),
        (lambda: gold_reward(np.array([[np.nan]]), KINDS), "tokens must be whole numbers"),
        (lambda: gold_reward(np.array([[0]]), ("novel",)), "kinds must be among right, .*, got 'novel'"),
        (lambda: gold_reward(np.array([[7, 0]]), KINDS), "tokens must be padded with the end token"),
        (lambda: gold_of_kinds(["right"], repeats=-1), "repeats must be a whole number of at least 0, got -1"),
        (
            lambda: CAREFUL.probability([[0], [1, 2]], np.zeros((2, 1), int), KINDS),
            "first must be an array, got rows of different lengths",
        ),
        (lambda: gold_of_kinds(["novel"]), "kinds must be among right, .*, got 'novel'"),
        (lambda: CAREFUL.reward(np.array([[-1]]), KINDS), "tokens must lie in 0 to 7, got -1"),
        (
            lambda: CAREFUL.choose(np.zeros((2, 3), int), np.zeros((1, 3), int), KINDS, 1),
            r"second must have the shape of first, \(2, 3\), got \(1, 3\)",
        ),
        (lambda: Annotator("wavers backwards", noise=-1.0), "noise must be a number of at least 0, got -1.0"),
        (
            lambda: Annotator("likes nan", likes=(("right", float("nan")),)),
            r"likes\['right'\] must be a finite number, got nan",
        ),
        (
            lambda: Annotator("likes what is none", likes=(("novel", 1.0),)),
            "kinds must be among right, .*, got 'novel'",
        ),
        (lambda: Annotator("longs for nan", length=float("nan")), "length must be a finite number, got nan"),
        (lambda: Annotator("leans to infinity", position=float("inf")), "position must be a finite number, got inf"),
        (lambda: Annotator("has no judgement", gold=None), "gold must be a finite number, got None"),
        (lambda: Annotator("wavers oddly", noise=float("nan")), "noise must be a number of at least 0, got nan"),
    ],
)
def test_bad_input_is_told(call, says):
    with pytest.raises(ValueError, match=says):
        call()
