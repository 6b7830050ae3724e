"""What was found, in sentences that the figure and the report share."""

from __future__ import annotations

from math import ceil, floor

import numpy as np

from widgets.core.features import FEATURES, NAMES
from widgets.core.validation import Gain, Share

from .findings import LEAST, LENGTH, Findings, Glance, Learner, Rewards
from .opening import CUT, FileRead
from .words import L2, MOST_PAIRS, RAREST

LEARNERS = {
    "length": "length alone",
    "features": "the book’s ten features",
    "words": "words and word pairs",
}


def percent(value: float) -> str:
    return f"{100 * value:.0f}\u00a0%"


def interval(share: Share) -> str:
    """ "44 % (41–46 %)": rounded outwards, or a narrow interval would come down to nothing."""
    return f"{percent(share.value)} ({floor(100 * share.low)}–{ceil(100 * share.high)}\u00a0%)"


def number_of(count: int, noun: str, many: str = "") -> str:
    """“1 pair”, “12 pairs”."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def file(read: FileRead) -> str:
    """What became of a file."""
    if read.refused:
        return read.refused
    told = f"{read.name} is {read.format}: {number_of(read.records, 'record')}"
    if read.records > read.used:
        told += f", of which {read.records - read.used:,} could not be used"
    return f"{told}.{' ' + CUT if read.cut else ''}"


def pairs(glance: Glance) -> str:
    """How many pairs there are, and how many of them teach."""
    told = f"{number_of(glance.pairs, 'pair')}"
    less = [
        f"{number_of(count, noun, many)}"
        for count, noun, many in (
            (glance.ties, "tie", ""),
            (glance.equal, "pair of equal answers", "pairs of equal answers"),
        )
        if count
    ]
    if not less:
        return f"{told}, each with a winner."
    return f"{told}, among them {' and '.join(less)}, which teach nothing: {glance.decided:,} are left."


def repeats(glance: Glance) -> tuple[str, ...]:
    """What stands in the file more than once."""
    found = glance.repeats
    told = []
    if found.again:
        told.append(f"{number_of(found.again, 'pair stands', 'pairs stand')} there again, word for word.")
    if found.both:
        told.append(
            f"{number_of(found.both, 'pair has', 'pairs have')} both verdicts: once the one answer was chosen, "
            f"once the other."
        )
    if found.sharing:
        told.append(
            f"{number_of(found.sharing, 'pair shares', 'pairs share')} an answer with another one to the same "
            f"prompt, as rankings do."
        )
    return tuple(told) or ("No pair stands there twice, and none has both verdicts.",)


def languages(glance: Glance) -> str:
    named = glance.languages[:4]
    return "; ".join(f"{name} {percent(count / max(glance.pairs, 1))}" for name, count in named)


def only_english(glance: Glance) -> str | None:
    """A warning where the features, which count English words, say little."""
    other = glance.pairs - dict(glance.languages).get("English", 0)
    if other * 10 < glance.pairs:
        return None
    return (
        f"About {percent(other / glance.pairs)} of the answers don’t look English, and the features count "
        f"English words only: of other "
        "languages they see little but the length. The model of words reads any language that puts spaces "
        "between its words."
    )


def longer(rewards: Rewards) -> str:
    """Length first."""
    found = rewards.longer
    verdict = (
        "more often than not"
        if found.low > 0.5
        else "less often than not"
        if found.high < 0.5
        else "about as often as not"
    )
    return (
        f"The longer answer was chosen {verdict}: in {interval(found)} of the {found.count:,} pairs whose "
        f"answers differ in length. "
        "The brackets hold the 95 % interval."
    )


def held_fixed(rewards: Rewards) -> str:
    """What becomes of the other weights when length is held fixed."""
    fixed, free = np.delete(rewards.model.weights, LENGTH), rewards.without_length.weights
    names = [feature.label for feature in FEATURES if feature.name != "length"]
    place = int(np.abs(fixed - free).argmax())
    moved = (
        f"Most moved is “{names[place]}”, from {free[place]:+.2f} to {fixed[place]:+.2f}"
        if abs(fixed[place] - free[place]) >= 0.005
        else "None of them moves"
    )
    return f"{moved}, when length is held fixed."


def surest(rewards: Rewards) -> str:
    """What the labels certainly go with."""
    deviations = np.sqrt(np.diag(rewards.model.covariance))
    sure = [
        (feature.label, weight) for feature, weight, deviation in zip(FEATURES, rewards.model.weights, deviations,
        strict=True)
        if abs(weight) > 2 * deviation
    ]  # fmt: skip
    if not sure:
        return "No interval keeps clear of zero: by these counts it can’t be told what the choices go with."
    liked, disliked = ([name for name, weight in sure if weight * sign > 0] for sign in (1, -1))
    told = [f"{listed(names)} {verb}" for names, verb in ((liked, "counts for an answer" if len(liked) == 1 else
    "count for an answer"),
            (disliked, "counts against it" if len(disliked) == 1 else "count against it")) if names]  # fmt: skip
    sentence = ", ".join(told)
    return f"{sentence[0].upper()}{sentence[1:]}: their intervals keep clear of zero."


def learners(found: Findings) -> str:
    """What a model learns, beside length alone."""
    told = [f"{LEARNERS[learner.name]} in {interval(learner.right)}" for learner in found.learners]
    return f"A model is right about choices that it had not seen: by {listed(told)}. A coin would be in half."


def best(found: Findings) -> Learner:
    return max(found.learners, key=lambda learner: learner.right.value)


def beyond_length(found: Findings) -> str:
    """Whether there is more to learn than length."""
    top = best(found)
    if top.right.low <= 0.5:
        return "That may be luck: no model here certainly does better than a coin."
    if top.name == "length":
        return "No model here beats length."
    gained = top.over_length
    name = LEARNERS[top.name]
    told = f"{name[0].upper()}{name[1:]} are right about {points(gained)} more than length alone"
    if gained.low > 0:
        return f"{told}: the labels hold more than a taste for length."
    return f"{told}, which may be luck."


def points(gained: Gain) -> str:
    """A gain in hundredths, with its interval: “3.9 in a hundred (1.2 to 6.6)”."""
    return f"{100 * gained.value:.1f} in a hundred ({100 * gained.low:.1f} to {100 * gained.high:.1f})".replace(
        "-", "−"
    )


def more_data(learner: Learner) -> str:
    """Would more data help? From what the second half of the training pairs brought."""
    gained = learner.by_the_second_half
    if gained is None:
        return ""
    half, whole = learner.curve[-2:]
    if gained.low > 0:
        verdict = "More data would probably help"
    elif gained.high < 0.01:
        verdict = "More of the same would hardly help this model"
    else:
        verdict = "Whether more data would help can’t be told from this"
    return (
        f"{verdict}: with {whole.size:,} training pairs instead of {half.size:,} it is right about "
        f"{points(gained)} more."
    )


def sure_and_right(learner: Learner) -> str:
    """Whether it knows how sure it may be."""
    top = learner.calibration[-1]
    return f"Where it is surest, {percent(top.sure)} on average, it is right in {interval(top.right)}."


def how(found: Findings) -> str:
    """How the models were trained."""
    sample = (
        f"drawn at random from {found.glance.decided:,}"
        if found.sampled < found.glance.decided
        else f"and never on more than {MOST_PAIRS:,}"
    )
    return (
        f"Each model was trained on four fifths of the pairs and tested on the rest, five times over; pairs "
        f"with one prompt stay together. "
        f"The features’ weights have a prior of variance 1, as everywhere in this book. The model of words has "
        f"{found.terms:,} weights, one "
        f"for each word or two words in a row that only one answer has in at least {RAREST} pairs, with a prior "
        f"of variance 1/{L2:g}; it was "
        f"trained on {found.sampled:,} pairs, {sample}."
    )


def too_few(glance: Glance) -> str:
    return (
        f"{number_of(glance.decided, 'pair has', 'pairs have')} a winner. From fewer than {LEAST} there is "
        f"too little to learn."
    )


def doubts(found: Findings) -> str:
    if not found.doubts:
        return "The model expects no other answer than the one that was chosen, in any pair."
    return (
        f"In these pairs the label says otherwise than the model of {LEARNERS[found.doubter]} expects, most "
        f"surely first. "
        "It had not seen the pair that it judges. It may well be the model that is wrong: it only counts."
    )


def listed(words: list[str]) -> str:
    """“a, b and c”."""
    *most, last = words or [""]
    return f"{', '.join(most)} and {last}" if most else last


def label(name: str) -> str:
    """A feature's name for readers."""
    return FEATURES[NAMES.index(name)].label
