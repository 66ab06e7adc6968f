"""Pale watercolour: thin washes that dry with hard edges, pigment settling in the paper's grain, a few blooms."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import SIDE, Field, Picture, finish, noise, positions

PIGMENTS = (
    (104, 148, 190),
    (232, 178, 122),
    (96, 160, 152),
    (222, 150, 142),
    (84, 108, 158),
    (220, 196, 120),
    (134, 158, 112),
    (150, 116, 150),
    (76, 96, 128),
    (196, 128, 92),
)


def _glaze(picture: Field, colour: tuple[int, int, int], amount: Field) -> Field:
    """A transparent layer: light passes the pigment `amount` times."""
    result: Field = picture * (np.asarray(colour, np.float32) / 255) ** np.clip(amount, 0, 3)[..., None]
    return result


def draw(seed: int = 6) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    x, y = positions(SIDE)
    picture: Field = np.full((SIDE, SIDE, 3), (250, 247, 238), np.float32)
    grain = cv2.GaussianBlur(noise(generator, SIDE, 150, 3), (0, 0), 0.8)
    grain = cv2.equalizeHist((grain * 255).astype(np.uint8)).astype(np.float32) / 255
    for turn in range(16):
        size = (3.5, 5.0, 7.0, 11.0)[turn % 4]
        field = noise(generator, SIDE, size, 5, 0.42)
        if turn % 3 == 0:  # a flat brush, drawn sideways
            field = cv2.remap(field, x * 0.4 + 90, y, cv2.INTER_LINEAR)
        gy, gx = np.gradient(cv2.GaussianBlur(field, (0, 0), 2))
        cut = np.quantile(field, (0.62, 0.72, 0.8, 0.86)[turn % 4])
        depth = (field - cut) / (np.hypot(gx, gy) + 0.0012)  # about the distance from the edge, in pixels
        inside = np.clip(depth + 0.5, 0, 1)
        rim = np.exp(-np.clip(depth, 0, None) / 2.6) * 0.75 + np.exp(-np.clip(depth, 0, None) / 16) * 0.25
        pool = 0.25 + 0.75 * noise(generator, SIDE, 6, 4)
        settled = 1 + (0.75 if turn % 2 else 0.3) * (grain - 0.5)
        # Some edges are softened with water.
        fade = np.clip(noise(generator, SIDE, 4, 2) * 2.2 - 0.5, 0.05, 1)
        picture = _glaze(
            picture, PIGMENTS[turn % len(PIGMENTS)], inside * (0.22 * pool * settled + rim * fade * 0.36)
        )
    bloom = noise(generator, SIDE, 6, 6, 0.62)
    gy, gx = np.gradient(cv2.GaussianBlur(bloom, (0, 0), 1.5))
    for level in np.quantile(bloom, (0.16, 0.9)):
        back = (bloom - level) / (np.hypot(gx, gy) + 0.003)
        tide = np.exp(-np.abs(back) / 1.2) * 0.13 + np.exp(-np.abs(back - 5) / 5) * 0.1
        picture = _glaze(picture, (110, 130, 150), tide)
    for _ in range(130):  # flicked from the brush
        spot = tuple(int(c) for c in generator.integers(0, SIDE, 2))
        drop = np.zeros((SIDE, SIDE), np.float32)
        cv2.circle(drop, spot, int(1 + 5 * generator.random() ** 3), 1.0, -1, cv2.LINE_AA)
        top, left = max(0, spot[1] - 8), max(0, spot[0] - 8)
        part = (slice(top, spot[1] + 8), slice(left, spot[0] + 8))
        picture[part] = _glaze(picture[part], PIGMENTS[int(generator.integers(0, 10))], drop[part] * 0.6)
    light = cv2.Sobel(grain, cv2.CV_32F, 1, 1, ksize=3)
    return finish(picture * (1 + 0.022 * light[..., None]), generator, 2.0)
