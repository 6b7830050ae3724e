"""A language model small enough to be solved: phrases for tokens, a table for a network, everything else as usual.

A response is a sequence of at most ``length`` phrases and an end token. The next token depends on the question and
on the previous token, by a softmax over a row of logits. So log-probabilities, sampling, gradients and the KL
divergence are what they are in a large model, and expectations over all responses can be computed exactly, by
dynamic programming over positions.

Arrays. n phrases; token n ends a response, and as the *previous* token n stands for its beginning. A table is
(t, n + 1, n + 1): position, previous token, next token. t is 1 where all positions share one table, as in every
trained model here, or ``length`` where each has its own, as in the exact optimum. After ``length`` phrases the end
comes with probability 1. A batch of responses is an (m, length) array of tokens, padded with the end token.

The question. There is one model for each: what the question contributes is in the logits, so where a large model has
log_probs(question, tokens) this one has ``log_probs(tokens)``, and so with sampling and all the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from numbers import Integral
from random import Random

import numpy as np

from . import checks


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """log softmax over the last axis; -inf stays -inf."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def uniforms(rng: Random, *shape: int) -> np.ndarray:
    """Uniform numbers in [0, 1) from Python's own generator, which browsers have without numpy.random."""
    count = int(np.prod(shape))
    return (np.frombuffer(rng.randbytes(8 * count), dtype="<u8") >> np.uint64(11)).reshape(shape) * 2.0**-53


@dataclass(frozen=True, eq=False)
class LanguageModel:
    """The model for one question.

    ``phrases``  the n texts
    ``logits``   (t, n + 1, n + 1), see above; -inf forbids a transition, but every row must allow something
    ``length``   the most phrases a response may have
    """

    phrases: tuple[str, ...]
    logits: np.ndarray
    length: int = 8

    def __post_init__(self) -> None:
        if isinstance(self.phrases, str):
            raise ValueError("phrases must be a sequence of texts, got a single one")
        object.__setattr__(self, "phrases", tuple(self.phrases))
        if not self.phrases:
            raise ValueError("phrases must not be empty")
        object.__setattr__(self, "length", checks.whole("length", self.length))
        logits = checks.numbers("logits", self.logits)
        if logits.ndim == 2:
            logits = logits[None]
        side = len(self.phrases) + 1
        if logits.shape not in ((1, side, side), (self.length, side, side)):
            raise ValueError(
                f"logits must have shape (1 or {self.length}, {side}, {side}), got {np.shape(self.logits)}"
            )
        if np.isnan(logits).any() or (logits == np.inf).any():
            raise ValueError("logits must be finite or -inf, got nan or inf")
        if not np.isfinite(logits.max(axis=-1)).all():
            raise ValueError("logits must allow at least one next token in every row, got a row of -inf")
        object.__setattr__(self, "logits", logits)

    @property
    def end(self) -> int:
        """The token that ends a response; as the previous token, the beginning."""
        return len(self.phrases)

    @cached_property
    def log_table(self) -> np.ndarray:
        """log P(next | previous), (t, n + 1, n + 1)."""
        return log_softmax(self.logits)

    @cached_property
    def table(self) -> np.ndarray:
        """P(next | previous), (t, n + 1, n + 1)."""
        return np.exp(self.log_table)

    def with_logits(self, logits: np.ndarray) -> LanguageModel:
        """The same model with other numbers."""
        return replace(self, logits=logits)

    def next_token(self, tokens: Sequence[int] = (), temperature: float = 1.0) -> np.ndarray:
        """The distribution of the token after these phrases, (n + 1,)."""
        if len(tokens) > self.length or any(
            not isinstance(token, Integral) or not 0 <= token < self.end for token in tokens
        ):
            raise ValueError(
                f"tokens must be at most {self.length} phrases, from 0 to {self.end - 1}, got {list(tokens)}"
            )
        if len(tokens) == self.length:
            return np.eye(self.end + 1)[self.end]
        position = min(len(tokens), len(self.logits) - 1)
        row = self.logits[position, tokens[-1] if len(tokens) else self.end]
        return np.exp(log_softmax(row / checks.positive("temperature", temperature)))

    def sample(self, count: int, rng: Random | int, temperature: float = 1.0) -> np.ndarray:
        """``count`` responses, (count, length). The same ``rng`` at another temperature draws with the same luck."""
        count, rng = checks.whole("count", count, 0), checks.generator(rng)
        heat = checks.positive("temperature", temperature)
        table = self.table if heat == 1 else np.exp(log_softmax(self.logits / heat))
        cumulative = np.cumsum(table, axis=-1)
        cumulative[..., -1] = np.inf  # rounding must never leave a draw without a token
        luck = uniforms(rng, self.length, count)
        tokens = np.full((count, self.length), self.end)
        going, previous = np.arange(count), np.full(count, self.end)
        for position in range(self.length):
            rows = cumulative[min(position, len(table) - 1)][previous]
            chosen = (rows <= luck[position, going, None]).sum(axis=1)
            tokens[going, position] = chosen
            going, previous = going[chosen != self.end], chosen[chosen != self.end]
            if not len(going):
                break
        return tokens

    def steps(self, tokens: np.ndarray) -> Steps:
        """A batch of responses as the decisions that were made; raises ValueError for what is not one."""
        return Steps.of(np.atleast_2d(checks.array("tokens", tokens)), self.end, self.length)

    def log_probs(self, tokens: np.ndarray) -> np.ndarray:
        """log P of every decision, (m, length) -> (m, length); 0 where there was none, after the end."""
        steps = self.steps(tokens)
        return steps.spread(self.log_table[steps.table_index(len(self.log_table)), steps.previous, steps.next])

    def expected(self, reward: np.ndarray) -> float:
        """The exact mean over all responses of a reward that adds up over decisions.

        ``reward[..., previous, next]`` is what choosing ``next`` after ``previous`` brings, (n + 1, n + 1) or
        (t, n + 1, n + 1); the end after ``length`` phrases brings what it brings anywhere.
        """
        return float(self.values(reward)[0, self.end])

    def values(self, reward: np.ndarray) -> np.ndarray:
        """The exact mean of what is still to come, (length + 1, n + 1): by position and previous token."""
        reward = self.checked_reward(reward)
        values = np.zeros((self.length + 1, self.end + 1))
        values[self.length] = reward[-1][:, self.end]
        for position in reversed(range(self.length)):
            after = np.append(values[position + 1, : self.end], 0.0)
            table = self.table[min(position, len(self.table) - 1)]
            gain = np.where(table > 0, reward[min(position, len(reward) - 1)], 0.0) + after
            values[position] = (table * gain).sum(axis=-1)
        return values

    def deviation(self, reward: np.ndarray) -> float:
        """The exact standard deviation over all responses of a reward that adds up over decisions."""
        reward, values = self.checked_reward(reward), self.values(reward)
        spread = np.zeros(self.end + 1)  # the variance of what is still to come, by previous token
        for position in reversed(range(self.length)):
            table = self.table[min(position, len(self.table) - 1)]
            gain = np.where(table > 0, reward[min(position, len(reward) - 1)], 0.0)
            gain = gain + np.append(values[position + 1, : self.end], 0.0) - values[position][:, None]
            spread = (table * (gain**2 + np.append(spread[: self.end], 0.0))).sum(axis=-1)
        return float(np.sqrt(spread[self.end]))

    def kl(self, reference: LanguageModel) -> float:
        """KL(self || reference) over whole responses, exact, in nats."""
        return self.expected_over_decisions(self._log_ratio(reference))

    def token_kl(self, reference: LanguageModel) -> np.ndarray:
        """KL(self || reference) of the next token after each previous one, (t, n + 1)."""
        return (self.table * self._log_ratio(reference)).sum(axis=-1)

    def entropy(self) -> float:
        """The entropy of the distribution over whole responses, exact, in nats."""
        return self.expected_over_decisions(-np.where(self.table > 0, self.log_table, 0.0))

    def expected_over_decisions(self, reward: np.ndarray) -> float:
        """``expected`` where the forced end brings nothing, because nothing is decided there."""
        reward = self.checked_reward(reward)[: self.length]
        forced = np.append(np.broadcast_to(reward, (self.length, *reward.shape[1:])), reward[-1:] * 0, axis=0)
        return self.expected(forced)

    def visits(self) -> np.ndarray:
        """How often each previous token is met at each position, (length, n + 1): a probability."""
        visits = np.zeros((self.length, self.end + 1))
        visits[0, self.end] = 1.0
        for position in range(self.length - 1):
            table = self.table[min(position, len(self.table) - 1)]
            visits[position + 1, : self.end] = (visits[position] @ table)[: self.end]
        return visits

    def text(self, tokens: Sequence[int] | np.ndarray) -> str:
        """A response as people read it."""
        return " ".join(self.phrases[token] for token in checks.response(tokens, self.end) if token != self.end)

    def checked_reward(self, reward: np.ndarray) -> np.ndarray:
        """A reward as (t, n + 1, n + 1); raises ValueError when it is not one."""
        reward = checks.numbers("reward", reward)
        reward = reward[None] if reward.ndim == 2 else reward
        side = self.end + 1
        if reward.shape not in ((1, side, side), (self.length, side, side), (self.length + 1, side, side)):
            raise ValueError(f"reward must have shape ({side}, {side}), or one a position, got {reward.shape}")
        return checks.finite("reward", reward)

    def check_alike(self, other: LanguageModel, name: str) -> None:
        """Raises ValueError when another model does not speak of the same responses."""
        if other.phrases != self.phrases or other.length != self.length:
            found = f"{len(other.phrases)} phrases and length {other.length}"
            raise ValueError(
                f"{name} must be a model of the same phrases and length ({len(self.phrases)}, {self.length}), "
                f"got {found}"
            )

    def _log_ratio(self, reference: LanguageModel) -> np.ndarray:
        self.check_alike(reference, "reference")
        if ((self.table > 0) & (reference.log_table == -np.inf)).any():
            raise ValueError("reference must allow everything that the model allows, or the KL divergence is infinite")
        both = np.where(self.table > 0, self.log_table, 0.0), np.where(self.table > 0, reference.log_table, 0.0)
        return both[0] - both[1]


@dataclass(frozen=True, eq=False)
class Steps:
    """The decisions in a batch of responses, one after the other: k in all.

    ``row`` (k,) which response, ``position`` (k,), ``previous`` (k,) and ``next`` (k,) tokens. The end after
    ``length`` phrases is no decision and not among them.
    """

    row: np.ndarray
    position: np.ndarray
    previous: np.ndarray
    next: np.ndarray
    shape: tuple[int, int]

    @classmethod
    def of(cls, tokens: np.ndarray, end: int, length: int) -> Steps:
        """From responses, (m, length); raises ValueError for what is none."""
        tokens = checks.tokens(tokens, end, length)
        before = np.concatenate([np.full((len(tokens), 1), -1), tokens[:, :-1]], axis=1)
        made = before != end
        row, position = np.nonzero(made)
        previous = np.where(before < 0, end, before)[made]
        return cls(row, position, previous, tokens[made], tokens.shape)

    def table_index(self, tables: int) -> np.ndarray:
        """Which of so many tables each decision was made by, (k,)."""
        return np.minimum(self.position, tables - 1)

    def spread(self, values: np.ndarray) -> np.ndarray:
        """Values of decisions, (k,), as (m, length), 0 where there was none."""
        out = np.zeros(self.shape)
        out[self.row, self.position] = values
        return out

    def totals(self, values: np.ndarray) -> np.ndarray:
        """Sums of values of decisions over each response, (k,) -> (m,)."""
        return np.bincount(self.row, weights=values, minlength=self.shape[0])


def divergence(p: np.ndarray, q: np.ndarray) -> float:
    """KL(p || q) of two distributions over the same tokens, (n,) each, in nats; what heat has made too rare for a float
    to hold counts as the rarest that it can. Rounding can't make it negative.
    """
    used, q = p > 0, np.maximum(q, 1e-300)
    return max(float((p[used] * np.log(p[used] / q[used])).sum()), 0.0)


def phrase_reward(per_phrase: np.ndarray) -> np.ndarray:
    """A reward that depends on the chosen phrase alone, (n,), as an (n + 1, n + 1) table; the end brings nothing."""
    per_phrase = checks.finite("per_phrase", per_phrase, (None,))
    return np.tile(np.append(per_phrase, 0.0), (len(per_phrase) + 1, 1))
