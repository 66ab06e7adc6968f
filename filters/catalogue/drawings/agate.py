"""Sliced agate: bands of amber, milk and teal that line each hollow of the stone, down to a bed of crystals."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import SIDE, Field, Picture, blend, cells, finish, noise, over
from .surface import bend, lit, ramp

BANDS = [
    (52, 28, 20),
    (134, 66, 26),
    (206, 132, 58),
    (240, 214, 170),
    (228, 232, 222),
    (96, 160, 158),
    (16, 88, 98),
    (8, 46, 60),
    (150, 192, 186),
    (244, 236, 216),
    (214, 150, 78),
    (112, 52, 26),
    (236, 226, 204),
]


def draw(seed: int = 21) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    first, second, number = cells(generator, SIDE, 190, 0.95)
    share = generator.random(int(number.max()) + 1).astype(np.float32)[number.astype(int)]
    wall = np.minimum(second - first, 230)
    wall = bend(bend(cv2.GaussianBlur(wall, (0, 0), 4), generator, 90, 4), generator, 9, 22)
    depth: Field = cv2.GaussianBlur(wall + 16 * (noise(generator, SIDE, 9, 3) - 0.5), (0, 0), 1.2)
    widths = np.cumsum(generator.uniform(0.25, 1.6, 64) ** 1.6)
    place = np.interp(depth / 7.5, widths - widths[0], np.arange(64)).astype(np.float32)
    tone = np.modf((np.floor(place) * 0.381 + 0.15 * place) / 2 + 0.13 * ramp(share, 0.4, 0.6))[0]
    picture = cv2.GaussianBlur(blend(BANDS, tone.astype(np.float32)), (0, 0), 0.8)
    thread = np.interp(depth, np.arange(300) * 1.9, generator.random(300) ** 3).astype(np.float32)
    picture = over(picture, (250, 244, 230), thread * 0.55)
    dark = np.interp(depth, np.arange(300) * 1.9, generator.random(300) ** 5).astype(np.float32)
    picture = over(picture, (40, 26, 24), dark * 0.6)
    milk = ramp(noise(generator, SIDE, 5, 4), 0.52, 0.75)
    picture = over(picture, (238, 230, 214), milk * 0.35)
    picture = picture * (0.82 + 0.36 * noise(generator, SIDE, 7, 5, 0.6))[..., None]
    near, far, shard = cells(generator, SIDE, 7.5)
    glint = generator.random(int(shard.max()) + 1).astype(np.float32)[shard.astype(int)]
    druse = blend([(10, 40, 50), (52, 118, 124), (168, 206, 200), (248, 248, 240)], glint**1.4)
    druse = druse * (0.55 + 0.45 * ramp(far - near, 0, 3))[..., None]
    druse = cv2.GaussianBlur(druse, (0, 0), 0.7) * (0.75 + 0.5 * noise(generator, SIDE, 12, 4))[..., None]
    bed = ramp(depth, 104, 110)[..., None]
    picture = picture * (1 - bed) + druse * bed
    rind = ramp(wall, 7, 2)
    picture = over(picture, (34, 20, 18), rind * 0.85)
    picture = picture + (lit(noise(generator, SIDE, 90, 3), 0.8) * 7)[..., None]
    return finish(picture, generator, 3.0)
