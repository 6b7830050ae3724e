"""From a record to its pairs: the shapes that preference data come in, told apart by their names.

The shapes are those of TRL (texts and dialogues, prompt explicit or implicit), HH-RLHF, LLaMA-Factory (Alpaca and
ShareGPT), Chatbot Arena (33k, 55k, 140k), and rankings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from .pair import Pair
from .problems import Unusable
from .turns import Turn, answer, asked, listed, names_of, parted, said, turns

# Other names that are met, all in small letters.
ALIASES = {
    "reject": "rejected", "rejected_response": "rejected", "response_rejected": "rejected",
    "answer_rejected": "rejected",
    "chosen_response": "chosen", "response_chosen": "chosen", "answer_chosen": "chosen",
    "question": "prompt", "query": "prompt",
    "answer_a": "response_a", "answer_b": "response_b",
}  # fmt: skip
WINNERS = {
    "a": "a", "model_a": "a", "response_a": "a", "answer_a": "a",
    "b": "b", "model_b": "b", "response_b": "b", "answer_b": "b",
    "tie": "tie", "tie (bothbad)": "tie", "both_bad": "tie", "bothbad": "tie", "both bad": "tie", "equal": "tie",
    "draw": "tie",
}  # fmt: skip
ANSWERS = ("responses", "completions", "answers", "outputs", "output")
RANKS, SCORES = ("rank", "ranks", "ranking"), ("score", "scores", "rating", "ratings", "overall_score")
MOST_RANKED = 20


def named(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record by the names that are known here, whatever their letters' size."""
    found: dict[str, Any] = {}
    for name, value in record.items():
        plain = name.strip().lower()
        found.setdefault(ALIASES.get(plain, plain), value)
    return found


def pairs(record: dict[str, Any], number: int) -> Iterator[Pair]:
    """The pairs of a record from ``named``, which is the ``number``th of its file; raises Unusable."""
    if "chosen" in record and "rejected" in record:
        yield _preferred(record, number)
    elif "conversation_a" in record and "conversation_b" in record:
        yield _battle(record, number, *(_turns_of(record[f"conversation_{side}"]) for side in "ab"))
    elif "response_a" in record and "response_b" in record:
        yield _battle(record, number, *(_exchange(record, record[f"response_{side}"]) for side in "ab"))
    elif answers := next((record[name] for name in ANSWERS if isinstance(record.get(name), list)), None):
        yield from _ranked(record, answers, number)
    elif "chosen" in record or "rejected" in record:
        raise Unusable("half", f"it has {names_of(record)}")
    else:
        raise Unusable("names", f"it has {names_of(record)}")


def _preferred(record: dict[str, Any], number: int) -> Pair:
    before = _before(record)
    sides = [turns(listed(record[name])) for name in ("chosen", "rejected")]
    if not before and len(sides[0]) == len(sides[1]) == 1:
        return _implicit(sides[0][0], sides[1][0], number)
    found = parted(*(_whole(before, side) for side in sides))
    return _pair(number, found.shared, found.first, found.second, found.turns, record)


def _pair(
    number: int, shared: list[Turn], chosen: str, rejected: str, count: int, record: dict, tie: bool = False
) -> Pair:
    prompt, before = asked(shared)
    language = record.get("language")
    return Pair(
        number, prompt, chosen, rejected, tie, before, count, language[:40] if isinstance(language, str) else ""
    )


def _before(record: dict[str, Any]) -> list[Turn]:
    """The dialogue that both answers follow, from the names that hold it."""
    found: list[Turn] = []
    if isinstance(record.get("system"), str) and record["system"]:
        found.append(Turn("System", record["system"]))
    for exchange in record["history"] if isinstance(record.get("history"), list) else ():
        if isinstance(exchange, list) and len(exchange) == 2:
            found += map(Turn, ("Human", "Assistant"), map(said, exchange))
    if isinstance(record.get("conversations"), list):
        return found + turns(record["conversations"]) if record["conversations"] else found
    if "instruction" in record and "prompt" not in record:
        asked_, more = said(record["instruction"]), record.get("input")
        return [*found, Turn("Human", f"{asked_}\n{said(more)}" if more else asked_)]
    prompt = listed(record.get("prompt"))
    if prompt is None or prompt == []:
        return found
    if isinstance(prompt, list) and all(isinstance(turn, dict) for turn in prompt):
        return found + turns(prompt)
    prompts = turns(said(prompt))
    if len(prompts) > 1 and not prompts[-1].text.strip():
        prompts = prompts[:-1]  # HH-RLHF's texts end a prompt with the model's turn, still empty
    return found + (prompts if len(prompts) > 1 or prompts[0].who == "Human" else [Turn("Human", prompts[0].text)])


def _whole(before: list[Turn], side: list[Turn]) -> list[Turn]:
    """An answer with the dialogue that it follows, which it may repeat, all of it or the last that was asked."""
    repeats = len(side) > 1 and bool(before) and before[-1] in side[:-1]
    return side if repeats else [*before, *side]


def _implicit(first: Turn, second: Turn, number: int) -> Pair:
    """Texts with a common beginning, as far as its last whole word, which is what was asked."""
    one, other = first.text, second.text
    same = _shared(one, other)
    if one == other:
        return Pair(number, "", one, other)
    cut = max(one.rfind(" ", 0, same), one.rfind("\n", 0, same)) + 1
    return Pair(number, one[:cut].strip(), one[cut:], other[cut:])


def _shared(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one[low:middle] == other[low:middle] else (low, middle - 1)
    return low


def _turns_of(value: object) -> list[Turn]:
    found = turns(listed(value))
    if not found:
        raise Unusable("text")
    return found


def _exchange(record: dict[str, Any], response: object) -> list[Turn]:
    """Prompts and one model's responses in turn, each a text or a list of texts."""
    prompts, responses = (_texts(listed(value)) for value in (record.get("prompt", ""), response))
    found: list[Turn] = []
    for place in range(max(len(prompts), len(responses))):
        found += [Turn("Human", prompts[place])] if place < len(prompts) else []
        found += [Turn("Assistant", responses[place])] if place < len(responses) else []
    return found


def _texts(value: object) -> list[str]:
    # A response that did not come is null in some sets.
    return ["" if text is None else said(text) for text in value] if isinstance(value, list) else [said(value)]


def _battle(record: dict[str, Any], number: int, first: list[Turn], second: list[Turn]) -> Pair:
    """Two models side by side: what is judged is all that each of them said."""
    winner = _winner(record)
    found = parted(first, second)
    if not found.shared:  # they part at once
        prompt = [turn for turn in first if turn.who == "Human"]
        found = found._replace(shared=prompt[:1], first=answer(first), second=answer(second))
    answers = (found.second, found.first) if winner == "b" else (found.first, found.second)
    return _pair(number, found.shared, *answers, found.turns, record, winner == "tie")


def _winner(record: dict[str, Any]) -> str:
    if "winner" in record:
        named_ = WINNERS.get(str(record["winner"]).strip().lower())
        if named_:
            return named_
        raise Unusable("winner", f"winner is {str(record['winner'])[:40]!r}")
    marked = [
        side for side, name in (("a", "winner_model_a"), ("b", "winner_model_b"), ("tie", "winner_tie"))
        if str(record.get(name)).strip().lower() in ("1", "1.0", "true")
    ]  # fmt: skip
    if len(marked) != 1:
        raise Unusable("winner", "none is marked" if not marked else f"{' and '.join(marked)} are marked")
    return marked[0]


def _ranked(record: dict[str, Any], answers: list, number: int) -> Iterator[Pair]:
    """Every two answers of a ranking; the order in a list of two
    without ranks is LLaMA-Factory’s: the better one first.
    """
    worth = _worth(record, answers)
    if not 2 <= len(answers) <= MOST_RANKED:
        raise Unusable("ranking", f"it has {len(answers)} answers")
    before = _before(record)
    texts = [answer(own[-1:] if len(own := turns(item)) > 1 else own) for item in answers]
    count = max(1, sum(turn.who == "Human" for turn in before))
    for one, other in combinations(range(len(answers)), 2):
        best, rest = (one, other) if worth[one] >= worth[other] else (other, one)
        pair = _pair(number, before, texts[best], texts[rest], count, record, worth[one] == worth[other])
        yield pair._replace(fixed=len(answers) > 2 or not written_in_order(record))


def _worth(record: dict[str, Any], answers: list) -> list[float]:
    """What each answer is worth: more is better."""
    for names, sign in ((RANKS, -1), (SCORES, 1)):
        for name in names:
            if all(isinstance(item, dict) and name in item for item in answers):
                return [sign * _number(item[name]) for item in answers]
            if isinstance(record.get(name), list) and len(record[name]) == len(answers):
                return [sign * _number(value) for value in record[name]]
    if len(answers) == 2 and written_in_order(record):
        return [1.0, 0.0]
    raise Unusable("ranking", f"it has {names_of(record)}")


def written_in_order(record: dict[str, Any]) -> bool:
    """Whether a list of outputs is all that says which of them is better."""
    return isinstance(record.get("output"), list) and not any(name in record for name in (*RANKS, *SCORES))


def _number(value: object) -> float:
    try:
        number = float(value)  # a number as a text, too
    except (TypeError, ValueError, OverflowError):
        number = float("nan")
    if number != number:
        raise Unusable("ranking", f"one of its ranks or scores is {str(value)[:20]!r}")
    return number
