"""A few whole responses, and all others together: a distribution over responses cut down to what a picture can hold.

The exact optimum of RLHF is pi*(y) = reference(y) exp(r(y) / beta) / Z (Rafailov et al. 2023, arXiv:2305.18290, eq. 4).
For the responses in a picture that formula is used as it stands; the weight of all others is summed by the soft Bellman
backup along the prefixes that the picture's responses have in common with them. So the levels add up to one, however
small the rest is: nothing is subtracted from anything.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from . import checks
from .language_model import LanguageModel
from .optimum import soft_values, total_reward


@dataclass(frozen=True, eq=False)
class Channels:
    """Some responses under a reference and a reward.

    ``reference``  the model that the optimum is held to
    ``reward``     as in ``LanguageModel.expected``
    ``responses``  (m, length), all different and possible under the reference
    """

    reference: LanguageModel
    reward: np.ndarray
    responses: np.ndarray

    def __post_init__(self) -> None:
        responses = checks.tokens(self.responses, self.reference.end, self.reference.length, "responses")
        if not len(responses) or len({tuple(row) for row in responses.tolist()}) < len(responses):
            raise ValueError("responses must be different from each other, and one or more")
        if not np.isfinite(self.reference.log_probs(responses)).all():
            raise ValueError("responses must be possible under the reference, got one that it forbids")
        object.__setattr__(self, "responses", responses)

    @cached_property
    def starts(self) -> np.ndarray:
        """log reference(y) of each response, (m,)."""
        return self.reference.log_probs(self.responses).sum(axis=1)

    @cached_property
    def rewards(self) -> np.ndarray:
        """r(y) of each response, (m,)."""
        return total_reward(self.reference, self.reward, self.responses)

    def levels_under(self, policy: LanguageModel) -> np.ndarray:
        """log policy(y) of each response, and of all others together, (m + 1,)."""
        policy.check_alike(self.reference, "policy")
        chosen = policy.log_probs(self.responses).sum(axis=1)
        return np.append(chosen, _log_sum_of_others(policy, np.zeros_like(self.reward), 1.0, self.responses))

    def levels(self, beta: float, rewards: np.ndarray | None = None) -> np.ndarray:
        """log pi*(y) of each response, and of all others together, (m + 1,).

        ``rewards`` (m,) stand for the responses' own, so that one can be moved; those of all others stay as they are.
        """
        weights = self.log_weights(beta, rewards)
        return weights - np.logaddexp.reduce(weights)

    def log_weights(self, beta: float, rewards: np.ndarray | None = None) -> np.ndarray:
        """log [reference(y) exp(r(y) / beta)], and the logarithm of its sum over all others, (m + 1,): before Z."""
        beta = checks.positive("beta", beta)
        rewards = self.rewards if rewards is None else checks.finite("rewards", rewards, (len(self.responses),))
        return np.append(self.starts + rewards / beta, self._log_rest(beta))

    def _log_rest(self, beta: float) -> float:
        """The logarithm of all others' weight; kept, as it stays while rewards are moved."""
        if beta not in self._rests:
            self._rests[beta] = _log_sum_of_others(self.reference, self.reward, beta, self.responses)
        return self._rests[beta]

    @cached_property
    def _rests(self) -> dict[float, float]:
        return {}

    def reward_for(self, channel: int, log_level: float, beta: float, rewards: np.ndarray | None = None) -> float:
        """The reward that puts one response at a level while the others' rewards stay: ``levels`` read backwards.

        pi / (1 - pi) = reference(y) exp(r / beta) / (weight of everything else), solved for r. Raises ValueError unless
        ``log_level`` is below 0.
        """
        if not (np.isfinite(log_level) and log_level < 0):
            raise ValueError(f"log_level must be a finite number below 0, got {log_level}")
        weights = self.log_weights(beta, rewards)
        others = np.logaddexp.reduce(np.delete(weights, channel))
        log_odds = log_level - np.log(-np.expm1(log_level))
        return float(beta * (log_odds + others - self.starts[channel]))


def likeliest(model: LanguageModel, count: int) -> np.ndarray:
    """The responses that a model is likeliest to give, the likeliest first, (count or all there are, length).

    Best-first search over prefixes, by what the best continuation of each can still reach: exact.
    """
    count, end, length = checks.whole("count", count), model.end, model.length
    best = _best_continuations(model)
    heap: list[tuple[float, tuple[int, ...], float]] = [(-best[0, end], (), 0.0)]
    found: list[tuple[int, ...]] = []
    while heap and len(found) < count:
        _, said, log_prob = heapq.heappop(heap)
        position, previous = len(said), said[-1] if said else end
        if position == length or (said and previous == end):
            found.append(said + (end,) * (length - position))
            continue
        row = model.log_table[min(position, len(model.log_table) - 1), previous]
        reach = row + np.append(best[position + 1, :end], 0.0)
        for token in np.flatnonzero(np.isfinite(row)).tolist():
            heapq.heappush(heap, (-(log_prob + reach[token]), (*said, token), log_prob + row[token]))
    return np.array(found)


def _best_continuations(model: LanguageModel) -> np.ndarray:
    """The greatest log-probability of what may still come, by position and previous token, (length + 1, n + 1)."""
    best = np.zeros((model.length + 1, model.end + 1))
    for position in reversed(range(model.length)):
        row = model.log_table[min(position, len(model.log_table) - 1)]
        best[position] = (row + np.append(best[position + 1, : model.end], 0.0)).max(axis=-1)
    return best


def _log_sum_of_others(model: LanguageModel, reward: np.ndarray, beta: float, responses: np.ndarray) -> float:
    """log of the sum of model(y) exp(r(y) / beta) over all responses but these.

    Every other response leaves the tree of these responses' prefixes at one place. What it has gathered until there is
    known, and all that may follow from there is in the soft value of the place that it goes to.
    """
    reward, end, length = model.checked_reward(reward), model.end, model.length
    values = soft_values(model, reward, beta)
    inside = {tuple(row[:position]) for row in _spoken(responses, end) for position in range(len(row) + 1)}
    gathered: dict[tuple[int, ...], float] = {(): 0.0}
    leaving: list[np.ndarray] = []
    for said in sorted(inside, key=len):
        position, previous = len(said), said[-1] if said else end
        if position == length or (said and previous == end):
            continue
        prior = model.log_table[min(position, len(model.log_table) - 1), previous]
        step = gathered[said] + prior + reward[min(position, len(reward) - 1), previous] / beta
        gathered |= {(*said, token): step[token] for token in range(end + 1) if (*said, token) in inside}
        out = step + np.append(values[position + 1, :end], 0.0) / beta
        stays = [token for token in range(end + 1) if (*said, token) in inside]
        leaving.append(np.delete(out, stays))
    return float(np.logaddexp.reduce(np.concatenate(leaving)))


def _spoken(responses: np.ndarray, end: int) -> Sequence[tuple[int, ...]]:
    """Each response up to and with its end token, where it has one."""
    rows = responses.tolist()
    return [tuple(row[: row.index(end) + 1] if end in row else row) for row in rows]
