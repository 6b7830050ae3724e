"""Seconds until Python can answer in Firefox and WebKit, beside the stock page in the same browser."""

from __future__ import annotations

import statistics

from tests.benchmarks.start_up import CHAPTER, READY, REPETITIONS, STOCK, served
from tests.browser.engines import ENGINES, missing, wait_for

WAY = "performance.getEntriesByName('python-ready')[0].detail"


def report() -> None:
    with served() as address:
        for name, engine in ENGINES.items():
            if why := missing(name):
                print(why)
                continue
            times: dict[str, list[float]] = {STOCK: [], CHAPTER: []}
            ways = set()
            for _ in range(REPETITIONS):
                for path, found in times.items():
                    with engine.running() as tab:
                        tab.open(address + path)
                        found.append(wait_for(tab, READY) / 1000)
                        ways |= {tab.evaluate(WAY)} if path == CHAPTER else set()
            stock, book = (statistics.median(found) for found in times.values())
            print(
                f"python-ready in {name}, cold, loopback, {REPETITIONS} by turns (median): stock {stock:.2f} s, "
                f"book {book:.2f} s "
                f"(by {' and '.join(ways)}), ratio {book / stock:.2f}",
                flush=True,
            )
