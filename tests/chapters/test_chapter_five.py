"""The report card."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest

from widgets.chapters.preference_labeling import PreferenceLabeling
from widgets.chapters.report_card import ReportCard
from widgets.chapters.report_picture import picture
from widgets.chapters.report_words import hackable, taste_in_words
from widgets.chapters.taste import stand_in
from widgets.core import annotators, overoptimization
from widgets.core.features import FEATURES, NAMES, extract
from widgets.core.overoptimization import Point
from widgets.kit.events import Event


@pytest.fixture(scope="module")
def labeling(content):
    return PreferenceLabeling(content)


@pytest.fixture(scope="module")
def card(content):
    return ReportCard(content)


def taught(labeling, count, feature):
    """The labels of somebody who wants as little as possible of a feature."""
    state, column = labeling.start(), NAMES.index(feature)
    for _ in range(count):
        first, second = (labeling.pool.features[id][column] for id in state.pair)
        choice = "tie" if first == second else "a" if first < second else "b"
        state = labeling.settle(state, Event("label", (*state.pair, choice)))
    return state


def test_the_strongest_tastes_are_the_largest_weights(card, labeling):
    state = taught(labeling, 30, "length")
    report = card.start(preference_labeling=state)
    order = np.argsort(-np.abs(state.model.weights))[: len(report.tastes)]
    assert [index for index, *_ in report.tastes] == order.tolist()
    assert FEATURES[order[0]].label in card.html(report)


def test_blind_spots_are_pairs_on_which_the_model_and_the_judge_disagree(card, labeling, content):
    state = taught(labeling, 30, "length")
    report = card.start(preference_labeling=state)
    assert 0 < report.blind.share < 1 and report.blind.worst
    for dispute in report.blind.worst:
        features = [extract(dispute.prompt, text) @ state.model.weights for text in (dispute.models, dispute.judges)]
        assert features[0] - features[1] == pytest.approx(dispute.margin, abs=1e-6)
        assert f'score higher by <data value="{dispute.margin!r}">' in card.html(report)
        assert dispute.models in card.html(report).replace("&#39;", "'")
        golds = _golds(content, dispute)
        assert golds[1] >= card.examiner.recipe.good and golds[1] - golds[0] >= card.examiner.recipe.worse
        assert golds[1] - golds[0] == pytest.approx(dispute.gold)
        difference = extract(dispute.prompt, dispute.models) - extract(dispute.prompt, dispute.judges)
        margin = state.model.score(difference) + state.model.deviation(difference) * np.random.default_rng(1).normal(
            size=200_000
        )
        assert dispute.sure == pytest.approx((1 / (1 + np.exp(-margin))).mean(), abs=0.003)
        assert f"with its doubt counted, {dispute.sure:.0%}".replace("%", " %") in card.html(report).replace(
            "\xa0", " "
        )
    margins = [min(dispute.margin, dispute.gold) for dispute in report.blind.worst]
    assert margins == sorted(margins, reverse=True)


def _golds(content, dispute):
    """What the careful judge says of the answer that the model prefers, and of the other."""
    task = next(content.tasks[question.id] for question in content.questions if question.prompt == dispute.prompt)
    return [float(task.gold(_tokens(task.phrases, text))[0]) for text in (dispute.models, dispute.judges)]


def _tokens(phrases, text):
    """An answer's phrases, found again in its text."""
    found = []
    while text:
        matching = [token for token, phrase in enumerate(phrases) if text.startswith(phrase)]
        found.append(max(matching, key=lambda token: len(phrases[token])))
        text = text[len(phrases[found[-1]]) :].strip()
    return np.array([found + [len(phrases)] * (8 - len(found))])


def test_a_blind_spot_is_a_good_answer_passed_over_whoever_labels(card, content):
    """Never two bad answers, such as “I cannot guarantee that this is complete.” beside nothing at all."""
    for annotator in annotators.ANNOTATORS:
        blind = card.examiner.blind(stand_in(content, annotator))
        assert 0 < blind.missed <= blind.matter <= blind.pairs and len(blind.worst) == 2
        for dispute in blind.worst:
            worse, better = _golds(content, dispute)
            assert better >= card.examiner.recipe.good and better - worse >= card.examiner.recipe.worse


def test_a_model_without_blind_spots_is_said_to_have_none(card, labeling):
    report = card.start(preference_labeling=labeling.start())
    flawless = replace(report, blind=replace(report.blind, missed=0, worst=()))
    hold = f"{report.blind.matter} pairs hold a good answer and a clearly worse one"
    assert f"{hold}, and it always prefers the good one." in card.html(flawless)


def test_the_settings_shown_are_those_that_the_card_was_made_by(card, labeling, content, monkeypatch):
    called = []
    real = overoptimization.optima

    def spying(reference, reward, judge, betas, seed, count):
        called.append((betas, seed, count))
        return real(reference, reward, judge, betas, seed, count)

    monkeypatch.setattr(overoptimization, "optima", spying)
    other = ReportCard(content)
    other.examiner.recipe = replace(other.examiner.recipe, judged=50, paired=80, betas=(3.0, 0.7), good=2.0)
    report = other.start(preference_labeling=labeling.start())
    shown = {setting.name: setting.value for group in other.settings(report) for setting in group.of}
    of_chase = other.examiner.recipe.settings[-1]
    assert set(called) == {tuple(of_chase.value(name) for name in ("betas", "seed", "judged"))}
    assert len(report.chase) == len(shown["betas"])
    assert report.blind.pairs <= len(other.examiner.chased) * shown["paired"] / 2 and shown["good"] == 2.0
    assert report.blind.matter < card.start(preference_labeling=labeling.start()).blind.matter
    assert shown["labels"] == len(report.taste.preferences) and "Show the settings" in other.html(report)


def test_there_is_a_link_button_with_and_without_labels(card, labeling):
    waiting, own = (
        card.html(card.start(preference_labeling=state)) for state in (labeling.start(), taught(labeling, 9, "length"))
    )
    button = re.compile(r'<button[^>]*data-tool="link"[^>]*>')
    assert "disabled" in button.search(waiting)[0] and "disabled" not in button.search(own)[0]


def test_without_labels_it_waits_for_them(card, labeling):
    report = card.start(preference_labeling=labeling.start())
    shown = card.html(report)
    assert not report.taste.own and "waiting for you" in shown
    assert (
        "made out for the hurried reader. The hurried reader is simulated" in shown
        and "The careful judge is simulated" in shown
    )


def test_the_picture_is_an_image_complete_in_itself(card, labeling):
    root = ElementTree.fromstring(picture(card.start(preference_labeling=taught(labeling, 12, "flattery"))))
    assert root.tag.endswith("svg") and root.get("width") == "1200"
    assert not any("href" in name for element in root.iter() for name in element.attrib)
    words = [element.text for element in root.iter() if element.tag.endswith("text")]
    assert words[0] == "What my reward model learned" and words[-1] == "RLHF, an interactive book"


def test_the_picture_says_whose_model_it_is(card, labeling):
    assert "What the hurried reader’s reward model learned" in picture(card.start(preference_labeling=labeling.start()))


def test_a_taste_is_sure_only_where_its_whisker_is_seen_to_end_clear_of_zero(card, labeling):
    report = card.start(preference_labeling=labeling.start())
    touching, clear = (replace(report, tastes=((0, 0.78 + margin, 0.39),)) for margin in (0.004, 0.05))
    assert "no whisker ends clear of zero" in taste_in_words(touching)
    assert "likes length" in taste_in_words(clear)


@pytest.mark.parametrize(
    ("golds", "says"),
    [((1.0, 2.0, -1.0), "Chased without mercy"), ((1.0, 1.9, 2.0), "Hard to fool"), ((1.0, 0.5, -1.0), "never helps")],
)
def test_how_hackable_it_is(golds, says):
    assert says in hackable([Point(1, place, place, gold, 0.1) for place, gold in enumerate(golds)])
