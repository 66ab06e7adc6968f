"""Why a filter is suggested, in words. Each reason is a figure that is better than most filters have it here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from videos.suggestions.features import Features

MOST = 3  # reasons for one filter
CLEARLY = 0.35  # deviations above the mean of all filters from which a figure is worth words
KIND_SHARE = 0.5  # of the likeness from which footage is called water, night, …


@dataclass(frozen=True)
class Reason:
    """Words for a measure. `matters` says for which footage; `least` is what its trait must reach to be true at all."""

    measure: str
    words: str
    matters: Callable[[Features], bool]
    least: float = 0.0


def _share(name: str, least: float) -> Callable[[Features], bool]:
    return lambda footage: footage[name] >= least


def _always(footage: Features) -> bool:
    return True


REASONS = (
    Reason("shadows", "keeps shadows readable", _share("dark", 0.15), 0.35),
    Reason("highlights", "keeps drawing in bright parts", _share("light", 0.2), 0.35),
    Reason("greens", "keeps its greens", _share("green", 0.15), 0.5),
    Reason("blues", "keeps its blues", _share("blue", 0.15), 0.5),
    Reason("warm", "keeps its warm tones", _share("warm", 0.2), 0.5),
    Reason("edges", "keeps edges", _always, 0.35),
    Reason("tone", "keeps light and dark", _always, 0.5),
    Reason("unsteadiness", "quiet in motion", _always),
    Reason("content_distance", "true to what is seen", _always),
)


STRONG = {
    "water": "strong on water",
    "forest": "strong on forest",
    "desert": "strong on desert",
    "rock": "strong on rock",
    "snow": "strong on snow",
    "city": "strong on cities",
    "night": "strong at night",
    "haze": "strong in haze",
    "bright light": "strong in bright light",
    "evening light": "strong in evening light",
}
"""What is said of a filter that comes nearer to its style on footage of this kind than others do to theirs."""


def strongest_kind(kinds: Mapping[str, float]) -> str:
    """What the footage is above all, such as “water”; empty where it is nothing clearly."""
    name = max(kinds, key=lambda kind: kinds[kind], default="")
    return name if name and kinds[name] >= KIND_SHARE else ""


def reasons(
    here: Mapping[str, float], standing: Mapping[str, float], footage: Features, kind: str
) -> list[str]:
    """Up to three reasons, the strongest first.

    `here` holds the filter's measures on the footage, `standing` how many deviations better than the mean of all
    filters each is.
    """
    found = [
        (standing[one.measure], one.words)
        for one in REASONS
        if standing.get(one.measure, 0.0) >= CLEARLY
        and one.matters(footage)
        and (one.least == 0.0 or here[one.measure] >= one.least)
    ]
    style = standing.get("style_distance", 0.0)
    if style >= CLEARLY:
        found.append((style, STRONG.get(kind, "close to its style here")))
    return [words for _, words in sorted(found, reverse=True)[:MOST]]
