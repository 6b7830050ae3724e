"""What figure 4.1 draws: both methods' ways to the optimum, and what each gains when the labels are drawn again."""

from __future__ import annotations

import htpy as h

from widgets.kit import charts, parts

from .label_draws import DRAWS
from .label_walk import Run, distance
from .label_words import share_words
from .method_cards import two_digits

# A share below this is drawn at it, so that the others can be told apart.
LOWEST = -1.0
# Nats from the optimum down to which there is room, and how many times the start's distance there is above it.
NEAR, FARTHEST = 0.01, 1.5


def walks(run: Run) -> h.Node:
    """Both ways on axes that have room for them from the first step."""
    target = run.experiment.target
    been = [far for _, far in (*run.ppo.path, *run.dpo.path)]
    lowest, highest = min([NEAR, distance(run.ideal, target), *been]), max([FARTHEST * been[0], *been])
    verb, kept = "ends" if run.ppo.ended else "is", distance(run.dpo.policy, target)
    stop = f"Of DPO’s policies the one is kept that the held-out labels like best, at {two_digits(kept)} nats."
    mark = charts.Mark(run.kept_at / run.direct.keywords["steps"], kept, "kept", "aligned")
    marks = [mark] if run.dpo.ended else []
    stands = f"PPO {verb} {two_digits(run.ppo.path[-1][1])} nats from the optimum of the true reward"
    return charts.chart(
        [
            charts.Line("PPO", run.ppo.path, "reward"),
            charts.Line("DPO", run.dpo.path, "aligned"),
            charts.Rule("RLHF’s own optimum", y=distance(run.ideal, target), tone="reward"),
            *marks,
        ],
        x=charts.Axis("share of its training done", format=parts.percent, low=0.0, high=1.0),
        y=charts.Axis("KL to the optimum, nats", log=True, format=two_digits, low=lowest, high=highest),
        says=f"{stands}, DPO {two_digits(run.dpo.path[-1][1])}. {stop if run.dpo.ended else ''}",
        height="short",
    )


def spread(run: Run) -> h.Node:
    """Each draw's two dots: in the same column are the same labels."""
    columns = list(enumerate(run.draws, 1))
    series = [
        charts.Dots(name, [charts.Dot(f"draw {at}", at, max(found[arm], LOWEST)) for at, found in columns], tone)
        for arm, (name, tone) in enumerate((("RLHF", "reward"), ("DPO", "aligned")))
    ]
    below = any(min(found) < LOWEST for found in run.draws)
    lowest = f" What is below {share_words(LOWEST)} is drawn there." if below else ""
    return parts.panel(
        "The labels drawn again: what each method gains",
        charts.chart(
            [*series, charts.Rule("the optimum", y=1.0), charts.Rule("the start", y=0.0)],
            x=charts.Axis("draw of the labels", low=0, high=DRAWS + 1),
            y=charts.Axis("share of the possible gain", format=share_words),
            says="Each column is one draw of the labels, given to both. Diamonds are RLHF, by the exact optimum of the "
            f"reward that it fitted; discs are DPO.{lowest}",
            height="short",
        ),
    )
