"""Film without a camera: dyes brushed and dripped on the strip, emulsion scratched down to the clear base, dust."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import SIDE, Field, Picture, finish, noise, over, positions

DYES = ((255, 46, 128), (255, 166, 24), (30, 172, 196), (238, 62, 36), (98, 62, 196), (116, 190, 60))


def _scratches(generator: np.random.Generator, count: int, width: int, lean: float, long: float) -> Field:
    """Hair lines along the strip, shaky and broken off."""
    canvas = np.zeros((SIDE, SIDE), np.uint8)
    for _ in range(count):
        x, y = generator.uniform(0, SIDE), generator.uniform(-200, SIDE)
        steps = int(generator.uniform(0.3, 1.0) * long / 8)
        walk = x + np.cumsum(generator.normal(generator.normal(0, lean), 0.5 + lean, steps))
        points = np.stack([walk, y + 8 * np.arange(steps)], -1)
        weight = int(generator.integers(1, width + 1))
        cv2.polylines(canvas, [np.round(points * 8).astype(np.int32)], False, 255, weight, cv2.LINE_AA, 3)
    result: Field = canvas.astype(np.float32) / 255
    return result


def draw(seed: int = 52) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    x, y = positions(SIDE)
    picture: Field = np.full((SIDE, SIDE, 3), (255, 244, 216), np.float32)
    for turn in range(10):
        stretched = noise(generator, SIDE, 5.0 + turn % 3 * 2, 5, 0.5)
        stretched = cv2.remap(stretched, x, y * 0.45 + 100, cv2.INTER_LINEAR)
        depth = stretched - np.quantile(stretched, 0.62 if turn < 4 else 0.8)
        rim = np.exp(-((depth * 110 - 1.2) ** 2)) * 0.5  # dye gathers where a puddle dries
        streaks = 0.7 + 0.5 * cv2.remap(noise(generator, SIDE, 90, 2), x, y * 0.06, cv2.INTER_LINEAR)
        dye = np.clip((np.clip(depth * 60, 0, 1) * 0.78 + rim) * streaks, 0, 1)[..., None]
        picture = picture * (1 - dye * (1 - np.asarray(DYES[turn % len(DYES)], np.float32) / 255))
    film = cv2.remap(noise(generator, SIDE, 7.0, 5), x, y * 0.5, cv2.INTER_LINEAR)  # black emulsion left over
    left = np.clip((film - np.quantile(film, 0.78)) * 40, 0, 1)
    picture = over(picture, (14, 10, 18), left * 0.94)
    deep = _scratches(generator, 75, 3, 0.5, 260)
    picture = over(picture, (44, 150, 120), cv2.GaussianBlur(deep, (0, 0), 1.8) * 0.9)
    picture = over(picture, (255, 236, 150), np.clip(deep * 1.2, 0, 1))
    picture = over(picture, (12, 10, 16), _scratches(generator, 50, 2, 0.12, 900) * 0.85)
    picture = over(picture, (255, 252, 240), _scratches(generator, 46, 1, 0.06, 1600) * 0.9)
    hatch = np.zeros((SIDE, SIDE), np.uint8)
    for _ in range(44):  # marks made on purpose, with a needle
        cx, cy = generator.uniform(0, SIDE, 2)
        size, pitch, angle = (
            generator.uniform(5, 13),
            generator.uniform(4, 9),
            generator.uniform(0, 2 * np.pi),
        )
        steps = np.arange(int(generator.integers(4, 14)))
        zigzag = np.stack([steps * pitch, size * (steps % 2 * 2.0 - 1)], -1)
        turned = zigzag @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        points = np.array([cx, cy]) + turned + np.cumsum(generator.normal(0, 2.4, turned.shape), 0)
        cv2.polylines(hatch, [np.round(points * 8).astype(np.int32)], False, 255, 2, cv2.LINE_AA, 3)
    for _ in range(700):
        spot = tuple(int(c) for c in generator.integers(0, SIDE, 2))
        cv2.circle(hatch, spot, int(generator.choice((1, 1, 1, 2, 3))), 255, -1, cv2.LINE_AA)
    picture = over(picture, (255, 246, 220), hatch.astype(np.float32) / 255 * 0.95)
    picture = picture * (0.9 + 0.2 * noise(generator, SIDE, 160, 2))[..., None]
    return finish(picture, generator, 7.0)
