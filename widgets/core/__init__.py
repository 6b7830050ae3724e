"""The algorithms of RLHF in numpy, on a language model small enough to be solved exactly.

    ``language_model``, ``corpus``         the model, and the texts that it learns from
    ``sft``, ``reward_model``, ``ppo``     the three steps of RLHF
    ``dpo``, ``same_labels``               the same without a reward model, and both on one set of labels
    ``constitution``                       a model that corrects itself by principles
    ``best_of_n``, ``overoptimization``    a score chased: by choosing, and by training
    ``optimum``, ``channels``              what all of it aims at, exactly, and as a few faders
    ``features``, ``feature_patterns``     what a reward model sees of a text, and by which words
    ``counting``                           the same at speed
    ``posterior``, ``doubt``               what labels taught, and how sure that is
    ``sparse``, ``validation``             words as features, and how well a model predicts choices
    ``annotators``, ``three_h``            who judges, and by what
    ``disagreement``                       where two of them differ
    ``pipeline``, ``example``              all of it on one question
    ``adam``, ``iterates``, ``checks``     what the others share

Every trainer checks its arguments on the call and returns an iterator of iterates: a step, the model, its figures.
Imports numpy and the standard library only. ``python -m widgets.core`` tells the whole story.
"""
