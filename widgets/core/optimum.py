"""What RLHF is after, exactly: the policy that maximises E[r] - beta KL(pi || reference).

Rafailov et al. 2023, arXiv:2305.18290, eq. 4: pi*(y) is proportional to reference(y) exp(r(y) / beta). For a reward
that adds up over decisions the sum over all responses is done from the last position to the first (the soft Bellman
backup, Levine 2018, arXiv:1805.00909).
"""

from __future__ import annotations

import numpy as np

from . import checks
from .language_model import LanguageModel

# Rewards that differ by no more than this are rounding apart, and count as equal.
TIE = 1e-9


def optimal_policy(reference: LanguageModel, reward: np.ndarray, beta: float) -> LanguageModel:
    """The exact optimum, a model with one table a position.

    ``reward`` as in ``LanguageModel.expected``. At beta = 0 it is the limit: the responses with the greatest reward
    that the reference allows, in the reference's proportions. Raises ValueError when beta is negative.
    """
    _, logits = _solved(reference, reward, beta)
    return reference.with_logits(logits)


def soft_values(reference: LanguageModel, reward: np.ndarray, beta: float) -> np.ndarray:
    """beta log E_reference[exp(r / beta)] of what is still to come, (length + 1, n + 1): by position and previous
    token; the greatest reward still to come at beta = 0.
    """
    return _solved(reference, reward, beta)[0]


def soft_value(reference: LanguageModel, reward: np.ndarray, beta: float) -> float:
    """The optimum's objective: V = beta log E_reference[exp(r / beta)]; the greatest reward at beta = 0."""
    return float(soft_values(reference, reward, beta)[0, reference.end])


def objective(policy: LanguageModel, reference: LanguageModel, reward: np.ndarray, beta: float) -> float:
    """E[r] - beta KL(policy || reference), exact."""
    return policy.expected(reward) - checks.number("beta", beta, 0.0) * policy.kl(reference)


def standardized(reward: np.ndarray, reference: LanguageModel) -> np.ndarray:
    """The reward in units of its standard deviation under the reference: then one beta means much the same everywhere.

    Raises ValueError when the reference's responses all have the same reward.
    """
    deviation = reference.deviation(reward)
    if not deviation > 1e-9:
        raise ValueError(f"reward must differ between responses, got a standard deviation of {deviation:g}")
    return np.asarray(reward, dtype=float) / deviation


def log_ratio(policy: LanguageModel, reference: LanguageModel, tokens: np.ndarray) -> np.ndarray:
    """log policy(y) / reference(y) of whole responses, (m, length) -> (m,); -inf where the policy alone forbids one.

    Raises ValueError for a response that the reference forbids.
    """
    policy.check_alike(reference, "reference")
    before = reference.log_probs(tokens)
    if not np.isfinite(before).all():
        raise ValueError("tokens must be possible under the reference, got a transition that it forbids")
    return (policy.log_probs(tokens) - before).sum(axis=1)


def total_reward(model: LanguageModel, reward: np.ndarray, tokens: np.ndarray) -> np.ndarray:
    """r(y) of whole responses, (m, length) -> (m,), the forced end's share included."""
    reward, steps = model.checked_reward(reward), model.steps(tokens)
    total = steps.totals(reward[steps.table_index(len(reward)), steps.previous, steps.next])
    last = np.asarray(tokens)[:, -1]
    return total + np.where(last != model.end, reward[-1][last, model.end], 0.0)


def _solved(reference: LanguageModel, reward: np.ndarray, beta: float) -> tuple[np.ndarray, np.ndarray]:
    return _best_responses(reference, reward) if beta == 0 else _backup(reference, reward, beta)


def _backup(reference: LanguageModel, reward: np.ndarray, beta: float) -> tuple[np.ndarray, np.ndarray]:
    """V (length + 1, n + 1) and the optimum's log-probabilities (length, n + 1, n + 1)."""
    reward, beta, end = reference.checked_reward(reward), checks.positive("beta", beta), reference.end
    values = np.zeros((reference.length + 1, end + 1))
    values[reference.length] = reward[-1][:, end]
    logs = np.zeros((reference.length, end + 1, end + 1))
    for position in reversed(range(reference.length)):
        after = np.append(values[position + 1, :end], 0.0)
        prior = reference.log_table[min(position, len(reference.log_table) - 1)]
        gain = prior + (reward[min(position, len(reward) - 1)] + after) / beta
        top = gain.max(axis=-1)
        total = top + np.log(np.exp(gain - top[:, None]).sum(axis=-1))
        values[position] = beta * total
        logs[position] = gain - total[:, None]
    return values, logs


def _best_responses(reference: LanguageModel, reward: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The limit of ``_backup`` as beta falls to 0: the greatest reward still to come, (length + 1, n + 1), and the
    log-probabilities of the responses that have it, (length, n + 1, n + 1). ``mass`` is their log-probability under the
    reference, from each position and previous token on.
    """
    reward, end = reference.checked_reward(reward), reference.end
    values, mass = np.zeros((2, reference.length + 1, end + 1))
    values[reference.length] = reward[-1][:, end]
    logs = np.full((reference.length, end + 1, end + 1), -np.inf)
    for position in reversed(range(reference.length)):
        prior = reference.log_table[min(position, len(reference.log_table) - 1)]
        gain = reward[min(position, len(reward) - 1)] + np.append(values[position + 1, :end], 0.0)
        gain = np.where(prior > -np.inf, gain, -np.inf)
        values[position] = gain.max(axis=-1)
        best = gain >= values[position][:, None] - TIE
        weights = np.where(best, prior + np.append(mass[position + 1, :end], 0.0), -np.inf)
        top = weights.max(axis=-1)
        mass[position] = top + np.log(np.exp(weights - top[:, None]).sum(axis=-1))
        logs[position] = weights - mass[position][:, None]
    return values, logs
