"""The language model's exact sums against plain enumeration, its samples against its own probabilities."""

import math
from collections import Counter
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import entropy

from tests.core import tiny
from widgets.core.language_model import LanguageModel, divergence, phrase_reward, uniforms

ALL = tiny.responses()


@pytest.fixture(params=[(1, False), (1, True), (3, False)], ids=["one table", "forbidden", "three tables"])
def lm(request):
    tables, forbid = request.param
    return tiny.model(3, tables=tables, forbid=forbid)


def test_the_probabilities_of_all_responses_sum_to_one(lm):
    chances = np.exp(lm.log_probs(np.array(ALL)).sum(axis=1))
    assert chances.sum() == pytest.approx(1.0, abs=1e-12)
    np.testing.assert_allclose(chances, [tiny.probability(lm, response) for response in ALL], atol=1e-12)


@pytest.mark.parametrize("tables", [1, 3])
def test_expected_reward_and_deviation_equal_the_enumeration(lm, tables):
    table = tiny.reward(5, tables)
    chances, totals = zip(*((tiny.probability(lm, r), tiny.total(table, r)) for r in ALL), strict=True)
    mean = sum(p * x for p, x in zip(chances, totals, strict=True))
    variance = sum(p * (x - mean) ** 2 for p, x in zip(chances, totals, strict=True))
    assert lm.expected(table) == pytest.approx(mean, abs=1e-12)
    assert lm.deviation(table) == pytest.approx(math.sqrt(variance), abs=1e-12)


def test_kl_and_entropy_equal_the_enumeration(lm):
    other = tiny.model(4, tables=len(lm.logits))
    pairs = [(tiny.probability(lm, r), tiny.probability(other, r)) for r in ALL]
    assert lm.kl(other) == pytest.approx(sum(p * math.log(p / q) for p, q in pairs if p > 0), abs=1e-12)
    assert lm.entropy() == pytest.approx(-sum(p * math.log(p) for p, _ in pairs if p > 0), abs=1e-12)
    assert lm.kl(lm) == 0


def test_visits_equal_the_enumeration(lm):
    wanted = np.zeros((tiny.LENGTH, tiny.END + 1))
    for response in ALL:
        for position, previous, _ in tiny.decisions(response):
            wanted[position, previous] += tiny.probability(lm, response)
    np.testing.assert_allclose(lm.visits(), wanted, atol=1e-12)


def test_token_kl_adds_up_to_the_kl_of_whole_responses(lm):
    other = tiny.model(4, tables=len(lm.logits))
    by_token = np.broadcast_to(lm.token_kl(other), (lm.length, lm.end + 1))
    assert (lm.visits() * by_token).sum() == pytest.approx(lm.kl(other), abs=1e-12)


def test_exact_sums_agree_with_a_hundred_thousand_samples(content):
    """Within four standard errors, on a shipped question."""
    models = content.trained("writing")
    tokens = models.aligned.sample(100_000, 7)
    worth = np.array([Random(phrase).gauss(0, 1) for phrase in models.raw.phrases])
    scores = np.append(worth, 0.0)[tokens].sum(axis=1)
    table = phrase_reward(worth)
    assert abs(scores.mean() - models.aligned.expected(table)) < 4 * scores.std() / math.sqrt(len(scores))
    assert scores.std() == pytest.approx(models.aligned.deviation(table), rel=0.02)
    ratios = (models.aligned.log_probs(tokens) - models.tuned.log_probs(tokens)).sum(axis=1)
    assert abs(ratios.mean() - models.aligned.kl(models.tuned)) < 4 * ratios.std() / math.sqrt(len(ratios))


def test_samples_come_as_often_as_their_probability_says(lm):
    count = 40_000
    found = Counter(map(tuple, lm.sample(count, 11).tolist()))
    for response in ALL:
        chance = tiny.probability(lm, response)
        assert abs(found[response] - count * chance) <= 5 * math.sqrt(count * chance * (1 - chance)) + 1e-9


@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_temperature_divides_the_logits(temperature):
    lm = tiny.model(3)
    hot = lm.with_logits(lm.logits / temperature)
    np.testing.assert_array_equal(lm.sample(200, 5, temperature), hot.sample(200, 5))
    np.testing.assert_allclose(lm.next_token((0, 1), temperature), hot.table[0, 1], atol=1e-15)


def test_the_next_token_is_the_last_ones_row_and_then_the_end():
    lm = tiny.model(3, tables=3)
    np.testing.assert_allclose(lm.next_token(()), lm.table[0, tiny.END])
    np.testing.assert_allclose(lm.next_token((2, 1)), lm.table[2, 1])
    np.testing.assert_array_equal(lm.next_token((0, 0, 0)), np.eye(tiny.END + 1)[tiny.END])


def test_the_same_seed_draws_the_same_responses():
    lm = tiny.model(3)
    np.testing.assert_array_equal(lm.sample(50, 9), lm.sample(50, 9))
    assert (lm.sample(50, 9) != lm.sample(50, 10)).any()


def test_uniforms_are_uniform():
    drawn = uniforms(Random(1), 100, 1000)
    assert drawn.shape == (100, 1000) and drawn.min() >= 0 and drawn.max() < 1
    assert abs(drawn.mean() - 0.5) < 4 * math.sqrt(1 / 12 / drawn.size)


def test_phrases_may_be_any_sequence_and_seeds_numpys_numbers():
    plain = tiny.model(3)
    for phrases in (list(tiny.PHRASES), np.array(tiny.PHRASES)):
        plain.check_alike(LanguageModel(phrases, plain.logits, tiny.LENGTH), "other")
    np.testing.assert_array_equal(plain.sample(5, np.int64(1)), plain.sample(5, 1))


def test_the_divergence_is_finite_where_probabilities_underflow_but_are_not_zero():
    """Two tokens: KL = log(1/2) - (0 - 800)/2 a decision, up to what underflows."""
    far = LanguageModel(("a",), np.array([[0.0, -800.0], [0.0, -800.0]]), 1)
    even = LanguageModel(("a",), np.zeros((2, 2)), 1)
    assert even.kl(far) == pytest.approx(math.log(0.5) + 400)


@given(st.lists(st.tuples(st.floats(0.01, 1), st.floats(0.01, 1), st.booleans()), min_size=2, max_size=6))
def test_the_divergence_of_two_distributions_is_scipys(rows):
    p, q = np.array([(0.0 if never else one, other) for one, other, never in [*rows, (1.0, 1.0, False)]]).T
    p, q = p / p.sum(), q / q.sum()
    assert divergence(p, q) == pytest.approx(entropy(p, q), abs=1e-12)


def test_a_divergence_is_never_negative_and_finite_where_heat_has_made_a_token_too_rare():
    nearly = np.array([0.1, 0.2, 0.7])
    assert 0 <= divergence(nearly, np.nextafter(nearly, 1)) < 1e-12
    assert divergence(np.array([0.5, 0.5]), np.array([1.0, 0.0])) == pytest.approx(
        -math.log(2) - 0.5 * math.log(1e-300)
    )


def test_what_is_decided_counts_and_the_forced_end_does_not():
    """With a table for the forced end too: it is left out."""
    lm, table = tiny.model(3, tables=3), tiny.reward(5, 4)
    wanted = sum(
        tiny.probability(lm, r) * sum(table[at, before, token] for at, before, token in tiny.decisions(r)) for r in ALL
    )
    assert lm.expected_over_decisions(table) == pytest.approx(wanted)


def test_text_joins_the_phrases():
    assert tiny.model().text((2, 0, tiny.END)) == "c a"


@settings(max_examples=50)
@given(st.lists(st.lists(st.floats(-30, 30), min_size=4, max_size=4), min_size=4, max_size=4))
def test_any_logits_give_a_distribution(rows):
    lm = LanguageModel(tiny.PHRASES, np.array(rows), tiny.LENGTH)
    assert np.exp(lm.log_probs(np.array(ALL)).sum(axis=1)).sum() == pytest.approx(1.0, abs=1e-9)
    assert lm.visits()[0].sum() == pytest.approx(1.0)
    assert lm.entropy() >= -1e-9


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: LanguageModel((), np.zeros((1, 1))), "phrases must not be empty"),
        (lambda: LanguageModel(("a",), np.zeros((2, 2)), 0), "length must be a whole number of at least 1, got 0"),
        (lambda: LanguageModel(("a",), np.zeros((2, 2)), 2.5), "length must be a whole number of at least 1, got 2.5"),
        (
            lambda: LanguageModel(("a",), np.zeros((2, 2)), np.nan),
            "length must be a whole number of at least 1, got nan",
        ),
        (lambda: LanguageModel("ab", np.zeros((3, 3))), "phrases must be a sequence of texts"),
        (lambda: LanguageModel(("a",), "many"), "logits must be an array of numbers, got str"),
        (lambda: LanguageModel(("a",), np.zeros((3, 3))), r"logits must have shape \(1 or 8, 2, 2\), got \(3, 3\)"),
        (lambda: LanguageModel(("a",), np.array([[0, np.nan], [0, 0]])), "logits must be finite or -inf, got nan"),
        (lambda: LanguageModel(("a",), np.array([[-np.inf, -np.inf], [0, 0]])), "at least one next token in every row"),
        (lambda: tiny.model().sample(3, 1, 0.0), "temperature must be a positive number, got 0.0"),
        (lambda: tiny.model().log_probs(np.array([[0, 1]])), r"tokens must be whole numbers of shape \(m, 3\)"),
        (lambda: tiny.model().log_probs(np.array([[0, 1, 7]])), "tokens must lie in 0 to 3, got 7"),
        (lambda: tiny.model().log_probs(np.array([[0, 3, 1]])), "padded with the end token"),
        (
            lambda: tiny.model().expected(np.zeros((2, 2))),
            r"reward must have shape \(4, 4\), or one a position, got \(1, 2, 2\)",
        ),
        (lambda: tiny.model().expected(np.full((4, 4), np.nan)), "reward must be finite, got nan"),
        (lambda: tiny.model().expected(np.full((4, 4), -np.inf)), "reward must be finite, got -inf"),
        (lambda: tiny.model().sample(-1, 1), "count must be a whole number of at least 0, got -1"),
        (lambda: tiny.model().sample(np.nan, 1), "count must be a whole number of at least 0, got nan"),
        (lambda: tiny.model().sample(1, "luck"), "rng must be a random.Random or a whole number, got 'luck'"),
        (lambda: tiny.model().next_token((0.5,)), r"tokens must be at most 3 phrases, from 0 to 2, got \[0.5\]"),
        (lambda: tiny.model().text([-2]), "tokens must lie in 0 to 3, got -2"),
        (lambda: tiny.model().text([99]), "tokens must lie in 0 to 3, got 99"),
        (lambda: phrase_reward([0.0, np.nan]), "per_phrase must be finite, got nan"),
        (lambda: tiny.model().next_token((0, 3)), r"tokens must be at most 3 phrases, from 0 to 2, got \[0, 3\]"),
        (
            lambda: tiny.model().next_token((0, 1, 2, 0)),
            r"tokens must be at most 3 phrases, from 0 to 2, got \[0, 1, 2, 0\]",
        ),
        (lambda: tiny.model().log_probs([[0, 1, 3], [2]]), "tokens must be an array, got rows of different lengths"),
        (lambda: tiny.model().text([[0, 1], [2]]), "tokens must be an array, got rows of different lengths"),
        (lambda: tiny.model().next_token((-1,)), r"tokens must be at most 3 phrases, from 0 to 2, got \[-1\]"),
        (lambda: phrase_reward(np.zeros((2, 2))), r"per_phrase must have shape \(n,\), got \(2, 2\)"),
        (lambda: tiny.model().kl(tiny.model(forbid=True)), "reference must allow everything"),
        (
            lambda: tiny.model().kl(LanguageModel(("x", "y", "z"), np.zeros((4, 4)), 3)),
            "reference must be a model of the same phrases and length",
        ),
    ],
)
def test_bad_input_is_told(make, says):
    with pytest.raises(ValueError, match=says):
        make()
