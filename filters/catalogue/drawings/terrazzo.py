"""Land as polished terrazzo: its lights and shades in broken stones of every size, its calm in pale cement."""

from __future__ import annotations

import cv2
import numpy as np

from .aerial import land
from .fields import SIDE, Field, Picture, blend, finish, noise, over

DRY = [(74, 70, 78), (150, 96, 84), (206, 140, 116), (226, 180, 158), (244, 236, 226)]
WOOD = [(46, 60, 62), (98, 122, 110), (154, 172, 150), (204, 208, 186)]
SEA = [(118, 132, 142), (170, 178, 184), (216, 216, 214)]
SIZES = ((70, 420), (44, 1100), (28, 2600), (17, 4800), (10, 6000))


def draw(seed: int = 13) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    ground = land(generator, toward=2.4)
    swell = noise(generator, SIDE, 5, 3)
    tone = ground.tone(0.25, 0.65)
    dry, leaves = np.clip(1.1 * tone, 0, 1), np.clip(1.8 * tone, 0, 1)
    wanted = ground.put_together(blend(DRY, dry), blend(WOOD, leaves), blend(SEA, swell))
    laid = cv2.GaussianBlur(wanted, (0, 0), 8)
    seams = np.zeros((SIDE, SIDE), np.float32)
    for size, tries in SIZES:
        source = cv2.GaussianBlur(wanted, (0, 0), size / 4)
        for _ in range(tries):
            x, y = (int(v) for v in generator.uniform(0, SIDE, 2))
            if np.abs(source[y, x] - laid[y, x]).mean() < 13:
                continue
            chip = np.array((x, y)) + _chip(generator, size * generator.uniform(0.6, 1.3))
            points = [np.round(chip * 8).astype(np.int32)]
            colour = source[y, x] * generator.uniform(0.9, 1.12) + generator.normal(0, 4, 3)
            cv2.fillPoly(laid, points, tuple(colour.tolist()), cv2.LINE_AA, 3)
            cv2.fillPoly(seams, points, 0.0, cv2.LINE_AA, 3)
            cv2.polylines(seams, points, True, 1.0, 1, cv2.LINE_AA, 3)
    mottle, vein = noise(generator, SIDE, 26, 4, 0.6), noise(generator, SIDE, 7, 6, 0.6)
    picture = laid * (0.93 + 0.14 * mottle)[..., None]
    picture = over(picture, (246, 240, 230), 0.3 * np.clip(1 - np.abs(vein - 0.5) * 70, 0, 1))
    picture = over(picture, (236, 228, 216), 0.55 * seams)
    return finish(picture.astype(np.float32), generator, 2.5)


def _chip(generator: np.random.Generator, size: float) -> Field:
    """A broken stone: the hull of a few points on a squeezed circle, (N, 2)."""
    angles = np.sort(generator.uniform(0, 2 * np.pi, int(generator.integers(5, 9))))
    radii = size * generator.uniform(0.7, 1.1, len(angles))
    points = np.stack([np.cos(angles) * radii, np.sin(angles) * radii * generator.uniform(0.5, 1)], -1)
    turn = generator.uniform(0, np.pi)
    points = points @ np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    hull: Field = cv2.convexHull(points.astype(np.float32))[:, 0]
    return hull
