"""The figures that filters are judged by: what they are called, what they mean, how they are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LARGEST = 1_000_000.0


@dataclass(frozen=True)
class Figure:
    """A key of a version's metrics with its name, its meaning in plain words, and how it is written."""

    key: str
    name: str
    meaning: str
    digits: int
    unit: str = ""

    def of(self, metrics: Mapping[str, Any]) -> float | None:
        """The figure, if it was measured: one that a filter brought along and nobody can have measured is none."""
        value = metrics.get(self.key)
        if not isinstance(value, int | float) or isinstance(value, bool):
            return None
        return float(value) if 0 <= value <= LARGEST else None

    def written(self, value: float) -> str:
        """Such as “0.24” or “320 ms”."""
        return f"{value:.{self.digits}f}{self.unit}"


STYLE = Figure(
    "style_distance",
    "Style distance",
    "how far the painted picture is from the manner of the style image: 0 is exactly its manner, plain footage "
    "is mostly beyond 0.6",
    2,
)
CONTENT = Figure(
    "content_distance",
    "Content distance",
    "how much of what is seen gets lost: at 0 nothing, at 1 about as much as there was",
    2,
)
STEADINESS = Figure(
    "temporal_error",
    "Temporal error",
    "how much the paint moves on things that stand still, as a share of full brightness; less is steadier",
    4,
)
SMOOTHED = Figure(
    "temporal_error_smoothed",
    "… with smoothing",
    "the same with smoothing over time turned up to 1",
    4,
)
OWN = Figure(
    "footage_temporal_error",
    "… of the footage",
    "what the footage itself has, before anything is painted: grain, water, resampling",
    4,
)
SPEED = Figure(
    "milliseconds_per_frame",
    "Time for a frame",
    "at 1280 × 720 as a render runs, on the machine that measured it",
    0,
    " ms",
)

FIGURES = (STYLE, CONTENT, STEADINESS, SMOOTHED, OWN, SPEED)
COMPARED = (STYLE, CONTENT, STEADINESS, SMOOTHED, SPEED)
"""What one filter or version is set beside another by: what the footage itself has is the same for all."""
