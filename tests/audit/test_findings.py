"""What is found in a data set is there: planted tastes, repeats and wrong labels."""

import gzip
import json
import random
from pathlib import Path

import numpy as np
import pytest

from tests.audit.corpus import read
from widgets.audit import telling
from widgets.audit.findings import LEAST, find_out
from widgets.audit.opening import Bytes, open_all
from widgets.audit.pair import Pair
from widgets.audit.shelf import BLOCK, Shelf
from widgets.audit.tally import Tally, language
from widgets.audit.words import Collecting, terms
from widgets.core import reward_model
from widgets.core.features import NAMES, extract

ROOT = Path(__file__).parents[2]
HH = ROOT.parent / "shared" / "data" / "hh-harmless-1500.jsonl.gz"

FILLER = "the cat sat on a mat and then went home to sleep until morning came again with rain".split()


def tallied(pairs):
    tally = Tally()
    tally.add(pairs)
    return tally


def found(pairs):
    *_, last = find_out(tallied(pairs))
    return last


def written(count, seed=1, wrong=()):
    """Answers of random words; the one with “maybe” loses, except in the pairs with the ``wrong`` labels."""
    rng = random.Random(seed)
    for record in range(count):
        good, bad = ([rng.choice(FILLER) for _ in range(rng.randint(5, 30))] for _ in range(2))
        bad[rng.randrange(len(bad))] = "maybe"
        sides = (bad, good) if record in wrong else (good, bad)
        yield Pair(record, f"Question {record}?", *map(" ".join, sides))


@pytest.fixture(scope="module")
def wrong():
    return frozenset(random.Random(3).sample(range(600), 12))


@pytest.fixture(scope="module")
def hedged(wrong):
    return found(written(600, wrong=wrong))


def test_a_taste_that_was_planted_is_found(hedged):
    weights = dict(zip(NAMES, hedged.rewards.model.weights, strict=True))
    assert weights["hedging"] < -2 and max(abs(weights[name]) for name in NAMES if name != "hedging") < 0.6
    alone = dict(zip(NAMES, hedged.rewards.alone, strict=True))["hedging"]
    assert alone.count == 600 and alone.value == pytest.approx(12 / 600)
    assert telling.surest(hedged.rewards).startswith("Hedging counts against it")
    assert hedged.words[-1].term == "maybe" or min(hedged.words, key=lambda word: word.weight).term == "maybe"
    assert min(learner.right.value for learner in hedged.learners[1:]) > 0.95 > hedged.learners[0].right.high
    told = telling.beyond_length(hedged)
    assert " more than length alone: the labels hold more than a taste for length." in told


def test_labels_that_were_turned_round_are_those_that_look_wrong(hedged, wrong):
    assert {doubt.record for doubt in hedged.doubts[:12]} == wrong
    assert all(doubt.sure > 0.9 for doubt in hedged.doubts[:12])


def test_the_weights_are_those_that_the_book_would_fit():
    pairs = list(written(80))
    differences = [extract(pair.prompt, pair.chosen) - extract(pair.prompt, pair.rejected) for pair in pairs]
    wanted = reward_model.fit(np.array(differences), np.ones(80))
    np.testing.assert_array_equal(found(pairs).rewards.model.weights, wanted.weights)


def test_the_same_pairs_give_the_same_findings():
    one, other = (found(written(120)) for _ in range(2))
    assert one.words == other.words and one.doubts == other.doubts and one.glance == other.glance


def test_repeats_are_counted():
    pair = Pair(0, "p", "a", "b")
    pairs = [
        pair, pair, pair,  # twice again
        pair._replace(chosen="b", rejected="a"),  # both verdicts
        pair._replace(prompt="q"),
        pair._replace(chosen="a", rejected="c"), pair._replace(chosen="d", rejected="c"),  # share a, then c
        pair._replace(chosen="e", rejected="e"), pair._replace(chosen="f", rejected="g", tie=True),
    ]  # fmt: skip
    seen = found(pairs).glance
    assert (seen.repeats.again, seen.repeats.both, seen.repeats.sharing) == (2, 1, 3)
    assert (seen.pairs, seen.ties, seen.equal, seen.decided) == (9, 1, 1, 7)


def test_too_few_pairs_are_told_and_nothing_is_learned():
    for count in (0, 1, LEAST - 1):
        last = found(written(count))
        assert last.rewards is None and last.done == 1.0 and last.glance.pairs == count
    assert "19 pairs have a winner. From fewer than 20" in telling.too_few(last.glance)
    assert found(written(LEAST)).rewards is not None


def test_pairs_that_all_say_the_same_word_for_word_do_no_harm():
    assert found([Pair(number, "p", "語", "🎉") for number in range(30)]).learners


def test_a_shelf_gives_every_pair_back():
    pairs = [Pair(number, "p\ud800", f"語{number}", "\0") for number in range(3 * BLOCK + 5)]
    shelf = Shelf()
    for pair in pairs:
        shelf.add(pair)
    assert list(shelf) == pairs and [shelf[place] for place in range(len(shelf))] == pairs
    assert 0 < shelf.size < 10_000
    with pytest.raises(IndexError):
        shelf[len(pairs)]


def test_terms_are_words_and_every_two_in_a_row():
    assert terms("It’s SO, so good") == {"it’s", "so", "good", "it’s so", "so so", "so good"}


def test_collected_terms_say_which_answer_alone_has_them():
    tally = tallied(written(200))
    collecting = Collecting(tally.shelf, range(200))
    shares = list(collecting)
    assert shares == sorted(shares) and shares[0] >= 0 and shares[-1] <= 1
    matrix, names = collecting.terms.matrix, collecting.terms.names
    at = names.index("maybe")
    column = matrix.times(np.eye(len(names))[at])
    assert (column == -1).all()
    for place in (0, 63, 64, 199):
        row = matrix.times
        pair = tally.shelf[place]
        for name in ("cat", "the cat"):
            side = (name in terms(pair.chosen)) - (name in terms(pair.rejected))
            assert row(np.eye(len(names))[names.index(name)])[place] == side


@pytest.mark.parametrize(
    ("text", "guess"),
    [
        ("The cat is on the mat and that is all you have.", "English"),
        ("Yes.", "English"),
        ("Die Katze sitzt auf der Matte und schläft den ganzen Tag.", "other, in Latin letters"),
        ("猫はマットの上に座っています。", "Chinese or Japanese"),
        ("Кошка сидит на коврике.", "Cyrillic letters"),
        ("القطة على الحصيرة", "Arabic letters"),
    ],
)  # fmt: skip
def test_languages_are_guessed(text, guess):
    assert language(text) == guess


def test_two_files_are_one_data_set():
    lines = [json.dumps({"prompt": p.prompt, "chosen": p.chosen, "rejected": p.rejected}).encode() for p in written(50)]
    *_, one = open_all([Bytes("all", b"\n".join(lines))])
    *_, two = open_all([Bytes("a", b"\n".join(lines[:20])), Bytes("b", gzip.compress(b"\n".join(lines[20:])))])
    assert list(one.tally.shelf) == list(two.tally.shelf) and two.pairs == 50 and two.share == 1.0
    assert [(file.name, file.records) for file in two.files] == [("a", 20), ("b", 30)]


def test_more_pairs_than_are_taken_in_are_told(monkeypatch):
    monkeypatch.setattr("widgets.audit.tally.MOST_PAIRS", 30)
    data = b"".join(
        json.dumps({"prompt": p.prompt, "chosen": p.chosen, "rejected": p.rejected}).encode() + b"\n"
        for p in written(900)
    )
    *_, opened = open_all([Bytes("all", data)])
    assert opened.pairs == 30 and opened.whole and opened.files[0].cut
    assert "the rest was not read" in telling.file(opened.files[0])


@pytest.mark.skipif(not HH.exists(), reason=f"{HH.name} is not there: a public clone has no such folder")
def test_a_real_set_is_read_whole_and_shows_what_is_known_of_it(capsys):
    pairs, reading = read(HH.read_bytes())
    assert len(pairs) == reading.records == reading.used == 1500 and reading.problems.counts == {}
    last = found(pairs)
    longer = last.rewards.longer
    assert round(100 * longer.value) == 44 and last.glance.repeats.again == 0
    length, features, words = (learner.right for learner in last.learners)
    with capsys.disabled():
        print(
            f"\nheld out: length alone {telling.interval(length)}, features {telling.interval(features)}, "
            f"words {telling.interval(words)}"
        )
    assert length.low < 0.57 and features.low < 0.59 < features.high and words.value > length.value
    assert all(learner.right.low > 0.5 for learner in last.learners)
