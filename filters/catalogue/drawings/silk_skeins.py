"""Needle painting: silk threads laid in satin stitches side by side, turning with a flow."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import SIDE, Picture, finish, noise

SILKS = np.array(
    [
        (28, 46, 74),
        (44, 92, 112),
        (126, 160, 142),
        (236, 222, 188),
        (222, 164, 72),
        (196, 74, 62),
        (112, 30, 56),
        (64, 84, 54),
    ],
    np.float32,
)


def _stitch(canvas: np.ndarray, middle: np.ndarray, along: np.ndarray, colour: np.ndarray) -> None:
    """One thread: its shadow, its body, and a sheen that is brightest in the middle."""
    across = np.array([-along[1], along[0]]) / (np.hypot(*along) + 1e-6)
    across *= -1 if across[1] > 0 else 1  # the lit side is the upper one
    sheen = float(0.5 + 0.5 * abs(across[1]))
    for shift, length, width, light in (
        (-1.3, 1.0, 2, 0.5),
        (0.0, 1.0, 3, 0.8),
        (0.3, 0.9, 1, 0.92 + 0.16 * sheen),
        (0.6, 0.5, 1, 1.0 + 0.45 * sheen),
    ):
        a, b = (middle + across * shift + along * length * end for end in (-0.5, 0.5))
        tint = np.clip(colour * light + (8 if light > 1 else 0), 0, 255)
        points = [tuple(int(c * 8) for c in p) for p in (a, b)]
        cv2.line(canvas, points[0], points[1], tint.tolist(), width, cv2.LINE_AA, 3)


def draw(seed: int = 23) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    field = noise(generator, SIDE, 6.0, 2, 0.25)
    levels = np.digitize(field, np.quantile(field, np.linspace(0, 1, 9)[1:-1]))
    turn = noise(generator, SIDE, 3.0, 1) * 5
    canvas = np.zeros((SIDE, SIDE, 3), np.uint8)
    canvas[:] = (38, 36, 40)
    places = [(x, y) for y in range(-8, SIDE + 8, 5) for x in range(-8, SIDE + 8, 6)]
    levels_at = [int(levels[np.clip(y, 0, SIDE - 1), np.clip(x, 0, SIDE - 1)]) for x, y in places]
    order = generator.permutation(len(places))
    for index in sorted(order, key=lambda i: (levels_at[i] % 2, places[i][1] // 30, generator.random())):
        x, y = (float(c) + generator.normal(0, 2) for c in places[index])
        at = (int(np.clip(y, 0, SIDE - 1)), int(np.clip(x, 0, SIDE - 1)))
        level = int(levels[at])
        angle = turn[at] + (0.0, 1.0, -0.6)[level % 3] + generator.normal(0, 0.03)
        length = generator.uniform(24, 44)
        along = np.array([np.cos(angle), np.sin(angle)]) * length
        colour = SILKS[(level * 3 + 1) % len(SILKS)] * generator.normal(1.0, 0.09)
        _stitch(canvas, np.array([x, y]), along, colour)
    return finish(canvas.astype(np.float32), generator, 3.0)
