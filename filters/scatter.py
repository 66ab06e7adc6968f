"""Scatter plots as plain geometry, for a template to draw as SVG: places of dots, ticks, and names that keep apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

WIDTH, HEIGHT = 640, 420  # units of the drawing
LEFT, RIGHT, TOP, BOTTOM = 54, 20, 38, 46  # above and below there is room for what the axes are called
LETTER, LINE = 7.6, 14  # units that a letter is wide in the widest serif (DejaVu), and a line is high
DOT = 6
LARGE = 1.7  # times as large are letters and dots where the plot is drawn small (figures.css), in units of the drawing


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
class Name:
    """Where a name is written: beside its dot, so that it ends, begins or has its middle there."""

    x: float
    y: float
    anchor: str


@dataclass(frozen=True)
class Dot:
    """A point in its place, with its name or without where there is no room.

    `large`: where it is written in the large letters that a plot needs which is drawn small.
    """

    point: Point
    x: float
    y: float
    name: Name | None = None
    large: Name | None = None


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
    choice = sorted(dots, key=lambda dot: (not dot.point.stands_out, dot.point.hollow, dot.y))
    names, large = _names(choice, 1.0), _names(choice, LARGE)
    named = {dot: replace(dot, name=names[at], large=large[at]) for at, dot in enumerate(choice)}
    return sorted((named[dot] for dot in dots), key=lambda dot: dot.point.stands_out)


def _names(dots: list[Dot], times: float) -> list[Name | None]:
    """Where each is named, in letters so many times as large; the first has the choice."""
    reach = DOT * times
    taken: list[Box] = [(dot.x - reach, dot.y - reach, dot.x + reach, dot.y + reach) for dot in dots]
    return [_place(dot, taken, times) for dot in dots]


def _place(dot: Dot, taken: list[Box], times: float) -> Name | None:
    wide = LETTER * times * len(dot.point.name)
    for right, down, anchor in (
        (10, 4, "start"),
        (-10, 4, "end"),
        (0, -11, "middle"),
        (0, 20, "middle"),
        (8, -9, "start"),
        (8, 17, "start"),
        (-8, -9, "end"),
        (-8, 17, "end"),
    ):
        x, y = dot.x + right * times, dot.y + down * times
        left = x - {"start": 0.0, "end": wide, "middle": wide / 2}[anchor]
        box = (left, y - (LINE - 4) * times, left + wide, y + 3 * times)
        inside = box[0] >= LEFT and box[2] <= WIDTH - 4 and box[1] >= TOP and box[3] <= HEIGHT - BOTTOM
        if inside and not any(_meet(box, other) for other in taken):
            taken.append(box)
            return Name(round(x, 1), round(y, 1), anchor)
    return None


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
