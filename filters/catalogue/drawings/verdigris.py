"""Old copper: brown metal under a turquoise bloom, pits where it has eaten in, pale runs where rain went down."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import SIDE, Field, Picture, blend, cells, finish, noise, over
from .surface import bend, lit, ramp, smear


def draw(seed: int = 19) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    fine = noise(generator, SIDE, 40, 5, 0.65)
    bloom = bend(noise(generator, SIDE, 6, 6, 0.62), generator, 30, 10)
    dent, _, _ = cells(generator, SIDE, 19)
    hammered = lit(np.sqrt(dent + 4) + 0.6 * fine, 1.6)
    metal = 0.8 * noise(generator, SIDE, 9, 6, 0.66) + 0.1 + 0.11 * hammered
    browns = [(22, 12, 12), (66, 34, 24), (120, 64, 38), (186, 110, 64), (232, 170, 118)]
    picture = blend(browns, np.clip(0.36 + 1.5 * (metal - 0.48) + 0.5 * (bloom - 0.45), 0, 1))
    down = np.full((SIDE, SIDE), np.pi / 2, np.float32) + 0.2 * (fine - 0.5)
    sources = (generator.random((SIDE, SIDE)) > 0.9988).astype(np.float32)
    runs: Field = np.zeros((SIDE, SIDE), np.float32)
    for width, reach in ((1.6, 70), (3.2, 140)):
        trail = cv2.GaussianBlur(np.roll(sources, int(width * 90), 1), (0, 0), width)
        long = np.exp(-np.arange(reach * 3, dtype=np.float32) / reach)[:, None]
        fallen = cv2.filter2D(trail, -1, long[::-1].copy(), anchor=(0, long.shape[0] - 1))
        runs = np.maximum(runs, np.clip(fallen / np.percentile(fallen, 97), 0, 1))
    runs = bend(runs, generator, 8, 20) * (0.5 + smear(fine, down, 40))
    crust = bloom + 0.2 * (fine - 0.5) + 0.22 * runs
    greens = [(10, 56, 58), (22, 104, 100), (52, 152, 140), (112, 194, 176), (176, 222, 204), (228, 242, 226)]
    tone = 0.25 + 1.5 * (bloom - 0.5) + 0.7 * (fine - 0.5) + 0.45 * runs
    patina = blend(greens, np.clip(tone, 0, 1))
    cover = ramp(crust, 0.48, 0.6)[..., None]
    rim = np.exp(-(((crust - 0.5) / 0.018) ** 2))
    picture = over(picture, (14, 20, 22), rim * 0.6)
    picture = picture * (1 - cover) + patina * cover
    picture = over(picture, (198, 232, 214), ramp(runs, 0.55, 1.0) * 0.55)
    pits = ramp(noise(generator, SIDE, 50, 4, 0.7) + 0.25 * bloom, 0.42, 0.3)
    picture = over(picture, (70, 40, 28), pits * 0.75)
    rough = lit(crust * (0.4 + cover[..., 0]) - 0.15 * pits + 0.1 * fine, 0.9)
    picture = picture + (rough * 26)[..., None]
    return finish(picture, generator, 4.0)
