"""What a reward model sees of a response: a few counts, each computed from the text alone.

Every feature adds up over phrases: ``extract(prompt, a + " " + b) == extract(prompt, a) + extract(prompt, b)``
when a phrase ends where a sentence or clause ends. So a score that is linear in the features is a sum over
phrases, a policy can be optimised against it exactly, and every word's share of a score can be shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from . import checks

_WORD = re.compile(r"[a-z0-9]+(?:['’][a-z]+)?", re.IGNORECASE)
# Words that say nothing about what a question is about.
COMMON = frozenset(
    "a about am an and any are as at be been best but by can cannot could did do does for from get go good had "
    "has have how "
    "i if in is it its just make me my new not of on or out real should so some take that the their them there they "
    "this to up use was way we what when where which who why will with without would you your".split()
)


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


@dataclass(frozen=True)
class Span:
    """A piece of a text that a feature counts: ``text[start:stop]`` adds ``amount`` to ``feature``."""

    start: int
    stop: int
    feature: str
    amount: float


def spans(prompt: str, response: str) -> tuple[Span, ...]:
    """Everything in a response that any feature counts, in the order of the features, then of the text.

    Raises ValueError when either is not a text.
    """
    checks.text("prompt", prompt)
    checks.text("response", response)
    found: list[Span] = []
    for feature in FEATURES:
        if feature.name == "length":
            matches = _WORD.finditer(response)
        elif feature.name == "relevance":
            topic = _topic(prompt)
            matches = (word for word in _WORD.finditer(response) if stem_of(word[0].lower()) in topic)
        else:
            matches = feature.regex.finditer(response)
        found += [Span(*match.span(), feature.name, feature.scale) for match in matches]
    return tuple(found)


def extract(prompt: str, response: str) -> np.ndarray:
    """The features of a response to a prompt, shape (d,), in the order of ``FEATURES``."""
    counts = dict.fromkeys(NAMES, 0.0)
    for span in spans(prompt, response):
        counts[span.feature] += span.amount
    return np.array([counts[name] for name in NAMES])


@lru_cache(maxsize=256)
def _topic(prompt: str) -> frozenset[str]:
    """The stems of the words that say what a question is about."""
    words = (match[0] for match in _WORD.finditer(prompt.lower()))
    return frozenset(stem_of(word) for word in words if word not in COMMON and len(word) > 2)


def stem_of(word: str) -> str:
    """A word without its commonest endings, so that “writing” and “write” meet."""
    word = re.sub(r"['’]s$", "", word)
    for ending in ("ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


@dataclass(frozen=True)
class Share:
    """A piece of a text and what it adds to a score, with the names of the features that count it."""

    start: int
    stop: int
    amount: float
    features: tuple[str, ...]


def attribution(prompt: str, response: str, weights: np.ndarray) -> tuple[Share, ...]:
    """What every word adds to a linear score, in the order of the text; the amounts sum to ``extract(...) @ weights``.

    A pattern of several words shares its amount equally among them. Raises ValueError for weights of another length.
    """
    weights = checks.finite("weights", weights, (len(FEATURES),))
    worth = dict(zip(NAMES, weights.tolist(), strict=True))
    found = spans(prompt, response)
    words = [match.span() for match in _WORD.finditer(response)]
    amounts: list[float] = [0.0] * len(words)
    names: list[list[str]] = [[] for _ in words]
    rest: list[Share] = []
    for span in found:
        inside = [index for index, (start, stop) in enumerate(words) if start < span.stop and stop > span.start]
        for index in inside:
            amounts[index] += span.amount * worth[span.feature] / len(inside)
            names[index].append(span.feature)
        if not inside:  # such as a lone percent sign
            rest.append(Share(span.start, span.stop, span.amount * worth[span.feature], (span.feature,)))
    shares = [Share(*word, amount, tuple(counted)) for word, amount, counted in zip(words, amounts, names, strict=True)]
    return tuple(sorted([*shares, *rest], key=lambda share: share.start))
