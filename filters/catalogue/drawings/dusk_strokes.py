"""The last hour of sun, painted: long soft brushmarks of amber and rose haze, dusk blue where the light has gone."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import SIDE, Field, Picture, blend, finish, noise
from .surface import lit, ramp, smear

DUSK = [
    (40, 46, 70),
    (72, 72, 98),
    (126, 98, 108),
    (184, 130, 106),
    (224, 166, 110),
    (244, 204, 146),
    (255, 238, 208),
]


def draw(seed: int = 6) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    angle: Field = -0.32 + 0.8 * (noise(generator, SIDE, 5, 3, 0.4) - 0.5)
    seeds = generator.random((SIDE, SIDE), dtype=np.float32)
    broad = smear(cv2.GaussianBlur(seeds, (0, 0), 5), angle, 76)
    middle = smear(cv2.GaussianBlur(seeds, (0, 0), 2.2), angle + 0.25, 46)
    hairs = smear(seeds, angle, 50)
    cloud = cv2.GaussianBlur(noise(generator, SIDE, 7, 4, 0.5), (0, 0), 3)
    tone = 0.5 + 1.15 * (cloud - 0.5) + 0.34 * (broad - 0.5) + 0.17 * (middle - 0.5) + 0.1 * (hairs - 0.5)
    picture = blend(DUSK, np.clip(tone, 0, 1))
    cool = ramp(broad, 0.42, 0.2) * ramp(cloud, 0.62, 0.4)
    picture = picture + cool[..., None] * np.asarray((-8, 2, 10), np.float32)
    sun = ramp(middle + 0.5 * (cloud - 0.5), 0.74, 1.0)[..., None]
    picture = picture + (np.asarray((255, 232, 180), np.float32) - picture) * 0.5 * sun
    haze = cv2.GaussianBlur(picture, (0, 0), 16)
    picture = np.maximum(picture, 0.72 * picture + 0.28 * haze)
    bristle = lit(broad * 1.2 + middle * 0.6 + hairs * 0.4, 1.0)
    picture = picture + (6 * bristle)[..., None] * np.asarray((1, 0.9, 0.75), np.float32)
    motes = ramp(noise(generator, SIDE, 80, 2), 0.84, 0.95) * ramp(cloud, 0.4, 0.7)
    picture = picture + motes[..., None] * np.asarray((46, 40, 26), np.float32)
    return finish(picture.astype(np.float32), generator, 4.0)
