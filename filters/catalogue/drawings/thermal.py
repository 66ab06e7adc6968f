"""Land through a camera that sees warmth: violet water, plum shade, orange ground, white where the sun has stood."""

from __future__ import annotations

import cv2
import numpy as np

from .aerial import land
from .fields import Field, Picture, blend, finish

WARMTH = [
    (6, 4, 28),
    (42, 8, 92),
    (112, 16, 122),
    (184, 40, 96),
    (232, 92, 48),
    (250, 160, 30),
    (252, 222, 110),
    (255, 255, 240),
]


def draw(seed: int = 12) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    ground = land(generator, toward=1.2)
    warmth = 0.16 + 0.52 * ground.albedo + 0.36 * ground.sun - 0.24 * ground.wood
    warmth = warmth + (0.13 + 0.3 * (ground.albedo - 0.1) - warmth) * ground.water
    # The sensor is coarse, and warmth spreads.
    warmth = 0.6 * cv2.GaussianBlur(warmth, (0, 0), 1.2) + 0.4 * cv2.GaussianBlur(warmth, (0, 0), 5)
    warmth = np.clip((warmth - 0.1) * 1.25, 0, 1)
    picture: Field = blend(WARMTH, warmth)
    return finish(picture.astype(np.float32), generator, 4.0)
