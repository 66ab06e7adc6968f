"""Ink on wet paper: ranges of mountains in ever paler washes, bleeding edges, dry-brush texture and a red seal."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import SIDE, Field, Picture, finish, noise, over, positions


def draw(seed: int = 29) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    _, y = positions(SIDE)
    paper = noise(generator, SIDE, 50, 4)
    picture: Field = np.full((SIDE, SIDE, 3), (238, 233, 220), np.float32)
    picture = (picture + (paper[..., None] - 0.5) * 12).astype(np.float32)
    for layer in range(9):
        ridge = noise(generator, SIDE, 3 + layer * 0.5, 6, 0.55)[SIDE // 2]
        rough = (noise(generator, SIDE, 26, 4) - 0.5) * 30
        top = -20 + layer * 88 + (ridge[None, :] - 0.5) * 190 + rough
        depth = y - top
        wet = np.clip(depth / 4, 0, 1) * np.exp(-np.clip(depth, 0, None) / (46 + 9 * layer))
        pool = 0.55 + 0.9 * noise(generator, SIDE, 7, 4)
        rim = np.exp(-((depth - 3) ** 2) / 14)
        strokes = (
            np.clip(noise(generator, SIDE, 14, 3) * 2.2 - 0.9, 0, 1)
            * np.clip(depth / 30, 0, 1)
            * np.exp(-np.clip(depth, 0, None) / 70)
        )
        mask = np.clip((wet * pool + 0.5 * rim + 0.7 * strokes) * (0.3 + 0.085 * layer), 0, 0.96).astype(
            np.float32
        )
        picture = over(picture, (30 + 3 * (9 - layer), 36 + 4 * (9 - layer), 46 + 5 * (9 - layer)), mask)
    for _ in range(26):
        cx, cy, length = generator.integers(0, SIDE), generator.integers(0, SIDE), generator.integers(20, 110)
        angle = generator.normal(0.15, 0.5)
        stroke = np.zeros((SIDE, SIDE), np.float32)
        end = (int(cx + length * np.cos(angle)), int(cy + length * np.sin(angle)))
        cv2.line(stroke, (int(cx), int(cy)), end, 1.0, int(generator.integers(2, 7)), cv2.LINE_AA)
        dry = np.clip(noise(generator, SIDE, 70, 2) * 3 - 0.9, 0, 1)
        picture = over(picture, (22, 24, 30), cv2.GaussianBlur(stroke, (0, 0), 1.2) * dry * 0.85)
    return finish(picture, generator, 3.0)
