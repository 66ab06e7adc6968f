"""An engineer's blueprint: white lines, circles, hatching and dimensions on Prussian blue with a faint grid."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import SIDE, Field, Picture, finish, noise, over

WHITE = 255


def _parts(generator: np.random.Generator, canvas: Picture) -> None:
    """Rectangles, circles and gears of many sizes, some hatched, with centre lines."""
    for _ in range(58):
        x, y = (int(v) for v in generator.integers(0, SIDE, 2))
        size = int(14 + 110 * generator.random() ** 2)
        kind = generator.integers(0, 4)
        if kind == 0:
            for share in (1.0, 0.82, 0.35):
                cv2.circle(
                    canvas, (x, y), max(2, int(size * share)), WHITE, 2 if share == 1 else 1, cv2.LINE_AA
                )
        elif kind == 1:
            cv2.rectangle(canvas, (x - size, y - size // 2), (x + size, y + size // 2), WHITE, 2, cv2.LINE_AA)
            for offset in range(-size, size, 9):
                cv2.line(
                    canvas,
                    (x + offset, y + size // 2),
                    (x + offset + size // 3, y - size // 2),
                    WHITE,
                    1,
                    cv2.LINE_AA,
                )
        elif kind == 2:
            for tooth in range(16):
                a = tooth * np.pi / 8
                p = np.array([np.cos(a), np.sin(a)])
                inner, outer = (p * size * 0.8 + (x, y)).astype(int), (p * size + (x, y)).astype(int)
                cv2.line(canvas, inner.tolist(), outer.tolist(), WHITE, 3, cv2.LINE_AA)
            cv2.circle(canvas, (x, y), max(2, int(size * 0.8)), WHITE, 2, cv2.LINE_AA)
        else:
            points = generator.normal((x, y), size, (5, 2)).astype(np.int32)
            cv2.polylines(canvas, [points], True, WHITE, 2, cv2.LINE_AA)
        cv2.line(canvas, (x - size - 12, y), (x + size + 12, y), WHITE, 1, cv2.LINE_AA)
        cv2.line(canvas, (x, y - size - 12), (x, y + size + 12), WHITE, 1, cv2.LINE_AA)


def draw(seed: int = 17) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    wash = noise(generator, SIDE, 3, 5)
    picture: Field = np.full((SIDE, SIDE, 3), (16, 54, 116), np.float32)
    picture = picture * (0.7 + 0.65 * wash)[..., None]
    grid = np.zeros((SIDE, SIDE), np.float32)
    grid[::16, :] = grid[:, ::16] = 0.13
    grid[::80, :] = grid[:, ::80] = 0.28
    picture = over(picture, (190, 220, 250), grid)
    canvas = np.zeros((SIDE, SIDE), np.uint8)
    _parts(generator, canvas)
    lines = canvas.astype(np.float32) / 255
    glow = cv2.GaussianBlur(lines, (0, 0), 4)
    picture = over(picture, (120, 176, 232), glow * 0.4)
    chalk = 0.72 + 0.28 * noise(generator, SIDE, 120, 2)
    picture = over(picture, (236, 244, 252), lines * chalk)
    return finish(picture, generator, 4.0)
