"""The quiz, and the guesses that it counts."""

import re

import pytest

from widgets.chapters.prediction import Guesses, Prediction, PredictionOptions
from widgets.chapters.quiz import Quiz, address
from widgets.core import three_h
from widgets.kit.events import Event, Rejected

UNGUESSED = Guesses({})


@pytest.fixture
def quiz(content):
    return Quiz(content)


def test_there_are_ten_questions_or_more_across_all_chapters(content):
    assert len(content.quiz) >= 10
    assert {question.figure[:2] for question in content.quiz} == {"01", "02", "03", "04"}


def test_the_first_answer_counts_and_says_why(quiz, content):
    question = content.quiz[0]
    right, wrong = "abc"[question.right], "abc"[(question.right + 1) % 3]
    state = quiz.settle(quiz.start(UNGUESSED), Event("answer", (question.id, wrong)))
    assert "Not quite." in quiz.html(state) and question.why.split(".")[0] in quiz.html(state).replace("&#39;", "'")
    assert quiz.settle(state, Event("answer", (question.id, right))) == state
    assert "Right." in quiz.html(quiz.settle(quiz.start(UNGUESSED), Event("answer", (question.id, right))))


@pytest.mark.parametrize("asked", ["quiz", "predictions"])
def test_the_right_answers_are_not_all_in_one_place(content, asked):
    places = [question.right for question in getattr(content, asked)]
    assert max(places.count(place) for place in set(places)) <= len(places) * 0.6


@pytest.mark.parametrize("asked", ["quiz", "predictions"])
def test_length_does_not_give_the_right_answer_away(content, asked):
    """The right option is the longest, or tied for it, of at most a third, and all options of a question are about
    equally long.
    """
    longest = 0
    for question in getattr(content, asked):
        lengths = [len(option) for option in question.options]
        longest += lengths[question.right] == max(lengths)
        assert asked == "predictions" or max(lengths) <= 1.5 * min(lengths), question.id
    assert 3 * longest <= len(getattr(content, asked))


def test_a_figure_is_reached_from_another_chapter():
    assert address("02-three-steps.md#pipeline-stepper") == "../02-three-steps/#pipeline-stepper"


def test_guesses_made_in_the_chapters_count(quiz, content):
    first, second, *_ = content.predictions
    state = quiz.start(Guesses({first.id: first.right, second.id: (second.right + 1) % len(second.options)}))
    html = quiz.html(state)
    assert "Your guesses: 1 of 2 were right" in html
    assert f"✗ {second.options[second.right]}" in html and second.why[:20] in html
    for question in content.quiz[:2]:
        state = quiz.settle(state, Event("answer", (question.id, "abc"[question.right])))
    state = quiz.settle(state, Event("at", 1))
    assert "2 of 2 so far, and 1 of 2 guesses in the chapters." in quiz.html(state)


def answered(quiz, state, wrong):
    """All questions answered, those in ``wrong`` wrongly."""
    for place, question in enumerate(quiz.content.quiz):
        choice = (question.right + (place in wrong)) % len(question.options)
        state = quiz.settle(state, Event("answer", (question.id, "abc"[choice])))
    return state


def test_the_end_says_how_it_went_and_leads_to_what_was_missed(quiz, content):
    count = len(content.quiz)
    state = answered(quiz, quiz.start(UNGUESSED), wrong=(0, 4))
    assert f"{count - 2} of {count} right." in quiz.html(quiz.settle(state, Event("at", count - 1)))
    end = quiz.html(quiz.settle(state, Event("at", count)))
    assert f"{count - 2} of {count} right." in end and "one figure away" in end
    assert re.findall('href="([^"]*)"', end) == [address(content.quiz[place].figure) for place in (0, 4)]
    flawless = quiz.html(quiz.settle(answered(quiz, quiz.start(UNGUESSED), wrong=()), Event("at", count)))
    assert f"{count} of {count} right." in flawless and "stayed with you" in flawless and "href" not in flawless
    assert f"{count} questions are still open" in quiz.html(quiz.settle(quiz.start(UNGUESSED), Event("at", count)))


def test_back_and_on_are_always_there_in_their_order(quiz, content):
    """So that focus stays on the one that was pressed, and no end is a dead one."""
    for at in range(len(content.quiz) + 1):
        back, on = re.findall(
            r'<button[^>]*data-event="at"[^>]*>', quiz.html(quiz.settle(quiz.start(UNGUESSED), Event("at", at)))
        )
        assert 'data-key="p"' in back and (" disabled" in back) == (at == 0)
        assert 'data-key="n"' in on and " disabled" not in on


def test_without_guesses_the_quiz_says_where_they_are_made(quiz):
    assert "What you guess there is counted here." in quiz.html(quiz.start(UNGUESSED))


def test_each_chapter_shows_its_own_question_and_all_guesses_are_kept(content):
    first, second = (Prediction(content, PredictionOptions(question.id)) for question in content.predictions[:2])
    state = first.settle(first.start(), Event("guess", f"{content.predictions[0].id}:1"))
    state = second.settle(state, Event("guess", f"{content.predictions[1].id}:2"))
    assert state == Guesses({content.predictions[0].id: 1, content.predictions[1].id: 2})
    assert content.predictions[0].ask in first.html(state) and content.predictions[1].ask in second.html(state)
    for widget in (first, second):
        assert len(re.findall("checked", widget.html(state))) == 1


def test_an_unknown_question_is_told_with_the_nearest_one(content):
    with pytest.raises(Rejected, match=f"perhaps '{content.predictions[0].id}'"):
        Prediction(content, PredictionOptions(content.predictions[0].id + "w"))


def test_the_share_of_good_texts_in_the_toy_web_is_what_the_pages_say(content):
    """28.6 % by weight, on docs/about.md; "about three in ten" in chapter 1."""
    faults = {kind for _, kinds in three_h.FAULTS for kind in kinds}
    patterns = content.language.web
    good = sum(found.weight for found in patterns if "right" in found.pattern and not faults & set(found.pattern))
    assert round(100 * good / sum(found.weight for found in patterns), 1) == 28.6


def test_the_share_of_good_raw_answers_is_what_the_first_prediction_says(content):
    """Three in ten is nearer than one or seven, on every question."""
    for name, task in content.tasks.items():
        answers = content.trained(name).raw.sample(3000, 1)
        good = (three_h.categories(answers, task.kinds) == three_h.CATEGORIES.index(three_h.GOOD)).mean()
        assert min((1, 3, 7), key=lambda guess: abs(guess - 10 * good)) == 3, (name, good)
