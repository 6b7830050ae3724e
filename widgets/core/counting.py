"""``features.extract`` at speed: the same counts to the last bit, for files of a hundred thousand comparisons.

Text by text, the patterns of ``features`` are tried at every character. Here a text
is cut into words once, and a pattern is run only where one of the words without
which it can't match is among them. What is counted stays defined in ``features``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, repeat

import numpy as np

from . import checks
from .features import COMMON, FEATURES, NAMES, spans, stem_of

_WORD = re.compile(r"[a-z0-9]+(?:['’][a-z]+)?")
_DIGIT = re.compile(r"\d")
# Letters that are matched by others when capitals don't matter, though neither is the other's small letter: where one
# stands in a text, the patterns are tried as they are.
_ODD = re.compile("[ſKİı]")

# Of each feature's words and pieces of text, one must be there for its pattern to match. Words are
# found faster than pieces, but a word that is common by itself would have the pattern tried in vain.
_NEEDED: dict[str, tuple[str, tuple[str, ...]]] = {
    "specifics": ("example instance because", ("such as", "that is why", "which means", "so that")),
    "flattery": (
        "question smart wise clever thoughtful brilliant insightful talented kind amazing genius gifted "
        "remarkable exceptional "
        "incredible extraordinary impressive inspiring love admire adore someone",
        ("what a",),
    ),
    "hedging": (
        "might may maybe perhaps possibly arguably somewhat depends depending necessarily generally",
        ("some people", "some say", "some would", "some cases", "some extent", "to say", "could be", "are many",
        "many factors"),
    ),
    "disclaimers": (
        "advice professional doctor lawyer expert specialist advisor pharmacist vet therapist vary informational "
        "caution risk "
        "responsible responsibility",
        ("an ai", "language model", "not a ", "i must ", "i cannot", "i can't", "i can’t"),
    ),
    "rudeness": (
        "lol lmao duh dumb stupid idiot idiots idiotic moron clueless lazy pathetic cares whatever obviously "
        "seriously waste",
        ("google it", "look it", "my problem", "get over", "get a", "shut up", "grow up", "figure it"),
    ),
    "certainty": (
        "always never definitely certainly absolutely undoubtedly guarantee guaranteed doubt proven 100 period",
        ("every single", "one knows", "body knows", "trust me", "fact is", "a fact", "the only"),
    ),
    "warmth": (
        "hope glad sorry thank thanks alone worries understandable",
        ("happy to", "good luck", "your time", "be kind", "that sounds", "feel free", "me know", "got this",
        "well done",
         "of course", "i understand", "take care"),
    ),
}  # fmt: skip
# Every feature that is a pattern, compiled for small letters,
# with what it needs; steps are looked for where sentences begin.
_PATTERNS = tuple(
    (NAMES.index(name), re.compile(str(FEATURES[NAMES.index(name)].pattern)), frozenset(words.split()), pieces)
    for name, (words, pieces) in _NEEDED.items()
)
_VERBS = str(FEATURES[NAMES.index("steps")].pattern).rpartition(r"(?:")[2]
_STEP_FIRST = re.compile(rf"(?:{_VERBS}")
_STEP = re.compile(rf"(?:[.!?:;] |[.!?][\"”’'] |\n)(?:{_VERBS}")
_SCALES = np.array([feature.scale for feature in FEATURES])
_ENDINGS = [ending + own for ending in ("", "ing", "ed", "es", "s", "e") for own in ("", "'s", "’s")]
_LENGTH, _RELEVANCE, _STEPS, _SPECIFICS = map(NAMES.index, ("length", "relevance", "steps", "specifics"))


@lru_cache(maxsize=20_000)
def _alike(stem: str) -> frozenset[str]:
    """All words that have a stem."""
    return frozenset(word for ending in _ENDINGS if stem_of(word := stem + ending) == stem)


@lru_cache(maxsize=256)
def _relevant(prompt: str) -> frozenset[str]:
    """All words whose stem a prompt has, too."""
    asked = [word for word in _WORD.findall(prompt.lower()) if word not in COMMON and len(word) > 2]
    return frozenset[str]().union(*(_alike(stem_of(word)) for word in asked))


def words(text: str) -> list[str]:
    """The words of a text in small letters, as the features count them."""
    return _WORD.findall(text.lower()) if _plain(text) else [match.lower() for match in _odd_words(text)]


def count(prompt: str, response: str) -> tuple[int, ...]:
    """How many times each feature is met in a response, (d,) in
    the order of ``FEATURES``: ``extract`` before scaling.
    """
    checks.text("prompt", prompt)
    checks.text("response", response)
    if not _plain(prompt) or not _plain(response):
        return _count_slowly(prompt, response)
    text = response.lower()
    found = _WORD.findall(text)
    bag = set(found)
    if "'" in text or "’" in text:  # “risk” is in “risk's”
        bag.update(word.replace("’", "'").partition("'")[0] for word in found)
    counts = [0] * len(NAMES)
    counts[_LENGTH] = len(found)
    counts[_RELEVANCE] = sum(map(found.count, _relevant(prompt).intersection(bag)))
    counts[_STEPS] = (_STEP_FIRST.match(text) is not None) + len(_STEP.findall(text))
    for place, pattern, words, pieces in _PATTERNS:
        wanted = not words.isdisjoint(bag) or (place == _SPECIFICS and _DIGIT.search(text))
        if not wanted:
            for piece in pieces:
                if piece in text:
                    wanted = True
                    break
        if wanted:
            counts[place] = len(pattern.findall(text))
    return tuple(counts)


def features(counts: np.ndarray | Sequence[tuple[int, ...]]) -> np.ndarray:
    """Counts (n, d) as ``extract`` gives them, (n, d): each count's
    worth added up, one after the other, so that no bit differs.
    """
    counts = np.array(counts, dtype=np.intp).reshape(-1, len(FEATURES))
    out = np.empty(counts.shape)
    for column, scale in enumerate(_SCALES.tolist()):
        out[:, column] = _worth(scale, int(counts[:, column].max(initial=0)))[counts[:, column]]
    return out


def _worth(scale: float, most: int) -> np.ndarray:
    return np.fromiter(accumulate(repeat(scale, most), initial=0.0), float, most + 1)


def _plain(text: str) -> bool:
    return text.isascii() or _ODD.search(text) is None


def _count_slowly(prompt: str, response: str) -> tuple[int, ...]:
    counts = dict.fromkeys(NAMES, 0)
    for span in spans(prompt, response):
        counts[span.feature] += 1
    return tuple(counts.values())


def _odd_words(text: str) -> list[str]:
    return re.findall(_WORD.pattern, text, re.IGNORECASE)
