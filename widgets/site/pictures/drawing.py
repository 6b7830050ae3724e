"""Draws the few shapes of SVG that the book's small pictures
use, so that one drawing serves the page, a card and an icon.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from xml.etree import ElementTree

_FINER = 4  # drawn larger by this, then reduced, so that edges are smooth
_STEPS = 24  # straight pieces of a curve

Point = tuple[float, float]


@dataclass(frozen=True)
class Pen:
    """How a shape is drawn; what a shape doesn't say itself it has from the group around it."""

    fill: str | None
    stroke: str | None = None
    width: float = 1.0


def draw(svg: str, width: int, box: Point, pens: dict[str, Pen]) -> Any:
    """An RGBA image, ``width`` pixels wide, of the shapes in a
    view box from the origin; ``pens`` are those of the classes.
    """
    from PIL import Image, ImageDraw

    scale = _FINER * width / box[0]
    image = Image.new("RGBA", (round(scale * box[0]), round(scale * box[1])))
    root = ElementTree.fromstring(f"<svg>{svg}</svg>")
    for shape, pen in _shapes(root, Pen(None), pens):
        _draw_shape(ImageDraw.Draw(image), shape, pen, scale)
    return image.resize((width, round(width * box[1] / box[0])), Image.Resampling.LANCZOS)


def _shapes(element: ElementTree.Element, pen: Pen, pens: dict[str, Pen]) -> Iterator[tuple[ElementTree.Element, Pen]]:
    if names := element.get("class"):
        pen = pens[names]
    given = {
        "fill": element.get("fill", pen.fill),
        "stroke": element.get("stroke", pen.stroke),
        "width": float(element.get("stroke-width", pen.width)),
    }
    pen = replace(pen, **{name: None if value == "none" else value for name, value in given.items()})
    if element.tag in ("rect", "circle", "path"):
        yield element, pen
    for child in element:
        yield from _shapes(child, pen, pens)


def _draw_shape(draw: Any, shape: ElementTree.Element, pen: Pen, scale: float) -> None:
    at = {name: scale * float(shape.get(name, 0)) for name in ("x", "y", "width", "height", "rx", "cx", "cy", "r")}
    thick = round(scale * pen.width) if pen.stroke else 0
    if shape.tag == "path":
        for line in _lines(shape.get("d", "")):
            points = [(scale * x, scale * y) for x, y in line]
            draw.line(points, fill=pen.stroke, width=thick)
            for x, y in points:
                draw.ellipse((x - thick / 2, y - thick / 2, x + thick / 2, y + thick / 2), fill=pen.stroke)
    elif shape.tag == "circle":
        draw.ellipse(
            (at["cx"] - at["r"], at["cy"] - at["r"], at["cx"] + at["r"], at["cy"] + at["r"]),
            pen.fill,
            pen.stroke,
            thick,
        )
    else:
        corners = (at["x"], at["y"], at["x"] + at["width"], at["y"] + at["height"])
        draw.rounded_rectangle(corners, at["rx"], pen.fill, pen.stroke, thick)


def _lines(path: str) -> list[list[Point]]:
    """The points of a path of M, L, H, V and C, in capitals or (relative) small letters."""
    lines: list[list[Point]] = []
    for letter, numbers in re.findall(r"([MLHVCmlhvc])([^MLHVCmlhvc]*)", path):
        values = [float(number) for number in re.findall(r"-?[\d.]+", numbers)]
        x, y = (lines[-1][-1] if lines else (0.0, 0.0)) if letter.islower() else (0.0, 0.0)
        here = lines[-1][-1] if lines else (0.0, 0.0)
        match letter.upper():
            case "M":
                lines.append([(x + values[0], y + values[1])])
            case "H":
                lines[-1].append((x + values[0], here[1]))
            case "V":
                lines[-1].append((here[0], y + values[0]))
            case "L":
                lines[-1].append((x + values[0], y + values[1]))
            case "C":
                for first in range(0, len(values), 6):
                    here = lines[-1][-1]
                    x, y = here if letter.islower() else (0.0, 0.0)
                    points = [(x + values[place], y + values[place + 1]) for place in range(first, first + 6, 2)]
                    lines[-1] += [_bezier(here, *points, step / _STEPS) for step in range(1, _STEPS + 1)]
    return lines


def _bezier(start: Point, first: Point, second: Point, end: Point, t: float) -> Point:
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    points = (start, first, second, end)
    return (
        sum(w * p[0] for w, p in zip(weights, points, strict=True)),
        sum(w * p[1] for w, p in zip(weights, points, strict=True)),
    )
