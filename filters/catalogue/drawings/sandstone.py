"""Wind-cut sandstone: sets of thin beds, each laid at its own slant and cut by the next, in rose, ochre and cream."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import SIDE, Field, Picture, blend, finish, noise, over, positions
from .surface import bend, lit, ramp

BEDS = [(112, 64, 54), (166, 100, 76), (200, 140, 106), (220, 172, 136), (236, 204, 170), (248, 230, 204)]


def draw(seed: int = 26) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    x, y = positions(SIDE)
    drift = noise(generator, SIDE, 2.5, 4, 0.45)
    coordinate: Field = np.zeros((SIDE, SIDE), np.float32)
    ledge: Field = np.full((SIDE, SIDE), 1e3, np.float32)
    set_tone = np.zeros((SIDE, SIDE), np.float32)
    for k in range(14):
        top = -60 + k * 62 + 0.12 * (x - 384) * generator.normal() + 90 * (noise(generator, SIDE, 2, 3) - 0.5)
        inside = y > top
        slant, sag = generator.normal(0, 0.22), generator.normal(0, 0.0006)
        bed = (y - top) * 0.55 + slant * x + sag * (x - 384) ** 2 + 60 * drift + 1000 * k
        coordinate = np.where(inside, bed, coordinate).astype(np.float32)
        ledge = np.where(inside, y - top, ledge).astype(np.float32)
        set_tone = np.where(inside, np.float32(generator.random()), set_tone)
    coordinate = bend(coordinate, generator, 7, 18)
    grains = noise(generator, SIDE, 120, 3, 0.8)
    keys = np.arange(-2000, 18000)
    thick = np.interp(coordinate, keys[::9], generator.random(len(keys[::9]))).astype(np.float32)
    thin = np.interp(coordinate, keys[::3], generator.random(len(keys[::3]))).astype(np.float32)
    patchy = noise(generator, SIDE, 6, 5, 0.55)
    tone = 0.5 + 0.46 * (thick - 0.5) + 0.3 * (thin - 0.5) + 0.2 * (set_tone - 0.5) + 0.5 * (patchy - 0.5)
    picture = blend(BEDS, np.clip(tone + 0.1 * (grains - 0.5), 0, 1))
    rust = ramp(thick, 0.8, 0.95) * ramp(patchy, 0.4, 0.6)
    picture = over(picture, (150, 70, 56), rust * 0.55)
    worn = lit(thin * 0.7 + thick + 0.7 * grains + 0.6 * patchy, 1.1, 1.9)
    picture = picture + (worn * 17)[..., None] * np.asarray((1.0, 0.9, 0.75), np.float32)
    ledge = cv2.GaussianBlur(np.clip(ledge + 5 * (grains - 0.5), 0, 60), (0, 0), 0.8)
    under = np.exp(-np.clip(ledge, 0, None) / (3 + 14 * patchy)) * ramp(
        noise(generator, SIDE, 7, 3), 0.3, 0.6
    )
    picture = over(picture, (66, 36, 34), under * 0.75)
    pocks = ramp(noise(generator, SIDE, 30, 4, 0.6), 0.27, 0.16) * ramp(patchy, 0.42, 0.6)
    picture = over(picture, (104, 56, 42), pocks * 0.6)
    return finish(picture, generator, 5.0)
