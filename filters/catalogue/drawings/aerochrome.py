"""Land on infrared colour film (Kodak Aerochrome): leaves crimson and pink, bare ground pale, water nearly black."""

from __future__ import annotations

import numpy as np

from .aerial import land
from .fields import SIDE, Field, Picture, blend, finish, noise

LEAVES = [(46, 6, 30), (128, 14, 60), (206, 38, 92), (240, 104, 138), (255, 196, 206)]
GROUND = [(30, 38, 56), (96, 112, 122), (172, 178, 168), (232, 222, 200), (255, 250, 236)]
WATER = [(4, 14, 26), (10, 44, 62), (30, 92, 108)]


def draw(seed: int = 3) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    ground = land(generator, toward=2.0)
    light = np.clip(ground.albedo * (0.2 + 1.15 * ground.sun), 0, 1)
    grass = np.clip((noise(generator, SIDE, 8, 5) - 0.42) * 6, 0, 1) * (ground.albedo < 0.8)
    green = np.maximum(ground.wood, 0.8 * grass)[..., None]
    picture: Field = blend(GROUND, light**0.75)
    picture = picture + (blend(LEAVES, np.clip(1.45 * light**0.8, 0, 1)) - picture) * green
    deep = blend(WATER, ground.ripples())
    picture = picture + (deep - picture) * ground.water[..., None]
    return finish(picture.astype(np.float32), generator, 5.0)
