"""Scatter plots as plain geometry, for a template to draw as SVG: places of dots, ticks, and names that keep apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

WIDTH, HEIGHT = 640, 420  # units of the drawing
LEFT, RIGHT, TOP, BOTTOM = 54, 20, 38, 46  # above and below there is room for what the axes are called
LETTER, LINE = 7.6, 14  # units that a letter is wide in the widest serif (DejaVu), and a line is high
DOT = 6


@dataclass(frozen=True)
class Point:
    """What is to be plotted; points with `stands_out` are named first and drawn last, `hollow` ones are rings."""

    name: str
    address: str
    x: float
    y: float
    says: str
    stands_out: bool = False
    hollow: bool = False


@dataclass(frozen=True)
class Tick:
    """A mark of an axis: where, and what is written there."""

    at: float
    words: str


@dataclass(frozen=True)
class Dot:
    """A point in its place. The name is written at (`name_x`, `name_y`), or not at all where there is no room."""

    point: Point
    x: float
    y: float
    name_x: float = 0.0
    name_y: float = 0.0
    anchor: str = "start"
    named: bool = False


@dataclass(frozen=True)
class Plot:
    """Everything of a plot but its colours."""

    title: str
    caption: str
    x_name: str
    y_name: str
    x_ticks: list[Tick] = field(default_factory=list)
    y_ticks: list[Tick] = field(default_factory=list)
    dots: list[Dot] = field(default_factory=list)
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


Box = tuple[float, float, float, float]


def scatter(points: Sequence[Point], *, title: str, caption: str, x_name: str, y_name: str) -> Plot:
    """Both axes begin at 0, so that distances can be compared by eye; empty for no points."""
    x_ticks, x_most = _axis([one.x for one in points])
    y_ticks, y_most = _axis([one.y for one in points])

    def across(value: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * value / x_most, 1)

    def up(value: float) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / y_most, 1)

    dots = [Dot(one, across(one.x), up(one.y)) for one in points]
    return Plot(
        title,
        caption,
        x_name,
        y_name,
        [Tick(across(value), f"{value:g}") for value in x_ticks],
        [Tick(up(value), f"{value:g}") for value in y_ticks],
        _named(dots),
    )


def _axis(values: Sequence[float]) -> tuple[list[float], float]:
    """Round ticks from 0 on, and the end of the axis a little beyond the largest value."""
    most = max(values, default=0.0) * 1.04 or 1.0
    rough = most / 6
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * 0.999)
    return [round(step * number, 10) for number in range(int(most / step) + 1)], most


def _named(dots: list[Dot]) -> list[Dot]:
    """Give names places beside their dots where nothing is in the way; those that stand out choose first."""
    taken: list[Box] = [(dot.x - DOT, dot.y - DOT, dot.x + DOT, dot.y + DOT) for dot in dots]
    placed: dict[int, Dot] = {}
    order = sorted(
        range(len(dots)), key=lambda at: (not dots[at].point.stands_out, dots[at].point.hollow, dots[at].y)
    )
    for at in order:
        placed[at] = _place(dots[at], taken)
    by_weight = sorted(range(len(dots)), key=lambda at: dots[at].point.stands_out)
    return [placed[at] for at in by_weight]


def _place(dot: Dot, taken: list[Box]) -> Dot:
    wide = LETTER * len(dot.point.name)
    for x, y, anchor in (
        (dot.x + 10, dot.y + 4, "start"),
        (dot.x - 10, dot.y + 4, "end"),
        (dot.x, dot.y - 11, "middle"),
        (dot.x, dot.y + 20, "middle"),
        (dot.x + 8, dot.y - 9, "start"),
        (dot.x + 8, dot.y + 17, "start"),
        (dot.x - 8, dot.y - 9, "end"),
        (dot.x - 8, dot.y + 17, "end"),
    ):
        left = x - {"start": 0.0, "end": wide, "middle": wide / 2}[anchor]
        box = (left, y - LINE + 4, left + wide, y + 3)
        inside = box[0] >= LEFT and box[2] <= WIDTH - 4 and box[1] >= TOP and box[3] <= HEIGHT - BOTTOM
        if inside and not any(_meet(box, other) for other in taken):
            taken.append(box)
            return Dot(dot.point, dot.x, dot.y, round(x, 1), round(y, 1), anchor, named=True)
    return dot


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
