"""Lichens on granite, laid out as land is: grey stone lit from the side, mustard and sage crusts with pale rims."""

from __future__ import annotations

import cv2
import numpy as np

from .aerial import land
from .fields import SIDE, Picture, blend, finish, noise, over
from .surface import bend, lit, ramp

STONE = [(30, 30, 34), (78, 76, 78), (128, 124, 122), (172, 166, 160), (222, 218, 210)]
SAGE = [(54, 66, 56), (112, 126, 100), (166, 176, 146), (214, 220, 196)]
MUSTARD = [(92, 66, 22), (162, 120, 42), (206, 164, 66), (236, 212, 130)]


def draw(seed: int = 23) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    ground = land(generator, toward=2.4)
    fine = bend(noise(generator, SIDE, 26, 6, 0.68), generator, 16, 40)
    tone = ground.tone(0.25, 0.75)
    stone = tone + (0.2 + 0.2 * ground.ripples() - tone) * ground.water + 0.25 * (fine - 0.5)
    picture = blend(STONE, np.clip(1.05 * stone, 0, 1))
    species = bend(noise(generator, SIDE, 5, 3), generator, 60, 18)
    soft = cv2.GaussianBlur(ground.wood, (0, 0), 5) + 0.55 * (fine - 0.5)
    crust = ramp(soft, 0.46, 0.54)
    flesh = np.clip(0.1 + 1.5 * tone + 0.7 * (fine - 0.5), 0, 1)
    kind = ramp(species, 0.5, 0.54)[..., None]
    living = blend(SAGE, flesh) * (1 - kind) + blend(MUSTARD, flesh) * kind
    picture = over(
        picture, (24, 24, 24), 0.5 * ramp(cv2.GaussianBlur(crust, (0, 0), 3), 0.05, 0.6) * (1 - crust)
    )
    picture = picture + (living - picture) * crust[..., None]
    rim = ramp(np.abs(soft - 0.55), 0.05, 0.015) * crust
    picture = over(picture, (230, 230, 212), 0.65 * rim)
    thin = ramp(fine, 0.62, 0.72) * (1 - ground.wood) * (1 - ground.water)
    picture = over(picture, (196, 170, 92), 0.5 * thin)
    picture = picture + (13 * lit(fine + 0.4 * crust, 0.8))[..., None]
    return finish(picture.astype(np.float32), generator, 3.0)
