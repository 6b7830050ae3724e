"""One small corpus of comparisons, and every format that preference data come in, written from it."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable

from widgets.audit.pair import Pair
from widgets.audit.reading import Reading

# Prompt, what was said before, chosen, rejected. The second text is of another script, the last one full of signs.
CORPUS = (
    ("How can I sleep better?", (), "Keep the room dark.", "Great question! It depends."),
    ("Wie schreibe ich besser?", (), "Lies es laut.\nKürze dann.", "Schreib 語🎉 „mehr“."),
    ("And for a child?", (("How much sleep do I need?", "About eight hours."),), "Nine, or more.", "lol google it"),
    ('A "quoted", comma?', (), 'Yes, "so".\r\nTwo lines, {braces} [too]', "\\n no \u2028 break \x85 here"),
)  # fmt: skip
ALONE = tuple(row for row in CORPUS if not row[1])
Rows = tuple[tuple, ...]


def _lines(records: list[dict]) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def _turns(prompt: str, before: tuple, answer: str | None = None) -> list[dict]:
    texts = [text for exchange in before for text in exchange] + [prompt] + ([] if answer is None else [answer])
    return [{"role": ("user", "assistant")[place % 2], "content": text} for place, text in enumerate(texts)]


def _hh(prompt: str, before: tuple, answer: str) -> str:
    return "".join(
        f"\n\n{'Human' if turn['role'] == 'user' else 'Assistant'}: {turn['content']}"
        for turn in _turns(prompt, before, answer)
    )


def _sharegpt(turns: list[dict]) -> list[dict]:
    return [{"from": {"user": "human", "assistant": "gpt"}[turn["role"]], "value": turn["content"]} for turn in turns]


def _arena(row: tuple, place: int, content: Callable = lambda text: text) -> dict:
    """Model b wins every second battle."""
    prompt, before, *answers = row
    sides = answers if place % 2 == 0 else answers[::-1]
    talks = [
        [{**turn, "content": content(turn["content"])} for turn in _turns(prompt, before, answer)] for answer in sides
    ]
    return {
        "conversation_a": talks[0],
        "conversation_b": talks[1],
        "winner": "model_a" if place % 2 == 0 else "model_b",
        "judge": "x",
    }


def _csv(rows: Rows, separator: str = ",") -> str:
    out = io.StringIO()
    write = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    write.writerow("id model_a model_b prompt response_a response_b winner_model_a winner_model_b winner_tie".split())
    for place, (prompt, _, *answers) in enumerate(rows):
        sides = answers if place % 2 == 0 else answers[::-1]
        cells = [json.dumps([text], ensure_ascii=place % 3 == 0) for text in (prompt, *sides)]
        write.writerow([place, "m", "n", *cells, 1 - place % 2, place % 2, 0])
    return out.getvalue()


def _plain_csv(rows: Rows) -> str:
    out = io.StringIO()
    write = csv.writer(out)
    write.writerow(["Prompt", "Chosen", "Reject"])
    write.writerows((prompt, chosen, rejected) for prompt, _, chosen, rejected in rows)
    return out.getvalue()


def _standard(row: tuple) -> dict:
    prompt, _, chosen, rejected = row
    return {"prompt": prompt, "chosen": chosen, "rejected": rejected}


def _alpaca(row: tuple) -> dict:
    prompt, before, chosen, rejected = row
    return {
        "instruction": prompt,
        "input": "",
        "history": list(map(list, before)),
        "chosen": chosen,
        "rejected": rejected,
    }


def _conversational(row: tuple) -> dict:
    prompt, before, *answers = row
    chosen, rejected = (_turns(prompt, before, answer) for answer in answers)
    return {"chosen": chosen, "rejected": rejected, "score_chosen": 8.5, "messages": chosen, "prompt_id": "x"}


def _explicit_turns(row: tuple) -> dict:
    prompt, before, *answers = row
    chosen, rejected = ([{"role": "assistant", "content": answer}] for answer in answers)
    return {"prompt": _turns(prompt, before), "chosen": chosen, "rejected": rejected}


def _parts(text: str) -> list[dict]:
    return [{"type": "text", "text": text}, {"type": "image", "image": "x"}]


def _shared_prompt(row: tuple) -> dict:
    return {**_conversational(row), "prompt": row[0]}


# By name: the rows that the format can hold, and how it is written.
FORMATS: dict[str, tuple[Rows, Callable[[Rows], str]]] = {
    "trl standard": (ALONE, lambda rows: _lines(list(map(_standard, rows)))),
    "trl conversational": (CORPUS, lambda rows: _lines(list(map(_conversational, rows)))),
    "trl conversational, prompt as turns": (CORPUS, lambda rows: _lines(list(map(_explicit_turns, rows)))),
    "ultrafeedback": (CORPUS, lambda rows: _lines(list(map(_shared_prompt, rows)))),
    "hh-rlhf": (
        CORPUS,
        lambda rows: _lines([{"chosen": _hh(p, b, c), "rejected": _hh(p, b, r)} for p, b, c, r in rows]),
    ),
    "hh-rlhf with prompt": (
        CORPUS,
        lambda rows: _lines([{"prompt": _hh(p, b, "").rstrip(), "chosen": c, "rejected": r} for p, b, c, r in rows]),
    ),
    "sharegpt": (
        CORPUS,
        lambda rows: json.dumps(
            [
                {
                    "conversations": _sharegpt(_turns(p, b)),
                    "chosen": {"from": "gpt", "value": c},
                    "rejected": {"from": "gpt", "value": r},
                }
                for p, b, c, r in rows
            ],
            indent=2,
        ),
    ),
    "alpaca": (CORPUS, lambda rows: json.dumps(list(map(_alpaca, rows)), ensure_ascii=False)),
    "alpaca, indented by tabs": (CORPUS, lambda rows: json.dumps(list(map(_alpaca, rows)), indent="\t")),
    "alpaca, older": (
        ALONE,
        lambda rows: json.dumps([{"instruction": p, "input": "", "output": [c, r]} for p, _, c, r in rows]),
    ),
    "arena 33k": (CORPUS, lambda rows: _lines([_arena(row, place) for place, row in enumerate(rows)])),
    "arena 140k": (CORPUS, lambda rows: _lines([_arena(row, place, _parts) for place, row in enumerate(rows)])),
    "arena 55k": (ALONE, _csv),
    "arena 55k, semicolons": (ALONE, lambda rows: _csv(rows, ";")),
    "csv": (ALONE, _plain_csv),
    "objects one after the other": (
        ALONE,
        lambda rows: "\n".join(json.dumps(_standard(row), indent=1) for row in rows),
    ),
    "capitals and reject": (
        ALONE,
        lambda rows: _lines([{"Prompt": p, "CHOSEN": c, "Reject": r, "score": float("nan")} for p, _, c, r in rows]),
    ),
    "ranks": (
        ALONE,
        lambda rows: _lines(
            [{"prompt": p, "answers": [{"answer": r, "rank": "2"}, {"answer": c, "rank": 1}]} for p, _, c, r in rows]
        ),
    ),
    "scores": (
        ALONE,
        lambda rows: _lines(
            [
                {
                    "instruction": p,
                    "completions": [{"response": c, "overall_score": "7.5"}, {"response": r, "overall_score": 3}],
                }
                for p, _, c, r in rows
            ]
        ),
    ),
    "kto": (
        ALONE,
        lambda rows: _lines(
            [{"prompt": p, "completion": c, "label": True} for p, _, c, _ in rows]
            + [{"prompt": p, "completion": r, "label": False} for p, _, _, r in rows]
        ),
    ),
}
# How a text becomes a file's bytes.
CONTAINERS: dict[str, Callable[[str], bytes]] = {
    "utf-8": str.encode,
    "utf-8 with mark": lambda text: text.encode("utf-8-sig"),
    "utf-16": lambda text: text.encode("utf-16"),
    "utf-16-be with mark": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "utf-16-le without mark": lambda text: text.encode("utf-16-le"),
    "gzip": lambda text: gzip.compress(text.encode()),
    "gzip in two members": lambda text: gzip.compress(text[:99].encode()) + gzip.compress(text[99:].encode()),
    "gzipped utf-16": lambda text: gzip.compress(text.encode("utf-16")),
    "windows lines and empty ones": lambda text: text.replace("\n", "\r\n\r\n").encode(),
}


def read(data: bytes, chunk: int = 1 << 15) -> tuple[list[Pair], Reading]:
    """All the pairs of a file that is read in chunks."""
    reading, found = Reading(), []
    for start in range(0, len(data), chunk):
        for pairs in reading.feed(data[start : start + chunk]):
            found += pairs
    for pairs in reading.close():
        found += pairs
    return found, reading


def wanted(row: tuple) -> tuple:
    """What of a row every format gives."""
    prompt, before, chosen, rejected = row
    dialogue = "\n\n".join(f"Human: {asked}\n\nAssistant: {said}" for asked, said in before)
    return prompt, dialogue, chosen, rejected, len(before) + 1


def found(pair: Pair) -> tuple:
    return pair.prompt, pair.before, pair.chosen, pair.rejected, pair.turns
