"""Marbled paper: bands of pigment floated on water, drawn with a comb and then with a single stylus."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import SIDE, Picture, finish, noise, over, positions

PIGMENTS = np.array(
    [
        (22, 40, 84),
        (214, 76, 44),
        (240, 224, 190),
        (20, 112, 122),
        (238, 176, 60),
        (246, 238, 222),
        (126, 30, 52),
        (58, 140, 170),
        (240, 224, 190),
        (28, 34, 60),
    ],
    np.float32,
)


def draw(seed: int = 8) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    x, y = positions(SIDE)
    swirl = noise(generator, SIDE, 2.2, 3, 0.4)
    u = x + 150 * (noise(generator, SIDE, 2.5, 3, 0.4) - 0.5)
    v = y + 190 * (swirl - 0.5)
    comb = np.abs((u / 64) % 2 - 1) ** 1.6
    v = v + 96 * comb + 22 * np.sin(u / 15) + 40 * (noise(generator, SIDE, 6, 2) - 0.5)
    fine = (noise(generator, SIDE, 20, 3) - 0.5) * 5
    bands = (v + fine) / 15.0
    index = np.floor(bands).astype(int)
    widths = generator.permutation(997)
    chosen = widths[index % 997] % len(PIGMENTS)
    picture = PIGMENTS[chosen]
    edge = np.minimum(bands % 1, 1 - bands % 1)
    picture = cv2.GaussianBlur(picture, (0, 0), 0.8)
    picture = over(picture, (250, 244, 230), np.clip((0.09 - edge) * 10, 0, 0.55).astype(np.float32))
    picture = picture * (0.9 + 0.2 * noise(generator, SIDE, 30, 3))[..., None]
    return finish(picture, generator, 3.0)
