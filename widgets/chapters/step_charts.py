"""What the three steps of chapter 2 draw, and what is said of each: the loss, the reward model's record, practice."""

from __future__ import annotations

from math import ceil, floor

import htpy as h
import numpy as np

from widgets.kit import charts, parts

from . import leashes
from .leashes import Leashes
from .persons import JUDGE
from .regime import regime
from .three_steps import ITERATIONS, SFT_STEPS, SIZES, Learned, Practised


def losses(points: tuple[tuple[int, float, float], ...], says: str) -> h.Node:
    """The loss by step; before training it has one point, and its axes already, with room for a nat's fall."""
    _, *first = points[0]
    found = [min(first) - 1, *(value for _, *both in points for value in both)]
    return charts.chart(
        [
            charts.Line("demonstrations", [(step, loss) for step, loss, _ in points], "aligned"),
            charts.Line("held out", [(step, held) for step, _, held in points], "muted"),
        ],
        x=charts.Axis("gradient steps", low=0, high=SFT_STEPS),
        y=charts.Axis("loss, nats per token", low=min(found)),
        says=says,
        height="short",
    )


def lost(before: float, after: float) -> str:
    """What became of the held-out loss, in words."""
    if f"{before:.2f}" == f"{after:.2f}":
        return f"On answers it has never seen, the loss is {after:.2f} nats, as at the start."
    return (
        f"On answers it has never seen, the loss {'fell' if after < before else 'rose'} from {before:.2f} to "
        f"{after:.2f} nats: "
        f"a good answer’s next phrase became {np.exp(before - after):.1f} times as likely."
    )


def by_heart(losses: tuple[tuple[int, float, float], ...]) -> str:
    """Where the held-out loss has turned, what that means."""
    lowest = min(losses, key=lambda point: point[2])
    if losses[-1][2] - lowest[2] < 0.01:
        return ""
    since = "since then the model learns the demonstrations by heart"
    return f" It was lowest after {lowest[0]} steps, at {lowest[2]:.2f}: {since}."


def loss_says(points: tuple[tuple[int, float, float], ...]) -> str:
    """What became of the loss so far."""
    return lost(points[0][2], points[-1][2]) + by_heart(points)


def record(made: Learned) -> h.Node:
    """How well the reward model predicts, by the number of comparisons; the axis has room for all asked for."""
    return parts.panels(
        parts.panel(
            "Accuracy on pairs it has not seen",
            charts.chart(
                [charts.Line("held out", made.accuracies, "reward"), charts.Rule("a coin", y=0.5)],
                x=charts.Axis("comparisons", log=True, low=SIZES[0], high=max(made.asked, 2 * SIZES[0])),
                y=shares("share predicted", [share for _, share in made.accuracies]),
                says=f"With {made.size} comparisons it predicts {parts.percent(made.accuracy)} of the choices. "
                "Its teacher wavers, so nothing could predict all.",
                height="short",
            ),
        ),
        parts.panel("Does it mean what it says?", calibration_chart(made)),
    )


def calibration_chart(made: Learned) -> h.Node:
    if not made.calibration:
        return parts.note("Too few choices to tell.")
    worst = max(abs(said - happened) for said, happened, _ in made.calibration)
    return charts.chart(
        [
            charts.Line("perfect", ((0.5, 0.5), (1.0, 1.0)), "muted", quiet=True),
            charts.Line("the model", [(said, happened) for said, happened, _ in made.calibration], "reward"),
        ],
        x=charts.Axis("probability it gave", low=0.5, high=1.0, format=parts.percent),
        y=shares("share that came true", [happened for _, happened, _ in made.calibration]),
        says=f"What it calls likely is off by {100 * worst:.0f} percentage points at most."
        if worst >= 0.005
        else "Its probabilities are right on the mark.",
        height="short",
    )


def shares(label: str, values: list[float]) -> charts.Axis:
    """From a little below a coin's half; a model that is worse than that stretches the axis."""
    return charts.Axis(label, low=min(0.4, *values), high=1.0, format=parts.percent)


def learning_so_far(made: Learned, size: int) -> h.Node:
    """Said where what is shown is not what the slider asks for."""
    if not made.done and made.size < made.asked:
        return parts.reading(f"{made.size} of {made.asked} comparisons are learned from.")
    if made.asked != size:
        return parts.note(f"This was made with {made.asked} comparisons. “Learn again” takes the {size} of the slider.")
    return None


def made_at(made: Practised, beta: float) -> h.Node:
    """Said where the results are of another leash than the slider's."""
    if made.beta == beta:
        return None
    leash = "no leash" if made.beta == 0 else f"beta at {made.beta:.2g}"
    return parts.note(f"What follows was made with {leash}. “Practise again” takes the slider’s.")


def verdict(made: Practised) -> h.Node:
    """What practice came to. The careful judge frowns where quality was won and lost again."""
    best, end = max(made.looks, key=lambda look: look.quality), made.looks[-1]
    judge = JUDGE.face("frowning") if best.beyond(end) else JUDGE.at(end.quality)
    return parts.beside(judge, parts.reading(regime(made)))


def practice(made: Practised | None, ends: Leashes, tick: int) -> h.Node:
    """What practice gains round by round, and how far it walks for that, beside where the slider's leash would end."""
    return parts.panels(
        parts.panel("Reward, round by round", _rounds(made, ends, tick)),
        parts.panel("Where this leash ends", leashes.picture(ends, tick, made)),
    )


def _rounds(made: Practised | None, ends: Leashes, tick: int) -> h.Node:
    """Both axes have room for all rounds from the start; before the first there is only the start."""
    start, goal = ends.practice.start, ends.place(tick).end
    scores = thin(made.rewards) if made else ((0, start.score),)
    golds = made.golds if made else ((0, start.quality),)
    known = [0.0, start.score, start.quality, goal.score, goal.quality, *(y for _, y in (*scores, *golds))]
    return charts.chart(
        [
            charts.Line("score", scores, "reward"),
            charts.Line("true quality", golds, "aligned"),
            charts.Rule("the exact optimum’s score", y=goal.score, tone="reward"),
        ],
        x=charts.Axis("rounds", low=0, high=ITERATIONS),
        y=charts.Axis("mean reward", low=floor(min(known)), high=ceil(max(known))),
        says=_risen(made) if made else "Nothing is practised yet. The axes have room for all rounds.",
        height="short",
    )


def _risen(made: Practised) -> str:
    """From where to where the score and true quality went; the judge may not have looked since a few rounds."""
    first, last = made.looks[0], made.looks[-1]
    return (
        f"After {made.rounds} rounds: the score went from {parts.shown(made.rewards[0][1])} to "
        f"{parts.shown(made.rewards[-1][1])}; "
        f"true quality (the careful judge’s verdict) from {parts.shown(first.quality)} to {parts.shown(last.quality)}"
        f"{'' if last.step == made.rounds else f' by round {last.step}'}."
    )


def thin(points: tuple[tuple[int, float], ...], most: int = 60) -> tuple[tuple[int, float], ...]:
    """Every so many points, the last one among them."""
    step = max(1, -(-len(points) // most))
    return points[::-1][::step][::-1]
