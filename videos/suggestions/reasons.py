"""Why a filter is suggested, in words. Each is a figure that is better here than most filters have it, and good.

How near a filter comes to its style cannot be told from footage (`predict.AS_USUAL`), but from its kind: what is
said of that goes by what was measured on the standing frames of this kind.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from videos.suggestions.features import Features

MOST = 3  # reasons for one filter
CLEARLY = 0.35  # deviations above the mean of all filters from which a figure is worth words
MOST_LOST = math.log(0.95)  # content distance: at 1 about as much is lost as there was
MOST_UNSTEADY = math.log(0.02)  # what trainings hold their filters at
MOST_AWAY = math.log(0.6)  # style distance, beyond which plain footage mostly is
KIND_SHARE = 0.5  # of the likeness from which footage is called water, night, …


@dataclass(frozen=True)
class Reason:
    """Words for a measure. `matters` says for which footage; from `least` to `most` they are true at all."""

    measure: str
    words: str
    matters: Callable[[Features], bool]
    least: float = -math.inf
    most: float = math.inf


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
    Reason("unsteadiness", "quiet in motion", _always, most=MOST_UNSTEADY),
    Reason("content_distance", "true to what is seen", _always, most=MOST_LOST),
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
CLOSE = "close to its style"


@dataclass(frozen=True)
class Nearness:
    """How near to its style a filter comes on some frames: the logarithm of the mean distance, and by how many
    deviations that is better than the mean of all filters there."""

    distance: float
    better: float

    @property
    def is_close(self) -> bool:
        """Whether that is worth words."""
        return self.better >= CLEARLY and self.distance <= MOST_AWAY


def strongest_kind(kinds: Mapping[str, float]) -> str:
    """What the footage is above all, such as “water”; empty where it is nothing clearly."""
    name = max(kinds, key=lambda kind: kinds[kind], default="")
    return name if name and kinds[name] >= KIND_SHARE else ""


def reasons(
    here: Mapping[str, float],
    standing: Mapping[str, float],
    footage: Features,
    kind: str = "",
    there: Nearness | None = None,
) -> list[str]:
    """Up to three reasons, the strongest first.

    `here` holds the filter's measures on the footage, `standing` how many deviations better than the mean of all
    filters each is; `there` says how near to its style it comes on standing frames of the footage's `kind`.
    """
    found = [
        (standing[one.measure], one.words)
        for one in REASONS
        if standing.get(one.measure, 0.0) >= CLEARLY
        and one.matters(footage)
        and one.least <= here[one.measure] <= one.most
    ]
    usual = Nearness(here.get("style_distance", math.inf), standing.get("style_distance", 0.0))
    if there is not None and there.is_close and kind in STRONG:
        found.append((there.better, STRONG[kind]))
    elif usual.is_close and (there is None or there.distance <= MOST_AWAY):
        found.append((usual.better, CLOSE))
    return [words for _, words in sorted(found, reverse=True)[:MOST]]
