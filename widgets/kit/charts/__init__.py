"""Charts as SVG: round ticks, direct labels, values on hover and focus, and the same numbers as a table.

    chart(
        [Line("score", points, "reward"), Mark(1.4, 0.9, "the peak", "aligned")],
        x=Axis("√KL from the reference"), y=Axis("reward"),
        says="The score climbs on while true quality falls after 1.4.",
    )

Text keeps its size at every width, because only places are in per cent: no chart is too small to read on a
phone. Every place is an SVG attribute, so changed data moves there smoothly.
"""

from .band import Band
from .bars import Bars
from .dots import Dot, Dots
from .draw import chart
from .layer import Layer
from .line import Line
from .mark import Mark
from .rule import Rule
from .scales import Axis, Scale, log_ticks, spread, thinned, ticks

__all__ = [
    "Axis", "Band", "Bars", "Dot", "Dots", "Layer", "Line", "Mark", "Rule", "Scale",
    "chart", "log_ticks", "spread", "thinned", "ticks",
]  # fmt: skip
