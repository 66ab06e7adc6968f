"""Polished terrazzo: chips of blush, sage, ochre and grey marble of every size in pale cement."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import SIDE, Field, Picture, finish, noise, over

STONES = np.array(
    [
        (226, 178, 160),
        (158, 174, 152),
        (214, 172, 104),
        (176, 178, 180),
        (246, 242, 234),
        (112, 126, 134),
        (190, 128, 108),
        (64, 70, 76),
    ],
    np.float32,
)
OFTEN = (0.2, 0.16, 0.12, 0.17, 0.14, 0.09, 0.07, 0.05)


def _chip(generator: np.random.Generator, size: float) -> np.ndarray:
    """A broken stone: the hull of a few points on a squeezed circle, (N, 2)."""
    angles = np.sort(generator.uniform(0, 2 * np.pi, int(generator.integers(5, 9))))
    radii = size * generator.uniform(0.7, 1.1, len(angles))
    points = np.stack([np.cos(angles) * radii, np.sin(angles) * radii * generator.uniform(0.5, 1)], -1)
    turn = generator.uniform(0, np.pi)
    points = points @ np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    hull: np.ndarray = cv2.convexHull(points.astype(np.float32))[:, 0]
    return hull


def draw(seed: int = 13) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    stones = np.full((SIDE, SIDE), -1, np.int16)
    shade, taken = np.zeros((SIDE, SIDE), np.float32), np.zeros((SIDE, SIDE), np.uint8)
    for size, tries in ((40, 260), (26, 700), (16, 1600), (9, 3000), (5, 3600), (2.6, 3600)):
        for _ in range(tries):
            x, y = generator.uniform(-10, SIDE + 10, 2)
            if taken[int(np.clip(y, 0, SIDE - 1)), int(np.clip(x, 0, SIDE - 1))]:
                continue
            chip = _chip(generator, size * generator.uniform(0.75, 1.2))
            half = int(size * 1.4) + 5
            left, top = int(x) - half, int(y) - half
            window = tuple(slice(max(0, c), max(0, c + 2 * half)) for c in (top, left))
            mask, wide = (np.zeros((2 * half, 2 * half), np.uint8) for _ in range(2))
            cv2.fillPoly(mask, [np.round(chip + half).astype(np.int32)], 1)
            cv2.fillPoly(wide, [np.round(chip * (1 + 3.0 / size) + half).astype(np.int32)], 1)
            rows, columns = taken[window].shape
            cut = (slice(max(0, -top), max(0, -top) + rows), slice(max(0, -left), max(0, -left) + columns))
            mask, wide = mask[cut], wide[cut]
            if (taken[window] & wide).any():
                continue
            taken[window] |= mask
            inside = mask.astype(bool)
            stones[window][inside] = generator.choice(len(STONES), p=OFTEN)
            shade[window][inside] = generator.normal(0, 0.055)
    cement: Field = np.full((SIDE, SIDE, 3), (236, 230, 220), np.float32)
    cement = cement * (0.95 + 0.1 * noise(generator, SIDE, 40, 4))[..., None]
    mottle, fine = noise(generator, SIDE, 26, 4, 0.6), noise(generator, SIDE, 9, 6, 0.6)
    stone = STONES[np.clip(stones, 0, None)] * (0.88 + 0.26 * mottle + shade)[..., None]
    vein = np.clip(1 - np.abs(fine - 0.5) * 60, 0, 1) * np.isin(stones, (0, 3, 4, 5))
    stone = over(stone.astype(np.float32), (248, 240, 230), vein * 0.55)
    vein = np.clip(1 - np.abs(mottle - 0.42) * 40, 0, 1) * np.isin(stones, (1, 2, 4, 6))
    stone = over(stone, (120, 104, 92), vein * 0.4)
    cover = cv2.GaussianBlur(taken.astype(np.float32), (0, 0), 0.8)
    picture = cement * (1 - cover[..., None]) + stone * cover[..., None]
    seam = np.clip(1 - np.abs(cover - 0.5) * 2.4, 0, 1)
    picture = over(picture, (150, 138, 126), seam * 0.34)
    gloss = noise(generator, SIDE, 5, 2)
    return finish(picture * (0.97 + 0.06 * gloss)[..., None], generator, 2.5)
