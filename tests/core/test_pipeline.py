"""The whole of RLHF on shipped content: every stage does what it is for, and does it again from the same seed."""

from dataclasses import replace

import numpy as np
import pytest

from tests.core import tiny
from widgets.chapters.models import pack
from widgets.core import pipeline, reward_model
from widgets.core.annotators import CAREFUL
from widgets.core.example import PHRASES, TASK
from widgets.site.this_book.models import SEED


def gold(task, model):
    return float(task.gold(model.sample(3000, 5)).mean())


def test_alignment_is_clearly_better_than_raw_on_every_question_and_than_sft_on_average(content):
    means = []
    for id, task in content.tasks.items():
        models = content.trained(id)
        raw, tuned, aligned = (gold(task, model) for model in (models.raw, models.tuned, models.aligned))
        assert aligned > raw + 1.5, id
        means.append(aligned - tuned)
    assert np.mean(means) > 0.5


@pytest.mark.parametrize("question", ["pasta"])
def test_the_shipped_models_are_what_the_pipeline_makes_from_the_shipped_content(content, question):
    assert pack(pipeline.align(content.tasks[question], SEED)) == content.models[question]


def test_packing_keeps_the_models(content):
    """To the precision that it promises."""
    stages = pipeline.align(content.tasks["moon"], SEED)
    models = content.trained("moon")
    for made, kept in ((stages.raw, models.raw), (stages.tuned, models.tuned), (stages.aligned, models.aligned)):
        assert made.kl(kept) < 0.02
        assert gold(content.tasks["moon"], kept) == pytest.approx(gold(content.tasks["moon"], made), abs=0.1)


def test_every_stage_repeats_itself_from_its_seed_and_differs_from_another(content):
    task = content.tasks["sleep"]
    one, again, other = (pipeline.align(task, seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one.aligned.logits, again.aligned.logits)
    assert (one.aligned.logits != other.aligned.logits).any()


@pytest.mark.parametrize(("stage", "most"), [("raw", 0.02), ("tuned", 0.02), ("aligned", 0.13)])
def test_answers_seldom_say_a_thing_twice(content, stage, most):
    """The aligned models do it most: the reward model likes useful sentences, however often they come."""
    for id in content.tasks:
        model = getattr(content.trained(id), stage)
        said = [[token for token in row if token != model.end] for row in model.sample(2000, 5).tolist()]
        assert np.mean([len(set(row)) < len(row) for row in said]) < most, id


def test_comparisons_are_the_annotators_and_drawn_from_all_models_alike(content):
    task, models = content.tasks["dog"], content.trained("dog")
    pairs = pipeline.compare(task, (models.raw, models.tuned), 3000, 1)
    assert len(pairs) == 3000 and set(pairs.preferences) == {0.0, 1.0}
    chance = CAREFUL.probability(pairs.first, pairs.second, task.kinds, task.care)
    assert abs(pairs.preferences.mean() - chance.mean()) < 4 * 0.5 / np.sqrt(3000)
    both, halves = (
        np.concatenate([pairs.first, pairs.second]),
        [task.gold(m.sample(3000, 1)).mean() for m in (models.raw, models.tuned)],
    )
    assert task.gold(both).mean() == pytest.approx(np.mean(halves), abs=0.15)


def test_counts_say_how_often_each_phrase_is_there():
    counts = TASK.counts(np.array([[0, 2, 2, *[len(PHRASES)] * 5]]))
    assert counts.shape == (1, len(PHRASES)) and counts[0, 0] == 1 and counts[0, 2] == 2 and counts.sum() == 3


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: replace(TASK, phrases=(), kinds=()), "phrases must not be empty"),
        (lambda: replace(TASK, kinds=TASK.kinds[1:]), "kinds must hold one for each of the 17 phrases, got 16"),
        (lambda: pipeline.compare(TASK, (TASK.untrained,), 0, 1), "count must be a whole number of at least 1, got 0"),
        (lambda: pipeline.compare(TASK, (), 5, 1), "models must hold at least one, got none"),
        (
            lambda: pipeline.compare(TASK, (tiny.model(),), 5, 1),
            r"models must be a model of the same phrases and length \(17, 8\), got 3 phrases and length 3",
        ),
        (lambda: TASK.counts(np.array([[99]])), "tokens must lie in 0 to 17, got 99"),
        (lambda: pipeline.align(TASK, 1, -1.0), "beta must be a number of at least 0, got -1.0"),
    ],
)
def test_bad_input_is_told(call, says):
    with pytest.raises(ValueError, match=says):
        call()


def test_more_comparisons_make_a_better_reward_model(content):
    task, models = content.tasks["salary"], content.trained("salary")
    pairs = pipeline.compare(task, (models.raw, models.tuned), 1240, 1)
    held_out = pairs[640:]
    differences = task.counts(held_out.first) - task.counts(held_out.second)
    shares = [
        reward_model.accuracy(pipeline.learn_reward(task, pairs[:size]), differences, held_out.preferences)
        for size in (10, 640)
    ]
    assert 0.5 < shares[0] < shares[1]
