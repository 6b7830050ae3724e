"""Checks of chapter 1 and of the toys: the raw model, what alignment changes, temperature, intervals."""

from __future__ import annotations

import math
from random import Random

import numpy as np

from widgets.chapters.answering import HEAT, SAMPLES
from widgets.chapters.answering_words import NORMAL
from widgets.core import corpus, pipeline, three_h
from widgets.core.language_model import LanguageModel
from widgets.core.optimum import log_ratio
from widgets.core.validation import wilson

from .case import Case, Outcome, at_least, at_most, check, models, task, within

DRAWN = 2000


def share_good(tokens: np.ndarray, kinds: tuple[str, ...]) -> float:
    return float((three_h.categories(tokens, kinds) == three_h.CATEGORIES.index(three_h.GOOD)).mean())


def answers(case: Case, model: LanguageModel, count: int = DRAWN) -> np.ndarray:
    return model.sample(count, Random(f"claims {case.luck}"))


@check("the share of its answers that are good")
def raw_answers_good(case: Case) -> Outcome:
    """About three in ten: nearer to three than to one or seven, the other guesses."""
    raw = models(case).raw if not case.seed else pipeline.pretrain(task(case), case.seed)
    return within(share_good(answers(case, raw), task(case).kinds), 0.2, 0.4)


@check("the share of its texts that are good")
def web_texts_good(case: Case) -> Outcome:
    return within(share_good(task(case).web_texts(case.luck), task(case).kinds), 0.25, 0.35)


@check("the share of the patterns’ weight that is on good answers")
def web_weight_good(case: Case) -> Outcome:
    patterns = task(case).web
    one_of_each = [corpus.texts(task(case).kinds, [(names, 1.0)], 1, pipeline.LENGTH, 1) for names, _ in patterns]
    good = sum(
        weight for text, (_, weight) in zip(one_of_each, patterns, strict=True) if share_good(text, task(case).kinds)
    )
    return within(good / sum(weight for _, weight in patterns), 0.2855, 0.2865)


@check("the share of its answers with the rarest of the three")
def raw_answers_hold(case: Case) -> Outcome:
    """Each at least once in a hundred answers."""
    said, kinds = answers(case, models(case).raw), task(case).kinds
    phrases = [
        index
        for index, text in enumerate(task(case).phrases)
        if text.startswith(("Bump, still no answer", "lol just google it"))
    ]
    if len(phrases) != 2:
        return at_least(0.0, 0.01)
    wrong = [index for index, kind in enumerate(kinds) if kind == "wrong"]
    return at_least(
        min(float(np.isin(said, some).any(axis=1).mean()) for some in ([phrases[0]], [phrases[1]], wrong)), 0.01
    )


@check("the share of its answers that insult or do harm")
def raw_answers_insult(case: Case) -> Outcome:
    kinds = np.array([kind in ("rude", "harmful") for kind in (*task(case).kinds, "")])
    return at_least(float(kinds[answers(case, models(case).raw)].any(axis=1).mean()), 0.03)


@check("the number of phrases")
def phrases_shared(case: Case) -> Outcome:
    """The same ones for both models, and some 60 of them."""
    same = models(case).raw.phrases == models(case).aligned.phrases
    return within(len(models(case).raw.phrases) if same else 0, 55, 65)


@check("how much larger the aligned model’s share of good answers is")
def aligned_better(case: Case) -> Outcome:
    raw, aligned = (
        share_good(answers(case, model), task(case).kinds) for model in (models(case).raw, models(case).aligned)
    )
    return at_least(aligned - raw, 0.2)


@check("how much larger the fine-tuned model’s share of good answers is")
def tuned_better(case: Case) -> Outcome:
    raw, tuned = (
        share_good(answers(case, model), task(case).kinds) for model in (models(case).raw, models(case).tuned)
    )
    return at_least(tuned - raw, 0.2)


@check("how often the likeliest token is drawn")
def likeliest_wins(case: Case) -> Outcome:
    """At the lowest temperature of the figure, over the decisions of its answers; usually: two times in three."""
    model = getattr(models(case), case.setting["model"])
    made = model.steps(model.sample(300, Random("cold"), HEAT[0]))
    rows = model.log_table[made.table_index(len(model.log_table)), made.previous]
    return at_least(float((rows[np.arange(len(rows)), made.next] == rows.max(axis=1)).mean()), 2 / 3)


@check("the chance that the interval holds the true share")
def interval_holds(case: Case) -> Outcome:
    """Exact, by the binomial distribution, at the true share of good answers; 95 in 100, and no less than 93."""
    true = share_good(answers(case, getattr(models(case), case.setting["model"]), 20_000), task(case).kinds)
    chances = [
        math.comb(SAMPLES, found) * true**found * (1 - true) ** (SAMPLES - found) for found in range(SAMPLES + 1)
    ]
    intervals = (wilson(found / SAMPLES, SAMPLES, NORMAL) for found in range(SAMPLES + 1))
    inside = [low <= true <= high for low, high in intervals]
    return within(sum(chance for chance, holds in zip(chances, inside, strict=True) if holds), 0.93, 0.98)


@check("the difference between the exact KL and its estimate, in standard errors")
def divergence_is_mean_surprise(case: Case) -> Outcome:
    """KL(aligned || SFT) by dynamic programming, and as the mean log-ratio of answers."""
    aligned, tuned = models(case).aligned, models(case).tuned
    ratios = log_ratio(aligned, tuned, answers(case, aligned))
    return at_most(abs(ratios.mean() - aligned.kl(tuned)) / (ratios.std() / math.sqrt(len(ratios))), 4.0)


@check("the number of texts, demonstrations and comparisons in all")
def data_counted(case: Case) -> Outcome:
    """400 + 80 + 400, as many as are made."""
    demonstrations, _ = task(case).demonstration_texts(case.luck)
    pairs = pipeline.compare(task(case), (models(case).tuned,), pipeline.COMPARISONS, case.luck)
    counts = len(task(case).web_texts(case.luck)), len(demonstrations), len(pairs)
    return within(sum(counts) if counts == (400, 80, 400) else 0, 880, 880)
