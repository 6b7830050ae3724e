"""Losses and gradients as PyTorch computes them, kept in ``data/losses.json`` so that the tests need no PyTorch.

``python -m tests.core.vectors`` makes the file anew, in an environment that has numpy and torch: every case is written
with PyTorch's own operations, in float64, and every gradient is autograd's. Nothing of ``widgets`` takes part.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import numpy as np

FILE = Path(__file__).parent / "data" / "losses.json"


def load() -> dict[str, dict[str, Any]]:
    """The cases, with lists as arrays."""
    stored = json.loads(FILE.read_text())["cases"]
    return {
        name: {key: np.array(v) if isinstance(v, list) else v for key, v in case.items()}
        for name, case in stored.items()
    }


def make() -> dict[str, Any]:
    """All cases and how they came about; needs torch."""
    import torch

    torch.set_default_dtype(torch.float64)
    cases = {
        case.__name__.lstrip("_"): case(torch, random.Random(case.__name__))
        for case in (_surrogate, _dpo, _sft, _bradley_terry, _adam)
    }
    note = (
        f"Made by python -m tests.core.vectors with PyTorch {torch.__version__.split('+')[0]} in float64; "
        "gradients by autograd."
    )
    return {"note": note, "cases": cases}


def _draws(rng: random.Random, *shape: int, scale: float = 1.0) -> list:
    if len(shape) == 1:
        return [round(rng.gauss(0, scale), 3) for _ in range(shape[0])]
    return [_draws(rng, *shape[1:], scale=scale) for _ in range(shape[0])]


def _surrogate(torch, rng) -> dict[str, Any]:
    """Schulman et al. 2017, eq. 7."""
    new, old, advantages, epsilon = _draws(rng, 24, scale=0.4), _draws(rng, 24, scale=0.4), _draws(rng, 24), 0.2
    at, worth = torch.tensor(new, requires_grad=True), torch.tensor(advantages)
    ratio = torch.exp(at - torch.tensor(old))
    value = torch.minimum(ratio * worth, torch.clamp(ratio, 1 - epsilon, 1 + epsilon) * worth).mean()
    value.backward()
    given = {"log_probs": new, "old_log_probs": old, "advantages": advantages, "epsilon": epsilon}
    return given | {"value": value.item(), "gradient": at.grad.tolist()}


def _dpo(torch, rng) -> dict[str, Any]:
    """Rafailov et al. 2023, eq. 7."""
    logs = [[-abs(value) for value in row] for row in _draws(rng, 4, 16, scale=10.0)]
    chosen, rejected = (torch.tensor(row, requires_grad=True) for row in logs[:2])
    margin = 0.3 * ((chosen - torch.tensor(logs[2])) - (rejected - torch.tensor(logs[3])))
    value = -torch.nn.functional.logsigmoid(margin).mean()
    value.backward()
    names = ("policy_chosen", "policy_rejected", "reference_chosen", "reference_rejected")
    gradients = {"by_chosen": chosen.grad.tolist(), "by_rejected": rejected.grad.tolist()}
    return dict(zip(names, logs, strict=True)) | {"beta": 0.3, "value": value.item()} | gradients


def _sft(torch, rng) -> dict[str, Any]:
    """Cross-entropy of every decision of six responses of at most three out of three phrases; 3 is the end."""
    tokens = [[0, 1, 3], [0, 1, 2], [2, 3, 3], [0, 0, 3], [1, 3, 3], [3, 3, 3]]
    made = [step for row in tokens for step in _decisions(row)]
    logits = _draws(rng, 4, 4)
    at = torch.tensor(logits, requires_grad=True)
    previous, following = (torch.tensor(part) for part in zip(*made, strict=True))
    value = torch.nn.functional.cross_entropy(at[previous], following)
    value.backward()
    return {"logits": logits, "tokens": tokens, "value": value.item(), "gradient": at.grad.tolist()}


def _decisions(row: list[int]) -> list[tuple[int, int]]:
    spoken = row[: row.index(3) + 1] if 3 in row else row
    return list(zip([3, *spoken[:-1]], spoken, strict=True))


def _bradley_terry(torch, rng) -> dict[str, Any]:
    """Binary cross-entropy with logits, summed, and weight decay."""
    differences, weights, l2 = _draws(rng, 12, 4), _draws(rng, 4), 0.7
    preferences = [rng.choice([0.0, 0.25, 0.5, 1.0]) for _ in range(12)]
    at = torch.tensor(weights, requires_grad=True)
    fit = torch.nn.functional.binary_cross_entropy_with_logits(
        torch.tensor(differences) @ at, torch.tensor(preferences), reduction="sum"
    )
    value = fit + l2 / 2 * at.square().sum()
    value.backward()
    given = {"differences": differences, "preferences": preferences, "weights": weights, "l2": l2}
    return given | {"value": value.item(), "gradient": at.grad.tolist()}


def _adam(torch, rng) -> dict[str, Any]:
    """torch.optim.Adam, maximising, its rate falling along half a cosine to a fiftieth: where it is after each step."""
    gradients, rate, steps = _draws(rng, 20, 3), 0.1, 20
    at = torch.zeros(3, requires_grad=True)
    adam = torch.optim.Adam([at], lr=rate, maximize=True)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(adam, T_max=steps, eta_min=0.02 * rate)
    path = []
    for gradient in gradients:
        at.grad = torch.tensor(gradient)
        adam.step()
        falling.step()
        path.append(at.tolist())
    return {"gradients": gradients, "rate": rate, "steps": steps, "path": path}


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps(make(), indent=1) + "\n")
