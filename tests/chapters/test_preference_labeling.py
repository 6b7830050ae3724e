import itertools
import json
import random
import re
import time

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from widgets.chapters.preference_labeling import LONGEST_IMPORT, Label, LabelingOptions, PreferenceLabeling, better_since, fair_tests, foresight
from widgets.core import reward_model
from widgets.core.features import FEATURES, NAMES
from widgets.kit.codec import decode, encode
from widgets.kit.events import Event, Rejected
from widgets.kit.session import Session


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
        gap = sign * (widget.features[first][column] - widget.features[second][column])
        return "tie" if gap == 0 else "a" if gap > 0 else "b"

    return choose


def test_the_model_is_the_logistic_regression_of_the_labels(widget):
    choices = itertools.cycle("abbaab")
    state = annotate(widget, 20, lambda *_: next(choices))[-1]
    differences = [widget.features[label.first] - widget.features[label.second] for label in state.labels]
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
    assert sum(label.foreseen for label in late) / len(late) > 0.6


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
    asked_twice = len(widget.pairs) // 9
    states = annotate(widget, len(widget.pairs) + asked_twice, lambda *_: "b")
    assert states[-1].pair is None
    assert {frozenset(pair) for pair in widget.pairs} == {frozenset((label.first, label.second)) for label in states[-1].labels}
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
    expected = states[-2].model.probability(*(widget.features[id] for id in states[-2].pair))
    exact = [float(value) for value in re.findall(r'<data value="([^"]+)"', html)]
    assert any(value == pytest.approx(max(expected, 1 - expected), abs=1e-12) for value in exact)


def after(widget, state, *events):
    for name, value in events:
        state = widget.settle(state, widget.check(Event(name, value)))
    return state


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


def test_what_is_exported_can_be_imported_and_teaches_the_same(widget):
    state = annotate(widget, 9, lambda first, second: "a" if first < second else "b")[-1]
    text = widget.export(state)
    back = after(widget, widget.start(), ("import", text))
    np.testing.assert_allclose(back.model.weights, state.model.weights, atol=1e-6)
    assert back.imported.problems == ()


def test_bad_lines_are_told_by_number_and_skipped(widget):
    good = '{"prompt": "p", "chosen": "Try it today.", "rejected": "lol"}'
    lines = [good, "not json", '{"prompt": "p"}', "[1]", '{"prompt": "p", "chosen": 3, "rejected": "x"}', "", good, "[" * 100_000]
    state = after(widget, widget.start(), ("import", "\n".join(lines)))
    assert len(state.imported.preferences) == 2
    assert state.imported.problems == (
        "Line 2 was skipped: it is not JSON.",
        "Line 3 was skipped: chosen is missing.",
        "Line 4 was skipped: it is not an object with prompt, chosen and rejected.",
        "Line 5 was skipped: chosen is not a text.",
        "Line 8 was skipped: it is not JSON.",
    )
    assert "Line 2 was skipped" in widget.html(state) and len(after(widget, state, ("forget_import", None)).preferences) == 0


def lines(count, chosen="Read your draft aloud."):
    return "".join(json.dumps({"prompt": "How can I improve my writing?", "chosen": f"{chosen} {number}", "rejected": "Great question!"}) + "\n" for number in range(count))


def test_a_large_file_is_read_bit_by_bit_and_soon(widget):
    """10,000 lines: the page gets a turn at least every fifty, and what is beyond is left out and said."""
    began = time.process_time()
    steps = list(widget.run(widget.start(), Event("import", lines(10_050))))
    assert time.process_time() - began < 5
    assert len(steps) > 100 and len(steps[-1].imported.preferences) == 10_000
    assert steps[-1].imported.problems[0] == "The file has 10,050 lines; those after line 10,000 were left out."
    assert [widget.progress(step) for step in steps] == sorted(widget.progress(step) for step in steps)


def test_an_import_that_is_stopped_leaves_a_true_state(widget):
    """Wherever it stops, the model goes by exactly what is told, with the reader's own label; and a replay stops there too."""
    own = label(widget, widget.start(), "a")
    text = lines(600) + "not json\n" + lines(399)
    for step in (1, 3, 8, 12, 15):
        session = Session(widget)
        session.state = own
        running = session.send(Event("import", text))
        list(itertools.islice(running, step))
        running.close()
        state, read = session.state, session.state.imported
        assert 0 < read.line < read.lines == 1000
        assert len(read.preferences) == read.line - (read.line > 600) and len(state.preferences) == len(read.preferences) + 1
        np.testing.assert_allclose(state.model.weights, reward_model.fit(state.differences, state.preferences).weights)
        assert f"{len(read.preferences)} comparisons came from the file, from lines 1 to {read.line} of 1,000" in widget.html(state)
        assert state.pair == own.pair and len(state.history) == len(own.history) + 1
        assert session.log[-1].steps == step


def test_what_was_read_does_not_change_when_more_is_read(widget):
    steps = list(widget.run(widget.start(), Event("import", lines(400, "First, name the reader.") + lines(400))))
    for step in steps:
        np.testing.assert_array_equal(step.differences, steps[-1].differences[: len(step.differences)])


def test_lines_end_at_newlines_alone(widget):
    row = json.dumps({"prompt": "p", "chosen": "One\u2028two\x85three.", "rejected": "lol"}, ensure_ascii=False)
    state = after(widget, widget.start(), ("import", f"{row}\r\n{row}\r\n\r\n{row}"))
    assert len(state.imported.preferences) == 3 and state.imported.problems == ()


def test_a_comparison_of_an_answer_with_itself_is_told_by_line(widget):
    same = '{"prompt": "p", "chosen": "Try it.", "rejected": "Try it."}'
    state = after(widget, widget.start(), ("import", lines(1) + same))
    assert state.imported.problems == ("Line 2 was skipped: chosen and rejected are the same.",)
    assert "1 comparison came from the file." in widget.html(state)


@pytest.mark.parametrize("character", ["a", '"', "語"])
def test_the_longest_import_is_kept_by_the_log(widget, character):
    event = widget.check(Event("import", character * LONGEST_IMPORT))
    assert decode(encode([event])) == (event,)


def test_a_file_that_is_too_long_is_refused_with_the_limit_and_a_cure(widget):
    with pytest.raises(Rejected, match=r"has 4,000,001 characters, and at most 4,000,000 can be imported\. .*Keep the first part"):
        widget.check(Event("import", "a" * (LONGEST_IMPORT + 1)))
    with pytest.raises(Rejected, match=r"takes 16,000,002 bytes, and at most 15,000,000 can be kept"):
        widget.check(Event("import", "🎉" * LONGEST_IMPORT))


def test_many_files_never_fill_a_log_beyond_what_can_be_read(widget):
    session, file = Session(widget), "語" * 2_000_000
    for _ in range(2):
        list(session.send(Event("import", file)))
        list(session.send(Event("forget_import")))
    with pytest.raises(Rejected, match="Start over"):
        list(session.send(Event("import", file)))
    assert len(session.log) == 4 and decode(encode(session.log)) == tuple(session.log)


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
    assert f"After your 1 label and an AI’s 100 ({ties} ties), " in widget.html(both)
    assert "An AI’s hundred or a file is one too" in widget.html(both) and both.marks == ((2, "AI"),)
    assert after(widget, both, ("forget_ai", None)).marks == ()


def test_it_is_surest_of_the_weight_with_the_most_deviations_and_says_whose(widget):
    own = annotate(widget, 40, likes(widget, "length", -1))[-1]
    ratios = np.abs(own.model.weights) / np.sqrt(np.diag(own.model.covariance))
    feature = FEATURES[int(np.argmax(ratios))]
    liked = own.model.weights[int(np.argmax(ratios))] > 0
    assert f"It is surest that you {'like' if liked else 'dislike'} {feature.label}:" in widget.html(own)
    assert "What your labels taught it" in widget.html(own)
    ai = widget.html(after(widget, widget.start(), ("ai", None)))
    assert re.search("It is surest that the AI (dis)?likes ", ai) and "What the labels taught it" in ai and "surest that you" not in ai
    rude = json.dumps({"prompt": "p", "chosen": "Read it.", "rejected": "Who cares? Google it."}) + "\n"
    file = widget.html(after(widget, widget.start(), ("import", rude * 50)))
    assert "It is surest that whoever labelled the file dislikes rudeness:" in file
    assert "all these labels together speak" in widget.html(after(widget, own, ("ai", None)))


def test_an_ais_labels_keep_the_principles_that_made_them(widget):
    state = after(widget, widget.start(), ("principle", ("truthful", "off")), ("principle", ("plain", "off")), ("ai", None), ("principle", ("kind", "off")))
    assert "The AI gave 100 by “Be polite, whatever was asked.”" in widget.html(state)
    assert after(widget, state, ("ai", None)) == state, "without a principle it has nothing to go by"
    more = widget.html(after(widget, state, ("principle", ("truthful", "on")), ("ai", None)))
    assert "The AI gave 100 by “Be polite, whatever was asked.”; 100 by “Do not state what is false.”" in more


def test_how_the_ai_judges_is_told_and_true(widget):
    told = re.search(r"breaks one principle more, it prefers the other (\d+) times in 100", widget.html(widget.start()))
    assert int(told[1]) == round(100 / (1 + np.exp(-1.5)))


def test_others_labels_are_counted_apart_and_suffice_for_the_ranking(widget):
    for events in ([("ai", None)], [("import", lines(20))]):
        state = after(widget, widget.start(), *events)
        html = widget.html(state)
        assert 'class="ranking"' in html and "Whose labels it learned from" in html
        assert f"What it has learned comes from {state.counts.words}." in html
    assert 'class="ranking"' not in widget.html(widget.start())


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


def simulated(content, likes, seed, count, waver=0.3):
    """The labels of a reader with weights of their own, who wavers."""
    widget, luck = PreferenceLabeling(content, LabelingOptions(seed)), random.Random(seed)
    weights = np.array([likes.get(name, 0.0) for name in NAMES])
    state = widget.start()
    for _ in range(count):
        first, second = state.pair
        margin = float((widget.features[first] - widget.features[second]) @ weights)
        state = label(widget, state, "a" if luck.random() < 1 / (1 + np.exp(-margin / waver)) else "b")
    return state


def test_after_twenty_choices_or_so_it_foresees_nearly_every_reader_better_than_a_coin(content):
    better = []
    for likes_, seed in itertools.product(READERS, range(1, 6)):
        labels = simulated(content, likes_, seed, 30).labels
        fair = fair_tests(labels)
        assert 10 <= len(fair) <= 15
        right = sum(label.foreseen for label in fair)
        assert (better_since(labels) is not None) == (2 * right > len(fair))
        better.append(2 * right > len(fair))
    assert np.mean(better) >= 0.85


def test_only_pairs_drawn_at_random_with_an_opinion_before_are_tests():
    informative, silent = Label("a", "b", "a", 0.1), Label("a", "b", "a", 0.5, drawn=True)
    assert fair_tests([informative, silent, Label("a", "b", "tie", 0.9, drawn=True)]) == []
    right, wrong = Label("a", "b", "a", 0.9, drawn=True), Label("a", "b", "b", 0.9, drawn=True)
    assert not silent.foreseen and not Label("a", "b", "b", 0.5, drawn=True).foreseen
    assert better_since([wrong, right]) is None and "not yet better than a coin" in foresight([wrong, right])
    assert better_since([informative, wrong, right, right]) == 4
    assert "better than a coin since choice 4" in foresight([informative, wrong, right, right])


def test_a_pair_that_a_link_brings_is_no_fair_test(widget):
    state = label(widget, widget.start(), "a")
    offered = state.pair
    other = next(pair for pair in widget.pairs if set(pair) != set(offered) and pair[0].split("/")[0] != offered[0].split("/")[0])
    assert not widget.settle(state, Event("label", (*other, "a"))).labels[-1].drawn
    assert label(widget, state, "a").labels[-1].drawn


@pytest.mark.parametrize("choose", ["tie", "skip", "turns", "a"])
def test_any_fifty_labels_give_a_view_without_nan(widget, choose):
    turns = itertools.cycle("ab")
    state = annotate(widget, 50, lambda *_: next(turns) if choose == "turns" else choose)[-1]
    assert "nan" not in widget.html(state).lower()


def test_the_page_gets_its_turn_while_a_hostile_file_is_read(widget):
    hostile = ['{"prompt": "p", "chosen": "<script>alert(1)</script>", "rejected": "\\u0000\\ud800"}', "[" * 5000, '{"a":' * 500, "\x00", "null", "1e999"]
    steps, longest, clock = widget.run(widget.start(), Event("import", "\n".join(hostile * 300))), 0.0, time.perf_counter()
    for state in steps:
        longest, clock = max(longest, time.perf_counter() - clock), time.perf_counter()
    assert longest < 1.0 and np.isfinite(state.model.weights).all()
    assert "<script>" not in widget.html(state)


def test_first_views_draw_their_frames(widget):
    assert widget.html(widget.start()).count("data-plot") == 2
