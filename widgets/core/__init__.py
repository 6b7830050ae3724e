"""The algorithms of RLHF in numpy, on a language model small enough to be solved exactly.

``language_model``, ``corpus``            the model, and the texts it learns from
``sft``, ``reward_model``, ``ppo``, ``dpo``  training: fine-tuning, comparisons, reinforcement, direct preference
optimization ``optimum``, ``best_of_n``, ``overoptimization``  what they are measured by, and what goes wrong
``constitution``, ``annotators``, ``three_h``, ``features``  who judges, and by what ``pipeline``, ``example``
all of it on one question

Every trainer checks its arguments on the call and returns an iterator of iterates: a step, the model, its figures.
Imports numpy and the standard library only. ``python -m widgets.core`` tells the whole story.
"""
