"""What a filter would do to frames that it never saw: from what it did to standing frames that look like them.

A weighted mean over the standing frames (Nadaraya and Watson, 1964): the more alike a standing frame is, the more it
counts. A share of plain mean is mixed in, so that footage like nothing we have is judged as the filter does usually.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from videos.suggestions.features import Features

WEIGHTS: dict[str, float] = {
    "luminance": 1.5,
    "contrast": 1.0,
    "colourfulness": 1.0,
    "sharpness": 1.5,
    "dark": 1.0,
    "light": 1.0,
    "green": 1.0,
    "blue": 1.0,
    "warm": 1.0,
}
"""How much a difference in each feature counts."""

REACH = 0.6  # distance in weighted features at which a standing frame counts for 60 percent
USUAL = 0.5  # weight of the plain mean, in standing frames that are exactly alike

LOGARITHMIC = frozenset({"content_distance", "style_distance", "unsteadiness"})
"""Measures whose ratios count: their logarithms are averaged."""

AS_USUAL = frozenset({"style_distance", "blues"})
"""Measures that are expected as they usually are: what alike frames say of them was no help (docs/judging.md)."""

Profile = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Prediction:
    """`here`: each measure as expected on the footage; `usual`: its mean over all standing frames.

    Distances and unsteadiness are natural logarithms. A measure that no standing frame has is missing from both.
    """

    here: dict[str, float]
    usual: dict[str, float]


def likeness(profile: Profile, wanted: Features) -> NDArray[np.float64]:
    """How much each standing frame counts for footage with these features, 0..1 each."""
    names = list(WEIGHTS)
    weights = np.array([WEIGHTS[name] for name in names])
    there = np.array([[row["features"][name] for name in names] for row in profile])
    here = np.array([wanted[name] for name in names])
    squared = (np.square((there - here) * weights)).sum(axis=1)
    counts: NDArray[np.float64] = np.exp(-squared / (2 * REACH**2))
    return counts


def predict(profile: Profile, wanted: Features) -> Prediction:
    """What the filter with this profile would do to footage with these features. ValueError for an empty profile."""
    if not profile:
        raise ValueError("there is nothing to predict from")
    measured = [measured_values(row) for row in profile]
    names = [name for name in profile[0]["measured"] if any(name in one for one in measured)]
    values = np.array([[one.get(name, np.nan) for name in names] for one in measured])
    known = np.isfinite(values)
    values[~known] = 0.0
    usual = values.sum(axis=0) / known.sum(axis=0)
    weights = likeness(profile, wanted)[:, None] * known * [name not in AS_USUAL for name in names]
    here = ((weights * values).sum(axis=0) + USUAL * usual) / (weights.sum(axis=0) + USUAL)
    return Prediction(
        dict(zip(names, here.tolist(), strict=True)), dict(zip(names, usual.tolist(), strict=True))
    )


def kinds(profile: Profile, wanted: Features) -> dict[str, float]:
    """How much footage with these features is of each kind (“water”, “night”), 0..1."""
    counts = likeness(profile, wanted)
    whole = float(counts.sum()) + USUAL
    shares: dict[str, float] = {}
    for row, count in zip(profile, counts, strict=True):
        for kind in row["kinds"]:
            shares[kind] = shares.get(kind, 0.0) + float(count) / whole
    return shares


def measured_on(profile: Profile, kind: str) -> dict[str, float]:
    """The mean of each measure over the standing frames of a kind, in the units of a Prediction; empty for none."""
    rows = [measured_values(row) for row in profile if kind in row["kinds"]]
    names = {name for row in rows for name in row}
    return {name: float(np.mean([row[name] for row in rows if name in row])) for name in names}


def measured_values(row: Mapping[str, Any]) -> dict[str, float]:
    """What was measured on one frame, in the units of a Prediction; what could not be measured is left out."""
    return {
        name: math.log(max(value, 1e-6)) if name in LOGARITHMIC else float(value)
        for name, value in row["measured"].items()
        if value is not None
    }
