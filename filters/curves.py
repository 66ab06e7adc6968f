"""Loss curves as points of an SVG, so that they need no script and no library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from filters.loss_rows import LOSSES

WIDTH, HEIGHT = 320, 120
"""Size of the drawing in its own units."""

POINTS = 240
"""Points of a line at most: more cannot be told apart at this size."""

SHOWN = {
    "total": "all of them, each by its weight",
    "style": "how far from the picture’s manner",
    "content": "what is lost of the footage",
    "steadiness": "what flickers from frame to frame",
    "tone": "light and dark out of place",
    "evenness": "patches where the footage has none",
}
"""Losses that are drawn, and what each says."""


@dataclass(frozen=True)
class Curve:
    """One loss over steps: `raw` and `smooth` are SVG points, `last` the smoothed value now, `top` the scale's end."""

    name: str
    meaning: str
    raw: str
    smooth: str
    last: float
    top: float
    steps: int


def curves_of(losses: Sequence[Sequence[float]]) -> list[Curve]:
    """The curves of a training run; none before its second entry."""
    rows = thinned(losses)
    drawn = []
    for name in SHOWN:
        at = 1 + LOSSES.index(name)
        known = [row for row in rows if len(row) > at]
        if len(known) > 1:
            drawn.append(curve(name, [row[0] for row in known], [row[at] for row in known]))
    return drawn


def curve(name: str, steps: Sequence[float], values: Sequence[float]) -> Curve:
    """A line through (step, value); the scale ends at the 98th percentile, since a first step can tower over all."""
    smooth = smoothed(values)
    ordered = sorted(values)
    top = max(ordered[min(len(ordered) - 1, int(0.98 * len(ordered)))], *smooth[len(smooth) // 2 :], 1e-9)
    return Curve(
        name,
        SHOWN[name],
        _points(steps, values, top),
        _points(steps, smooth, top),
        smooth[-1],
        top,
        int(steps[-1]),
    )


def smoothed(values: Sequence[float]) -> list[float]:
    """The running mean over a tenth of what came before, heavier on what is new."""
    weight = 2 / (1 + max(3, len(values) // 10))
    mean, result = values[0], []
    for value in values:
        mean += weight * (value - mean)
        result.append(mean)
    return result


def thinned(losses: Sequence[Sequence[float]]) -> list[Sequence[float]]:
    """At most POINTS rows, evenly chosen, the last among them."""
    every = -(-len(losses) // POINTS) if losses else 1
    return [*losses[:-1:every], losses[-1]] if losses else []


def _points(steps: Sequence[float], values: Sequence[float], top: float) -> str:
    first, span = steps[0], max(1e-9, steps[-1] - steps[0])
    return " ".join(
        f"{WIDTH * (step - first) / span:.1f},{HEIGHT * (1 - min(1.0, max(0.0, value / top))):.1f}"
        for step, value in zip(steps, values, strict=True)
    )
