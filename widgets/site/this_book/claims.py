"""What the book says of its figures, and what was measured:
``claims.yaml`` and ``claims-results.json`` in ``content/``.

The claims are checked by ``python -m tests.claims``, which writes the results. The build reads both, and makes the page
"How sure is that?" of them (``claims_page``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import TypeAdapter, ValidationError

from .content import ContentError, Document, listed_in

CLAIMS, RESULTS = "claims.yaml", "claims-results.json"
SHIPPED = "shipped"
COMMAND = "python -m tests.claims"
type Plain = bool | int | float | str
_AT = re.compile(r"(?P<page>[\w-]+\.md)(#[\w-]+)?\Z")


@dataclass(frozen=True)
class Claim:
    """A sentence on what a figure shows, and how it is checked.

    ``at`` is the page and place where it stands, ``kind`` what it is there, ``words`` its own words. ``check`` names a
    function of ``tests/claims``. ``questions`` are their ids, or "all", or none; ``seeds`` is the number of seeds, from
    1 on, or "shipped" for the models that the book ships; each of ``settings`` is tried with each of both. ``least`` is
    the share of these cases on which the claim must hold, and ``most`` the share on which it may, where the words say
    how many. ``show`` is the figure in that state, as in a state link.
    """

    id: str
    at: str
    kind: Literal["text", "caption", "prediction", "quiz", "verdict"]
    words: str
    check: str
    least: float
    questions: Literal["all"] | tuple[str, ...] = ()
    seeds: int | Literal["shipped"] = SHIPPED
    settings: tuple[dict[str, Plain], ...] = ()
    most: float = 1.0
    show: str = ""

    __pydantic_config__ = {"extra": "forbid"}

    def holds(self, result: Result) -> bool:
        return self.least <= result.share <= self.most

    @property
    def page(self) -> str:
        return self.at.partition("#")[0]


@dataclass(frozen=True)
class Result:
    """What a sweep found of a claim: of how many ``cases`` it ``held``, and the worst of them.

    ``measures`` says what number was measured and ``bound`` where it must be, ``worst`` is that number in the worst
    case, ``worst_case`` which case it is; ``failed`` are the cases in which it did not hold; ``depends`` is a hash of
    the code and content behind all this.
    """

    depends: str
    measures: str
    bound: str
    cases: int
    held: int
    worst: float
    worst_case: str
    seconds: float
    failed: tuple[str, ...] = ()

    __pydantic_config__ = {"extra": "forbid"}

    @property
    def share(self) -> float:
        return self.held / self.cases


def load_claims(folder: Path, questions: tuple[str, ...], pages: Path | None = None) -> tuple[Claim, ...]:
    """The checked claims of a content folder; raises ContentError listing all that is wrong."""
    problems: list[str] = []
    document, claims = listed_in(folder / CLAIMS, Claim, problems)
    for index, claim in enumerate(claims):
        problems += _problems(document, index, claim, questions, pages)
    if problems:
        raise ContentError("The claims have mistakes:\n" + "\n".join(problems))
    return claims


def _problems(
    document: Document, index: int, claim: Claim, questions: tuple[str, ...], pages: Path | None
) -> Iterator[str]:
    found = _AT.match(claim.at)
    if not found:
        yield f"{document.where((index, 'at'))}: {claim.at!r} is not a place; write page.md#anchor"
    elif pages and not (pages / found["page"]).exists():
        yield f"{document.where((index, 'at'))}: there is no page {found['page']!r} in {pages}; correct its name"
    if not 0 < claim.least <= claim.most <= 1:
        found = f"{claim.least:g} to {claim.most:g} is no range of shares"
        yield f"{document.where((index, 'least'))}: {found}; write numbers above 0, at most 1"
    if claim.seeds != SHIPPED and claim.seeds < 1:
        yield f"{document.where((index, 'seeds'))}: {claim.seeds} seeds; write how many, 1 or more, or {SHIPPED!r}"
    for place, id in enumerate(() if claim.questions == "all" else claim.questions):
        if id not in questions:
            where = document.where((index, "questions", place))
            yield f"{where}: there is no question {id!r}; use one of {', '.join(questions)}"


def load_results(folder: Path) -> dict[str, Result]:
    """What the last sweep found, by the claims' ids; nothing where none has run yet."""
    path = folder / RESULTS
    if not path.exists():
        return {}
    try:
        return TypeAdapter(dict[str, Result]).validate_json(path.read_text(encoding="utf-8"))
    except ValidationError as error:
        raise ContentError(f"{path}: {error.errors()[0]['msg']}; write it anew with {COMMAND}") from None


def write_results(folder: Path, results: Mapping[str, Result]) -> None:
    """Keeps them, one claim a line, so that a change shows where it is."""
    lines = [
        f"{json.dumps(id)}: {json.dumps(asdict(result), ensure_ascii=False)}" for id, result in sorted(results.items())
    ]
    (folder / RESULTS).write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def in_its_place(claim: Claim, root: Path) -> bool:
    """Whether the claim's words are still said where it stands."""
    return spoken(claim.words) in spoken(_said(claim, root))


def _said(claim: Claim, root: Path) -> str:
    """The text among which the words of a claim must be."""
    match claim.kind:
        case "prediction" | "quiz":
            path = root / "content" / ("predictions.yaml" if claim.kind == "prediction" else "quiz.yaml")
            return " ".join(_texts(yaml.safe_load(path.read_text(encoding="utf-8"))))
        case "verdict":
            return " ".join(
                path.read_text(encoding="utf-8") for path in sorted((root / "widgets" / "chapters").glob("*.py"))
            )
    return (root / "docs" / claim.page).read_text(encoding="utf-8")


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, (list, dict)):
        for item in data.values() if isinstance(data, dict) else data:
            yield from _texts(item)


def spoken(text: str) -> str:
    """Markdown as it is read: links by their words, no emphasis, one space between words."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return " ".join(re.sub(r"[*]", "", text).split())
