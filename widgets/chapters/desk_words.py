"""What the mixing desk says at each step of its story: every sentence follows from the levels on it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import htpy as h
import numpy as np

from widgets.kit import parts

from .desk_levels import NAMES, OF_OPTIMA, OF_RAW, OF_TUNED, PHRASES, Levels

OPTIMA = f"{', '.join(f'{beta:g}' for beta in OF_OPTIMA[:-1])} and {OF_OPTIMA[-1]:g}"
CHOSEN = (
    f"Answers end after {PHRASES} phrases here. On the desk are the {OF_RAW} likeliest of the raw model, the "
    f"{OF_TUNED} likeliest of the fine-tuned one, and the likeliest of the optimum at beta {OPTIMA}. "
    "A line across a track is a factor of ten."
)

CLOSE = 0.05  # nats: what moved by less has hardly moved


@dataclass(frozen=True, eq=False)
class Mix:
    """What is on the desk now: log-levels (m + 1,), rewards as they have been moved (m,), beta, the log of Z, and the
    two channels that are looked at: the one moved last, or the loudest, and the loudest of the others.
    """

    levels: Levels
    logs: np.ndarray
    rewards: np.ndarray
    beta: float
    log_z: float
    focus: int
    other: int

    @property
    def loudest(self) -> int:
        return int(np.argmax(self.logs[:-1]))

    def implied(self, channel: int) -> float:
        """beta log(pi / reference): the reward that a level amounts to, up to a constant that all share."""
        return self.beta * float(self.logs[channel] - self.levels.start[channel])

    def text(self, channel: int) -> str:
        return self.levels.tuned.text(self.levels.channels.responses[channel])


def share(log: float) -> str:
    """A level in words: "18 %", "1.3 %", "0.02 %"."""
    amount = 100 * math.exp(log)
    if amount < 0.001:
        return "<0.001 %"
    if amount > 99:
        return f"{amount:.1f} %"
    return f"{amount:.0f} %" if amount >= 10 else f"{amount:.1f} %" if amount >= 1 else f"{amount:.2g} %"


def pretrained(mix: Mix) -> str:
    loud = mix.loudest
    gold = float(mix.levels.gold[loud])
    judged = (
        f"likely, and not good: the careful judge gives it {_number(gold)}"
        if gold < 0.5
        else f"and the careful judge gives it {_number(gold)}"
    )
    return (
        f"Fresh from pre-training, the model gives every answer a chance. The loudest on the desk is {NAMES[loud]}, "
        f"at {share(mix.logs[loud])}; {judged}. The last channel is everything else that it might say. "
        "Together they make 100 %."
    )


def tuned(mix: Mix) -> str:
    moved = mix.levels.start[:-1] - mix.levels.before[:-1]
    up, down = int(np.argmax(moved)), int(np.argmin(moved))
    rose, fell = (_from_to(mix.levels.before[place], mix.levels.start[place]) for place in (up, down))
    return (
        f"Fine-tuning on good examples has moved every fader: {NAMES[up]} rose {rose}, {NAMES[down]} fell {fell}. "
        "From here on this model is the reference, and its levels are the notches."
    )


def pushed(mix: Mix) -> str:
    at = mix.focus
    push = mix.rewards[at] / mix.beta
    sunk = "sinks" if mix.log_z > 0 else "rises"
    return (
        f"A reward model pushes each fader by its reward divided by beta: {NAMES[at]} by "
        f"{_number(mix.rewards[at])} / {mix.beta:.2g}, "
        f"which makes it {_times(push)} as likely. Then every fader {sunk} by one and the same amount, Z, "
        "so that they add up to one. "
        f"{NAMES[at]} comes out at {share(mix.logs[at])}; it began at {share(mix.levels.start[at])}."
    )


def held(mix: Mix) -> str:
    loud = mix.loudest
    return (
        f"Beta holds the faders to their notches. At {mix.beta:.2g} the loudest, {NAMES[loud]}, "
        f"is at {share(mix.logs[loud])}, "
        f"{_times(mix.logs[loud] - mix.levels.start[loud])} what it was. Drag beta to the left, "
        "and the same rewards push harder."
    )


def screams(mix: Mix) -> str:
    loud, golds = mix.loudest, mix.levels.gold
    best = int(np.argmax(golds))
    found = f"With beta at {mix.beta:.2g}, {NAMES[loud]} takes {share(mix.logs[loud])}"
    if mix.logs[loud] < math.log(0.5):
        found += ", and everything else on and off the desk shares the rest"
    if golds[loud] >= golds[best] - 1e-9:
        return f"{found}. No answer here is better by the careful judge, so this time nothing is lost but variety."
    return (
        f"{found}. The reward model likes it best. The careful judge gives it {_number(golds[loud])}, "
        f"and {NAMES[best]}, "
        f"now at {share(mix.logs[best])}, {_number(golds[best])}: a weak leash turns a small error of the reward "
        "model into all that is said."
    )


def backwards(mix: Mix) -> str:
    one, other = mix.focus, mix.other
    apart = mix.rewards[one] - mix.rewards[other]
    return (
        f"Now read it backwards. {NAMES[one]} stands at {share(mix.logs[one])}, {share(mix.levels.start[one])} "
        "at its notch: beta times the logarithm of "
        f"that ratio is {_number(mix.implied(one))}. For {NAMES[other]} it is {_number(mix.implied(other))}. "
        "Their difference, "
        f"{_number(mix.implied(one) - mix.implied(other))}, is the difference of the two rewards, {_number(apart)}. "
        "Drag a fader anywhere: there is a reward that puts it there. So a model that is trained directly holds "
        "a reward model in itself. That is DPO."
    )


def preferred(mix: Mix, before: np.ndarray, pairs: list[tuple[int, int]], steps: int) -> str:
    """What DPO's steps on some preferences did to the faders, both down included."""
    moved = mix.logs - before
    if len(pairs) == 1:
        (chosen, rejected) = pairs[0]
        if not steps:
            return (
                f"One person preferred {NAMES[chosen]} to {NAMES[rejected]}. Drag the training on, and watch the two."
            )
        return (
            f"After {steps} steps of DPO on one preference, {NAMES[chosen]} over {NAMES[rejected]}: "
            f"{NAMES[chosen]} went {_from_to(before[chosen], mix.logs[chosen])}, "
            f"{NAMES[rejected]} {_from_to(before[rejected], mix.logs[rejected])}. The loss asks only that they "
            "move apart."
        )
    sunk = sum(moved[chosen] < 0 for chosen, _ in pairs)
    if not steps:
        return f"Now all {len(pairs)} pairs on the desk, each preferred as its rewards say. Drag the training on."
    both = next(((c, r) for c, r in pairs if moved[c] < -CLOSE and moved[r] < -CLOSE), None)
    tail = (
        f" In the pair {NAMES[both[0]]} over {NAMES[both[1]]}, for one, both sink: {NAMES[both[0]]} "
        f"{_from_to(before[both[0]], mix.logs[both[0]])}, "
        f"{NAMES[both[1]]} {_from_to(before[both[1]], mix.logs[both[1]])}. They still move apart, "
        "which is all the loss asks."
        if both
        else " So far no pair has sunk together."
    )
    return (
        f"After {steps} steps of DPO on {len(pairs)} preferences at once, the preferred answer has become "
        f"less likely in {sunk} of them.{tail}"
    )


def formula(mix: Mix, lit: str) -> h.Node:
    """pi* = reference exp(r / beta) / Z of the channel that is looked at, each number under its term; ``lit`` is the
    one that moves.
    """
    name = NAMES[mix.focus]
    terms = [
        ("level", f"π*({name})", share(mix.logs[mix.focus])), " = ",
        ("start", f"π_ref({name})", share(mix.levels.start[mix.focus])), " × exp( ",
        ("reward", f"r({name})", _number(mix.rewards[mix.focus])), " / ",
        ("beta", "β", f"{mix.beta:.2g}"), " ) / ",
        ("z", "Z", _plain(mix.log_z)),
    ]  # fmt: skip
    return _formula("The optimum of one answer, with its numbers", terms, lit)


def difference(mix: Mix, lit: str) -> h.Node:
    """r(a) - r(b) = beta log(pi/ref)(a) - beta log(pi/ref)(b), with its numbers."""
    one, other = NAMES[mix.focus], NAMES[mix.other]
    terms = [
        ("reward", f"r({one}) − r({other})", _number(mix.rewards[mix.focus] - mix.rewards[mix.other])), " = ",
        ("level", f"β log π/π_ref({one})", _number(mix.implied(mix.focus))), " − ",
        ("other", f"β log π/π_ref({other})", _number(mix.implied(mix.other))),
    ]  # fmt: skip
    return _formula("The difference of two rewards, with its numbers", terms, lit)


def loss(mix: Mix, pair: tuple[int, int], lit: str) -> h.Node:
    """DPO's loss on one pair, -log sigmoid of the margin, with its numbers."""
    chosen, rejected = pair
    margin = mix.implied(chosen) - mix.implied(rejected)
    terms = [
        ("loss", "loss", parts.shown(float(np.logaddexp(0, -margin)), 3)), " = −log σ( ",
        ("level", f"β log π/π_ref({NAMES[chosen]})", _number(mix.implied(chosen))), " − ",
        ("other", f"β log π/π_ref({NAMES[rejected]})", _number(mix.implied(rejected))), " )",
    ]  # fmt: skip
    return _formula("DPO’s loss on one pair, with its numbers", terms, lit)


def _formula(label: str, terms: list, lit: str) -> h.Node:
    return h.p(class_="formula", role="group", aria_label=label)[
        (
            term
            if isinstance(term, str)
            else h.span(class_="term", data_lit=term[0] if term[0] == lit else None)[
                h.var[_subscript(term[1])], h.b[term[2]]
            ]
            for term in terms
        )
    ]


def _subscript(symbol: str) -> h.Node:
    before, found, after = symbol.partition("_ref")
    return [before, h.sub["ref"], after] if found else before


def _from_to(before: float, after: float) -> str:
    return f"from {share(before)} to {share(after)}"


def _number(value: float) -> str:
    return parts.shown(float(value), 2, signed=True)


def _times(log: float) -> str:
    """A factor in words: "4.2 times", "a fifth"-like factors as decimals."""
    factor = math.exp(min(log, 700.0))
    if factor >= 1e6:
        return f"10^{log / math.log(10):.0f} times"
    return f"{factor:.2g} times" if factor < 10 else f"{float(f'{factor:.2g}'):,.0f} times"


def _plain(log: float) -> str:
    """e to this power, short."""
    return f"{math.exp(log):.3g}" if abs(log) < 13 else f"10^{log / math.log(10):.0f}"
