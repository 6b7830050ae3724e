"""One person, one name, one face, everywhere."""

import re
from pathlib import Path

import numpy as np
import pytest

from widgets.chapters import persons
from widgets.chapters.persons import AI_LABELLER, HURRIED, JUDGE, LAWYER, PEOPLE, RAW, YOU, mood
from widgets.chapters.preference_labeling import PreferenceLabeling
from widgets.chapters.pull import STOPS, Pull, Pulled
from widgets.chapters.taste import taste_of
from widgets.core.annotators import ANNOTATORS
from widgets.kit.events import Event
from widgets.kit.parts import face


def test_every_simulated_annotator_has_a_face_and_a_portrait():
    assert {annotator.name for annotator in ANNOTATORS} == {JUDGE.name, HURRIED.name, LAWYER.name}
    assert all(re.match(f"(?i){person.name} (is|does)", person.portrait) for person in PEOPLE if person.portrait)


def test_no_two_persons_share_a_name_or_a_face():
    assert len({person.name for person in PEOPLE}) == len({person.looks for person in PEOPLE}) == len(PEOPLE)


def test_names_are_written_in_one_place():
    """Whoever acts in a figure is drawn from the list: no figure draws a face of its own."""
    folder = Path(persons.__file__).parent
    drawing = [path.name for path in folder.glob("*.py") if re.search(r"\bFace\(", path.read_text())]
    assert drawing == ["persons.py"]


def test_the_mood_follows_the_quality():
    assert [mood(quality) for quality in (-2.0, -0.01, 0.0, 0.99, 1.0, 3.0)] == ["frowning"] * 2 + ["doubtful"] * 2 + [
        "pleased"
    ] * 2


def test_the_judge_frowns_at_the_raw_model_and_is_pleased_where_the_pull_is_right(content):
    cover = Pull(content)
    stops = [Pulled(stop) for stop in range(STOPS + 1)]
    best = max(stops, key=cover.quality)
    shown = {name: cover.html(state) for name, state in (("raw", stops[0]), ("best", best))}
    assert str(JUDGE.face("frowning")) in shown["raw"] and str(RAW.face("babbling")) in shown["raw"]
    assert str(JUDGE.face("pleased")) in shown["best"] and "tone-raw" not in shown["best"].split("gauge")[0]


@pytest.mark.parametrize("choices", [[], ["a"] * 12])
def test_whoever_lends_their_taste_is_seen(content, choices):
    labeling = PreferenceLabeling(content)
    state = labeling.start()
    for choice in choices:
        state = labeling.settle(state, Event("label", (*state.pair, choice)))
    taste = taste_of(state, content)
    assert taste.person is (YOU if choices else HURRIED) and taste.person.portrait in taste.note


def test_the_reader_sees_whether_it_knew_them(content):
    labeling = PreferenceLabeling(content)
    state = labeling.start()
    seen = set()
    for choice in "abbabbaababb":
        state = labeling.settle(state, Event("label", (*state.pair, choice)))
        last = state.labels[-1]
        expected = "calm" if last.guess is None else "pleased" if last.predicted else "doubtful"
        assert str(face(YOU.looks, expected)) in labeling.html(state)
        seen.add(expected)
    assert {"pleased", "doubtful"} <= seen
    ai = labeling.settle(state, Event("ai"))
    assert str(AI_LABELLER.face("pleased")) in labeling.html(ai)
    assert np.isfinite(ai.model.weights).all()
