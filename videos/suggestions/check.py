"""Are suggestions right? Predictions beside what was measured on frames that no profile has seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

from videos.suggestions.choose import COUNT, expected, suitability
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


@dataclass(frozen=True)
class Worth:
    """What a suggestion is worth: the measured suitability of the best four by some reckoning, the mean over frames.

    In deviations above the mean of all filters; NaN where there is nothing to reckon by.
    """

    suggested: float
    """By the prediction."""
    blind: float
    """By what each filter does usually."""
    seen: float
    """With a still of the footage."""
    best: float
    """By what was measured: more cannot be had."""


Profiles = Sequence[tuple[Profile, Profile]]
"""For each filter its profile on standing frames, and the same measured on frames to check by.

The second profiles hold the same frames in the same order; a row's `seen`, where it has one, are the traits that a
still of the same footage showed.
"""


def compare(pairs: Profiles) -> dict[str, Agreement]:
    """An Agreement for each measure, and one for the suitability that suggestions go by."""
    tables = _Tables.of(pairs)
    result = {name: _agreement(*tables.measure(name)) for name in tables.measures()}
    return {**result, SUITABILITY: _agreement(*tables.suitability())}


def worth(pairs: Profiles, count: int = COUNT) -> Worth:
    """What it is worth to go by the suggestions on these frames."""
    told, blind, seen, found = (table.T for table in _Tables.of(pairs).suitability())
    return Worth(*(_worth_of(table, found, count) for table in (told, blind, seen, found)))


def left_out(profiles: Sequence[Profile]) -> list[Profiles]:
    """What to compare without painting anything: each standing frame is told from the others."""
    return [[([*one[:at], *one[at + 1 :]], [one[at]]) for one in profiles] for at in range(len(profiles[0]))]


def compare_each(sets: Sequence[Profiles]) -> dict[str, Agreement]:
    """`compare` of several sets, the mean over them."""
    each = [compare(pairs) for pairs in sets]
    names = sorted({name for found in each for name in found})
    return {name: Agreement(*_means([found[name] for found in each if name in found])) for name in names}


def worth_of_each(sets: Sequence[Profiles]) -> Worth:
    """`worth` of several sets, the mean over them."""
    return Worth(*_means([worth(pairs) for pairs in sets]))


def _means(found: Sequence[Agreement] | Sequence[Worth]) -> list[float]:
    """Field by field; NaN where none has it."""
    columns = np.array([astuple(one) for one in found]).T
    return [float(np.nanmean(values)) if np.isfinite(values).any() else float("nan") for values in columns]


@dataclass(frozen=True)
class _Tables:
    """What was predicted and what was measured, by filter and frame."""

    features: list[Features]
    predicted: list[list[Prediction]]
    shown: list[list[Prediction | None]]
    true: list[list[dict[str, float]]]

    @classmethod
    def of(cls, pairs: Profiles) -> _Tables:
        """Of profiles and what they are checked by."""
        return cls(
            [row["features"] for row in pairs[0][1]],
            [[predict(known, row["features"]) for row in checked] for known, checked in pairs],
            [
                [expected(known, row["features"], row["seen"]) if "seen" in row else None for row in checked]
                for known, checked in pairs
            ],
            [[measured_values(row) for row in checked] for _, checked in pairs],
        )

    def measures(self) -> list[str]:
        """The names of all measures."""
        return sorted({name for row in self.predicted for one in row for name in one.here})

    def measure(self, name: str) -> tuple[Numbers, Numbers, Numbers, Numbers]:
        """One measure as it was told, as usual, as told with a still, and as found; each (filters, frames)."""
        told = [[one.here.get(name, np.nan) for one in row] for row in self.predicted]
        usual = [[one.usual.get(name, np.nan) for one in row] for row in self.predicted]
        seen = [[one.here.get(name, np.nan) if one else np.nan for one in row] for row in self.shown]
        found = [[one.get(name, np.nan) for one in row] for row in self.true]
        return np.array(told), np.array(usual), np.array(seen), np.array(found)

    def suitability(self) -> tuple[Numbers, Numbers, Numbers, Numbers]:
        """The same for the one figure that suggestions are ranked by."""
        told, blind, seen, found = [], [], [], []
        for at, footage in enumerate(self.features):
            here = [row[at] for row in self.predicted]
            told.append(suitability(here, footage))
            blind.append(suitability([Prediction(one.usual, one.usual) for one in here], footage))
            stills = [one for row in self.shown if (one := row[at]) is not None]
            nothing = np.full(len(here), np.nan)
            seen.append(suitability(stills, footage) if len(stills) == len(here) else nothing)
            found.append(suitability(self._found(at), footage))
        return np.array(told).T, np.array(blind).T, np.array(seen).T, np.array(found).T

    def _found(self, at: int) -> list[Prediction]:
        """What was measured on a frame, beside what each filter does usually on the frames that are checked by.

        Not on the standing frames, where there are others: footage is not drawn, and what every filter does to drawings
        would pass for what it does to this frame.
        """
        found = []
        for filter, rows in enumerate(self.true):
            here = {
                name: value for name, value in rows[at].items() if name in self.predicted[filter][at].usual
            }
            usual = {name: _mean_over(rows, name) for name in here} if len(rows) > 1 else {}
            found.append(Prediction(here, usual or self.predicted[filter][at].usual))
        return found


def _mean_over(rows: Sequence[dict[str, float]], name: str) -> float:
    return float(np.mean([row[name] for row in rows if name in row]))


def _worth_of(table: Numbers, found: Numbers, count: int) -> float:
    """The mean of `found` at the `count` largest of each row of `table`; both (frames, filters)."""
    each = [
        float(right[np.argsort(-told)[:count]].mean())
        for told, right in zip(table, found, strict=True)
        if np.isfinite(told).all()
    ]
    return float(np.mean(each)) if each else float("nan")


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
    """Correlation over the places where both are known; NaN for fewer than three, or where one is constant."""
    both = np.isfinite(one) & np.isfinite(other)
    first, second = one[both].round(9), other[both].round(9)
    if len(first) < 3 or first.std() == 0 or second.std() == 0:
        return float("nan")
    return float(np.corrcoef(first, second)[0, 1])


def spearman(one: Numbers, other: Numbers) -> float:
    """The same of their ranks."""
    both = np.isfinite(one) & np.isfinite(other)
    first, second = (_ranks(values[both].round(9)) for values in (one, other))
    return _pearson(first, second)


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
