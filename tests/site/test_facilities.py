"""What a browser may refuse is asked for in one room of the scripts, and nowhere else."""

import re
from pathlib import Path

BROWSER = Path(__file__).parents[2] / "widgets" / "browser"
ROOM = {"facilities.js"}
# The service worker is one itself: caches are its own trade. The boot asks what its worker can do.
OUTSIDE = {"service-worker.js"}
ASKED = re.compile(
    r"\b(localStorage|sessionStorage|indexedDB|navigator\.(?!userAgent)\w+|caches\.|new Worker\(|new SharedWorker\()"
)


def test_nothing_else_touches_what_may_be_refused():
    found = {
        f"{path.name}: {asked[1]}"
        for path in sorted(BROWSER.glob("*.js"))
        if path.name not in ROOM | OUTSIDE
        for line in path.read_text().splitlines()
        if not line.lstrip().startswith("//")
        for asked in ASKED.finditer(line)
    }
    assert found == set()
