"""Counting at speed gives what ``features.extract`` gives, to the last bit."""

import gzip
import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.core import counting
from widgets.core.features import FEATURES, NAMES, extract
from widgets.site.this_book.content import load

ROOT = Path(__file__).parents[2]
HH = ROOT.parent / "shared" / "data" / "hh-harmless-1500.jsonl.gz"


def fast(prompt, *responses):
    return counting.features([counting.count(prompt, response) for response in responses])


def slow(prompt, *responses):
    return np.array([extract(prompt, response) for response in responses])


def test_all_that_the_book_says_is_counted_the_same():
    content = load(ROOT / "content")
    for question in content.questions:
        texts = [answer.text for answer in question.responses] + [phrase.text for phrase in question.phrases]
        texts += [" ".join(texts), *(path.read_text() for path in sorted((ROOT / "docs").glob("*.md")))]
        np.testing.assert_array_equal(fast(question.prompt, *texts), slow(question.prompt, *texts))


def _spellings(pattern: str) -> list[str]:
    """The alternatives of a feature's pattern, each with its own
    alternatives spelled out as far as brackets don't nest.
    """
    found = re.sub(r"\\[wb]\+?|\[\\w-\]\+|\[a-z\]\+", "thing", pattern)
    return [
        re.sub(r"[\\^$?]", "", word)
        for word in re.split(r"[|()]", found)
        if word and "!" not in word and "<" not in word
    ]


WORDS = sorted({word for feature in FEATURES if feature.pattern for word in _spellings(feature.pattern)})
SIGNS = [
    " ", " ", ". ", "! ", "\n", "-", "_", "'", "’", "", ": ", '." ', "; ", "100", " %", "%", "1.5",
    "s", "é", "ſ", "K", "İ", "ı", "語", "🎉",
]  # fmt: skip


def test_each_alternative_of_each_pattern_is_found_by_the_words_that_it_needs():
    for word in WORDS:
        for text in (word, word.upper(), f"Well, {word}.", f"So {word} that"):
            np.testing.assert_array_equal(fast("p", text), slow("p", text), err_msg=text)


def test_long_phrases_are_found():
    text = (
        "What a truly-lovely idea. I’m not a doctor, see your local vet. Take your time; "
        "you've got this! 100 % proven, seriously? "
        "I can’t help. Such a smart question, for example. So kind. In some cases, consult an expert. "
        "Without doubt: I'm just an AI."
    )
    np.testing.assert_array_equal(fast("What is it?", text), slow("What is it?", text))
    assert (fast("What is it?", text)[0] > 0).sum() >= 8


@given(
    st.lists(st.one_of(st.sampled_from(WORDS), st.sampled_from(SIGNS), st.text(max_size=3)), max_size=30),
    st.text(max_size=20),
)
def test_any_text_is_counted_the_same(pieces, prompt):
    text = "".join(pieces)
    np.testing.assert_array_equal(fast(prompt, text, text.title()), slow(prompt, text, text.title()))
    np.testing.assert_array_equal(fast(text, text), slow(text, text))


@given(st.text())
def test_words_are_those_that_the_length_counts(text):
    assert len(counting.words(text)) == counting.count("", text)[0]


def test_what_is_not_text_is_named():
    with pytest.raises(ValueError, match="response must be a str, got int"):
        counting.count("p", 3)


def test_no_texts_have_no_features():
    assert counting.features([]).shape == (0, len(NAMES))


@pytest.mark.skipif(not HH.exists(), reason=f"{HH.name} is not there: a public clone has no such folder")
def test_a_real_set_is_counted_the_same():
    with gzip.open(HH, "rt") as file:
        for line in list(file)[::5]:
            record = json.loads(line)
            *shared, chosen = record["chosen"].split("\n\nAssistant: ")
            prompt, rejected = shared[-1], record["rejected"].split("\n\nAssistant: ")[-1]
            np.testing.assert_array_equal(fast(prompt, chosen, rejected), slow(prompt, chosen, rejected))
