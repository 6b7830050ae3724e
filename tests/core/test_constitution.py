"""Critique and revision against their definitions; revised samples against the model's own masked distribution."""

from collections import Counter
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core import tiny
from widgets.core import constitution, sft
from widgets.core.constitution import Objection, Principle
from widgets.core.iterates import last

KINDS = ("right", "rude", "flattery")
POLITE = Principle("polite", "Be polite.", (("rude", 0),))
PLAIN = Principle("plain", "One kind word is enough.", (("flattery", 1),))
USEFUL = Principle("useful", "Say something useful.", needs=("right",))
ALL = (POLITE, PLAIN, USEFUL)
E = tiny.END


def test_a_critique_names_every_phrase_that_breaks_a_principle():
    assert constitution.critique((1, 2, 2), KINDS, ALL) == (
        Objection(-1, "useful", "nothing right in it"),
        Objection(0, "polite", "rude is not allowed"),
        Objection(2, "plain", "1 flattery at most"),
    )
    assert constitution.critique((0, 2, E), KINDS, ALL) == ()


@given(st.sampled_from(tiny.responses()), st.integers(0, 1000))
def test_a_revision_keeps_every_limit_and_what_was_good_before_the_first_objection(response, seed):
    lm = tiny.model(3)
    revised = tuple(constitution.revise(lm, response, KINDS, (POLITE, PLAIN), seed).tolist())
    assert not constitution.critique(revised, KINDS, (POLITE, PLAIN))
    objections = constitution.critique(response, KINDS, (POLITE, PLAIN))
    kept = objections[0].position if objections else tiny.LENGTH
    assert revised[:kept] == response[:kept]


@pytest.mark.parametrize("first", ALL)
@pytest.mark.parametrize("second", [POLITE, Principle("silent", "", (("right", 0), ("flattery", 1))), USEFUL])
def test_principles_contradict_each_other_where_no_response_keeps_both(first, second):
    """Tried on every response."""
    kept = [row for row in tiny.responses() if not constitution.critique(row, KINDS, (first, second))]
    for pair in ((first, second), (second, first)):
        assert (constitution.contradiction(pair) is None) == bool(kept)


def test_a_contradiction_names_what_is_needed_first():
    silent = Principle("silent", "Say nothing useful.", (("right", 0),))
    assert constitution.contradiction((silent, POLITE, USEFUL)) == (USEFUL, silent)
    either = Principle("either", "Be useful or kind.", needs=("right", "flattery"))
    assert constitution.contradiction((silent, either)) is None and constitution.contradiction(()) is None


def test_a_response_without_fault_is_left_alone():
    assert tuple(constitution.revise(tiny.model(3), (0, 2, E), KINDS, ALL, 1)) == (0, 2, E)


def test_what_replaces_a_phrase_is_what_the_model_would_have_said_instead():
    lm, count = tiny.model(3), 20_000
    firsts = Counter(
        int(constitution.revise(lm, (1, E, E), KINDS, (POLITE,), Random(seed))[0]) for seed in range(count)
    )
    allowed = lm.next_token(()) * np.array([1, 0, 1, 1])
    for token, chance in enumerate(allowed / allowed.sum()):
        assert abs(firsts[token] - count * chance) < 5 * np.sqrt(count * chance * (1 - chance)) + 1e-9


def test_violations_and_shares_count_what_critique_finds():
    every = np.array(tiny.responses())
    counts = [len(constitution.critique(row, KINDS, ALL)) for row in every.tolist()]
    np.testing.assert_array_equal(constitution.violations(every, KINDS, ALL), counts)
    polite = np.mean([not constitution.critique(row, KINDS, (POLITE,)) for row in every.tolist()])
    assert constitution.kept_share(every, KINDS, POLITE) == pytest.approx(polite)


def test_ai_labels_prefer_the_answer_that_breaks_less():
    good, bad = np.array([[0, E, E]]), np.array([[1, 1, E]])
    assert constitution.preferences(good, bad, KINDS, ALL)[0] > 0.98
    assert constitution.preferences(bad, good, KINDS, ALL)[0] < 0.02
    assert constitution.preferences(good, good, KINDS, ALL)[0] == 0.5


def test_the_supervised_phase_is_drafts_revised_and_then_imitated():
    """Step by step, by the definitions: the same draws, the same revisions, the same maximum likelihood."""
    lm, luck = tiny.model(3), Random(5)
    revisions = [constitution.revise(lm, draft, KINDS, (POLITE,), luck) for draft in lm.sample(40, luck)]
    *_, wanted = sft.train(lm, np.array(revisions), steps=30)
    iterates = list(constitution.supervised(lm, KINDS, (POLITE,), 5, drafts=40, steps=30))
    assert [(iterate.revised, iterate.step) for iterate in iterates] == [
        *((k, 0) for k in range(1, 41)),
        *((40, k) for k in range(31)),
    ]
    np.testing.assert_array_equal(iterates[-1].model.logits, wanted.model.logits)
    assert iterates[-1].loss == wanted.loss and iterates[0].loss is None
    polite = [constitution.kept_share(model.sample(2000, 1), KINDS, POLITE) for model in (lm, iterates[-1].model)]
    assert polite[1] > max(polite[0], 0.9)


def test_the_ai_labeller_votes_as_often_as_its_preferences_say():
    every = np.array(tiny.responses())
    one, other = every[[1]].repeat(4000, axis=0), every[[7]].repeat(4000, axis=0)
    votes = constitution.Labeller(ALL).choose(one, other, KINDS, Random(1))
    wanted = constitution.preferences(every[[1]], every[[7]], KINDS, ALL)[0]
    assert set(votes.tolist()) == {0.0, 1.0} and 0 < wanted < 1
    assert votes.mean() == pytest.approx(wanted, abs=4 * (wanted * (1 - wanted) / 4000) ** 0.5)


def test_a_lack_is_made_good_when_the_model_can():
    """Where nothing right is said the answer is written anew, and may not end before it is."""
    revised = constitution.revise(tiny.model(3), (2, E, E), KINDS, (USEFUL, POLITE), 4)
    assert 0 in revised.tolist() or (revised != E).all()


def test_preferences_are_bradley_terry_in_the_number_of_objections():
    every = np.array(tiny.responses())
    counts = constitution.violations(every, KINDS, ALL)
    first, second = np.repeat(np.arange(len(every)), len(every)), np.tile(np.arange(len(every)), len(every))
    wanted = 1 / (1 + np.exp(-2.0 * (counts[second] - counts[first])))
    np.testing.assert_allclose(
        constitution.preferences(every[first], every[second], KINDS, ALL, 2.0), wanted, atol=1e-12
    )


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: constitution.critique((0, 7), KINDS, ALL), "tokens must lie in 0 to 3, got 7"),
        (lambda: constitution.critique((0.5,), KINDS, ALL), "tokens must be whole numbers"),
        (lambda: constitution.violations(np.array([[-1]]), KINDS, ALL), "tokens must lie in 0 to 3, got -1"),
        (
            lambda: constitution.revise(tiny.model(), (0, E, E), KINDS[:2], ALL, 1),
            "kinds must be those of the model's 3 phrases, got 2",
        ),
        (
            lambda: constitution.preferences(np.zeros((2, 3), int), np.zeros((1, 3), int), KINDS, ALL),
            r"second must have the shape of first, \(2, 3\), got \(1, 3\)",
        ),
        (
            lambda: constitution.violations(np.array([[E, 1, E]]), KINDS, ALL),
            "tokens must be padded with the end token",
        ),
        (
            lambda: constitution.revise(tiny.model(), (0, 1), KINDS, ALL, 1),
            r"tokens must have shape \(3,\), got \(2,\)",
        ),
        (
            lambda: constitution.kept_share(np.zeros((0, 3), int), KINDS, POLITE),
            "tokens must hold at least one response, got none",
        ),
        (lambda: constitution.critique((E, 1, E), KINDS, ALL), "tokens must be padded with the end token"),
        (
            lambda: Principle("odd", "Odd.", (("rude", -1),)),
            r"limits\['rude'\] must be a whole number of at least 0, got -1",
        ),
        (
            lambda: constitution.supervised(tiny.model(), KINDS, ALL, 1, drafts=0),
            "drafts must be a whole number of at least 1, got 0",
        ),
        (
            lambda: constitution.supervised(tiny.model(), KINDS, ALL, 1, steps=np.nan),
            "steps must be a whole number of at least 1, got nan",
        ),
        (
            lambda: constitution.supervised(tiny.model(), KINDS[:2], ALL, 1),
            "kinds must be those of the model's 3 phrases, got 2",
        ),
        (
            lambda: constitution.preferences(np.zeros((1, 3), int), np.zeros((1, 3), int), KINDS, ALL, -1.0),
            "sharpness must be a positive number, got -1.0",
        ),
    ],
)
def test_bad_input_is_told(call, says):
    with pytest.raises(ValueError, match=says):
        call()


def test_the_cautious_principle_makes_the_shipped_model_evasive(content):
    from widgets.core import three_h

    task, model = content.tasks["writing"], content.trained("writing").raw
    cautious = [principle.test for principle in content.principles if principle.id == "cautious"]
    luck = Random(1)
    revised = [constitution.revise(model, draft, task.kinds, cautious, luck) for draft in model.sample(200, luck)]
    *_, last = sft.train(model, np.array(revised), steps=80)
    evasive = three_h.CATEGORIES.index("evasive")
    shares = [(three_h.categories(m.sample(1000, 2), task.kinds) == evasive).mean() for m in (model, last.model)]
    assert shares[1] > shares[0] + 0.2


def test_the_last_of_no_iterates_is_told():
    with pytest.raises(ValueError, match="at least one"):
        last(iter(()))
