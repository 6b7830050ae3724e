"""What one run of each algorithm costs on one question. Runs unchanged on CPython and in Pyodide.

``python -m tests.benchmarks.costs < task.json`` prints seconds; ``told`` does the same for a text in hand.
"""

import json
import statistics
import sys
import time
from random import Random

import numpy as np

from widgets.core import dpo, optimum, ppo, reward_model, sft
from widgets.core.iterates import last
from widgets.core.language_model import phrase_reward
from widgets.core.pipeline import Task

BETA = 0.3
# The sizes of a run, and those with which half of something is compared.
PPO = {
    "PPO, 200 x 512": (200, 512),
    "PPO, 100 x 512": (100, 512),
    "PPO, 200 x 2048": (200, 2048),
    "PPO, 200 x 1024": (200, 1024),
}
DPO = {"DPO, 450 x 8000": (450, 8000), "DPO, 225 x 8000": (225, 8000), "DPO, 450 x 4000": (450, 4000)}
# What doubles, from which run to which.
DOUBLED = {
    "PPO, twice the iterations": ("PPO, 100 x 512", "PPO, 200 x 512"),
    "PPO, twice the samples": ("PPO, 200 x 1024", "PPO, 200 x 2048"),
    "DPO, twice the iterations": ("DPO, 225 x 8000", "DPO, 450 x 8000"),
    "DPO, twice the pairs": ("DPO, 450 x 4000", "DPO, 450 x 8000"),
}


def told(task: str) -> str:
    """Median seconds of every algorithm, as JSON, on a task given as JSON."""
    return json.dumps(costs(Task(**json.loads(task))))


def timed(work, repetitions):
    """The median seconds of a few runs."""
    seconds = []
    for _ in range(repetitions):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def costs(task):
    rng = Random(1)
    raw = last(sft.train(task.untrained, task.web_texts(1))).model
    demonstrations, held_out = task.demonstration_texts(1)
    tuned = last(sft.train(raw, demonstrations)).model
    reward = phrase_reward([rng.gauss(0, 1) for _ in task.phrases])
    pairs = dpo.covering_pairs(tuned, reward, BETA, 8000, 1)
    found = {f"fit of 200 labels, {d} weights": timed(_fit(rng, d), 15) for d in (10, len(task.phrases))}
    found["SFT"] = timed(lambda: last(sft.train(raw, demonstrations, held_out)), 5)
    found |= {name: timed(_ppo(tuned, reward, *sizes), 3) for name, sizes in PPO.items()}
    found |= {name: timed(_dpo(tuned, pairs, *sizes), 3) for name, sizes in DPO.items()}
    found["best policy, exact"] = timed(lambda: optimum.optimal_policy(tuned, reward, BETA), 15)
    return found


def _fit(rng, d):
    differences = np.array([[rng.gauss(0, 1) for _ in range(d)] for _ in range(200)])
    choices = np.array([float(rng.random() < 0.5) for _ in range(200)])
    return lambda: reward_model.fit(differences, choices)


def _ppo(tuned, reward, steps, batch):
    return lambda: last(ppo.train(tuned, reward, BETA, 1, steps=steps, batch=batch))


def _dpo(tuned, pairs, steps, count):
    first, second, shares = (part[:count] for part in pairs)
    return lambda: last(dpo.train(tuned, first, second, BETA, preferences=shares, steps=steps))


if __name__ == "__main__":
    print(told(sys.stdin.read()))
