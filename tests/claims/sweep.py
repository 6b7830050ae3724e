"""Runs the claims' cases in two processes, and tells what came of it.

Cases of one question and seed run one after the other in one process, so that what they share is trained once; so do
those of one check about no question with one seed.
"""

from __future__ import annotations

import hashlib
import importlib
import itertools
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from widgets.chapters.content import Content
from widgets.site.this_book import claims as claims_file
from widgets.site.this_book.claims import COMMAND, SHIPPED, Claim, Result

from .case import CHECKS, ROOT, Case, Outcome, content, shipped
from .fingerprint import Code

PROCESSES = 2
# Every case of the quick sample is the same on every run: one a claim, chosen by the claim's name.
QUICK_CASES = 1


@cache
def checks() -> dict:
    """All checks by name: every module of this package whose name begins with ``of_`` adds its own."""
    for path in sorted(Path(__file__).parent.glob("of_*.py")):
        importlib.import_module(f"{__package__}.{path.stem}")
    return CHECKS


@cache
def claims() -> tuple[Claim, ...]:
    found = claims_file.load_claims(ROOT / "content", tuple(content().tasks), ROOT / "docs")
    for claim in found:
        if claim.check not in checks():
            told = f"there is no check {claim.check!r}; write it in tests/claims, or correct its name"
            raise ValueError(f"content/claims.yaml: {claim.id}: {told}")
    return found


def cases(claim: Claim) -> list[Case]:
    """Every question with every seed and every setting."""
    asked = tuple(content().tasks) if claim.questions == "all" else claim.questions or ("",)
    seeds = (0,) if claim.seeds == SHIPPED else range(1, claim.seeds + 1)
    return [Case(*case) for case in itertools.product(asked, seeds, claim.settings or ({},))]


def sample(claim: Claim, result: Result | None) -> list[Case]:
    """The quick run's cases of a claim, among those on which it held; always the same ones."""
    failed = result.failed if result else ()
    held = [case for case in cases(claim) if case.label not in failed]
    return sorted(held, key=lambda case: hashlib.sha256(f"{claim.id} {case.label}".encode()).digest())[:QUICK_CASES]


@dataclass(frozen=True)
class Found:
    """What one case of a claim gave, and how long it took, in seconds."""

    claim: str
    case: Case
    outcome: Outcome
    seconds: float


def run(wanted: Mapping[str, Sequence[Case]], say: Callable[[str], None] = lambda _: None) -> dict[str, list[Found]]:
    """The outcomes of claims' cases, by claim."""
    jobs: dict[tuple, list] = defaultdict(list)
    by_id = {claim.id: claim for claim in claims()}
    for id, chosen in wanted.items():
        for case in chosen:
            jobs[case.question, case.seed, case.setting.get("reader"), "" if case.question else by_id[id].check].append(
                (id, by_id[id].check, case)
            )
    found: dict[str, list[Found]] = {id: [] for id in wanted}
    shipped()  # once, for both processes
    with ProcessPoolExecutor(PROCESSES) as pool:
        for done, part in enumerate(pool.map(_job, jobs.values()), 1):
            for one in part:
                found[one.claim].append(one)
            say(f"{done} of {len(jobs)}")
    return found


def _job(work: Iterable[tuple[str, str, Case]]) -> list[Found]:
    found = []
    for id, name, case in work:
        began = time.perf_counter()
        outcome = checks()[name].run(case)
        found.append(Found(id, case, outcome, time.perf_counter() - began))
    return found


def result(claim: Claim, found: Sequence[Found]) -> Result:
    worst = min(found, key=lambda one: one.outcome.margin)
    return Result(
        depends=depends(claim),
        measures=checks()[claim.check].measures,
        bound=worst.outcome.bound,
        cases=len(found),
        held=sum(one.outcome.holds for one in found),
        worst=float(f"{worst.outcome.measured:.4g}"),
        worst_case=worst.case.label,
        seconds=round(sum(one.seconds for one in found), 1),
        failed=tuple(one.case.label for one in found if not one.outcome.holds),
    )


@cache
def _code() -> Code:
    return Code(ROOT)


def depends(claim: Claim, code: Code | None = None, words: Content | None = None) -> str:
    """A hash of all that a claim's result depends on: its check and what that reaches, its cases, and their content."""
    code, words = code or _code(), words or content()
    ids = [question.id for question in words.questions] if claim.questions in ("all", ()) else claim.questions
    used = [words.question(id) for id in ids], words.language, words.principles
    check = checks()[claim.check].run
    cased = claim.check, claim.questions, claim.seeds, claim.settings
    parts = code.fingerprint(check.__module__, check.__name__), cased, used
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def problem(claim: Claim, result: Result | None, now: str) -> str:
    """What is wrong with a claim's result, in a sentence that says what to do; "" where nothing is."""
    if result is None:
        return f"{claim.id} has not been measured: run `{COMMAND}`."
    if result.depends != now:
        return f"{claim.id} was measured with other code or content than there is now: run `{COMMAND} --stale`."
    if not claim.holds(result):
        return (
            f"{claim.id} held on {result.held} of {result.cases}, {_wanted(claim)} are wanted: "
            f"say in {claim.at} what does hold, correct its entry in content/claims.yaml, and run `{COMMAND} --stale`."
        )
    return ""


def line(claim: Claim, result: Result) -> str:
    """One claim's result, for the terminal."""
    verdict = "holds" if claim.holds(result) else "FAILS"
    return (
        f"{verdict}  {claim.id}: {result.held} of {result.cases} ({result.share:.0%}, wanted {_wanted(claim)}); "
        f"{result.measures}, {result.bound}, worst {result.worst:g} ({result.worst_case}), {result.seconds:g} s"
    )


def _wanted(claim: Claim) -> str:
    return (
        f"{claim.least:.1%} to {claim.most:.1%}"
        if claim.most < 1
        else f"at least {claim.least:.0%}"
        if claim.least < 1
        else "all"
    )
