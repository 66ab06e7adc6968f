"""A sun print: sprigs and fern fronds laid on paper brushed with iron salts, white shadows on Prussian blue."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import SIDE, Field, Picture, blend, finish, noise
from .surface import bend, lit, ramp, smear


def _leaf(layer: Field, x: float, y: float, way: float, length: float, width: float) -> None:
    """Lay one pointed leaf, denser along its rib and veins, thin where the sun came through."""
    t = np.linspace(0, 1, 14)
    half = width * np.sin(np.pi * t**0.8) * (1 - 0.25 * t)
    ux, uy = np.cos(way), np.sin(way)
    left = np.stack([x + ux * length * t - uy * half, y + uy * length * t + ux * half], -1)
    right = np.stack([x + ux * length * t + uy * half, y + uy * length * t - ux * half], -1)[::-1]
    cv2.fillPoly(layer, [np.round(np.concatenate([left, right]) * 8).astype(np.int32)], 0.72, cv2.LINE_AA, 3)
    tip = (int((x + ux * length) * 8), int((y + uy * length) * 8))
    cv2.line(layer, (int(x * 8), int(y * 8)), tip, 1.0, 1, cv2.LINE_AA, 3)


def _sprig(layer: Field, generator: np.random.Generator, x: float, y: float) -> None:
    """One stem with leaves on both sides: broad leaves, a frond of narrow ones, or a spray of seed heads."""
    kind, way, length = generator.integers(0, 4), generator.uniform(0, 2 * np.pi), generator.uniform(110, 250)
    gap, leaf, slim = ((17, 44, 0.2), (6.5, 34, 0.09), (24, 60, 0.26), (12, 26, 0.05))[kind]
    x, y, curl = x - np.cos(way) * length / 2, y - np.sin(way) * length / 2, generator.normal(0, 0.05)
    for i in range(int(length / gap)):
        rest = 1 - i * gap / length
        x2, y2 = x + gap * np.cos(way), y + gap * np.sin(way)
        cv2.line(layer, (int(x * 8), int(y * 8)), (int(x2 * 8), int(y2 * 8)), 1.0, 2, cv2.LINE_AA, 3)
        for side in (-1, 1):
            size = leaf * (0.3 + 0.7 * rest**0.6) * generator.uniform(0.8, 1.15)
            turn = way + side * generator.normal(1.0, 0.12)
            _leaf(layer, x2, y2, turn, size, size * slim)
            if kind == 3:
                end = (int((x2 + size * np.cos(turn)) * 8), int((y2 + size * np.sin(turn)) * 8))
                cv2.circle(layer, end, int(generator.uniform(2, 4.5) * 8), 0.95, -1, cv2.LINE_AA, 3)
        x, y, way = x2, y2, way + curl + generator.normal(0, 0.03)


def draw(seed: int = 7) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    angle = 0.5 + 3.0 * (noise(generator, SIDE, 3, 2) - 0.5)
    brush = smear(generator.random((SIDE, SIDE), dtype=np.float32), angle, 90)
    light = 0.1 + 0.3 * (noise(generator, SIDE, 5, 4) - 0.4) + 0.2 * (brush - 0.5)
    for count, blur, ink in ((30, 5.0, 0.3), (36, 1.8, 0.42), (64, 0.7, 0.8)):
        layer = np.zeros((SIDE, SIDE), np.float32)
        grid = int(np.ceil(np.sqrt(count)))
        for k in range(count):
            _sprig(layer, generator, *((np.array([k % grid, k // grid]) + generator.random(2)) * SIDE / grid))
        shadow = cv2.GaussianBlur(bend(layer, generator, 5, 20), (0, 0), blur)
        light = light + (1 - np.clip(light, 0, 1)) * shadow * ink * (0.7 + 0.5 * noise(generator, SIDE, 8, 3))
    light = light + 0.45 * ramp(brush, 0.72, 0.95) * noise(generator, SIDE, 7, 3)
    paper = lit(noise(generator, SIDE, 110, 3), 0.8)
    blues = [(8, 20, 50), (12, 44, 96), (30, 86, 150), (104, 158, 202), (200, 222, 232), (248, 246, 236)]
    picture = blend(blues, np.clip(light + 0.015 * paper, 0, 1)) + (paper * 4)[..., None]
    return finish(picture, generator, 3.0)
