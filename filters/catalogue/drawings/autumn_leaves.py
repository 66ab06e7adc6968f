"""Woods in October from above: every crown in its own gold, russet or scarlet, mist blue in the shade between them."""

from __future__ import annotations

import numpy as np

from .aerial import land
from .fields import SIDE, Field, Picture, blend, finish, noise, over

LEAVES = [(92, 22, 20), (176, 40, 22), (222, 92, 24), (238, 156, 36), (226, 186, 70), (122, 112, 42)]
MEADOW = [(40, 38, 24), (112, 104, 52), (176, 160, 88), (236, 216, 158)]


def draw(seed: int = 9) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    ground = land(generator, toward=2.7, woods=0.62)
    light = (0.26 + 1.05 * ground.sun)[..., None]
    # Neighbours are of a kind; every tree differs a little.
    kinds, trees = noise(generator, SIDE, 9, 3, 0.5), noise(generator, SIDE, 60, 3, 0.7)
    hue = np.clip(0.5 + 2.2 * (kinds - 0.5) + 1.6 * (trees - 0.5), 0, 1)
    leaves = blend(LEAVES, hue) * (0.75 + 0.9 * (ground.albedo - 0.3))[..., None]
    picture: Field = blend(MEADOW, np.clip(ground.albedo, 0, 1))
    picture = (picture + (leaves - picture) * ground.wood[..., None]) * light
    picture = over(picture, (52, 62, 92), 0.35 * (1 - np.clip(ground.sun * 2, 0, 1)))
    water = blend([(20, 30, 44), (60, 78, 92), (150, 140, 120)], ground.ripples())
    picture = picture + (water - picture) * ground.water[..., None]
    return finish((picture * 1.15).astype(np.float32), generator, 4.0)
