"""Who speaks, judges and labels in this book: each has one name, one face and one portrait, wherever they act."""

from __future__ import annotations

from dataclasses import dataclass

import htpy as h

from widgets.core.annotators import CAREFUL, CAUTIOUS
from widgets.core.annotators import HURRIED as IN_A_HURRY
from widgets.kit import parts
from widgets.kit.parts import Face, Mood

# True quality, in units of about one useful sentence, from which on the judge is pleased, and below which they frown.
PLEASED, FROWNS = 1.0, 0.0


@dataclass(frozen=True)
class Person:
    """A name as it stands in a sentence, a face, and, for whoever is made up, one sentence that says how."""

    name: str
    looks: Face
    portrait: str = ""

    def face(self, mood: Mood = "calm") -> h.Element:
        """Drawn beside the name."""
        return parts.face(self.looks, mood)

    def at(self, quality: float) -> h.Element:
        """The face that a true quality gives them: whoever judges it, or said it."""
        return self.face(mood(quality))


def mood(quality: float) -> Mood:
    """Pleased with what is worth a useful sentence or more, frowning at what is worse than nothing."""
    return "pleased" if quality >= PLEASED else "frowning" if quality < FROWNS else "doubtful"


YOU = Person("you", Face("round", "tuft", tone="human"))
RAW = Person("the raw model", Face("box", "bent", "blank", tone="raw"))
TUNED = Person("the SFT model", Face("box", "rod"))
ALIGNED = Person("the aligned model", Face("box", "aerial", tone="aligned"))
JUDGE = Person(
    CAREFUL.name,
    Face("round", "wig", tone="human"),
    "The careful judge is simulated: a table set by hand, which knows what is useful, true and rude.",
)
HURRIED = Person(
    IN_A_HURRY.name,
    Face("round", "swept", "half", tone="human"),
    "The hurried reader is simulated, and likes flattery and length.",
)
LAWYER = Person(
    CAUTIOUS.name,
    Face("long", "parted", glasses="square", collar=True, tone="human"),
    "The lawyer is simulated, and likes disclaimers and hedging.",
)
AI_LABELLER = Person(
    "the AI labeller",
    Face("dome", "aerial", "visor", tone="reward"),
    "The AI labeller does not read. It is told of what kind each answer is, such as padded or rude, "
    "and goes by the principles.",
)
CRITIC = Person(
    "the critic",
    Face("dome", "rod", glasses="round", tone="reward"),
    "The critic does not read. It is told of what kind each phrase is, such as padding or rude, "
    "and goes by the principles.",
)
PEOPLE = (RAW, TUNED, ALIGNED, JUDGE, HURRIED, LAWYER, AI_LABELLER, CRITIC, YOU)
BY_NAME = {person.name: person for person in PEOPLE}
