"""Constitutional AI (Bai et al. 2022, arXiv:2212.08073): a model criticises and revises its own answers by principles.

A principle is data: which phrases break it, and how many of a kind it allows. Revision samples from the model's own
distribution with the offending continuations masked, so what replaces a bad phrase is what the model would have said
instead. The same principles compare two answers, which is AI feedback (RLAIF, Lee et al. 2023, arXiv:2309.00267).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from . import checks, sft
from .language_model import LanguageModel, uniforms
from .reward_model import sigmoid


@dataclass(frozen=True)
class Principle:
    """``statement`` for people; ``limits`` says how many phrases of each kind an answer may hold: 0 forbids the kind.

    ``needs`` are kinds of which an answer must hold at least one.
    """

    id: str
    statement: str
    limits: tuple[tuple[str, int], ...] = ()
    needs: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for kind, limit in self.limits:
            checks.whole(f"limits[{kind!r}]", limit, 0)


@dataclass(frozen=True)
class Objection:
    """A phrase that breaks a principle: its position in the response, and why. Position -1 is a lack, not a phrase."""

    position: int
    principle: str
    reason: str


def critique(tokens: Sequence[int], kinds: Sequence[str], principles: Sequence[Principle]) -> tuple[Objection, ...]:
    """Every objection to a response, in the order of the response, then of the principles.

    ``tokens`` (length,), ``kinds`` those of the n phrases; the end token is n.
    """
    said = [kinds[token] for token in checks.response(tokens, len(kinds)) if token != len(kinds)]
    found: list[Objection] = []
    for principle in principles:
        for kind, limit in principle.limits:
            places = [position for position, other in enumerate(said) if other == kind]
            found += [Objection(position, principle.id, _reason(kind, limit)) for position in places[limit:]]
        if principle.needs and not any(kind in principle.needs for kind in said):
            found.append(Objection(-1, principle.id, f"nothing {' or '.join(principle.needs)} in it"))
    return tuple(sorted(found, key=lambda objection: objection.position))


def contradiction(principles: Sequence[Principle]) -> tuple[Principle, Principle] | None:
    """Two principles that no answer can keep both, if there are: all that the first needs, the second forbids."""
    for one in principles:
        for other in principles:
            forbidden = {kind for kind, limit in other.limits if limit == 0}
            if one.needs and set(one.needs) <= forbidden:
                return one, other
    return None


def revise(
    model: LanguageModel,
    tokens: Sequence[int],
    kinds: Sequence[str],
    principles: Sequence[Principle],
    rng: Random | int,
) -> np.ndarray:
    """The response rewritten from its first objection on, (length,); the same response when there is none.

    What comes before is kept. What follows is sampled from the model with every continuation masked that would break a
    limit. Where all is masked the response ends.
    """
    _check_kinds(model, kinds)
    rng = checks.generator(rng)
    objections = critique(tokens, kinds, principles)
    drafted = np.array(tokens)
    checks.sides("tokens", drafted, (model.length,))
    if not objections:
        return drafted
    spoken = int((drafted != model.end).sum())
    start = min((objection.position if objection.position >= 0 else 0) for objection in objections)
    kept, luck = list(drafted[: min(start, spoken)]), uniforms(rng, model.length)
    while len(kept) < model.length:
        allowed = model.next_token(kept) * _allowed(kept, kinds, principles)
        if allowed.sum() <= 0:
            break
        chosen = int((np.cumsum(allowed) <= luck[len(kept)] * allowed.sum()).sum())
        if chosen >= model.end:
            break
        kept.append(chosen)
    return np.array(kept + [model.end] * (model.length - len(kept)))


def kept_share(tokens: np.ndarray, kinds: Sequence[str], principle: Principle) -> float:
    """The share of responses, (m, length) with m > 0, that keep a principle."""
    counts = violations(tokens, kinds, [principle])
    if not len(counts):
        raise ValueError("tokens must hold at least one response, got none")
    return 1 - float((counts > 0).mean())


def violations(tokens: np.ndarray, kinds: Sequence[str], principles: Sequence[Principle]) -> np.ndarray:
    """How many objections there are to each response, (m, length) -> (m,)."""
    tokens = checks.tokens(np.atleast_2d(checks.array("tokens", tokens)), len(kinds))
    onehot = {kind: np.array([other == kind for other in [*kinds, ""]]) for kind in dict.fromkeys(kinds)}
    counts = {kind: members[tokens].sum(axis=1) for kind, members in onehot.items()}
    nothing = np.zeros(len(tokens), dtype=int)
    total = nothing.copy()
    for principle in principles:
        for kind, limit in principle.limits:
            total += np.maximum(counts.get(kind, nothing) - limit, 0)
        if principle.needs:
            total += sum(counts.get(kind, nothing) for kind in principle.needs) == 0
    return total


def preferences(
    first: np.ndarray, second: np.ndarray, kinds: Sequence[str], principles: Sequence[Principle], sharpness: float = 1.5
) -> np.ndarray:
    """AI feedback: the probability that the first response of each pair keeps the principles better, (m,).

    Bradley-Terry in the difference of the numbers of objections.
    """
    checks.same_shape("second", second, "first", first)
    gap = violations(second, kinds, principles) - violations(first, kinds, principles)
    return sigmoid(checks.positive("sharpness", sharpness) * gap)


@dataclass(frozen=True)
class Labeller:
    """RLAIF's labeller: chooses by ``principles`` as an ``annotators.Annotator`` does by taste, one vote a pair.

    Bai et al. 2022b, section 4, keep the model's own probability as a soft label; a single vote is what people give,
    too, so that labels from either can be compared.
    """

    principles: tuple[Principle, ...]
    sharpness: float = 1.5
    name: str = "the AI labeller"

    def choose(
        self, first: np.ndarray, second: np.ndarray, kinds: Sequence[str], rng: Random, care: bool = False
    ) -> np.ndarray:
        """1 where the first response is chosen, 0 where the second, (m,): drawn from ``preferences``."""
        chances = preferences(first, second, kinds, self.principles, self.sharpness)
        return (uniforms(rng, len(chances)) < chances).astype(float)


@dataclass(frozen=True, eq=False)
class Supervised:
    """Where the supervised phase is: drafts revised, then steps trained; the model, and its loss on the revisions in
    nats per decision once there is one."""

    revised: int
    step: int
    model: LanguageModel
    loss: float | None


def supervised(
    model: LanguageModel,
    kinds: Sequence[str],
    principles: Sequence[Principle],
    rng: Random | int,
    *,
    drafts: int = 300,
    steps: int = 40,
    rate: float = 1.0,
) -> Iterator[Supervised]:
    """The supervised phase: drafts are sampled and revised, and the model is fine-tuned on the revisions.

    Yields after every draft, then the untrained model and after each of ``steps`` of ``sft.train``. Bai et al. 2022,
    section 3. Raises ValueError, on the call, for sizes that are none or kinds that are not the model's.
    """
    drafts, steps, rate = checks.whole("drafts", drafts), checks.whole("steps", steps), checks.positive("rate", rate)
    _check_kinds(model, kinds)
    rng = checks.generator(rng)

    def phases() -> Iterator[Supervised]:
        revisions: list[np.ndarray] = []
        for draft in model.sample(drafts, rng):
            revisions.append(revise(model, draft, kinds, principles, rng))
            yield Supervised(len(revisions), 0, model, None)
        for iterate in sft.train(model, np.array(revisions), steps=steps, rate=rate):
            yield Supervised(drafts, iterate.step, iterate.model, iterate.loss)

    return phases()


def _check_kinds(model: LanguageModel, kinds: Sequence[str]) -> None:
    if len(kinds) != model.end:
        raise ValueError(f"kinds must be those of the model's {model.end} phrases, got {len(kinds)}")


def _allowed(kept: Sequence[int], kinds: Sequence[str], principles: Sequence[Principle]) -> np.ndarray:
    """1 for each next token that breaks no limit, (n + 1,); the end only where nothing needed is missing."""
    said = [kinds[token] for token in kept]
    allowed = np.ones(len(kinds) + 1)
    for principle in principles:
        for kind, limit in principle.limits:
            if said.count(kind) >= limit:
                allowed[[index for index, other in enumerate(kinds) if other == kind]] = 0.0
        if principle.needs and not any(kind in principle.needs for kind in said):
            allowed[len(kinds)] = 0.0
    return allowed


def _reason(kind: str, limit: int) -> str:
    return f"{kind} is not allowed" if limit == 0 else f"{limit} {kind} at most"
