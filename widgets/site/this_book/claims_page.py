"""The page "How sure is that?", made from the claims and what was measured: ``::: claims`` in docs/how-sure.md.

It is Markdown: so its links are checked, its equations set and its state links resolved like those of any page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from .claims import COMMAND, SHIPPED, Claim, Result, load_claims, load_results
from .content import ContentError

KINDS = {
    "text": "in the text",
    "caption": "in a caption",
    "prediction": "in a guess",
    "quiz": "in the quiz",
    "verdict": "in a verdict",
}


def lines(root: Path, questions: tuple[str, ...]) -> list[str]:
    """The page's list of claims as Markdown, by the pages on which they stand."""
    claims, results = load_claims(root / "content", questions, root / "docs"), load_results(root / "content")
    unmeasured = [claim.id for claim in claims if claim.id not in results]
    if unmeasured:
        raise ContentError(
            f"{unmeasured[0]}, a claim of content/claims.yaml, has not been measured; run {COMMAND} {unmeasured[0]}"
        )
    return [
        *_summary(claims, results),
        *(line for page in _pages(claims) for line in _of_page(page, claims, results, root, questions)),
    ]


def _summary(claims: Sequence[Claim], results: Mapping[str, Result]) -> list[str]:
    held = sum(claim.holds(results[claim.id]) for claim in claims)
    cases = sum(results[claim.id].cases for claim in claims)
    everywhere = sum(results[claim.id].share == 1 for claim in claims)
    return [
        f"Of {len(claims)} claims **{'all' if held == len(claims) else held} hold**, {everywhere} of them in "
        "every case "
        f"that was tried. There were {cases:,} cases in all.",
        "",
    ]


def _pages(claims: Sequence[Claim]) -> list[str]:
    return list(dict.fromkeys(claim.page for claim in claims))


def _of_page(
    page: str, claims: Sequence[Claim], results: Mapping[str, Result], root: Path, questions: tuple[str, ...]
) -> Iterator[str]:
    yield from (f"## {_title(root / 'docs' / page)}", "")
    for claim in claims:
        if claim.page == page:
            yield from _of_claim(claim, results[claim.id], len(questions))


def _title(path: Path) -> str:
    found = re.search(r"^title: (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else path.stem


def _of_claim(claim: Claim, result: Result, questions: int) -> Iterator[str]:
    words = claim.words[0].upper() + claim.words[1:].rstrip(".")
    yield f"“{words}” {{ #{claim.id} }}"
    see = f" [See it](state:{_address(claim.show)})" if claim.show else ""
    yield (
        f":   Said [{KINDS[claim.kind]}]({claim.at}). It held on **{result.held:,} of "
        f"{result.cases:,}**{_wanted(claim)}: "
        f"{_over(claim, questions)}. Measured was {result.measures}, which must be {result.bound}; "
        f"the worst case is {_number(result.worst)} ({result.worst_case}).{see}"
    )
    yield ""


def _wanted(claim: Claim) -> str:
    """The share on which it must hold, where that is not every case."""
    shares = [claim.least] if claim.most == 1 else [claim.least, claim.most]
    return "" if shares == [1] else f" ({' to '.join(f'{100 * share:g}' for share in shares)}&nbsp;% are wanted)"


def _over(claim: Claim, questions: int) -> str:
    """What the cases are: "14 questions, 5 seeds, 3 settings"."""
    asked = questions if claim.questions == "all" else len(claim.questions)
    counts = (
        (asked, "question"),
        (0 if claim.seeds == SHIPPED else claim.seeds, "seed"),
        (len(claim.settings), "setting"),
    )
    told = [f"{count} {name}{'s' * (count != 1)}" for count, name in counts if count]
    if asked and claim.seeds == SHIPPED:
        told.append("the shipped models")
    return ", ".join(told) or "one calculation"


def _number(value: float) -> str:
    return f"{value:.3g}".replace("-", "−") if abs(value) < 1000 else f"{value:,.0f}"


def _address(show: str) -> str:
    """A state link that Markdown takes for one address."""
    return quote(show, safe="?&=-_")
