"""Lava at nightfall, from above: crusted ground in the last light, melt in its hollows, cracks that glow."""

from __future__ import annotations

import cv2
import numpy as np

from .aerial import land
from .fields import SIDE, Picture, blend, finish, noise
from .surface import bend, lit, ramp, smear

CRUST = [(12, 10, 16), (34, 30, 38), (70, 60, 64), (128, 106, 100), (186, 158, 140)]
FIRE = [(28, 6, 12), (122, 14, 10), (214, 48, 8), (250, 128, 20), (255, 208, 76), (255, 246, 196)]


def draw(seed: int = 33) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    ground = land(generator, toward=2.4)
    rough = bend(noise(generator, SIDE, 22, 6, 0.62), generator, 20, 30)
    tone = np.clip(ground.albedo * (0.15 + ground.sun), 0, 1)
    crust = blend(CRUST, np.clip(0.85 * tone + 0.16 * (rough - 0.5), 0, 1))
    crust = crust + (9 * lit(rough, 1.0))[..., None]
    ridged = np.abs(2 * bend(noise(generator, SIDE, 7, 5, 0.55), generator, 60, 14) - 1)
    heat = noise(generator, SIDE, 3, 3)
    cracks = np.exp(-ridged / (0.02 + 0.06 * heat)) * (0.4 + heat)
    flow = smear(cv2.GaussianBlur(rough, (0, 0), 1), 6 * noise(generator, SIDE, 4, 3, 0.4), 50)
    melt = ground.water * np.clip(0.62 + 1.1 * (flow - 0.5) + 0.3 * (heat - 0.5), 0, 1)
    skin = ramp(bend(noise(generator, SIDE, 12, 5, 0.6), generator, 40, 12), 0.56, 0.64) * ground.water
    melt = melt * (1 - 0.8 * skin)
    glow = np.maximum(melt, cracks * (1 - ground.water) * (1 - 0.75 * ground.wood))
    glow = np.clip(glow + 0.22 * cv2.GaussianBlur(glow.astype(np.float32), (0, 0), 14), 0, 1)
    amount = np.clip(glow * 2.2 - 0.25, 0, 1)[..., None]
    picture = crust * (1 - amount) + blend(FIRE, glow) * amount
    return finish(picture.astype(np.float32), generator, 3.0)
