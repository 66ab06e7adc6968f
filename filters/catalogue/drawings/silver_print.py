"""An aerial photograph in black and white, printed hard: deep shadows, rich greys, silver grain, paper white."""

from __future__ import annotations

import cv2
import numpy as np

from .aerial import land
from .fields import SIDE, Picture, blend, finish

SILVER = [
    (12, 11, 13),
    (30, 28, 30),
    (66, 64, 64),
    (116, 113, 111),
    (170, 166, 161),
    (216, 212, 204),
    (246, 243, 235),
]


def draw(seed: int = 16) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    ground = land(generator, toward=2.4)
    light = ground.albedo * (0.16 + 1.25 * ground.sun)
    value = np.clip(light, 0, 1) ** 0.72
    value = value + 0.35 * (value - cv2.GaussianBlur(value, (0, 0), 2.0))
    clumps = cv2.GaussianBlur(generator.normal(0, 1, (SIDE, SIDE)).astype(np.float32), (0, 0), 0.9) * 2.6
    value = value + 0.035 * clumps * (1.2 - np.abs(value - 0.45) * 1.6)
    return finish(blend(SILVER, np.clip(value, 0, 1)), generator, 4.0)
