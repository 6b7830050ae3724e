"""The question that opens a chapter: what the reader is told before the guess, and after it."""

import pytest

from widgets.chapters.prediction import Guesses, Prediction, PredictionOptions
from widgets.kit.events import Event


def view(content, question, place=None):
    widget = Prediction(content, PredictionOptions(question.id))
    return widget.html(
        widget.start() if place is None else widget.settle(widget.start(), Event("guess", f"{question.id}:{place}"))
    )


def test_nothing_is_given_away_before_the_guess(content):
    for question in content.predictions:
        shown = view(content, question)
        assert "Guess before you read on." in shown and "<details" not in shown and question.why not in shown


def test_a_guess_is_answered_on_demand_and_leads_to_what_settles_it(content):
    for question in content.predictions:
        for place in range(len(question.options)):
            shown = view(content, question, place)
            verdict = "Right" if place == question.right else "Not quite"
            assert f"<strong>{verdict}. {question.options[question.right]}.</strong> {question.why}" in shown
            assert f'href="#{question.figure.partition("#")[2]}"' in shown


@pytest.mark.parametrize("about", ["", "raw"])
def test_a_guess_can_be_changed(content, about):
    widget = Prediction(content, PredictionOptions(about))
    state = widget.settle(widget.settle(widget.start(), Event("guess", "raw:0")), Event("guess", "raw:2"))
    assert state == Guesses({"raw": 2})
