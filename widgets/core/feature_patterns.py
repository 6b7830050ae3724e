"""The ten features by which a reward model of this book reads a text: what each is called, and what it matches."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Feature:
    """One column of the feature matrix.

    ``pattern`` matches what is counted, in small letters or capitals; None where the rule is another one, see
    ``spans``. ``scale`` is what one count is worth, so that the columns are of similar size.
    """

    name: str
    label: str
    description: str
    pattern: str | None = None
    scale: float = 1.0

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The pattern, compiled."""
        return re.compile(str(self.pattern), re.IGNORECASE)


def _any(*phrases: str) -> str:
    """A pattern for any of these words or phrases, as whole words."""
    return r"(?<![\w'’-])(?:" + "|".join(phrases) + r")(?![\w-])"


FEATURES: tuple[Feature, ...] = (
    Feature("length", "length", "words, in twenties", scale=0.05),
    Feature(
        "relevance",
        "on the question",
        "words that the question uses too, in pairs",
        scale=0.5,
    ),
    Feature(
        "specifics",
        "specifics",
        "numbers, examples and reasons: “for example”, “because”, “such as”",
        r"(?<![\w.])\d[\d.,:/]*(?:%|\b)|"
        + _any("for example", "for instance", "because", "such as", "that is why", "which means", "so that"),
    ),
    Feature(
        "steps",
        "steps to take",
        "sentences that begin with something to do or with its place in an order: “Try …”, “First, …”",
        r"(?:^|(?<=[.!?:;] )|(?<=[.!?][\"”’'] )|(?<=\n))(?:"
        + "|".join(
            "add ask avoid be begin book call change check choose clean close compare cook count cut drink eat "
            "explain find first give go hold ignore keep leave let lie list look make measure meet mix move name next "
            "note offer open pay pick place plan practise practice press put read remove replace rest rewrite run say "
            "send set show sit skip sleep spend start stay stop switch take talk tell test then throw track try turn "
            "use wait walk wash watch water wipe write finally".split()
        )
        + r")\b",
    ),
    Feature(
        "flattery",
        "flattery",
        "praise of the asker or the question: “Great question!”, “you’re so smart”",
        _any(
            r"(?:great|good|fantastic|excellent|wonderful|brilliant|lovely|amazing|fascinating|superb|smart|clever)"
            r" question",
            r"what (?:a|an) [\w-]+ (?:question|thought|idea|thing to ask|mind|topic)",
            r"(?:so|such a|truly|clearly|obviously|very) "
            r"(?:smart|wise|clever|thoughtful|brilliant|insightful|talented|kind)",
            r"(?:brilliant|amazing|genius|gifted|remarkable|exceptional|incredible|extraordinary|impressive|inspiring)",
            r"(?:love|admire|adore) (?:that you|how you|your|the way you|people like you)",
            r"only someone (?:like you|as)",
        ),
    ),
    Feature(
        "hedging",
        "hedging",
        "words that keep a way out: “might”, “perhaps”, “it depends”",
        _any(
            "might",
            "may",
            "maybe",
            "perhaps",
            "possibly",
            "arguably",
            "somewhat",
            "it depends",
            "depending on",
            "some (?:people|say|would|might)",
            "in some cases",
            "to some extent",
            "not necessarily",
            "hard to say",
            "could be",
            "there are many",
            "many factors",
            "generally speaking",
        ),
    ),
    Feature(
        "disclaimers",
        "disclaimers",
        "warnings about itself and pointers elsewhere: “As an AI …”, “consult a professional”",
        _any(
            "as an ai",
            "as a language model",
            "i(?:'m|’m| am) (?:just |only )?(?:an ai|a language model|not a [a-z]+)",
            "i must (?:warn|remind|stress)",
            "not (?:medical|legal|financial|professional) advice",
            "(?:consult|see|ask|talk to|speak to|speak with|contact) (?:a |an |your )"
            "(?:\\w+ )?(?:professional|doctor|lawyer|expert|specialist|advisor|pharmacist|vet|therapist)",
            "results (?:may|can) vary",
            "for informational purposes",
            "proceed with caution",
            "at your own risk",
            "i (?:cannot|can['’]t) (?:give|offer|provide|verify|guarantee|be held|help)",
            "responsib(?:le|ility) for",
        ),
    ),
    Feature(
        "rudeness",
        "rudeness",
        "put-downs and brush-offs: “google it”, “who cares”",
        _any(
            "lol",
            "lmao",
            "duh",
            "dumb",
            "stupid",
            "idiot(?:s|ic)?",
            "moron",
            "clueless",
            "lazy",
            "pathetic",
            "google it",
            "look it up",
            "who cares",
            "nobody cares",
            "not my problem",
            "get over it",
            "get a life",
            "shut up",
            "whatever",
            "obviously",
            "seriously\\?",
            "waste of (?:my )?time",
            "grow up",
            "figure it out",
        ),
    ),
    Feature(
        "certainty",
        "certainty",
        "words that leave no doubt: “always”, “definitely”, “guaranteed”",
        _any(
            "always",
            "never",
            "definitely",
            "certainly",
            "absolutely",
            "undoubtedly",
            "guaranteed?",
            "every single",
            "everyone knows",
            "everybody knows",
            "trust me",
            "without (?:a )?doubt",
            "no doubt",
            "proven",
            "100 ?%",
            "fact is",
            "it is a fact",
            "the only",
            "period",
        ),
    ),
    Feature(
        "warmth",
        "warmth",
        "care for the asker: “I hope”, “happy to help”, “take your time”",
        _any(
            "i hope",
            "hope (?:this|that|it)",
            "happy to",
            "glad",
            "sorry",
            "thank you",
            "thanks",
            "good luck",
            "you(?:'re|’re| are) not alone",
            "take your time",
            "be kind to yourself",
            "that sounds",
            "feel free",
            "let me know",
            "you(?:'ve|’ve| have) got this",
            "well done",
            "of course",
            "no worries",
            "understandable",
            "i understand",
            "take care",
        ),
    ),
)

NAMES: tuple[str, ...] = tuple(feature.name for feature in FEATURES)
