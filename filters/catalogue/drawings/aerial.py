"""Ground from straight above under a low sun, for drawings that are photographs: what they share is this land."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .fields import SIDE, Field, noise
from .surface import bend, ramp

FALL = 0.55  # pixels of height that a ray of the sun loses over one pixel of ground
SHORE = 0.33  # of the relief, where water begins
DARKEST = 0.1  # albedo of water without ripples
FARTHEST = 40  # pixels, the longest shadow


@dataclass(frozen=True)
class Land:
    """Fields (SIDE, SIDE) of float32 in 0..1.

    `albedo`: how bright the ground is by itself. `sun`: 0 in shadow, 1 where it faces the sun. `water`, `wood`: where
    they are.
    """

    albedo: Field
    sun: Field
    water: Field
    wood: Field

    def ripples(self, span: float = 0.16) -> Field:
        """How bright the water is where there is some, 0..1: as `albedo`, which `span` above its darkest is 1."""
        bright: Field = np.clip((self.albedo - DARKEST) / span, 0, 1)
        return bright

    def tone(self, sky: float = 0.25, gamma: float = 0.7) -> Field:
        """How light all of it looks, 0..1: `sky` is what lights the shadows, and a `gamma` below 1 lifts them."""
        light: Field = np.clip(self.albedo * (sky + self.sun), 0, 1) ** gamma
        return light

    def put_together(self, dry: Field, wood: Field, sea: Field) -> Field:
        """Of three pictures (SIDE, SIDE, 3) each where it belongs: dry ground, woods and water."""
        picture = dry + (wood - dry) * self.wood[..., None]
        together: Field = picture + (sea - picture) * self.water[..., None]
        return together


def land(generator: np.random.Generator, toward: float, woods: float = 0.45) -> Land:
    """Relief with woods (this share of it), meadows, paths and water; `toward`: where the sun stands, radians."""
    relief = bend(noise(generator, SIDE, 4, 7, 0.52), generator, 50, 6)
    water = ramp(relief, SHORE, SHORE - 0.015)
    wood = _wood(generator, woods) * (1 - water)
    crowns = _crowns(generator, wood)
    meadow = noise(generator, SIDE, 7, 6, 0.6)
    path = ramp(np.abs(bend(noise(generator, SIDE, 3, 3, 0.4), generator, 30, 5) - 0.5), 0.008, 0.004)
    path = path * (1 - water) * (1 - wood)
    height: Field = np.maximum(relief, SHORE) * 70 + crowns * 14 + meadow * 3 * (1 - water)
    sun = _sun(height.astype(np.float32), toward)
    albedo = 0.42 + 0.5 * (meadow - 0.3) + 0.12 * (noise(generator, SIDE, 90, 3, 0.7) - 0.5)
    albedo = albedo + (0.92 - albedo) * path
    albedo = albedo + (0.30 + 0.2 * crowns - albedo) * wood
    shore = ramp(np.abs(relief - SHORE), 0.025, 0.004) * (1 - water)
    albedo = albedo + (0.85 - albedo) * 0.7 * shore
    ripples = noise(generator, SIDE, 60, 4, 0.6)
    albedo = albedo + (DARKEST + 0.14 * ripples - albedo) * water
    return Land(*(np.clip(field, 0, 1).astype(np.float32) for field in (albedo, sun, water, wood)))


def _wood(generator: np.random.Generator, share: float) -> Field:
    """Where trees stand: groves with ragged edges on about this share of the land, and some alone."""
    groves = bend(noise(generator, SIDE, 5, 4), generator, 40, 20)
    alone = ramp(noise(generator, SIDE, 30, 2), 0.7, 0.74)
    edge = float(np.quantile(groves, 1 - share))
    together: Field = np.maximum(ramp(groves, edge - 0.01, edge + 0.02), alone)
    return together


def _crowns(generator: np.random.Generator, wood: Field) -> Field:
    """Height of the canopy, 0..1: lobes of every size, since crowns of one size would be learned as a chessboard."""
    lobes = np.abs(2 * bend(noise(generator, SIDE, 24, 5, 0.62), generator, 24, 30) - 1)
    crowns: Field = (1 - lobes / lobes.max()) ** 2 * wood
    return crowns


def _sun(height: Field, toward: float) -> Field:
    """0 in cast shadow, else how squarely a place faces the sun, 0..1."""
    across, down = np.cos(toward), -np.sin(toward)
    horizon = np.full_like(height, -1e3)
    for far in range(1, FARTHEST):
        move = np.array([[1, 0, -across * far], [0, 1, -down * far]], np.float32)
        moved = cv2.warpAffine(height, move, (SIDE, SIDE), borderMode=cv2.BORDER_REFLECT)
        horizon = np.maximum(horizon, moved - far * FALL)
    shadow = ramp(horizon - height, 0.0, 0.8)
    slope = cv2.Sobel(height, cv2.CV_32F, 1, 0) * -across + cv2.Sobel(height, cv2.CV_32F, 0, 1) * -down
    facing = np.clip(0.6 + 0.08 * slope, 0, 1)
    sun: Field = facing * (1 - shadow)
    return sun
