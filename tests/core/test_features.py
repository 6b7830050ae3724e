"""Features count what they say, add up over phrases, and share a score among words."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.core.features import FEATURES, NAMES, attribution, extract, spans

QUESTION = "How can I improve my writing?"


def counted(response, prompt=QUESTION):
    return dict(zip(NAMES, extract(prompt, response), strict=True))


@pytest.mark.parametrize(
    ("feature", "text", "amount"),
    [
        ("length", "one two three four five", 0.25),
        ("relevance", "Write more: your writing improves.", 1.5),
        ("specifics", "Write 300 words, for example, because habit wins.", 3),
        ("steps", "Read it aloud. Then cut. I read books.", 2),
        ("flattery", "Great question! What a brilliant idea.", 2),
        ("hedging", "It depends; perhaps it might help.", 3),
        ("disclaimers", "As an AI, I must warn you: consult a professional.", 3),
        ("rudeness", "lol just google it, who cares", 3),
        ("certainty", "It always works, guaranteed, trust me.", 3),
        ("warmth", "I hope this helps. Good luck!", 2),
    ],
)
def test_each_feature_counts_what_it_says(feature, text, amount):
    assert counted(text)[feature] == pytest.approx(amount)


def test_words_inside_other_words_do_not_count():
    assert counted("The mayor of Dumbarton reads nevertheless.")["hedging"] == 0
    assert counted("The mayor of Dumbarton reads nevertheless.")["rudeness"] == 0
    assert counted("The mayor of Dumbarton reads nevertheless.")["certainty"] == 0


PHRASES = [
    "Great question!",
    "Read your draft aloud.",
    "As an AI, I must warn you that results may vary.",
    "lol just google it.",
    "It depends on many factors.",
    "I hope this helps!",
    "Cut every word that does no work, because readers are busy.",
    "Everyone knows it takes 10,000 hours.",
]


@given(st.lists(st.sampled_from(PHRASES), max_size=8))
def test_features_add_up_over_phrases(phrases):
    together = extract(QUESTION, " ".join(phrases))
    apart = sum((extract(QUESTION, phrase) for phrase in phrases), np.zeros(len(FEATURES)))
    np.testing.assert_allclose(together, apart)


@given(st.text())
def test_any_text_has_features_and_its_spans_add_up_to_them(text):
    features = extract(text, text)
    assert features.shape == (len(FEATURES),) and np.isfinite(features).all() and (features >= 0).all()
    for name, value in zip(NAMES, features, strict=True):
        assert sum(span.amount for span in spans(text, text) if span.feature == name) == pytest.approx(value)


@given(st.lists(st.sampled_from(PHRASES), max_size=6), st.integers(0, 1000))
def test_every_words_share_adds_up_to_the_score(phrases, seed):
    text, weights = " ".join(phrases), np.random.default_rng(seed).normal(size=len(FEATURES))
    shares = attribution(QUESTION, text, weights)
    assert sum(share.amount for share in shares) == pytest.approx(extract(QUESTION, text) @ weights, abs=1e-9)
    assert [share.start for share in shares] == sorted(share.start for share in shares)


def test_a_pattern_of_several_words_shares_its_amount():
    weights = np.array([float(name == "flattery") for name in NAMES])
    shares = {
        QUESTION_WORDS[share.start : share.stop]: share for share in attribution(QUESTION, QUESTION_WORDS, weights)
    }
    assert (
        shares["Great"].amount == shares["question"].amount == pytest.approx(0.5)
        and "flattery" in shares["Great"].features
    )
    assert shares["Read"].amount == 0


QUESTION_WORDS = "Great question! Read it."


def test_capitals_that_grow_when_made_small_keep_every_span_in_place():
    """The capital I with a dot is two characters in small letters."""
    text = "İİİ Great question!"
    (span,) = (span for span in spans(QUESTION, text) if span.feature == "flattery")
    assert text[span.start : span.stop] == "Great question"


def test_weights_of_another_length_are_named():
    with pytest.raises(ValueError, match=r"weights must have shape \(10,\), got \(3,\)"):
        attribution(QUESTION, "Read.", np.zeros(3))
    with pytest.raises(ValueError, match="weights must be finite, got nan"):
        attribution(QUESTION, "Read.", np.full(10, np.nan))


def test_every_feature_is_described():
    assert len(set(NAMES)) == len(FEATURES) and all(feature.label and feature.description for feature in FEATURES)


def test_what_is_not_text_is_named():
    for call in (extract, spans, lambda *given: attribution(*given, np.zeros(10))):
        with pytest.raises(ValueError, match="response must be a str, got int"):
            call(QUESTION, 3)
        with pytest.raises(ValueError, match="prompt must be a str, got NoneType"):
            call(None, "Read.")
