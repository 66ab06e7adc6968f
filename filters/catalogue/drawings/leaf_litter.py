"""Fallen leaves over one another: rust, gold and plum, ribs and veins, specks of decay, each with its shadow."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from .fields import SIDE, Picture, blend, finish, noise
from .surface import lit

LEAVES = [
    (52, 20, 38),
    (98, 28, 48),
    (150, 44, 30),
    (194, 80, 24),
    (222, 132, 30),
    (240, 186, 66),
    (128, 108, 44),
]


def _outline(generator: np.random.Generator, size: float) -> tuple[NDArray[np.float64], list[float]]:
    """A leaf about the origin, its tip at angle 0, and the angles of its main veins: beech, oak or maple."""
    kind = generator.integers(0, 5)
    a = np.linspace(-np.pi, np.pi, 120)
    if kind < 3:
        t = np.concatenate([np.linspace(0, 1, 60), np.linspace(1, 0, 60)])
        wide = generator.uniform(0.26, 0.42) * np.sin(np.pi * t**0.85) * (1 - 0.2 * t)
        wide = wide + (0.07 if kind == 2 else 0.012) * np.sin(t * (34 if kind == 2 else 90)) * np.sin(
            np.pi * t
        )
        side = np.repeat([1.0, -1.0], 60)
        return np.stack([t * 2 - 1, wide * 1.4 * side], -1) * size, [0.0]
    lobes = [0.0, 0.95, -0.95, 1.9, -1.9]
    radius = sum(np.exp(-(((a - lobe) / 0.24) ** 2)) * (1 - 0.13 * abs(lobe)) for lobe in lobes) * 0.62 + 0.36
    radius = radius * (1 + 0.07 * np.sin(a * 17)) * (1 - 0.6 * np.exp(-((np.abs(a) - np.pi) ** 2) / 0.1))
    return np.stack([np.cos(a) * radius, np.sin(a) * radius], -1) * size, lobes


def draw(seed: int = 10) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    mottle = noise(generator, SIDE, 40, 4, 0.6)
    picture = blend([(18, 10, 14), (46, 28, 26), (84, 56, 36)], noise(generator, SIDE, 20, 5))
    for k in range(620):
        depth = k / 620
        size = generator.uniform(24, 50)
        shape, veins = _outline(generator, size)
        turn, bow = generator.uniform(0, 2 * np.pi), generator.normal(0, 0.005)
        spin = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        x, y, pad = (*(int(v) for v in generator.integers(-20, SIDE + 20, 2)), 70)
        x0, y0, x1, y1 = max(0, x - pad), max(0, y - pad), min(SIDE, x + pad), min(SIDE, y + pad)
        shape[:, 1] += bow * shape[:, 0] ** 2
        mask, rib = np.zeros((y1 - y0, x1 - x0), np.float32), np.zeros((y1 - y0, x1 - x0), np.float32)
        at = np.array([x - x0, y - y0])
        cv2.fillPoly(mask, [np.round((shape @ spin + at) * 8).astype(np.int32)], 1.0, cv2.LINE_AA, 3)
        lines = [
            (np.array([-1.15 if v == 0 else -0.1, 0]), np.array([np.cos(v), np.sin(v)]) * 0.9) for v in veins
        ]
        for j in np.arange(-0.75, 0.7, 0.2) if len(veins) == 1 else ():
            lines += [(np.array([j, 0]), np.array([j + 0.3, s * 0.36])) for s in (-1, 1)]
        for n, (start, stop) in enumerate(lines):
            ends = np.stack([start, stop]) * size
            ends[:, 1] += bow * ends[:, 0] ** 2
            (sx, sy), (ex, ey) = np.round((ends @ spin + at) * 8).astype(int).tolist()
            cv2.line(rib, (sx, sy), (ex, ey), 1.0 if n < len(veins) else 0.55, 1, cv2.LINE_AA, 3)
        tone = generator.random() * 0.95
        gy, gx = np.mgrid[y0:y1, x0:x1].astype(np.float32)
        fold = ((gx - x) * -np.sin(turn) + (gy - y) * np.cos(turn)) / size
        away = cv2.distanceTransform((mask > 0.5).astype(np.uint8), cv2.DIST_L2, 3) / size
        spots = mottle[y0:y1, x0:x1]
        paint = blend(LEAVES, np.clip(tone + 0.5 * (spots - 0.5) + 0.35 * (away - 0.15), 0, 1))
        paint = (
            paint
            * (0.72 + 0.3 * depth + 0.16 * np.sign(fold) * np.cos(turn) + 0.3 * (spots - 0.5))[..., None]
        )
        paint = paint * (1 - 0.7 * np.clip((spots - 0.68) * 12, 0, 1))[..., None]
        paint = paint + (rib * (70 if generator.random() < 0.6 else -46))[..., None]
        below = picture[y0:y1, x0:x1]
        shade = cv2.GaussianBlur(np.roll(mask, (5, 4), (0, 1)), (0, 0), 3.5)[..., None] * 0.62
        below = below * (1 - shade)
        picture[y0:y1, x0:x1] = below * (1 - mask[..., None]) + paint * mask[..., None]
    picture = picture + (lit(mottle, 0.9) * 9)[..., None]
    return finish(picture, generator, 4.0)
