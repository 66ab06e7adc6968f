"""Cooling lava: a dark crust in plates, cracks that glow from yellow to deep red."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import SIDE, Picture, cells, finish, noise


def _warp(field: np.ndarray, generator: np.random.Generator, amount: float) -> np.ndarray:
    """Bend a field by noise; `amount` in pixels."""
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    dx, dy = (noise(generator, SIDE, 7, 4) - 0.5) * amount, (noise(generator, SIDE, 7, 4) - 0.5) * amount
    return cv2.remap(field, x + dx, y + dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)


def draw(seed: int = 33) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    heat = np.clip(noise(generator, SIDE, 2.6, 4) * 1.6 - 0.3, 0, 1)
    glow = np.zeros((SIDE, SIDE), np.float32)
    for spacing, width in ((110, 10.0), (44, 4.5)):
        first, second, _ = cells(generator, SIDE, spacing)
        edge = _warp(second - first, generator, spacing * 0.8)
        glow = np.maximum(glow, np.exp(-edge / (width * (0.35 + heat))))
    glow = np.clip(glow * (0.55 + 0.75 * heat) + 0.25 * cv2.GaussianBlur(glow, (0, 0), 9), 0, 1)
    rough = noise(generator, SIDE, 26, 5, 0.6)
    light = np.clip(
        0.5 + cv2.Sobel(cv2.GaussianBlur(rough, (0, 0), 1.2), cv2.CV_32F, 1, 1, ksize=3) * 3, 0, 1
    )
    crust = np.stack([34 + 60 * light, 28 + 52 * light, 34 + 56 * light], -1) * (0.5 + 0.6 * rough)[..., None]
    ramp = np.linspace(0, 1, 6)
    fire = np.array(
        [(30, 8, 12), (120, 12, 10), (212, 44, 8), (250, 122, 16), (255, 204, 66), (255, 246, 190)],
        np.float32,
    )
    hot = np.stack([np.interp(glow, ramp, fire[:, c]) for c in range(3)], -1)
    amount = np.clip(glow * 2.4 - 0.35, 0, 1)[..., None]
    return finish((crust * (1 - amount) + hot * amount).astype(np.float32), generator, 3.0)
