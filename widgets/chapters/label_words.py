"""What figure 4.1 says of its labels and of its draws: every sentence follows from what was computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from widgets.kit import parts

from .label_draws import LUCK, NOISE, OTHER_BETA, Draw, chance, leads

ARRIVED = 0.95  # of the gain that the optimum has over the start
# The least share of answers that each word stands for.
OFTEN = {"most": 0.5, "some": 0.1, "hardly any": 0.0}
BREAKS = {
    "votes": "one vote a pair",
    "few": "only 60 votes",
    "noisy": f"{NOISE:.0%} of the votes wrong".replace("%", " %"),
    "own": "only the SFT model’s answers",
    "uncovered": "answers nobody compared",
    "beta": "another beta for DPO",
    "oracle": "an oracle for RLHF",
}


def setting(broken: frozenset[str]) -> str:
    """The switches that were on, in words."""
    return " and ".join(label for name, label in BREAKS.items() if name in broken) or "nothing taken away"


def data_words(draw: Draw, broken: frozenset[str]) -> str:
    """What labels both were given."""
    pairs = f"{len(draw.labels):,} pairs"
    shares = f"on each of {pairs} the share of all people who prefer the first"
    given = f"one vote on each of {pairs}" if draw.voted else shares
    covering = "40 % of the answers drawn from the optimum itself, which nobody has who collects labels"
    whose = "all answers drawn from the SFT model" if "own" in broken else covering
    wrong = f" {draw.flipped} of the votes are flipped." if "noisy" in broken else ""
    lacking = f" No answer holds “{draw.missing}”." if draw.missing else ""
    oracle = " But RLHF is spared its reward model: an oracle gives it the true reward." if "oracle" in broken else ""
    return f"Both get the same labels: {given}, {whose}.{wrong}{lacking}{oracle}"


def arrived(shares: Mapping[str, float]) -> str:
    """Who got to the optimum."""
    there = [name for name, share in shares.items() if share > ARRIVED]
    if len(there) == len(shares):
        return "Both arrive."
    return f"Only {there[0]} arrives." if there else "Neither arrives."


def spread_words(draws: Sequence[tuple[float, float]]) -> str:
    """What the draws say together; a lead that luck could explain is not called one."""
    if len(draws) < 2:
        return ""
    rlhf, direct = zip(*draws, strict=True)
    gains = f"RLHF has {_range(rlhf)}, and DPO {_range(direct)}"
    told = f"Of the possible gain, over {len(draws)} draws of the labels, {gains}."
    if min(*rlhf, *direct) > ARRIVED:
        return f"{told} Both arrive every time."
    ahead, behind = leads(draws)
    if chance(ahead, behind) < LUCK:
        first, second, wins = ("RLHF", "DPO", ahead) if ahead > behind else ("DPO", "RLHF", behind)
        return f"{told} {first} is ahead of {second} in {wins} of {len(draws)}, more than luck explains."
    return f"{told} RLHF is ahead in {ahead} and DPO in {behind}: which one wins is the luck of the draw."


def causes(broken: frozenset[str], draws: Sequence[tuple[float, float]], sizes: tuple[int, int]) -> list[str]:
    """Why they part, as far as it follows from how the two are made; ``sizes`` count what RLHF's reward model and DPO's
    policy have to learn."""
    why, (ahead, behind) = [], leads(draws)
    clear = ahead > behind and chance(ahead, behind) < LUCK
    if broken & {"votes", "few", "noisy"} and "oracle" not in broken and clear:
        why.append(
            f"Single votes are noisy, and RLHF learns {sizes[0]} weights from them, where DPO moves {sizes[1]:,} "
            "numbers "
            "of its policy. The true reward is of the reward model’s form, one weight a phrase, which helps RLHF."
        )
    if broken & {"own", "uncovered"} and clear:
        why.append(
            "PPO samples its own answers and has them scored, also those that nobody compared. "
            "DPO learns nothing where there is no pair."
        )
    if "beta" in broken:
        why.append(f"DPO’s beta is {OTHER_BETA:g} times RLHF’s, so its optimum is another one.")
    return why


def share_words(share: float) -> str:
    """A share of the gain, which may be below nothing."""
    return f"−{parts.percent(-share)}" if share < 0 else parts.percent(share)


def often(share: float) -> str:
    """A share of answers in a word."""
    return next(words for words, least in OFTEN.items() if share >= least)


def _range(shares: Sequence[float]) -> str:
    middle, low, high = map(share_words, (_median(shares), min(shares), max(shares)))
    return middle if low == middle == high else f"{middle} (the median; from {low} to {high})"


def _median(values: Sequence[float]) -> float:
    """By hand: ``statistics`` would bring decimals into the snapshot, and numpy’s needs what is not there."""
    ordered, count = sorted(values), len(values)
    return (ordered[(count - 1) // 2] + ordered[count // 2]) / 2
