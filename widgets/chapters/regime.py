"""What kind of practice it was, in words: every sentence follows from what was computed."""

from __future__ import annotations

from widgets.kit import parts

from .three_steps import ITERATIONS, Look, Practised

# Whoever gains less than this share of what could be gained is held too tight.
TIGHT = 1 / 3
# Practice that has less than this share of what the exact optimum gains on the same leash, and is nearer to its start,
# has settled.
SETTLED = 0.9


def regime(made: Practised) -> str:
    """How far practice is, and once it is over, what it came to."""
    if made.done:
        return " ".join(filter(None, (_verdict(made), _settled(made), _comparison(made))))
    rounds = f"{made.rounds} of {ITERATIONS} rounds are done."
    return (
        f"{rounds} Of the same practice with {made.lacked}, to compare: {made.compared}." if made.compared else rounds
    )


def nats(distance: float) -> str:
    """A KL divergence in words, to two significant digits or a tenth."""
    if 0 < distance < 0.001:
        return "less than 0.001 nats"
    return f"{distance:.1f} nats" if distance >= 1 else f"{distance:.2g} nats"


def _verdict(made: Practised) -> str:
    """What helped or harmed: the reward model, the leash, or neither. The reward model comes first, for no leash mends
    it.
    """
    start, end, best = made.looks[0], made.looks[-1], max(made.looks, key=lambda look: look.quality)
    leash, reach = made.reach
    course = f"rue quality went from {parts.shown(start.quality)} to {parts.shown(end.quality)}."
    if made.accuracy <= 0.5 or not reach.beyond(start):
        return f"{_misled(made.accuracy)} T{course} {_ideal(made) if reach.beyond(start) else _NO_IDEAL}"
    if best.beyond(end):
        return _fell(made, best, end)
    gained, possible = end.quality - start.quality, reach.quality - start.quality
    if gained < TIGHT * possible and leash < made.beta:
        return f"Too tight a leash: t{course} {_ideal(made)}"
    if made.beta == 0:
        held = f"Quality has held up this time, and ended at {parts.shown(end.quality)}"
        return f"No leash at all. {held}, but nothing keeps it: what the reward model overrates is free for the taking."
    if end.beyond(start) and end.score > start.score:
        return (
            f"A leash that holds: score and true quality rose together. Quality gained {parts.shown(gained)}; "
            f"{_share(gained, possible)}."
        )
    return f"T{course} {_ideal(made)}"


_NO_IDEAL = "On no leash here does the exact optimum for this score clearly gain quality."


def _ideal(made: Practised) -> str:
    leash, reach = made.reach
    return f"With beta at {leash:.2g} the exact optimum for this score has quality {parts.shown(reach.quality)}."


def _share(gained: float, possible: float) -> str:
    """What was gained beside what the exact optimum gains;
    practice that is not at its optimum can be better than that.
    """
    if gained > possible:
        return f"the exact optimum for this score gains no more on any leash here ({parts.shown(possible)} at most)"
    return f"the exact optimum for this score gains {parts.shown(possible)} on the leash that suits it best"


def _misled(accuracy: float) -> str:
    coin = ", no more than a coin does" if accuracy <= 0.5 else ""
    return (
        f"Look to the reward model first: it predicts {parts.percent(accuracy)} of the choices on pairs that "
        f"it has not seen{coin}."
    )


def _fell(made: Practised, best: Look, end: Look) -> str:
    """Quality that was lost again. The leash is called too weak only where a tighter one does better."""
    leash, reach = made.reach
    weak = leash > made.beta and reach.beyond(end)
    head = "No leash: t" if made.beta == 0 else "Too weak a leash: t" if weak else "T"
    when = f"around round {best.step}" if best.step else "at the start"
    fall = f"{head}rue quality was best {when}, at {parts.shown(best.quality)}, and ended at {parts.shown(end.quality)}"
    score = ". The score rose no further either."
    if end.score > best.score:
        score = (
            f", while the score went on rising, from {parts.shown(best.score)} to {parts.shown(end.score)}. "
            "This is reward hacking."
        )
    held = (
        f" A leash with beta at {leash:.2g} would have held it near {parts.shown(reach.quality)}, "
        "the quality of the score’s exact optimum there."
    )
    return f"{fall}{score}{held}" if weak else f"{fall}{score}"


def _settled(made: Practised) -> str:
    """Said where practice stopped short of the exact optimum on its own leash."""
    if made.climbed >= SETTLED or made.ideal.kl <= made.kls[-1][1]:
        return ""
    leash, best = "without a leash" if made.beta == 0 else "on this leash", made.ideal.end
    return (
        f"PPO has settled on good answers that it met early: the exact optimum for this score {leash} is "
        f"{nats(made.ideal.kl)} from the start, PPO {nats(made.kls[-1][1])}. The optimum’s score is "
        f"{parts.shown(best.score)}, its true quality {parts.shown(best.quality)}."
    )


def _comparison(made: Practised) -> str:
    """Both ends where something was left out: at the same beta, with the same luck, whichever is the better one.
    Without step 1 the leash is tied to another model, and that is said.
    """
    if made.rival is None:
        return ""
    rival, end = made.rival, made.looks[-1]
    other = "Without it" if made.from_raw else f"With {made.size}"
    elsewhere = " The leash is tied to the model of step 1 there, and to the raw model here."
    tied = elsewhere if made.from_raw and made.beta else ""
    return (
        f"With {made.lacked}, at the same beta and with the same luck, practice ends at quality "
        f"{parts.shown(rival.end.quality)}, {nats(rival.kl)} from where it began. {other}: "
        f"{parts.shown(end.quality)}, {nats(made.kls[-1][1])}.{tied} "
        f"{_outcome(made.from_raw, rival.end, end)}"
    )


def _outcome(from_raw: bool, whole: Look, end: Look) -> str:
    """Which of the two ended higher, if that is clear."""
    lack = "leaving out step 1" if from_raw else "having so few comparisons"
    if whole.beyond(end):
        return f"Here {lack} cost quality."
    if end.beyond(whole):
        return f"Here {lack} did not cost quality: this practice ended higher."
    return "The two ends do not clearly differ."
