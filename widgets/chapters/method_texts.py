"""What the method cards say of each method: its workflow, and what speaks for and against it."""

from __future__ import annotations

from dataclasses import dataclass

from widgets.kit import parts

from .persons import AI_LABELLER, TUNED


@dataclass(frozen=True)
class Method:
    """What a card says; its workflow; what speaks for and against it."""

    title: str
    short: str
    sign: str
    stages: tuple[parts.Stage, ...]
    back: str | None
    pros: tuple[str, ...]
    cons: tuple[str, ...]


METHODS = {
    "rlhf": Method(
        "RLHF",
        "Three steps, complex: examples, a reward model, practice.",
        "loop",
        (
            parts.Stage("SFT model", TUNED.looks, "answers twice", "pairs", "aligned"),
            parts.Stage("People", "human", "choose", "comparisons", "human"),
            parts.Stage("Reward model", "judge", "learns their taste", "scores", "reward"),
            parts.Stage("PPO", "loop", "practises on a leash", None, "aligned"),
        ),
        "new answers, new scores, round and round",
        ("Proven in practice.", "The reward model can be used again, and be asked about new answers."),
        ("Four models in memory.", "Many settings, and training that can fail.", "Costly labels."),
    ),
    "dpo": Method(
        "DPO",
        "One step, direct: one loss on the comparisons, no reward model.",
        "data",
        (
            parts.Stage("SFT model", TUNED.looks, "answers twice", "pairs", "aligned"),
            parts.Stage("People", "human", "choose", "comparisons", "human"),
            parts.Stage("DPO", "loop", "widens the margin between the two", None, "aligned"),
        ),
        None,
        ("As simple as supervised learning.", "Two models in memory, and nothing is sampled while it trains."),
        ("Knows only the pairs that it was given.", "No reward model is left to use again."),
    ),
    "cai": Method(
        "Constitutional AI",
        "A loop with itself, autonomous: it corrects itself by written principles. In its second phase, RLAIF, "
        "an AI compares.",
        "law",
        (
            parts.Stage("SFT model", TUNED.looks, "drafts, and revises by principles", "revisions", "aligned"),
            parts.Stage("Fine-tuning", "loop", "on its own revisions; then it answers twice", "pairs", "aligned"),
            parts.Stage("AI labeller", AI_LABELLER.looks, "chooses by the principles", "comparisons", "reward"),
            parts.Stage("RLAIF", "loop", "a reward model and PPO, as in RLHF", None, "aligned"),
        ),
        None,
        ("Few human labels.", "Its rules can be read, and disputed."),
        ("Only as good as its principles.", "Over-strict ones make it evasive."),
    ),
}
