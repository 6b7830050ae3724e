"""What chapter 4's constitution says: of objections and revisions, of why they have no end, and of what was learned."""

from __future__ import annotations

from collections.abc import Sequence

from widgets.core import constitution, three_h
from widgets.core.constitution import Objection, Principle
from widgets.kit import parts

from .drafting import MOST_REVISIONS, Drafting

# What the reader's own words can be given as a test: no phrase of this kind.
TESTS = {
    "flattery": "no flattery",
    "disclaimer": "no disclaimer",
    "hedge": "no hedging",
    "filler": "no padding",
    "closer": "no farewell",
    "opener": "no preamble",
}
MOST_OWN = 4
KEPT = 0.95  # by so many answers: as good as always
# Where the figure goes another way than Bai et al. 2022b, who began with a helpful model and questions written to
# provoke it.
DEPARTURE = (
    "Here a raw model answers an ordinary question, every revision is held to all ticked principles at once, "
    "and the same "
    "model is trained on."
)
ONE_ANSWER = f"One revision mends one answer. Training on many changes the model itself. {DEPARTURE}"
NO_PRINCIPLE = "Tick a principle first: without one there is nothing to revise by."


def refusal(state: Drafting) -> str:
    """Why the reader's principle can't be added; "" where it can."""
    if any(kind == state.test for _, kind in state.own):
        return f"One of yours has the test “{TESTS[state.test]}” already. A second would forbid nothing more."
    if len(state.own) >= MOST_OWN:
        return f"There is room for {MOST_OWN} of your own. Drop the last to add another."
    return ""


def objection(found: Objection, phrases: Sequence[str], state: Drafting, principles: Sequence[Principle]) -> str:
    rule = {principle.id: principle.statement for principle in principles}[found.principle]
    if found.position < 0:
        return f"Something is missing: “{rule}”"
    return f"“{phrases[state.versions[-1][found.position]]}” breaks “{rule}”"


def critique(state: Drafting, objections: Sequence[Objection], principles: Sequence[Principle]) -> str:
    """How far revising has come."""
    if not principles:
        return "Without principles there is nothing to criticise."
    count, revisions = len(objections), len(state.versions) - 1
    if objections:
        found = f"{count} {'objection' if count == 1 else 'objections'}."
        return f"{found} {_why_not(state, principles)}".strip()
    if not revisions:
        return "Nothing to object to."
    return f"After {revisions} {'revision' if revisions == 1 else 'revisions'}, nothing is left to object to."


def _why_not(state: Drafting, principles: Sequence[Principle]) -> str:
    """Why revising cannot end well, or has to end here."""
    why = _contradiction(principles)
    return f"{why} After {MOST_REVISIONS} revisions it gives up." if state.at_cap else why


def verdict(state: Drafting, principles: Sequence[Principle]) -> str:
    """What training on revisions came to."""
    good, evasive = three_h.CATEGORIES.index(three_h.GOOD), three_h.CATEGORIES.index("evasive")
    before, after = state.before.categories, state.after.categories
    if after[evasive] > before[evasive] + 0.2 and after[good] < before[good]:
        found = (
            f"An over-strict constitution: {parts.percent(after[evasive])} of its answers now evade the question "
            f"({parts.percent(before[evasive])} before), and {parts.percent(after[good])} are good "
            f"({parts.percent(before[good])} before)."
        )
    else:
        found = (
            f"Good answers went from {parts.percent(before[good])} to {parts.percent(after[good])}, "
            f"evasive ones from {parts.percent(before[evasive])} to {parts.percent(after[evasive])}."
        )
    return f"{found} {_least_kept(state, principles)} {_contradiction(principles)}".strip()


def _least_kept(state: Drafting, principles: Sequence[Principle]) -> str:
    share, principle = min(zip(state.after.kept, principles, strict=True), key=lambda found: found[0])
    if share > KEPT:
        return f"More than {parts.percent(KEPT)} of them keep each principle."
    kept = principle.statement.removesuffix(".")
    return f"The one kept least often: “{kept}”, in {parts.percent(share)} of answers."


def _contradiction(principles: Sequence[Principle]) -> str:
    pair = constitution.contradiction(principles)
    if pair is None:
        return ""
    return f"“{pair[0].statement}” and “{pair[1].statement}” contradict each other: no answer can keep both."
