"""A travel poster of the land: flat planes of coral, plum and pine, water in three steps, edges of sprayed grain."""

from __future__ import annotations

import cv2
import numpy as np

from .aerial import land
from .fields import SIDE, Field, Picture, finish

Colour = tuple[int, int, int]
DRY = [(58, 36, 78), (176, 66, 88), (232, 116, 82), (248, 176, 110), (255, 234, 196)]
WOOD = [(22, 34, 58), (36, 62, 84), (52, 104, 104), (122, 160, 120)]
SEA = [(26, 62, 98), (44, 112, 132), (110, 178, 170)]


def _planes(inks: list[Colour], amount: Field) -> Field:
    """Flat colours instead of tones: amount (H, W) in 0..1 -> (H, W, 3)."""
    chosen = np.clip((amount * len(inks)).astype(int), 0, len(inks) - 1)
    planes: Field = np.asarray(inks, np.float32)[chosen]
    return planes


def _cut(mask: Field) -> Field:
    """A mask as scissors would follow it, (H, W, 1) of bool."""
    followed: Field = cv2.medianBlur((mask * 255).astype(np.uint8), 9)[..., None] > 127
    return followed


def draw(seed: int = 61) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    ground = land(generator, toward=2.4)
    light = np.clip(ground.albedo * (0.22 + ground.sun), 0, 1) ** 0.75
    simple = cv2.medianBlur(cv2.medianBlur((light * 255).astype(np.uint8), 9), 9).astype(np.float32) / 255
    spray = cv2.GaussianBlur(generator.normal(0, 1, (SIDE, SIDE)).astype(np.float32), (0, 0), 0.8)
    tone, water = simple + 0.06 * spray, _cut(ground.water)
    picture = np.where(_cut(ground.wood), _planes(WOOD, 1.6 * tone), _planes(DRY, 1.1 * tone))
    shallow = cv2.GaussianBlur(1 - water[..., 0].astype(np.float32), (0, 0), 22)
    picture = np.where(water, _planes(SEA, 1.7 * shallow + 0.06 * spray), picture)
    return finish(cv2.GaussianBlur(picture, (0, 0), 0.7), generator, 3.0)
