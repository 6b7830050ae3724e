"""``make bench``: measures, and prints ratios made in one run. Absolute times depend on the machine.

``python -m tests.benchmarks NAME ...`` measures some of it; ``core --all`` sweeps every question and seed.
"""

import sys

from . import audit, build, core, drag, engines, memory, paint, reader, start_up

MEASURES = {
    "start_up": start_up.report,
    "reader": reader.report,
    "drag": drag.report,
    "paint": paint.report,
    "memory": memory.report,
    "audit": audit.report,
    "build": build.report,
    "core": lambda: core.report(quick="--all" not in sys.argv),
    "engines": engines.report,
}
# Other browsers have a target of their own.
USUAL = [name for name in MEASURES if name != "engines"]

if __name__ == "__main__":
    chosen = [name for name in sys.argv[1:] if not name.startswith("-")] or USUAL
    if unknown := set(chosen) - set(MEASURES):
        sys.exit(f"There is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(MEASURES)}.")
    for name in chosen:
        MEASURES[name]()
