"""Land in watercolour: a few transparent washes on rough white paper, darker along their edges, with blooms."""

from __future__ import annotations

import cv2
import numpy as np

from .aerial import land
from .fields import SIDE, Field, Picture, finish, noise
from .surface import bend, lit, ramp

PAPER = (250, 246, 236)
Colour = tuple[int, int, int]


def _wash(below: Field, where: Field, colour: Colour, generator: np.random.Generator, grain: Field) -> Field:
    """A transparent wash: pigment settles in the paper's hollows, in pools, and along the edge as it dries."""
    edge = np.clip(where - cv2.GaussianBlur(where, (0, 0), 3.5), 0, 1)
    pool = noise(generator, SIDE, 7, 4)
    density = where * (0.45 + 0.6 * pool + 0.5 * (grain - 0.5)) + 1.5 * edge
    passed: Field = (np.asarray(colour, np.float32) / 255) ** np.clip(density, 0, 3)[..., None]
    return below * passed


def draw(seed: int = 21) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    ground = land(generator, toward=2.4)
    grain = noise(generator, SIDE, 190, 3, 0.8)
    tone = np.clip(ground.albedo * (0.3 + 0.95 * ground.sun), 0, 1)
    # What a brush can follow of it.
    shape = cv2.bilateralFilter(tone, 9, 0.18, 6)
    shape = cv2.medianBlur((shape * 255).astype(np.uint8), 7).astype(np.float32) / 255
    wood = ramp(bend(cv2.GaussianBlur(ground.wood, (0, 0), 1.5), generator, 8, 24), 0.45, 0.55)
    water = ramp(bend(cv2.GaussianBlur(ground.water, (0, 0), 1.5), generator, 6, 24), 0.45, 0.55)
    dry = 1 - np.maximum(wood, water)
    deep = water * ramp(noise(generator, SIDE, 5, 4), 0.45, 0.55)
    washes: tuple[tuple[Field, Colour], ...] = (
        (dry * ramp(shape, 0.75, 0.62), (232, 204, 150)),
        (wood, (164, 186, 120)),
        (wood * ramp(shape, 0.32, 0.26), (104, 146, 112)),
        (water, (142, 192, 210)),
        (deep, (110, 160, 200)),
        (dry * ramp(shape, 0.42, 0.36), (206, 160, 120)),
        ((1 - water) * ramp(shape, 0.17, 0.13), (132, 122, 164)),
    )
    picture: Field = np.full((SIDE, SIDE, 3), PAPER, np.float32)
    for where, colour in washes:
        picture = _wash(picture, where.astype(np.float32), colour, generator, grain)
    blooms = 0.35 * ramp(noise(generator, SIDE, 9, 3), 0.74, 0.80)
    picture = picture + (np.asarray(PAPER, np.float32) - picture) * blooms[..., None]
    picture = picture + (5 * lit(noise(generator, SIDE, 110, 3, 0.8), 0.8))[..., None]
    return finish(picture.astype(np.float32), generator, 2.5)
