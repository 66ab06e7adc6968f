"""Colour-infrared film from the air: crowns of trees in crimson and pink, teal water, cream earth, coarse grain."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import SIDE, Field, Picture, blend, finish, noise
from .surface import bend, lit, ramp

LEAVES = [(34, 4, 30), (104, 8, 46), (178, 20, 62), (226, 62, 102), (246, 142, 160), (255, 222, 214)]
WATER = [(4, 30, 44), (10, 70, 86), (30, 120, 128), (130, 192, 184)]
EARTH = [(150, 112, 96), (206, 180, 152), (238, 222, 194), (252, 244, 226)]


def _crowns(generator: np.random.Generator, thick: Field) -> tuple[Field, Field]:
    """Round crowns where the wood is thick: their height in pixels, and a random tint for each."""
    height, tint = np.zeros((SIDE, SIDE), np.float32), np.zeros((SIDE, SIDE), np.float32)
    for _ in range(13000):
        x, y = (int(v) for v in generator.integers(0, SIDE, 2))
        r = float(generator.gamma(3.0, 1.6)) + 2.5
        stand, share = float(generator.uniform(0, 12)), float(generator.random())
        if generator.random() > thick[y, x]:
            continue
        box = slice(max(0, int(y - r)), int(y + r) + 1), slice(max(0, int(x - r)), int(x + r) + 1)
        gy, gx = np.mgrid[box[0].start : min(SIDE, box[0].stop), box[1].start : min(SIDE, box[1].stop)]
        left = r * r - (gx - x) ** 2 - (gy - y) ** 2
        dome = np.where(left > 0, np.sqrt(np.maximum(left, 0)) + stand, 0).astype(np.float32)
        tint[box] = np.where(dome > height[box], share, tint[box])
        height[box] = np.maximum(height[box], dome)
    return height, tint


def draw(seed: int = 4) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    ground = noise(generator, SIDE, 5, 5, 0.55)
    basin = bend(noise(generator, SIDE, 6, 4, 0.45), generator, 40, 12)
    height, tint = _crowns(generator, ramp(ground, 0.62, 0.42) * ramp(basin, 0.36, 0.42) * 0.7 + 0.03)
    ragged = noise(generator, SIDE, 70, 3, 0.7)
    tiny = generator.random((SIDE, SIDE), dtype=np.float32)
    height = bend(bend(height, generator, 8, 50), generator, 7, 130)
    shade = lit(height + 16 * ragged + 5 * tiny, 0.8) * 0.5 + 0.5
    tone = -0.26 + 0.52 * shade + 0.52 * bend(tint, generator, 16, 90) ** 1.5 + 0.014 * height
    leaves = blend(LEAVES, np.clip(tone + 0.5 * (noise(generator, SIDE, 5, 3) - 0.5), 0, 1))
    soil = 0.5 + 0.22 * lit(ragged, 1.2)
    picture = blend(EARTH, np.clip(soil + 0.7 * (noise(generator, SIDE, 9, 4) - 0.5), 0, 1))
    grass = ramp(noise(generator, SIDE, 24, 4, 0.7), 0.48, 0.62)[..., None] * 0.7
    picture = picture * (1 - grass) + np.asarray((224, 118, 130), np.float32) * grass
    waves = lit(noise(generator, SIDE, 50, 3), 1.2)
    wet = ramp(basin, 0.375, 0.355)[..., None]
    depth = 0.75 - ramp(basin, 0.38, 0.14) * 0.7 + 0.13 * waves
    picture = picture * (1 - wet) + blend(WATER, np.clip(depth, 0, 1)) * wet
    cast = cv2.GaussianBlur(np.roll(ramp(height, 2, 9), (5, 5), (0, 1)), (0, 0), 2)[..., None]
    picture = picture * (1 - 0.6 * cast)
    wood = ramp(height, 2, 5)[..., None]
    picture = picture * (1 - wood) + leaves * wood
    return finish(picture.astype(np.float32), generator, 7.0)
