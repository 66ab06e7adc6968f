"""The standing frames that a filter's profile is measured on: what drones look down upon, in many lights.

Drawn by ourselves, the same on every machine. Each says of what kind it is, in the words of suggestions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from videos.media.city import city
from videos.media.sample import landscape

WIDTH, HEIGHT = 384, 216
SHIFT = (3, 6)  # pixels, down and across: no multiple of what the networks shrink by
DRAWN = 640, 360  # pixels at which places are drawn; shrunk, they are as crisp as a photograph
SEED = 40

Frame = NDArray[np.uint8]


@dataclass(frozen=True)
class Place:
    """One standing frame: what is seen, in which light (`landscape` or `city` know both), and its kinds."""

    terrain: str
    light: str
    kinds: tuple[str, ...]

    @property
    def name(self) -> str:
        """Such as coast-noon."""
        return f"{self.terrain}-{self.light}"


PLACES = (
    Place("coast", "golden", ("water",)),
    Place("coast", "noon", ("water", "bright light")),
    Place("coast", "evening", ("water", "evening light")),
    Place("coast", "overcast", ("water", "haze")),
    Place("coast", "night", ("water", "night")),
    Place("canyon", "golden", ("rock", "desert")),
    Place("canyon", "noon", ("rock", "desert", "bright light")),
    Place("canyon", "evening", ("rock", "evening light")),
    Place("canyon", "night", ("rock", "night")),
    Place("desert", "golden", ("desert",)),
    Place("desert", "noon", ("desert", "bright light")),
    Place("desert", "overcast", ("desert", "haze")),
    Place("forest", "golden", ("forest",)),
    Place("forest", "noon", ("forest",)),
    Place("forest", "overcast", ("forest", "haze")),
    Place("forest", "night", ("forest", "night")),
    Place("snow", "noon", ("snow", "bright light")),
    Place("snow", "evening", ("snow", "evening light")),
    Place("snow", "night", ("snow", "night")),
    Place("city", "day", ("city",)),
    Place("city", "evening", ("city", "evening light")),
    Place("city", "night", ("city", "night")),
)


@dataclass(frozen=True)
class StandingFrame:
    """A place with its picture, and the same view moved by a few pixels.

    Both (HEIGHT, WIDTH, 3) RGB uint8; `moved` shows at (y, x) what `picture` shows at (y + SHIFT[0], x + SHIFT[1]).
    """

    place: Place
    picture: Frame
    moved: Frame


def standing_frames(places: tuple[Place, ...] = PLACES) -> Iterator[StandingFrame]:
    """Every standing frame; about two seconds each to draw."""
    scale = DRAWN[0] / WIDTH
    # A little more than is shown, so that the same view can be had moved.
    size = round((WIDTH + SHIFT[1]) * scale), round((HEIGHT + SHIFT[0]) * scale)
    for number, place in enumerate(places):
        if place.terrain == "city":
            drawn = city(SEED + number, place.light, *size)
        else:
            drawn = landscape(SEED + number, place.light, place.terrain, size)
        small = cv2.resize(drawn, (WIDTH + SHIFT[1], HEIGHT + SHIFT[0]), interpolation=cv2.INTER_AREA)
        yield StandingFrame(place, _window(small, 0, 0), _window(small, *SHIFT))


def _window(drawn: cv2.typing.MatLike, down: int, across: int) -> Frame:
    return np.ascontiguousarray(drawn[down : down + HEIGHT, across : across + WIDTH], np.uint8)
