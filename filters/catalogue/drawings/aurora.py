"""Northern lights: curtains of green that fade upward into violet, fine upright rays, a deep blue night of stars."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import SIDE, Field, Picture, blend, finish, noise, positions
from .surface import ramp


def _rays(generator: np.random.Generator, count: int) -> Field:
    """Random brightness of the rays along one curtain."""
    keys = generator.random(count).astype(np.float32)[None]
    line: Field = cv2.resize(keys, (SIDE * 2, 1), interpolation=cv2.INTER_CUBIC)[0]
    return line


def draw(seed: int = 30) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    x, y = positions(SIDE)
    sky = [(2, 4, 18), (5, 11, 38), (10, 22, 64), (30, 28, 88)]
    picture = blend(sky, noise(generator, SIDE, 4, 4))
    stars = (generator.random((SIDE, SIDE)) > 0.996) * generator.random((SIDE, SIDE)) ** 3
    twinkle = cv2.GaussianBlur(stars.astype(np.float32), (0, 0), 0.8) * 700
    picture = picture + twinkle[..., None] * np.asarray((0.9, 0.95, 1.0), np.float32)
    green, teal = np.asarray((70, 250, 150), np.float32), np.asarray((30, 170, 190), np.float32)
    violet, rose = np.asarray((122, 60, 210), np.float32), np.asarray((220, 80, 170), np.float32)
    for k in range(10):
        fold = noise(generator, SIDE, 4, 3, 0.45)[SIDE // 2]
        lower = np.interp(x, np.arange(SIDE), k * 98 - 70 + 190 * (fold - 0.2)).astype(np.float32)
        lean = x + (lower - y) * generator.normal(0, 0.12) + 30 * (noise(generator, SIDE, 3, 2) - 0.5)
        slope = np.abs(np.gradient(np.interp(lean, np.arange(SIDE), fold), axis=1)) * 190
        place = np.clip(lean + 300, 0, SIDE * 2 - 1).astype(int)
        rays = 0.12 + 0.7 * _rays(generator, 50)[place] ** 2 + 0.8 * _rays(generator, 200)[place] ** 3
        height = 40 + 110 * _rays(generator, 30)[place].clip(0, 1)
        above = (lower - y) / height
        veil = (
            np.exp(-np.where(above > 0, above, np.minimum(-above * height / 5, 30)))
            * rays
            * (0.5 + 0.5 * slope)
        )
        veil = cv2.GaussianBlur(veil.astype(np.float32), (0, 0), 1.3) * generator.uniform(0.55, 1.0)
        glow = veil + 0.5 * cv2.GaussianBlur(veil, (0, 0), 14)
        up = np.clip(above / 1.7, 0, 1)[..., None]
        tint = np.where(
            up < 0.35, green + (teal - green) * up / 0.35, teal + (violet - teal) * (up - 0.35) / 0.65
        )
        tint = tint + (rose - tint) * (ramp(above, 0.12, -0.02) * 0.35)[..., None]
        picture = 255 - (255 - picture) * (1 - np.clip(glow[..., None] * tint / 255 * 1.25, 0, 1))
    return finish(picture.astype(np.float32), generator, 5.0)
