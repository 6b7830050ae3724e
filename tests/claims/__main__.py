"""``python -m tests.claims``: measures every claim of content/claims.yaml, and keeps what it found.

--quick   one case of each claim, at most 90 s; keeps nothing
--stale   only the claims whose code or content has changed since they were measured
ID ...    only these claims
"""

from __future__ import annotations

import os

# Two processes share the cores: numpy's own threads would only get in their way.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import sys
import time

from widgets.site.this_book.claims import load_results, write_results

from . import sweep


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.claims", description="Measures what the book says of its figures."
    )
    parser.add_argument("--quick", action="store_true", help="one case of each claim; keeps nothing")
    parser.add_argument("--stale", action="store_true", help="only what has changed since it was measured")
    parser.add_argument("ids", nargs="*", help="only these claims")
    chosen = parser.parse_args()
    began, folder = time.perf_counter(), sweep.ROOT / "content"
    # A whole sweep needs nothing of an earlier one.
    known = load_results(folder) if chosen.quick or chosen.stale or chosen.ids else {}
    claims = [claim for claim in sweep.claims() if not chosen.ids or claim.id in chosen.ids]
    if chosen.stale:
        claims = [
            claim for claim in claims if not known.get(claim.id) or known[claim.id].depends != sweep.depends(claim)
        ]
    wanted = {
        claim.id: sweep.sample(claim, known.get(claim.id)) if chosen.quick else sweep.cases(claim) for claim in claims
    }
    progress = (
        (lambda text: print(f"\r{text} ", end="", file=sys.stderr, flush=True))
        if sys.stderr.isatty()
        else lambda _: None
    )
    found = sweep.run(wanted, progress)
    results = {claim.id: sweep.result(claim, found[claim.id]) for claim in claims}
    for claim in claims:
        print(sweep.line(claim, results[claim.id]))
    if not chosen.quick:
        present = {claim.id for claim in sweep.claims()}
        write_results(folder, {id: kept for id, kept in (known | results).items() if id in present})
    held = sum(claim.holds(results[claim.id]) or (chosen.quick and not results[claim.id].failed) for claim in claims)
    print(
        f"{sum(map(len, wanted.values()))} cases in {time.perf_counter() - began:.0f} s, in {sweep.PROCESSES} processes"
    )
    print(f"claims: {len(claims)} checked, {held} hold")
    return 0 if held == len(claims) else 1


if __name__ == "__main__":
    sys.exit(main())
