"""A hiker's map: tinted relief with brown contour lines, every fifth one stronger, and lakes."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import SIDE, Field, Picture, blend, finish, noise, over


def _line(height: Field, step: float, width: float) -> Field:
    """1 on the lines where height is a multiple of step, about `width` pixels wide whatever the slope."""
    gy, gx = np.gradient(height)
    slope = np.hypot(gx, gy) + 1e-6
    distance = np.abs((height / step + 0.5) % 1 - 0.5) * step / slope
    line: Field = np.clip(width / 2 + 0.5 - distance, 0, 1)
    return line


def draw(seed: int = 11) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    height = cv2.GaussianBlur(noise(generator, SIDE, 3.0, octaves=4, gain=0.45), (0, 0), 3)
    colours = [
        (118, 180, 196),
        (196, 214, 168),
        (226, 224, 172),
        (238, 214, 158),
        (226, 176, 122),
        (245, 236, 222),
    ]
    picture = blend(colours, np.clip((height - 0.18) / 0.7, 0, 1))
    light = cv2.Sobel(height, cv2.CV_32F, 1, 1, ksize=3)
    picture = picture * (1 + np.clip(light * 9, -0.25, 0.18))[..., None]
    land = (height > 0.28).astype(np.float32)
    picture = over(picture, (122, 74, 40), 0.75 * land * _line(height, 0.024, 1.2))
    picture = over(picture, (88, 46, 24), 0.95 * land * _line(height, 0.12, 2.6))
    water = 1 - land
    picture = over(picture, (72, 148, 180), 0.8 * water)
    picture = over(picture, (28, 92, 138), water * _line(height, 0.03, 1.4))
    picture = over(picture, (18, 72, 116), _line(height - 0.28, 10.0, 3.0))
    return finish(picture, generator)
