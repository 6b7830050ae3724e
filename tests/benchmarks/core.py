"""The core's figures: how far PPO and DPO climb, what alignment gains, how over-optimisation goes, and what it all
costs here and in the browser.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import sync_playwright

from tests.benchmarks import costs
from tests.benchmarks.start_up import STOCK, served
from tests.browser.conftest import launch
from widgets.chapters.taste import phrase_features, stand_in
from widgets.core import annotators, dpo, optimum, overoptimization, pipeline, ppo
from widgets.core.language_model import phrase_reward
from widgets.site.stage import Stage

BETAS, SEEDS = (0.05, 0.1, 0.3, 1.0), range(1, 6)
PRESSURES = (30.0, 10.0, 5.0, 3.0, 2.0, 1.4, 1.0, 0.7, 0.5, 0.35, 0.2, 0.1, 0.05)
NUMBERS = [2**k for k in range(11)]
ROOT = Path(__file__).parents[2]
# The question that the costs are measured on.
ONE = "writing"


def report(quick: bool = True) -> None:
    """``quick`` takes one seed and every third question; the whole sweep takes some ten minutes."""
    content = Stage(ROOT).content
    names = list(content.tasks)[:: 3 if quick else 1]
    climbs(content, names, list(SEEDS)[:1] if quick else SEEDS)
    stages(content)
    over(content, names)
    compare_costs(content)


def climbs(content: Any, names: Sequence[str], seeds: Sequence[int], betas: Iterable[float] = BETAS) -> None:
    """How much of the way from the reference to the exact optimum PPO and DPO go, on learned reward models; and how
    DPO's implicit reward correlates with the reward, in differences within pairs.
    """
    print(
        f"\nshare of objective(pi*) - objective(pi_ref), {len(names)} questions x {len(seeds)} seeds (worst, median):"
    )
    for beta in betas:
        rows = [_climb(*_setting(content, name), beta, seed) for name in names for seed in seeds]
        columns = zip(
            ("PPO", "DPO", "r on covering pairs", "r on the reference's"), zip(*rows, strict=True), strict=True
        )
        print(
            f"  beta {beta:<5} "
            + "   ".join(f"{name} {min(found):.4f} {statistics.median(found):.4f}" for name, found in columns),
            flush=True,
        )


def _setting(content: Any, name: str) -> tuple:
    task, models = content.tasks[name], content.trained(name)
    learned = pipeline.learn_reward(task, pipeline.compare(task, (models.raw, models.tuned), 400, 1))
    return models.tuned, pipeline.reward_table(learned, models.tuned)


def _climb(reference, reward, beta: float, seed: int) -> tuple[float, float, float, float]:
    foot, top = optimum.objective(reference, reference, reward, beta), optimum.soft_value(reference, reward, beta)
    *_, last = ppo.train(reference, reward, beta, seed)
    first, second, shares = dpo.covering_pairs(reference, reward, beta, 8000, seed)
    *_, end = dpo.train(reference, first, second, beta, preferences=shares)
    reached = [
        (optimum.objective(found.policy, reference, reward, beta) - foot) / (top - foot) for found in (last, end)
    ]
    best = optimum.optimal_policy(reference, reward, beta)
    own, mixed = reference.sample(2000, 5), np.concatenate([reference.sample(1000, 5), best.sample(1000, 6)])
    return *reached, *(_correlation(reference, reward, beta, end.policy, answers) for answers in (mixed, own))


def _correlation(reference, reward, beta: float, policy, answers: np.ndarray) -> float:
    """Of the implicit reward's differences with the reward's, in pairs drawn from some answers at random."""
    first, second = np.random.default_rng(0).permutation(len(answers)).reshape(2, -1)
    implicit = dpo.implicit_reward(policy, reference, answers, beta)
    true = optimum.total_reward(reference, reward, answers)
    return float(np.corrcoef(implicit[first] - implicit[second], true[first] - true[second])[0, 1])


def stages(content: Any) -> None:
    """The shipped models' mean gold rewards."""
    rows = []
    for name, task in content.tasks.items():
        models = content.trained(name)
        rows.append(
            [float(task.gold(model.sample(3000, 5)).mean()) for model in (models.raw, models.tuned, models.aligned)]
        )
    raw, tuned, aligned = np.array(rows).T
    print(
        f"\ngold reward, mean of {len(rows)} questions: raw {raw.mean():.2f}, SFT {tuned.mean():.2f}, "
        f"aligned {aligned.mean():.2f}"
    )
    print(
        f"  aligned less raw {(aligned - raw).min():.2f} at least; aligned less SFT "
        f"{(aligned - tuned).mean():.2f} on average, {(aligned - tuned).min():.2f} at least"
    )


def over(content: Any, names: Sequence[str]) -> None:
    """Gold reward as reward models of biased annotators are pushed, and the laws fitted to it."""
    print(
        "\nover-optimisation: gold at the start, at its peak and at the end; the fall as a share of the rise; "
        "the proxy's smallest step;"
    )
    print("the laws, with d = sqrt(KL): RL d (alpha - beta log d), best-of-n d (alpha - beta d)")
    for annotator in annotators.ANNOTATORS:
        for name in names:
            print(f"  {annotator.name:16} {name:9} " + _over(content, name, annotator), flush=True)


def _over(content: Any, name: str, annotator: annotators.Annotator) -> str:
    reference, judge = content.trained(name).tuned, content.tasks[name].gold
    worth = phrase_features(content, name)[:-1] @ stand_in(content, annotator).model.weights
    reward = optimum.standardized(phrase_reward(worth), reference)
    points = overoptimization.optima(reference, reward, judge, PRESSURES, 1)
    best = overoptimization.best_of(reference, reward, judge, NUMBERS, 1)
    gold, top = [point.gold for point in points], overoptimization.peak(points)
    fall = (gold[top] - gold[-1]) / max(gold[top] - gold[0], 1e-9)
    step = min(np.diff([point.proxy for point in line]).min() for line in (points, best))
    laws = overoptimization.fit_reinforcement(points), overoptimization.fit_best_of(best)
    fitted = "   ".join(f"{law.alpha:5.2f} {law.beta:5.2f} R2 {law.r_squared:5.2f}" for law in laws)
    return (
        f"{gold[0]:5.2f} {gold[top]:5.2f} (beta {PRESSURES[top]:<4g}) {gold[-1]:5.2f}   fall {fall:5.2f}   "
        f"step {step:6.3f}   {fitted}"
    )


def compare_costs(content: Any) -> None:
    """Seconds on CPython and in the browser, and what twice the work costs."""
    task = json.dumps(asdict(content.tasks[ONE]))
    command = [sys.executable, "-m", "tests.benchmarks.costs"]
    here = json.loads(subprocess.run(command, input=task, capture_output=True, text=True, check=True).stdout)
    there = _in_browser(task)
    print(f"\ncosts on “{ONE}”, {len(content.tasks[ONE].phrases)} phrases (median seconds)   CPython   browser   ratio")
    for name, seconds in here.items():
        print(f"  {name:46} {seconds:9.4f} {there[name]:9.4f} {there[name] / seconds:7.1f}")
    for name, (half, whole) in costs.DOUBLED.items():
        print(
            f"  {name + ' costs … times as much':46} {here[whole] / here[half]:9.2f} {there[whole] / there[half]:9.2f}"
        )


def _in_browser(task: str) -> dict[str, float]:
    """The same in stock Pyodide, so that the algorithms alone are compared."""
    sources = [ROOT / "widgets" / "__init__.py", *sorted((ROOT / "widgets" / "core").glob("*.py"))]
    files = {str(path.relative_to(ROOT)): path.read_text() for path in sources} | {
        "costs.py": Path(costs.__file__).read_text()
    }
    with served() as address, sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page()
        page.goto(address + STOCK)
        told = page.evaluate(
            """async ([files, task]) => {
                const { loadPyodide } = await import("./pyodide.mjs");
                const python = await loadPyodide();
                await python.loadPackage("numpy");
                python.FS.mkdirTree("/book/widgets/core");
                for (const [name, text] of Object.entries(files)) python.FS.writeFile("/book/" + name, text);
                python.globals.set("task", task);
                return python.runPython("import sys; sys.path.insert(0, '/book'); import costs; costs.told(task)");
            }""",
            [files, task],
        )
        browser.close()
    return json.loads(told)
