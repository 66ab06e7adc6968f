"""A window of jewel-coloured glass in lead: big panes over small ones, each lit unevenly."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import SIDE, Picture, blend, cells, finish, noise, over

JEWELS = [
    (14, 42, 120),
    (22, 96, 178),
    (38, 168, 190),
    (18, 120, 84),
    (236, 186, 48),
    (232, 118, 28),
    (188, 24, 36),
    (112, 24, 92),
]


def draw(seed: int = 5) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    first, second, number = cells(generator, SIDE, 62)
    tone = noise(generator, SIDE, 2.5, octaves=2)
    numbers = number.astype(int)
    jitter = generator.random(numbers.max() + 1).astype(np.float32)
    counts = np.maximum(np.bincount(numbers.ravel()), 1)
    regional = (np.bincount(numbers.ravel(), tone.ravel()) / counts)[numbers].astype(np.float32)
    choice = np.clip(regional * 0.9 + (jitter[numbers] - 0.5) * 0.45, 0, 1)
    picture = blend(JEWELS, np.round(choice * (len(JEWELS) - 1)) / (len(JEWELS) - 1))
    shine = noise(generator, SIDE, 12, octaves=4)
    picture = picture * (0.62 + 0.75 * shine)[..., None] + 40 * np.clip(shine - 0.62, 0, 1)[..., None] * 3
    edge = second - first
    picture = picture * (0.55 + 0.45 * np.clip(edge / 16, 0, 1))[..., None]
    lead = np.clip((6.5 - edge) / 1.5, 0, 1).astype(np.float32)
    ridge = np.clip((2.0 - edge) / 1.5, 0, 1).astype(np.float32)
    picture = over(picture, (16, 16, 20), lead)
    picture = over(picture, (74, 74, 82), cv2.GaussianBlur(ridge, (0, 0), 0.8) * 0.8)
    return finish(picture, generator, 3.0)
