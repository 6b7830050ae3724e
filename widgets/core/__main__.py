"""The whole story on one question, with numbers: ``python -m widgets.core``."""

from __future__ import annotations

import textwrap
import time

import numpy as np

from . import best_of_n, dpo, optimum, overoptimization, pipeline, ppo, sft
from .annotators import HURRIED
from .example import QUESTION, TASK
from .iterates import last
from .language_model import LanguageModel
from .pipeline import BETA
from .reward_model import accuracy

SEED = 1
# The most columns a line may take.
WIDTH = 100


def main() -> None:
    began = time.perf_counter()
    print(f"{QUESTION}   ({len(TASK.phrases)} phrases for tokens, at most {pipeline.LENGTH} of them, then the end)\n")
    raw = last(sft.train(TASK.untrained, TASK.web_texts(SEED))).model
    _shows("Pre-training", "maximum likelihood on 400 web texts", raw)
    demonstrations, held_out = TASK.demonstration_texts(SEED)
    steps = list(sft.train(raw, demonstrations, held_out))
    tuned = steps[-1].model
    _shows(
        "SFT",
        f"80 demonstrations; held-out loss {steps[0].held_out:.2f} -> {steps[-1].held_out:.2f} nats a token",
        tuned,
    )
    pairs, reward = _reward_model(tuned)
    print(f"\nMaximise E[r] - {BETA} KL from the SFT model; r in units of its standard deviation there:")
    print(f"   {'SFT model':11} {_gold_of(tuned)}")
    _climb("optimum", tuned, reward, optimum.optimal_policy(tuned, reward, BETA), "exact: the soft Bellman backup")
    _climb(
        "PPO",
        tuned,
        reward,
        last(ppo.train(tuned, reward, BETA, SEED)).policy,
        "200 x 512 answers, 2 epochs",
        says=True,
    )
    _dpo(tuned, reward, pairs)
    _best_of(tuned, reward)
    _no_leash(tuned, reward)
    _hacking(tuned)
    print(f"\n{time.perf_counter() - began:.1f} s")


def _reward_model(tuned: LanguageModel) -> tuple[pipeline.Comparisons, np.ndarray]:
    """The 400 comparisons that it learned from, and its reward."""
    pairs = pipeline.compare(TASK, (tuned,), 700, SEED)
    learned, held_out = pipeline.learn_reward(TASK, pairs[:400]), pairs[400:]
    differences = TASK.counts(held_out.first) - TASK.counts(held_out.second)
    share = accuracy(learned, differences, held_out.preferences)
    order = np.argsort(learned.weights)
    learned_from = "400 pairs of SFT answers, one vote each (the careful judge)"
    print(f"\nReward model: {learned_from}; {100 * share:.0f} % of 300 others right")
    print(f"   likes most  {learned.weights[order[-1]]:+.2f}  {TASK.phrases[order[-1]]}")
    print(f"   likes least {learned.weights[order[0]]:+.2f}  {TASK.phrases[order[0]]}")
    return pairs[:400], pipeline.reward_table(learned, tuned)


def _dpo(tuned: LanguageModel, reward: np.ndarray, pairs: pipeline.Comparisons) -> None:
    first, second, shares = dpo.covering_pairs(tuned, reward, BETA, 8000, SEED)
    policy = last(dpo.train(tuned, first, second, BETA, preferences=shares)).policy
    answers = tuned.sample(2000, 5)
    implicit = dpo.implicit_reward(policy, tuned, answers, BETA)
    agreement = np.corrcoef(implicit, optimum.total_reward(tuned, reward, answers))[0, 1]
    _climb("DPO", tuned, reward, policy, "8000 pairs, exact shares")
    print(f"     Its implicit reward correlates {agreement:.3f} with the reward. 40 % of these answers are drawn from")
    print("     the optimum itself, which nobody has. On the 400 votes that the reward model had:")
    votes = last(dpo.train(tuned, pairs.first, pairs.second, BETA, preferences=pairs.preferences)).policy
    print(f"   {'DPO, votes':11} KL {votes.kl(tuned):4.2f}  {_gold_of(votes)}")


def _best_of(tuned: LanguageModel, reward: np.ndarray) -> None:
    chosen = best_of_n.sample(tuned, reward, 16, 3000, SEED)
    score = optimum.total_reward(tuned, reward, chosen).mean()
    print(
        f"   {'best of 16':11} reward {score:5.2f}  KL <= {best_of_n.kl(16):.2f}  gold "
        f"{TASK.gold(chosen).mean():5.2f}  no training at all"
    )


def _no_leash(tuned: LanguageModel, reward: np.ndarray) -> None:
    """Beta 0 at every step: PPO settles before the greatest score, which is exactly known."""
    print("\nNo leash at all, beta 0 from the first step to the last:")
    practised, best = last(ppo.train(tuned, reward, 0.0, SEED)).policy, optimum.optimal_policy(tuned, reward, 0.0)
    for name, policy in (("PPO, beta 0", practised), ("best there", best)):
        print(f"   {name:11} reward {policy.expected(reward):5.2f}  KL {policy.kl(tuned):5.2f}  {_gold_of(policy)}")


def _hacking(tuned: LanguageModel) -> None:
    pairs = pipeline.compare(TASK, (tuned,), 400, SEED, HURRIED)
    reward = pipeline.reward_table(pipeline.learn_reward(TASK, pairs), tuned)
    betas = (30, 5, 2, 1, 0.5, 0.2, 0.1, 0.05)
    points = overoptimization.optima(tuned, reward, TASK.gold, betas, SEED)
    print("\nChasing the hurried reader’s score harder and harder:")
    print("   sqrt(KL) " + "".join(f"{point.distance:7.2f}" for point in points))
    print("   score    " + "".join(f"{point.proxy:7.2f}" for point in points))
    print("   gold     " + "".join(f"{point.gold:7.2f}" for point in points))
    hacked = optimum.optimal_policy(tuned, reward, betas[-1])
    print("   at the end it says:")
    _says(hacked, hacked.sample(1, 3)[0])
    law = overoptimization.fit_reinforcement(points)
    print(f"   gold gain = d ({law.alpha:.2f} - {law.beta:.2f} log d), R squared {law.r_squared:.2f}")


def _shows(stage: str, how: str, model: LanguageModel) -> None:
    print(f"{stage}: {how}; {_gold_of(model)}")
    for response in model.sample(2, 7):
        _says(model, response)


def _gold_of(model: LanguageModel) -> str:
    return f"gold {TASK.gold(model.sample(3000, 5)).mean():5.2f}"


def _says(model: LanguageModel, response: np.ndarray) -> None:
    said = model.text(response) or "(says nothing)"
    print(textwrap.fill(said, WIDTH, initial_indent="   - ", subsequent_indent="     "))


def _climb(
    name: str, tuned: LanguageModel, reward: np.ndarray, policy: LanguageModel, how: str, says: bool = False
) -> None:
    foot, top = optimum.objective(tuned, tuned, reward, BETA), optimum.soft_value(tuned, reward, BETA)
    share = (optimum.objective(policy, tuned, reward, BETA) - foot) / (top - foot)
    figures = (
        f"reward {policy.expected(reward):5.2f}  KL {policy.kl(tuned):4.2f}  {_gold_of(policy)}  "
        f"{100 * share:5.1f} % of the way"
    )
    print(f"   {name:11} {figures}  {how}")
    if says:
        _says(policy, policy.sample(1, 7)[0])


if __name__ == "__main__":
    main()
