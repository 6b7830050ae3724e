"""The report card as an image to save."""

from __future__ import annotations

from html import escape

from widgets.core.features import FEATURES
from widgets.kit import parts

from .report import Report
from .report_words import taste_in_words

# Where zero is, and how far bars and whiskers reach from there.
ZERO, HALF = 610, 270


def picture(state: Report) -> str:
    """The card as an SVG image of 1200 by 630, complete in itself."""
    taste, (right, count) = state.taste, state.predicted
    headline = f"What {'my' if taste.own else f'{taste.whose}’s'} reward model learned"
    source = f"Learned from {taste.labels:,} comparisons." + ("" if taste.own else f" {taste.person.portrait}")
    predicted = f" It predicted {right} of {count} choices on random pairs." if count else ""
    reach = max([1.0, *(abs(weight) + 2 * deviation for _, weight, deviation in state.tastes)])
    rows = "".join(_drawn(230 + 62 * place, HALF / reach, *row) for place, row in enumerate(state.tastes))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 630" width="1200" height="630" '
        'font-family="Georgia, serif" font-size="26" fill="#1f1e1c">'
        '<rect width="1200" height="630" fill="#fcfbf8"/><rect width="1200" height="10" fill="#5b3fd6"/>'
        f'<text x="80" y="105" font-size="42">{escape(headline)}</text>'
        f'<text x="80" y="160" font-size="21" fill="#5f5b55">{escape(source + predicted)}</text>'
        f'{rows}<line x1="{ZERO}" x2="{ZERO}" y1="210" y2="{230 + 62 * len(state.tastes)}" stroke="#8d877d"/>'
        f'<text x="80" y="525" font-size="20">{escape(taste_in_words(state))}</text>'
        '<text x="80" y="585" font-size="20" fill="#5f5b55">RLHF, an interactive book</text></svg>'
    )


def _drawn(y: int, unit: float, index: int, weight: float, deviation: float) -> str:
    """A taste in the picture: its name, its bar from zero with a whisker of two deviations, and the numbers."""
    start, end = sorted((ZERO, ZERO + unit * weight))
    low, high = (ZERO + unit * (weight + side * 2 * deviation) for side in (-1, 1))
    return (
        f'<text x="{ZERO - HALF - 20}" y="{y + 23}" text-anchor="end">{escape(FEATURES[index].label)}</text>'
        f'<rect x="{start:.1f}" y="{y}" width="{end - start:.1f}" height="32" fill="#5b3fd6"/>'
        f'<path d="M{low:.1f} {y + 16}H{high:.1f}M{low:.1f} {y + 8}v16M{high:.1f} {y + 8}v16" fill="none" '
        f'stroke="#1f1e1c" stroke-width="2"/>'
        f'<text x="1120" y="{y + 23}" text-anchor="end">{parts.shown(weight, signed=True)} ± '
        f"{parts.shown(2 * deviation)}</text>"
    )
