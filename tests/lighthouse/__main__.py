"""``python -m tests.lighthouse [PAGE ...]``: audits the built site's pages, prints a table, fails below the limits.

The site is served as on GitHub Pages, under a sub-path and compressed. Performance is measured on a slowed-down machine
and varies with what else this one does: a page below the limit is measured twice more, and the median counts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

from tests.browser.install import find
from tests.serving import serving

ROOT = Path(__file__).parents[2]
SITE = ROOT / "site"
LIMITS = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
AGAIN = 2
CHROMIUM = (
    "--headless=new --no-sandbox --disable-background-networking --disable-component-update "
    "--disable-sync --no-first-run"
)


@dataclass(frozen=True)
class Audit:
    """What Lighthouse says of one page: scores of 100, and what cost points."""

    scores: dict[str, int]
    faults: list[str]

    @property
    def passes(self) -> bool:
        return all(score >= LIMITS[name] for name, score in self.scores.items())


def addresses() -> list[str]:
    """Every page, except the one for what is not found: there is no address that it belongs to."""
    found = sorted(str(path.relative_to(SITE)).removesuffix("index.html") for path in SITE.rglob("*.html"))
    return [address for address in found if address != "404.html"]


def categories(address: str) -> list[str]:
    """A page that asks search engines to pass by is not measured by how well they find it."""
    hidden = 'content="noindex' in (SITE / address / "index.html").read_text()
    return [name for name in LIMITS if not (hidden and name == "seo")]


def run(url: str, names: list[str], chromium: str) -> Audit:
    """One run of Lighthouse, with its mobile preset."""
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        command = [
            ROOT / "node_modules/.bin/lighthouse", url,
            "--quiet", "--no-enable-error-reporting", "--disable-full-page-screenshot",
            f"--only-categories={','.join(names)}", f"--chrome-flags={CHROMIUM}",
            "--output=json", f"--output-path={report.name}",
        ]  # fmt: skip
        answer = subprocess.run(
            command, env=os.environ | {"CHROME_PATH": chromium}, capture_output=True, text=True, timeout=180
        )
        if answer.returncode:
            sys.exit(answer.stderr or answer.stdout)
        found = json.loads(Path(report.name).read_text())
    scores = {name: round(100 * (found["categories"][name]["score"] or 0)) for name in names}
    return Audit(scores, [fault for name in names if scores[name] < 100 for fault in _faults(found, name)])


def _faults(found: dict, category: str) -> list[str]:
    """What cost a category points, the heaviest first."""
    parts = sorted(found["categories"][category]["auditRefs"], key=lambda part: -part["weight"])
    audits = [found["audits"][part["id"]] for part in parts if part["weight"]]
    short = [audit for audit in audits if audit["score"] is not None and audit["score"] < 0.9]
    return [f"{audit['id']}: {audit.get('displayValue') or audit['title']}{_where(audit)}" for audit in short]


def _where(audit: dict) -> str:
    """The first elements that an audit complains of."""
    items = (audit.get("details") or {}).get("items") or []
    found = [item["node"]["snippet"] for item in items if isinstance(item.get("node"), dict)]
    return "".join(f"\n      {snippet[:140]}" for snippet in found[:3])


def audit(url: str, names: list[str], chromium: str) -> Audit:
    """A page's audit; of several runs that with the median performance."""
    runs = [run(url, names, chromium)]
    if runs[0].scores["performance"] < LIMITS["performance"]:
        runs += [run(url, names, chromium) for _ in range(AGAIN)]
    middle = median(result.scores["performance"] for result in runs)
    return next(result for result in runs if result.scores["performance"] == middle)


def main(wanted: list[str]) -> int:
    with sync_playwright() as playwright:
        chromium = find(playwright)
    if chromium is None or not SITE.is_dir():
        sys.exit("Run `make build` and `python -m tests.browser.install` first.")
    failed = 0
    print(f"{'':24}" + "".join(f"{name:>16}" for name in LIMITS))
    with serving(SITE) as book:
        for address in wanted or addresses():
            result = audit(book + address, categories(address), chromium)
            failed += not result.passes
            row = "".join(f"{result.scores.get(name, '–'):>16}" for name in LIMITS)
            print(f"{address or 'cover':24}{row}{'' if result.passes else '   too low'}", flush=True)
            for fault in result.faults:
                print(f"    {fault}", flush=True)
    print(f"{'at least':24}" + "".join(f"{limit:>16}" for limit in LIMITS.values()))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
