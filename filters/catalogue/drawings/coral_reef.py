"""A reef from above: antlers of coral pink with pale tips, orange fans, turquoise water and deep gaps between them."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import SIDE, Field, Picture, blend, finish, noise, over
from .surface import lit, ramp

KINDS = [
    [(108, 20, 52), (214, 66, 84), (246, 124, 116), (255, 206, 188)],
    [(120, 40, 24), (226, 96, 54), (250, 148, 92), (255, 222, 178)],
    [(60, 30, 80), (132, 84, 150), (196, 146, 196), (244, 216, 232)],
    [(12, 84, 96), (36, 160, 164), (116, 212, 200), (226, 248, 232)],
]


def _grow(
    coral: Field, generator: np.random.Generator, at: tuple[float, float], way: float, reach: float
) -> None:
    """Draw one colony into coral (H, W, 2): height, and how near the tip 0..1; branches fork and thin out."""
    twigs = [(at[0], at[1], way, reach, reach * 0.13, 0)]
    while twigs:
        x, y, heading, length, width, order = twigs.pop(0)
        bend_, steps = generator.normal(0, 0.09), 6
        for i in range(steps):
            x2, y2 = x + length / steps * np.cos(heading), y + length / steps * np.sin(heading)
            near = (order + i / steps) / 4
            ends = (int(x * 8), int(y * 8)), (int(x2 * 8), int(y2 * 8))
            cv2.line(coral, *ends, (1.0, near), max(1, round(width)), cv2.LINE_AA, 3)
            x, y, heading, width = x2, y2, heading + bend_, width * 0.97
        if order < 3:
            for spread in (-1, 1) if generator.random() < 0.6 else (-1, 0, 1):
                turn = heading + spread * generator.uniform(0.35, 0.75)
                twigs.append((x, y, turn, length * generator.uniform(0.6, 0.85), width * 0.8, order + 1))


def draw(seed: int = 20) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    water = noise(generator, SIDE, 5, 5)
    picture = blend([(4, 30, 56), (6, 74, 104), (16, 136, 150), (82, 200, 190), (196, 238, 220)], water)
    polyps = ramp(noise(generator, SIDE, 150, 2), 0.56, 0.74)
    for layer in range(7):
        for kind, colours in enumerate(KINDS):
            coral = np.zeros((SIDE, SIDE, 2), np.float32)
            for _ in range((5, 3, 2, 3)[kind]):
                at = tuple(float(v) for v in generator.uniform(-30, SIDE + 30, 2))
                first, reach = generator.uniform(0, 6.28), generator.uniform(34, 62) + 2 * layer
                for arm in range(5):
                    _grow(coral, generator, (at[0], at[1]), first + arm * 1.257, reach)
            mask = np.clip(coral[..., 0], 0, 1)
            inside = cv2.distanceTransform((mask > 0.5).astype(np.uint8), cv2.DIST_L2, 5)
            shape = np.sqrt(np.clip(inside, 0, 7)) + 0.4 * polyps
            tone = 0.12 + 0.5 * coral[..., 1] + 0.2 * lit(shape, 0.9) + 0.14 * polyps + 0.05 * layer - 0.1
            shade = cv2.GaussianBlur(np.roll(mask, (7, 5), (0, 1)), (0, 0), 4)
            picture = over(picture, (4, 26, 46), shade * 0.6)
            flesh = blend(colours, np.clip(tone, 0, 1))
            picture = picture * (1 - mask[..., None]) + flesh * mask[..., None]
        if layer < 5:
            picture = over(picture, (10, 96, 118), np.full((SIDE, SIDE), 0.2, np.float32))
    ripple = np.abs(noise(generator, SIDE, 11, 3, 0.4) - 0.5)
    picture = picture + (ramp(ripple, 0.035, 0.0) * 40)[..., None] * np.asarray((0.7, 1, 0.95), np.float32)
    return finish(picture.astype(np.float32), generator, 4.0)
