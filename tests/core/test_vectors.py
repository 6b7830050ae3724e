"""Every loss and its gradient equal PyTorch's, which are kept in a file (see ``vectors``)."""

import json

import numpy as np
import pytest

from tests.core import tiny, vectors
from widgets.core import dpo, ppo, reward_model, sft
from widgets.core.adam import Adam
from widgets.core.language_model import LanguageModel

CASES = vectors.load()


def same(found, wanted):
    np.testing.assert_allclose(found, wanted, rtol=1e-11, atol=1e-12)


def test_the_clipped_surrogate_equals_pytorchs():
    case = CASES["surrogate"]
    value, gradient = ppo.clipped_surrogate(
        case["log_probs"], case["old_log_probs"], case["advantages"], case["epsilon"]
    )
    same(value, case["value"])
    same(gradient, case["gradient"])
    assert 0 < (case["gradient"] == 0).sum() < len(gradient)  # some are clipped, some are not


def test_the_dpo_loss_equals_pytorchs():
    case = CASES["dpo"]
    names = ("policy_chosen", "policy_rejected", "reference_chosen", "reference_rejected", "beta")
    value, (by_chosen, by_rejected) = dpo.loss(*(case[name] for name in names))
    same(value, case["value"])
    same(by_chosen, case["by_chosen"])
    same(by_rejected, case["by_rejected"])


def test_the_sft_loss_equals_pytorchs_cross_entropy():
    case = CASES["sft"]
    model = LanguageModel(tiny.PHRASES, case["logits"], tiny.LENGTH)
    same(sft.loss(model, case["tokens"]), case["value"])
    same(sft.gradient(model, case["tokens"])[0], case["gradient"])


def test_the_reward_models_objective_equals_pytorchs_binary_cross_entropy():
    case = CASES["bradley_terry"]
    given = [case[name] for name in ("weights", "differences", "preferences", "l2")]
    same(reward_model.objective(*given), case["value"])
    same(reward_model.gradient(*given), case["gradient"])


def test_adam_walks_where_pytorchs_walks():
    case = CASES["adam"]
    adam, at = Adam((3,), case["rate"], case["steps"]), np.zeros(3)
    for gradient, wanted in zip(case["gradients"], case["path"], strict=True):
        at = at + adam.step(gradient)
        np.testing.assert_allclose(at, wanted, rtol=1e-9)


def test_pytorch_still_says_what_the_file_says():
    pytest.importorskip("torch")
    made, kept = vectors.make()["cases"], json.loads(vectors.FILE.read_text())["cases"]
    assert made.keys() == kept.keys()
    for name, case in kept.items():
        for key, value in case.items():
            same(made[name][key], value)
