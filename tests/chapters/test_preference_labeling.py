import base64
import itertools
import json
import random
import re
from html import escape, unescape

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from widgets.chapters import ai_labeller, preference_labeling
from widgets.chapters.ai_labeller import AS_KINDS
from widgets.chapters.forecast import above_half_since, prediction_record
from widgets.chapters.labels import Counts, Label, fair_tests
from widgets.chapters.preference_labeling import LabelingOptions, PreferenceLabeling
from widgets.core.annotators import ANNOTATORS
from widgets.core.features import FEATURES, NAMES
from widgets.core.reward_model import sigmoid
from widgets.kit.events import Event, Rejected

from .acting import after


@pytest.fixture(scope="module")
def widget(content):
    return PreferenceLabeling(content)


def label(widget, state, choice):
    return widget.settle(state, widget.check(Event("label", (*state.pair, choice))))


def annotate(widget, count, choose):
    """The states of an annotator who chooses by a rule on (first, second)."""
    states = [widget.start()]
    for _ in range(count):
        states.append(label(widget, states[-1], choose(*states[-1].pair)))
    return states


def likes(widget, feature, sign=1):
    column = NAMES.index(feature)

    def choose(first, second):
        gap = sign * (widget.pool.features[first][column] - widget.pool.features[second][column])
        return "tie" if gap == 0 else "a" if gap > 0 else "b"

    return choose


def test_the_model_is_the_logistic_regression_of_the_labels(widget):
    choices = itertools.cycle("abbaab")
    state = annotate(widget, 20, lambda *_: next(choices))[-1]
    differences = [widget.pool.features[label.first] - widget.pool.features[label.second] for label in state.labels]
    answers = [label.choice == "a" for label in state.labels]
    reference = LogisticRegression(fit_intercept=False, C=1, tol=1e-12, max_iter=10_000).fit(differences, answers)
    np.testing.assert_allclose(state.model.weights, reference.coef_[0], atol=1e-4)


@pytest.mark.parametrize(("feature", "sign"), [("flattery", -1), ("length", -1), ("specifics", 1)])
def test_a_consistent_taste_is_learned(widget, feature, sign):
    state = annotate(widget, 40, likes(widget, feature, sign))[-1]
    column = NAMES.index(feature)
    assert np.sign(state.model.weights[column]) == sign
    assert abs(state.model.weights[column]) > np.sqrt(state.model.covariance[column, column])
    judged = [label for label in state.labels if label.counts]
    late = judged[len(judged) // 2 :]
    assert sum(label.predicted for label in late) / len(late) > 0.6


def test_a_skip_teaches_nothing_and_is_not_asked_again(widget):
    start = widget.start()
    after = label(widget, start, "skip")
    np.testing.assert_array_equal(after.model.weights, start.model.weights)
    assert set(after.pair) != set(start.pair)


def test_no_pair_comes_twice_and_no_question_twice_in_a_row(widget):
    states = annotate(widget, 120, lambda *_: "tie")
    pairs = [frozenset(state.pair) for state in states]
    assert len(set(pairs)) == len(pairs)
    topics = [state.pair[0].split("/")[0] for state in states]
    assert all(a != b for a, b in itertools.pairwise(topics))


def test_every_pair_can_be_judged(content):
    import dataclasses

    small = dataclasses.replace(content, questions=content.questions[:2])
    widget = PreferenceLabeling(small)
    asked_twice = len(widget.pool.pairs) // 9
    states = annotate(widget, len(widget.pool.pairs) + asked_twice, lambda *_: "b")
    assert states[-1].pair is None
    assert {frozenset(pair) for pair in widget.pool.pairs} == {
        frozenset((label.first, label.second)) for label in states[-1].labels
    }
    assert "every pair there is" in widget.html(states[-1])


def test_a_pair_across_questions_is_ignored(widget):
    start = widget.start()
    assert widget.settle(start, widget.check(Event("label", ("writing/curt", "dog/curt", "a")))) is start


def test_the_seed_chooses_the_sides(content):
    pairs = {PreferenceLabeling(content, LabelingOptions(seed)).start().pair for seed in range(12)}
    assert len(pairs) > 1


def test_the_view_states_the_prediction_and_what_came_of_it(widget):
    states = annotate(widget, 12, likes(widget, "length", -1))
    html = widget.html(states[-1])
    assert "pairs drawn at random; a coin would get half" in html and "Peek?" in html
    expected = states[-2].model.probability(*(widget.pool.features[id] for id in states[-2].pair))
    exact = [float(value) for value in re.findall(r'<data value="([^"]+)"', html)]
    assert any(value == pytest.approx(max(expected, 1 - expected), abs=1e-12) for value in exact)


LINE = '{"prompt": "p", "chosen": "Try it today.", "rejected": "lol"}\n'


def test_an_ais_labels_follow_the_principles_and_can_be_removed(widget):
    start = after(widget, widget.start(), ("principle", ("truthful", "off")), ("principle", ("plain", "off")))
    assert start.principles == ("kind",)
    state = after(widget, start, ("ai", None))
    assert len(state.ai) == 100 and len(state.preferences) == 100
    assert state.model.weights[NAMES.index("rudeness")] == state.model.weights.min() < 0
    gone = after(widget, state, ("forget_ai", None))
    np.testing.assert_allclose(gone.model.weights, start.model.weights)
    assert len(after(widget, state, ("ai", None)).ai) == 200


def test_the_most_informative_pairs_teach_faster_than_random_ones(widget):
    """The uncertainty that is left after the same number of labels by the same taste."""
    left = {}
    for chooser in ("informative", "random"):
        state = after(widget, widget.start(), ("chooser", chooser))
        choose = likes(widget, "length", -1)
        for _ in range(20):
            state = label(widget, state, choose(*state.pair))
        left[chooser] = np.linalg.slogdet(state.model.covariance)[1]
    assert left["informative"] < left["random"]


def test_a_pair_is_asked_again_the_other_way_round_and_steadiness_is_told(widget):
    states = annotate(widget, 10, lambda first, second: "a" if first < second else "b")
    again = states[9].pair
    assert again[::-1] == states[0].pair
    steady = label(widget, states[9], "a" if again[0] < again[1] else "b")
    assert "Asked 1 pair a second time, you said the same 1 time." in widget.html(steady)
    wavering = label(widget, states[9], "b" if again[0] < again[1] else "a")
    assert "you said the same 0 times. Some pairs are too close to call" in widget.html(wavering)


def test_a_tie_or_skips_alone_claim_no_opinion(widget):
    tie = label(widget, widget.start(), "tie")
    assert "It had no idea beforehand, and has none now." in widget.html(tie)
    assert "now it has one" in widget.html(label(widget, widget.start(), "a"))
    for choice, count in (("tie", 50), ("skip", 3)):
        html = widget.html(annotate(widget, count, lambda *_, choice=choice: choice)[-1])
        assert "every kind of answer scores the same" in html and "score highest" not in html
        assert "Once it has learned to tell answers apart" in html


def test_the_kinds_are_told_after_whose_labels(widget):
    one = label(widget, widget.start(), "a")
    assert "After your 1 label, " in widget.html(one)
    skipped = label(widget, one, "skip")
    assert len(skipped.history) == len(one.history) and "After your 1 label, " in widget.html(skipped)
    both = after(widget, one, ("ai", None))
    ties = both.counts.ai_ties
    assert f"After your 1 label and the AI labeller’s 100 ({ties} ties), " in widget.html(both)


def test_what_others_bring_and_take_away_is_marked_where_the_scores_change(widget):
    state = after(
        widget,
        label(widget, widget.start(), "a"),
        ("ai", None),
        ("import", LINE),
        ("forget_ai", None),
        ("import", LINE),
        ("forget_import", None),
    )
    assert state.marks == ((2, "AI"), (3, "file"), (4, "AI removed"), (5, "file"), (6, "file removed"))
    assert len(state.history) == 7 and "What the AI labeller or a file brings or takes away is one too" in widget.html(
        state
    )
    assert after(widget, state, ("forget_ai", None), ("forget_import", None)) is state, "there is nothing to take away"


def test_it_is_surest_of_the_weight_with_the_most_deviations_and_says_whose(widget):
    own = annotate(widget, 40, likes(widget, "length", -1))[-1]
    ratios = np.abs(own.model.weights) / np.sqrt(np.diag(own.model.covariance))
    feature = FEATURES[int(np.argmax(ratios))]
    liked = own.model.weights[int(np.argmax(ratios))] > 0
    assert (
        f"It is surest of “{feature.label}” ({feature.description}): in your taste it counts "
        f"{'for' if liked else 'against'} an answer." in unescape(widget.html(own))
    )
    assert "What your labels taught it" in widget.html(own)
    ai = widget.html(after(widget, widget.start(), ("ai", None)))
    assert (
        "in the AI labeller’s taste it counts " in ai
        and "What the labels taught it" in ai
        and "your taste it" not in ai
    )
    rude = json.dumps({"prompt": "p", "chosen": "Read it.", "rejected": "Who cares? Google it."}) + "\n"
    file = widget.html(after(widget, widget.start(), ("import", rude * 50)))
    assert re.search(
        r"It is surest of “rudeness” .*: in the taste of whoever labelled the file it counts against an answer", file
    )
    assert "in the taste of all these labels together it counts" in widget.html(after(widget, own, ("ai", None)))


def test_the_whiskers_shrink_and_it_is_said_from_what_to_what(widget):
    states = annotate(widget, 50, likes(widget, "length", -1))
    reaches = [2 * np.sqrt(np.diag(state.model.covariance)).mean() for state in states]
    assert (
        reaches[0] == 2 and all(after < before for before, after in itertools.pairwise(reaches[:8])) and reaches[50] < 1
    )
    told = re.sub("<[^>]*>", "", widget.html(states[50]))
    assert f"A whisker reaches ± {reaches[50]:.2f} on average; before any label it was ± 2.00." in told


def test_an_ais_labels_keep_the_principles_that_made_them(widget):
    state = after(
        widget,
        widget.start(),
        ("principle", ("truthful", "off")),
        ("principle", ("plain", "off")),
        ("ai", None),
        ("principle", ("kind", "off")),
    )
    assert "The AI labeller gave 100 labels by “Be polite, whatever was asked”." in widget.html(state)
    assert after(widget, state, ("ai", None)) == state, "without a principle it has nothing to go by"
    more = widget.html(after(widget, state, ("principle", ("truthful", "on")), ("ai", None)))
    assert (
        "The AI labeller gave 100 labels by “Be polite, whatever was asked”; 100 labels by “Do not state what is "
        "false”." in more
    )


def test_the_ai_goes_by_no_principle_that_is_not_offered(widget):
    with pytest.raises(Rejected):
        widget.check(Event("principle", ("cautious", "on")))
    offered = widget.html(widget.start())
    assert all(escape(principle.statement) in offered for principle in widget.principles.values())


def test_how_the_ai_judges_is_told_and_true(widget):
    told = re.search(r"breaks one principle more, it prefers the other (\d+) times in 100", widget.html(widget.start()))
    assert int(told[1]) == round(100 / (1 + np.exp(-1.5)))


def test_others_labels_are_counted_apart_and_suffice_for_the_ranking_which_says_whose_taste_it_is(widget):
    own = label(widget, widget.start(), "a")
    for state, taste in (
        (own, "your taste"),
        (after(widget, widget.start(), ("ai", None)), "the AI labeller’s taste"),
        (after(widget, widget.start(), ("import", LINE * 20)), "the taste of whoever labelled the file"),
        (after(widget, own, ("import", LINE * 20)), "the taste of all these labels together"),
    ):
        shown = widget.html(state)
        assert 'class="ranking"' in shown and f"Ranked by {taste};" in shown
        assert ("Whose labels it learned from" in shown) == (state is not own)
        assert state is own or state.labels or f"What it has learned comes from {state.counts.words}." in shown
    assert 'class="ranking"' not in widget.html(widget.start())


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        (Counts(), "no labels"),
        (Counts(yours=1, your_ties=1), "your 1 label (a tie)"),
        (Counts(ai=1_100, ai_ties=36), "the AI labeller’s 1,100 labels (36 ties)"),
        (Counts(imported=1), "1 label from a file"),
        (
            Counts(yours=12, your_ties=1, ai=100, imported=30),
            "your 12 labels (1 tie), the AI labeller’s 100 and 30 from a file",
        ),
    ],
)
def test_labels_are_counted_in_words(counts, words):
    assert counts.words == words


def test_what_is_exported_is_counted_and_what_is_left_out_is_said(widget):
    one = label(widget, widget.start(), "b")
    shown = widget.html(one)
    assert "Export your 1 label<" in shown and "Ties and skips are not exported" not in shown
    assert "Export" not in widget.html(widget.start())
    tied = label(widget, label(widget, one, "a"), "tie")
    shown = widget.html(tied)
    assert "Export your 2 labels<" in shown and "Ties and skips are not exported" in shown
    saved = re.search(
        r'href="data:application/octet-stream;charset=utf-8;base64,([^"]*)" download="preferences.jsonl"', shown
    )
    assert base64.b64decode(saved[1]).decode() == widget.export(tied)


def test_without_principles_the_ai_says_what_it_waits_for(widget):
    start = widget.start()
    none = after(widget, start, *(("principle", (id, "off")) for id in start.principles))
    assert "Mark a principle first" in widget.html(none) and "Mark a principle first" not in widget.html(start)


def test_every_pair_comes_with_its_own_seal(widget):
    """Named for the pair, so that one that was opened does not open the next."""
    seals = [
        re.search(
            r'<div id="(guess-[^"]*)"><details[^>]*>.*?<div class="sealed-body"><p>It expects .*?</p></div>',
            widget.html(state),
        )[1]
        for state in annotate(widget, 12, likes(widget, "length"))
    ]
    assert len(set(seals)) == len(seals)


def test_a_skip_the_second_time_is_no_disagreement(widget):
    states = annotate(widget, 10, lambda first, second: "a" if first < second else "b")
    assert "a second time" not in widget.html(label(widget, states[9], "skip"))


READERS = (
    {"length": -2},
    {"specifics": 1.5, "steps": 1.5},
    {"rudeness": -3, "flattery": -2},
    {"flattery": 2, "warmth": 2, "length": 1},
    {"hedging": -2, "disclaimers": -2, "certainty": 1},
    {"steps": 2, "rudeness": -2, "length": 0.5},
)
WAVER = 0.3


def worths(widget):
    """What each response is worth to simulated readers, in units of their wavering: six like features, three go by the
    kind of every sentence.
    """
    for liked in READERS:
        weights = np.array([liked.get(name, 0.0) for name in NAMES]) / WAVER
        yield {id: float(features @ weights) for id, features in widget.pool.features.items()}
    for annotator in ANNOTATORS:
        kinds = {
            id: [AS_KINDS[response.style]] * len(re.findall(r"[.!?](?= |$)", response.text))
            for id, (_, response) in widget.pool.responses.items()
        }
        yield {
            id: float(annotator.reward(np.arange(len(found))[None], found)[0]) / annotator.noise
            for id, found in kinds.items()
        }


def simulated(content, worth, seed, count):
    """The states of a reader to whom each response is worth so much, and who wavers as Bradley and Terry's annotator
    does.
    """
    widget, luck = PreferenceLabeling(content, LabelingOptions(seed)), random.Random(seed)
    return widget, annotate(
        widget, count, lambda first, second: "a" if luck.random() < sigmoid(worth[first] - worth[second]) else "b"
    )


def predicted_share(widget, state, worth):
    """The expected share of choices predicted, over the pairs not judged yet."""
    judged = {frozenset((label.first, label.second)) for label in state.labels}
    rest = [pair for pair in widget.pool.pairs if frozenset(pair) not in judged]
    margins = (
        np.array([widget.pool.features[first] - widget.pool.features[second] for first, second in rest])
        @ state.model.weights
    )
    chances = sigmoid(np.array([worth[first] - worth[second] for first, second in rest]))
    return float(np.where(margins > 0, chances, 1 - chances).mean())


def test_twenty_choices_predict_nearly_every_reader_and_five_do_not(widget, content):
    """What content/predictions.yaml says of ``labels``, there with twenty seeds."""
    shares = {5: [], 20: []}
    for worth, seed in itertools.product(worths(widget), range(1, 4)):
        asked, states = simulated(content, worth, seed, 20)
        for count, found in shares.items():
            found.append(predicted_share(asked, states[count], worth))
        fair = fair_tests(states[-1].labels)
        assert 7 <= len(fair) <= 10
        assert (above_half_since(states[-1].labels) is not None) == (
            2 * sum(label.predicted for label in fair) > len(fair)
        )
    assert np.mean(np.array(shares[20]) >= 0.6) > 0.95
    assert 0.5 < np.mean(np.array(shares[5]) >= 0.6) < 0.9


def test_only_pairs_drawn_at_random_with_an_opinion_before_are_tests():
    informative, silent = Label("a", "b", "a", 0.1), Label("a", "b", "a", 0.5, drawn=True)
    assert fair_tests([informative, silent, Label("a", "b", "tie", 0.9, drawn=True)]) == []
    right, wrong = Label("a", "b", "a", 0.9, drawn=True), Label("a", "b", "b", 0.9, drawn=True)
    assert not silent.predicted and not Label("a", "b", "b", 0.5, drawn=True).predicted
    assert above_half_since([wrong, right]) is None and "Its share is not above a coin’s half." in prediction_record(
        [wrong, right]
    )
    assert above_half_since([informative, wrong, right, right]) == 4
    assert "above a coin’s half since choice 4. By luck, a coin does as well 50 times in 100." in prediction_record(
        [informative, wrong, right, right]
    )
    assert (
        prediction_record([right])
        == "It predicted the first choice between two answers drawn at random. Its share has been above a coin’s "
        "half since choice 1. By luck, a coin does as well 50 times in 100."
    )
    assert prediction_record([right] * 12).endswith("By luck, a coin does as well less than 1 time in 100.")


def test_a_pair_that_a_link_brings_is_no_fair_test(widget):
    state = label(widget, widget.start(), "a")
    offered = state.pair
    other = next(
        pair
        for pair in widget.pool.pairs
        if set(pair) != set(offered) and pair[0].split("/")[0] != offered[0].split("/")[0]
    )
    assert not widget.settle(state, Event("label", (*other, "a"))).labels[-1].drawn
    assert label(widget, state, "a").labels[-1].drawn


@pytest.mark.parametrize("choose", ["tie", "skip", "turns", "a"])
def test_any_fifty_labels_give_a_view_without_nan(widget, choose):
    turns = itertools.cycle("ab")
    state = annotate(widget, 50, lambda *_: next(turns) if choose == "turns" else choose)[-1]
    assert "nan" not in widget.html(state).lower()


def test_first_views_draw_their_frames(widget):
    assert widget.html(widget.start()).count("data-plot") == 2


def test_the_settings_shown_are_those_of_the_fit_and_of_the_pairs(widget, monkeypatch):
    fitted, fit = [], preference_labeling.reward_model.fit
    monkeypatch.setattr(
        preference_labeling.reward_model,
        "fit",
        lambda differences, preferences, l2=0.25: (
            fitted.append((len(preferences), l2)),
            fit(differences, preferences, l2),
        )[1],
    )
    state = label(widget, label(widget, widget.start(), "a"), "tie")
    learned, pairs = widget.settings(state)
    assert fitted[-1] == (learned.value("labels"), learned.value("l2")) == (2, 0.25)
    assert (pairs.value("seed"), pairs.value("pairs")) == (widget.options.seed, len(widget.pool.pairs))
    assert "Show the settings" in widget.html(state)
    state = widget.settle(state, Event("ai"))
    *_, ai = widget.settings(state)
    assert (ai.title, ai.value("labels"), ai.value("sharpness")) == (
        "AI labeller",
        ai_labeller.AI_LABELS,
        ai_labeller.SHARPNESS,
    )
