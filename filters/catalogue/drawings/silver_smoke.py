"""A fibre print in black and white: rich greys, silver grain, and the sweep of a brush that carried the developer."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import SIDE, Field, Picture, blend, finish, noise
from .surface import bend, lit, ramp, smear

SILVER = [
    (14, 13, 15),
    (42, 40, 42),
    (88, 85, 85),
    (140, 136, 133),
    (190, 186, 180),
    (226, 222, 214),
    (244, 241, 232),
]


def draw(seed: int = 16) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    angle: Field = 0.9 + 1.5 * (noise(generator, SIDE, 5, 2, 0.4) - 0.5)
    seeds = generator.random((SIDE, SIDE), dtype=np.float32)
    sweep = smear(cv2.GaussianBlur(seeds, (0, 0), 6), angle, 84)
    hairs = smear(cv2.GaussianBlur(seeds, (0, 0), 1.0), angle, 64)
    tone = bend(noise(generator, SIDE, 9, 5, 0.5), generator, 60, 8)
    wet = ramp(noise(generator, SIDE, 8, 4), 0.3, 0.6)
    value = 0.5 + 1.2 * (tone - 0.53) + 0.26 * (sweep - 0.5) * (0.35 + wet) + 0.15 * (hairs - 0.5) * wet
    clumps = cv2.GaussianBlur(generator.normal(0, 1, (SIDE, SIDE)).astype(np.float32), (0, 0), 1.1) * 3
    value = value + 0.05 * clumps * (1.25 - np.abs(value - 0.45) * 1.6)
    picture = blend(SILVER, np.clip(value, 0, 1))
    picture = picture + (cv2.GaussianBlur(picture, (0, 0), 8) - picture) * 0.12
    fibre = lit(noise(generator, SIDE, 60, 4, 0.7), 0.9)
    picture = picture + (4.5 * fibre)[..., None]
    return finish(picture.astype(np.float32), generator, 5.0)
