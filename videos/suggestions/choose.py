"""From predictions of all filters to the few that are suggested: what suits most, and is not all of one manner."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from filters.likeness import cosines
from videos.suggestions.features import Features
from videos.suggestions.predict import Prediction, Profile, kinds, measured_on, predict
from videos.suggestions.reasons import Nearness, reasons, strongest_kind

COUNT = 4  # filters that are suggested
LESS_IS_BETTER = frozenset({"content_distance", "style_distance", "unsteadiness"})
IMPORTANCE: dict[str, float] = {
    "content_distance": 1.0,
    "style_distance": 1.0,
    "unsteadiness": 0.5,
    "edges": 0.5,
    "tone": 0.25,
    "shadows": 0.5,
    "highlights": 0.25,
    "colours": 0.25,
}
"""How much each measure counts; shadows and highlights besides by how much of the footage is dark or light."""

HERE_RATHER_THAN_ELSEWHERE = 0.5  # weight of doing better here than usually, against doing well here
SEEN = 0.7  # weight of what stills of the footage show, against what was predicted
VARIETY = 0.8  # how much a filter loses for being quite like one that is suggested already


@dataclass(frozen=True)
class Candidate:
    """A filter that may be suggested: anything that names it, its profile and its signature (may be empty).

    `seen` holds what it was seen to do to this very footage, where stills of it were painted: traits by name.
    """

    key: int
    profile: Profile
    signature: Sequence[float]
    seen: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """A suggested filter; `score` has mean 0 and deviation about 1 over all candidates."""

    key: int
    score: float
    reasons: list[str]


def choose(candidates: Sequence[Candidate], footage: Features, count: int) -> list[Choice]:
    """The `count` best candidates, the first the best, later ones also unlike those before them."""
    known = [one for one in candidates if one.profile]
    if not known or not footage:
        return []
    predictions = expectations(known, footage)
    standing = standings([one.here for one in predictions])
    scores = suitability(predictions, footage)
    kind = strongest_kind(kinds(known[0].profile, footage))
    there = _nearness([one.profile for one in known], kind)
    return [
        Choice(
            known[at].key,
            float(scores[at]),
            reasons(predictions[at].here, standing[at], footage, kind, there[at]),
        )
        for at in _varied(scores, [one.signature for one in known], count)
    ]


def _nearness(profiles: Sequence[Profile], kind: str) -> list[Nearness | None]:
    """How near each filter comes to its style on standing frames of a kind; None where that was not measured."""
    there = [measured_on(one, kind) for one in profiles]
    return [
        Nearness(one["style_distance"], better["style_distance"]) if "style_distance" in one else None
        for one, better in zip(there, standings(there), strict=True)
    ]


def expectations(known: Sequence[Candidate], footage: Features) -> list[Prediction]:
    """What each is expected to do, those that were seen and those that were not on an equal footing.

    Footage is not drawn, and a still is larger than a standing frame: by that much more is seen than was told of any
    filter. For those that were seen alone it would pass for something of their own.
    """
    offset = _offset(known, footage)
    return [_moved(expected(one.profile, footage, one.seen), one.seen, offset) for one in known]


def _offset(known: Sequence[Candidate], footage: Features) -> dict[str, float]:
    """By measure, how far what was seen moves those that were seen, on average."""
    moved: dict[str, list[float]] = {}
    for one in known:
        if not one.seen:
            continue
        told = predict(one.profile, footage).here
        for name, value in expected(one.profile, footage, one.seen).here.items():
            if name in one.seen and name in told:
                moved.setdefault(name, []).append(value - told[name])
    return {name: float(np.mean(values)) for name, values in moved.items()}


def _moved(told: Prediction, seen: Mapping[str, float], offset: Mapping[str, float]) -> Prediction:
    """The prediction with every measure that was not seen moved by its offset."""
    here = {
        name: value if name in seen else value + offset.get(name, 0.0) for name, value in told.here.items()
    }
    return Prediction(here, told.usual)


def expected(profile: Profile, footage: Features, seen: Mapping[str, float]) -> Prediction:
    """The prediction, with what was seen on stills of the footage counting for more than what was reckoned."""
    told = predict(profile, footage)
    known = {
        name: SEEN * value + (1 - SEEN) * told.here.get(name, value)
        for name, value in seen.items()
        if name in told.usual
    }
    return Prediction({**told.here, **known}, told.usual)


def standings(
    measures: Sequence[Mapping[str, float]], scale: Mapping[str, float] | None = None
) -> list[dict[str, float]]:
    """For each filter and measure: by how many deviations it is better than the mean of all filters.

    `scale` has the deviations to count in, by measure; without it those of the measures themselves.
    """
    scale = deviations(measures) if scale is None else scale
    result: list[dict[str, float]] = [{} for _ in measures]
    for name in sorted({name for one in measures for name in one}):
        values = np.array([one.get(name, np.nan) for one in measures])
        mean = values[np.isfinite(values)].mean()
        sign, unit = (-1.0 if name in LESS_IS_BETTER else 1.0), scale.get(name, 0.0)
        for one, better in zip(result, (sign * (values - mean)).tolist(), strict=True):
            if math.isfinite(better):
                one[name] = better / unit if unit > 1e-9 else 0.0
    return result


def deviations(measures: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """How much filters differ in each measure: its standard deviation over those that have it."""
    names = {name for one in measures for name in one}
    return {name: float(np.std([one[name] for one in measures if name in one])) for name in names}


def suitability(predictions: Sequence[Prediction], footage: Features) -> np.typing.NDArray[np.float64]:
    """How well each filter suits the footage: does well here, and better here than it usually does.

    Both count in the same units, the differences between filters: in units of its own, the little by which footage
    changes a filter would count for as much as what kind of filter it is, and that little is the least certain.
    """
    here = [one.here for one in predictions]
    scale = deviations(here)
    better = [{name: one.here[name] - one.usual[name] for name in one.here} for one in predictions]
    scores = weighed(standings(here, scale), footage) + HERE_RATHER_THAN_ELSEWHERE * weighed(
        standings(better, scale), footage
    )
    deviation = float(scores.std())
    return (scores - scores.mean()) / deviation if deviation > 1e-9 else np.zeros(len(scores))


def weighed(standing: Sequence[Mapping[str, float]], footage: Features) -> np.typing.NDArray[np.float64]:
    """The measures' standings as one figure for each filter."""
    importance = {
        **IMPORTANCE,
        "shadows": IMPORTANCE["shadows"] * 2 * footage["dark"],
        "highlights": IMPORTANCE["highlights"] * 2 * footage["light"],
    }
    return np.array(
        [sum(weight * one.get(name, 0.0) for name, weight in importance.items()) for one in standing]
    )


def _varied(
    scores: np.typing.NDArray[np.float64], signatures: Sequence[Sequence[float]], count: int
) -> list[int]:
    """Places of the best, each next one the best after what it loses for its likeness to those chosen."""
    alike = cosines(signatures)
    chosen: list[int] = []
    while len(chosen) < min(count, len(scores)):
        loss = np.clip(alike[chosen], 0, 1).max(axis=0) if chosen else np.zeros(len(scores))
        worth = scores - VARIETY * loss
        worth[chosen] = -np.inf
        chosen.append(int(worth.argmax()))
    return chosen
