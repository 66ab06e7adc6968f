"""Are suggestions right? Predictions beside what was measured on frames that no profile has seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

from videos.suggestions.choose import expected, suitability
from videos.suggestions.features import Features
from videos.suggestions.predict import Prediction, Profile, measured_values, predict

Numbers = NDArray[np.float64]
SUITABILITY = "suitability"


@dataclass(frozen=True)
class Agreement:
    """Correlations of predicted and measured figures, -1..1; NaN where there is nothing to compare."""

    across_filters: float
    """Which filter does better on a frame: rank correlation (Spearman) over filters, the mean over frames."""
    blind: float
    """The same for a prediction that does not look at the footage: each filter as it does usually."""
    seen: float
    """The same where a still of the footage was painted before, as the lab does; NaN where none was."""
    here: float
    """What only looking at the footage can tell: correlation (Pearson), over all filters and frames, of what is left
    when each filter's usual figure and each frame's mean are taken away. A blind prediction has none."""


def compare(pairs: Sequence[tuple[Profile, Profile]]) -> dict[str, Agreement]:
    """For each filter its profile on standing frames, and the same measured on frames to check by.

    The second profiles hold the same frames in the same order; a row's `seen`, where it has one, are the traits that a
    still of the same footage showed. Gives an Agreement for each measure, and one for the suitability that suggestions
    go by.
    """
    predicted = [[predict(known, row["features"]) for row in checked] for known, checked in pairs]
    shown = [
        [expected(known, row["features"], row["seen"]) if "seen" in row else None for row in checked]
        for known, checked in pairs
    ]
    true = [[measured_values(row) for row in checked] for _, checked in pairs]
    result: dict[str, Agreement] = {}
    for name in sorted({name for row in predicted for one in row for name in one.here}):
        told = np.array([[one.here.get(name, np.nan) for one in row] for row in predicted])
        usual = np.array([[one.usual.get(name, np.nan) for one in row] for row in predicted])
        found = np.array([[one.get(name, np.nan) for one in row] for row in true])
        seen = np.array([[one.here.get(name, np.nan) if one else np.nan for one in row] for row in shown])
        result[name] = _agreement(told, usual, seen, found)
    features = [row["features"] for row in pairs[0][1]]
    result[SUITABILITY] = _suitability(features, predicted, shown, true)
    return result


def left_out(profiles: Sequence[Profile]) -> dict[str, Agreement]:
    """The same without painting anything: each standing frame is told from the others. Means over the frames."""
    each = [
        compare([([*one[:at], *one[at + 1 :]], [one[at]]) for one in profiles])
        for at in range(len(profiles[0]))
    ]
    names = sorted({name for found in each for name in found})
    return {name: _mean_of([found[name] for found in each if name in found]) for name in names}


def _mean_of(found: Sequence[Agreement]) -> Agreement:
    columns = np.array([astuple(one) for one in found]).T
    return Agreement(
        *(float(np.nanmean(values)) if np.isfinite(values).any() else float("nan") for values in columns)
    )


def _suitability(
    features: Sequence[Features],
    predicted: list[list[Prediction]],
    shown: list[list[Prediction | None]],
    true: list[list[dict[str, float]]],
) -> Agreement:
    """The same for the one figure that suggestions are ranked by, once predicted and once from what was measured."""
    told, blind, seen, found = [], [], [], []
    for at, footage in enumerate(features):
        here = [row[at] for row in predicted]
        told.append(suitability(here, footage))
        blind.append(suitability([Prediction(one.usual, one.usual) for one in here], footage))
        stills = [one for row in shown if (one := row[at]) is not None]
        nothing = np.full(len(here), np.nan)
        seen.append(suitability(stills, footage) if len(stills) == len(here) else nothing)
        measured = [
            Prediction({name: value for name, value in row[at].items() if name in one.usual}, one.usual)
            for row, one in zip(true, here, strict=True)
        ]
        found.append(suitability(measured, footage))
    return _agreement(*(np.array(one).T for one in (told, blind, seen, found)))


def _agreement(told: Numbers, usual: Numbers, seen: Numbers, found: Numbers) -> Agreement:
    """From tables (filters, frames); NaN where something was not measured."""
    both = np.isfinite(told) & np.isfinite(found)
    left = [np.where(both, table - usual, np.nan) for table in (told, found)]
    return Agreement(
        across_filters=_mean(told.T, found.T),
        blind=_mean(usual.T, found.T),
        seen=_mean(seen.T, found.T),
        here=_pearson(*map(_without_frames, left)),
    )


def _without_frames(table: Numbers) -> Numbers:
    """Each frame's mean taken away; frames that nobody knows are left out."""
    known = table[:, np.isfinite(table).any(axis=0)]
    return np.asarray(known - np.nanmean(known, axis=0), np.float64)


def _pearson(one: Numbers, other: Numbers) -> float:
    both = np.isfinite(one) & np.isfinite(other)
    first, second = one[both].round(9), other[both].round(9)
    if len(first) < 3 or first.std() == 0 or second.std() == 0:
        return float("nan")
    return float(np.corrcoef(first, second)[0, 1])


def spearman(one: Numbers, other: Numbers) -> float:
    """Rank correlation over the places where both are known; NaN for fewer than three, or where one is constant."""
    both = np.isfinite(one) & np.isfinite(other)
    if both.sum() < 3:
        return float("nan")
    first, second = (_ranks(values[both].round(9)) for values in (one, other))
    if first.std() == 0 or second.std() == 0:
        return float("nan")
    return float(np.corrcoef(first, second)[0, 1])


def _ranks(values: Numbers) -> Numbers:
    """Ranks from 0 on; those of equal values are their mean."""
    _, group, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    middles = ends - (counts + 1) / 2
    return np.asarray(middles[group], np.float64)


def _mean(told: Numbers, found: Numbers) -> float:
    """The mean rank correlation of the rows, of those that have one."""
    each = [spearman(one, other) for one, other in zip(told, found, strict=True)]
    known = [value for value in each if np.isfinite(value)]
    return float(np.mean(known)) if known else float("nan")
