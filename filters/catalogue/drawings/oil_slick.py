"""Oil on dark water: a film that drifts in folds, its colours running from indigo over teal and gold to rose."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import SIDE, Picture, blend, finish, noise
from .surface import bend, lit, ramp, smear

FILM = [
    (20, 18, 52),
    (30, 62, 126),
    (34, 150, 160),
    (150, 214, 172),
    (240, 206, 112),
    (226, 118, 92),
    (206, 64, 140),
    (98, 40, 132),
    (20, 18, 52),
]


def draw(seed: int = 38) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    flow = cv2.GaussianBlur(noise(generator, SIDE, 4, 3, 0.45), (0, 0), 3)
    for amount, humps in ((240, 3.5), (110, 7), (34, 15)):
        flow = bend(flow, generator, amount, humps)
    flow = cv2.GaussianBlur(flow, (0, 0), 1.2)
    silk = smear(generator.random((SIDE, SIDE), dtype=np.float32), 7 * flow, 60)
    film = blend(FILM, (flow * 5.2 + 0.035 * (silk - 0.5)) % 1)
    faint = blend(FILM, (flow * 15 + 0.3) % 1)
    film = cv2.GaussianBlur(0.78 * film + 0.22 * faint, (0, 0), 0.8)
    body = bend(noise(generator, SIDE, 6, 4, 0.5), generator, 180, 4)
    strength = ramp(body, 0.28, 0.62) * (0.55 + 0.6 * noise(generator, SIDE, 9, 4)) * (0.88 + 0.24 * silk)
    water = np.asarray((9, 12, 22), np.float32) * (0.7 + 0.9 * noise(generator, SIDE, 14, 4))[..., None]
    picture = water + film * np.clip(strength * 1.12, 0, 1.15)[..., None]
    swell = lit(bend(noise(generator, SIDE, 18, 4, 0.5), generator, 40, 6), 2.0)
    picture = picture * (1 + 0.2 * swell)[..., None]
    gleam = ramp(swell, 0.72, 0.98) * (0.25 + 0.75 * ramp(body, 0.35, 0.55))
    picture = picture + gleam[..., None] * np.asarray((40, 46, 54), np.float32)
    return finish(picture.astype(np.float32), generator, 3.0)
