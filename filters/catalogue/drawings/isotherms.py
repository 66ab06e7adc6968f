"""A thermal camera's screen: warm bodies from violet to white heat, fine isotherms, coarse sensor, rows of noise."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import SIDE, Field, Picture, blend, cells, finish, noise, over
from .surface import bend, ramp

IRON = [
    (6, 4, 22),
    (38, 8, 84),
    (98, 12, 130),
    (170, 24, 128),
    (222, 60, 78),
    (248, 124, 26),
    (254, 196, 52),
    (255, 248, 206),
]


def _isotherms(heat: Field, step: float) -> Field:
    """1 on lines of equal heat, about a pixel and a half wide."""
    gy, gx = np.gradient(heat)
    away = np.abs((heat / step + 0.5) % 1 - 0.5) * step / (np.hypot(gx, gy) + 6e-4)
    line: Field = np.clip(1.35 - away, 0, 1)
    return line


def draw(seed: int = 17) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    heat: Field = noise(generator, SIDE, 5, 3, 0.45) * 0.62
    for spacing, power in ((130, 0.42), (58, 0.34), (30, 0.16)):
        first, second, number = cells(generator, SIDE, spacing)
        strength = generator.random(int(number.max()) + 1).astype(np.float32)[number.astype(int)] ** 1.5
        body = ramp(bend(first, generator, spacing * 0.7, 900 / spacing), spacing * 0.52, spacing * 0.12)
        body = body * bend(ramp(second - first, 0, spacing * 0.3), generator, spacing * 0.3, 900 / spacing)
        heat = heat + power * body * (strength - 0.2)
    heat = cv2.GaussianBlur(heat, (0, 0), 1.6)
    low, high = np.percentile(heat, (1, 99.3))
    heat = np.clip((heat - low) / (high - low), 0, 1).astype(np.float32)
    coarse = cv2.resize(heat, (SIDE // 4, SIDE // 4), interpolation=cv2.INTER_AREA)
    coarse = coarse + generator.normal(0, 0.018, (SIDE // 4, SIDE // 4)).astype(np.float32)
    rows = generator.normal(0, 0.012, (SIDE // 4, 1)).astype(np.float32)
    sensor = cv2.resize(coarse + rows, (SIDE, SIDE), interpolation=cv2.INTER_NEAREST)
    picture = blend(IRON, np.clip(0.45 * sensor + 0.55 * heat, 0, 1))
    glow = cv2.GaussianBlur(picture, (0, 0), 9)
    picture = picture * 0.82 + glow * 0.2
    picture = over(picture, (255, 226, 178), 0.55 * _isotherms(heat, 0.125) * ramp(heat, 0.1, 0.5))
    picture = over(picture, (22, 4, 52), 0.5 * _isotherms(heat - 0.06, 0.125))
    return finish(picture, generator, 4.0)
