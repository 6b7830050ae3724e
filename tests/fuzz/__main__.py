"""Random sequences of events over all figures: `python -m tests.fuzz --sequences 100000 --processes 2`.

Whatever a reader does, in whatever order, with whatever values: a figure answers or says what would fit.
It never raises, never shows a number that isn't one, and no view grows beyond ``MOST`` characters. Long work
is stopped after a few steps.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import re
import resource
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

# Before numpy comes: processes side by side gain nothing from threads within each.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from tests.fuzz.hostile import HOSTILE
from widgets.chapters import WIDGETS
from widgets.kit.codec import decode, encode
from widgets.kit.events import Choice, Event, EventType, Fields, Integer, Number, Press, Rejected, Switch, Text
from widgets.kit.session import Session
from widgets.kit.widget import Widget
from widgets.site.stage import Stage

MOST = 400_000  # characters of a view
EVENTS = 8  # of a sequence, at most
STEPS = 2  # of long work
CHUNK = 100  # sequences that a process takes at once
DATA = re.compile(r'<data\b[^>]*\bvalue="([^"]*)"')  # where views have their exact numbers
JUNK = (None, True, -1, 10**15, math.inf, "", "x" * 3000, (), ("a", "b"), *HOSTILE)


def value_for(kind: EventType, draw: random.Random) -> Any:
    """A value that an event may take; now and then one that it may not."""
    if draw.random() < 0.1:
        return draw.choice(JUNK)
    match kind:
        case Press():
            return None
        case Choice(options=options):
            return draw.choice(options) if options else None
        case Switch():
            return draw.random() < 0.5
        case Number(minimum=low, maximum=high):
            return draw.choice((low, high, draw.uniform(low, high)))
        case Integer(minimum=low, maximum=high):
            return draw.choice((low, high, draw.randint(low, high)))
        case Text(length=length):
            return draw.choice(HOSTILE)[:length]
        case Fields(options=options):
            return tuple(draw.choice(each) for each in options if each)
    return draw.choice(JUNK)


def play(session: Session, draw: random.Random) -> None:
    """One sequence; raises what a figure raised, or what was wrong with what it showed at its end. What stands
    within a sequence is the end of a shorter one.
    """
    for _ in range(draw.randint(1, EVENTS)):
        if draw.random() < 0.08:
            session.undo()
        elif kinds := session.widget.events:
            kind = draw.choice(kinds)
            work = session.send(Event(kind.name, value_for(kind, draw)))
            try:
                for _ in islice(work, STEPS):
                    pass
            except Rejected:
                continue
            finally:
                work.close()
    check(session.widget.html(session.state))
    assert decode(encode(session.log)) == tuple(session.log)


def check(html: str) -> None:
    assert len(html) <= MOST, f"a view of {len(html):,} characters"
    assert all(math.isfinite(float(value)) for value in DATA.findall(html)), "a number that isn't one"


@cache
def widgets() -> dict[str, Widget]:
    content = Stage(Path(__file__).parents[2]).content
    return {kind.name: kind(content) for kind in WIDGETS}


def sequence(seed: int, names: tuple[str, ...]) -> str | None:
    """Plays one sequence over a figure and those that it builds on; what went wrong, if anything did."""
    draw, name = random.Random(seed), names[seed % len(names)]
    sessions: dict[str, Session] = {}
    try:
        for each in (*WIDGETS.needs(name), name):
            inputs = {need: sessions[need].state for need in widgets()[each].needs}
            sessions[each] = Session(widgets()[each], inputs)
            play(sessions[each], draw)
    except Exception as error:
        return f"seed {seed}, {name}: {type(error).__name__}: {error}"[:400]
    return None


def chunk(seeds: Iterable[int], names: tuple[str, ...]) -> tuple[list[str], int]:
    """What went wrong in these sequences, and the most memory that the process has had, in megabytes."""
    failures = [failure for seed in seeds if (failure := sequence(seed, names))]
    return failures, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sequences", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--only", choices=[widget.name for widget in WIDGETS], default=None)
    arguments = parser.parse_args()
    names = (arguments.only,) if arguments.only else tuple(kind.name for kind in WIDGETS)
    end = arguments.seed + arguments.sequences
    chunks = [range(begin, min(begin + CHUNK, end)) for begin in range(arguments.seed, end, CHUNK)]
    began, failed, most = time.perf_counter(), 0, 0
    with ProcessPoolExecutor(arguments.processes) as processes:
        for done, (failures, memory) in enumerate(processes.map(chunk, chunks, [names] * len(chunks)), start=1):
            failed, most = failed + len(failures), max(most, memory)
            for failure in failures:
                print(failure, flush=True)
            if done % 10 == 0:
                print(f"{done * CHUNK:,} sequences", flush=True)
    seconds = time.perf_counter() - began
    print(f"{arguments.sequences:,} sequences in {seconds:.0f} s, {failed} failed, {most} MB at most in a process")
    raise SystemExit(failed > 0)


if __name__ == "__main__":
    main()
