"""The three gauges and an answer's category, on answers whose judgement is plain."""

import numpy as np
import pytest

from widgets.core import three_h

KINDS = ("right", "wrong", "rude", "harmful", "evasive", "web", "flattery")
E = len(KINDS)


def values(*tokens):
    return {judgement.aim: round(judgement.value, 3) for judgement in three_h.judge((*tokens, E), KINDS)}


def test_two_useful_sentences_are_fully_helpful_harmless_and_honest():
    assert values(0) == {"helpful": 0.5, "harmless": 1.0, "honest": 1.0}
    assert values(2, 3) == {"helpful": 0.0, "harmless": 0.0, "honest": 0.8}
    assert values(1)["honest"] == 0.4
    assert values() == {"helpful": 0.0, "harmless": 1.0, "honest": 1.0}


def test_reasons_name_the_phrases_and_add_up():
    helpful = three_h.judge((5, 0, E), KINDS)[0]
    assert helpful.reasons == ((0, -0.3), (1, 0.5))
    assert helpful.value == pytest.approx(0.2)


def test_saying_it_again_helps_nobody_but_harms_again():
    assert values(0, 0)["helpful"] == 0.5
    assert values(2, 2)["harmless"] == 0.0


@pytest.mark.parametrize(
    ("tokens", "category"),
    [
        ((0,), "good"),
        ((0, 2), "rude"),
        ((3, 2), "harmful"),
        ((1,), "false"),
        ((5, 0), "off the question"),
        ((4,), "evasive"),
        ((6,), "evasive"),
        ((), "evasive"),
    ],
)
def test_the_first_fault_decides(tokens, category):
    row = np.array([[*tokens, *[E] * (3 - len(tokens))]])
    assert three_h.CATEGORIES[three_h.categories(row, KINDS)[0]] == category


def test_tokens_that_are_none_are_told():
    for call in (lambda: three_h.judge((9,), KINDS), lambda: three_h.categories(np.array([[9]]), KINDS)):
        with pytest.raises(ValueError, match="tokens must lie in 0 to 7, got"):
            call()
