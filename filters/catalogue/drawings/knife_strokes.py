"""Oil laid on thick with a knife: slabs of paint dragged across one another, their ridges catching the light."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import SIDE, Field, Picture, finish, noise

PAINTS = np.array(
    [
        (24, 38, 62),
        (38, 84, 112),
        (116, 148, 146),
        (226, 206, 168),
        (206, 122, 58),
        (146, 52, 40),
        (72, 66, 42),
        (238, 230, 210),
    ],
    np.float32,
)


def _stroke(generator: np.random.Generator, long: float, wide: float) -> tuple[Field, Field]:
    """A knife's stroke lying along x: how thick the paint is, and where it covers."""
    half = int(long * 1.25)
    y, x = np.mgrid[-half : half + 1, -half : half + 1].astype(np.float32)
    grooves = np.interp(y, np.arange(-half, half + 1, 2), generator.random(half + 1)).astype(np.float32)
    ragged = np.interp(y, np.arange(-half, half + 1, 3), generator.random((2 * half + 3) // 3)) * long * 0.45
    side = np.clip((wide - np.abs(y + 2 * np.sin(x / 17))) / 1.5, 0, 1)
    end = np.clip((long - ragged - x) / 2, 0, 1) * np.clip((x + long - ragged * 0.2) / 2, 0, 1)
    cover = side * end
    ridge = (
        np.exp(-((np.abs(y) - wide + 1.5) ** 2) / 4.5) * 2.2
        + np.exp(-((long - ragged - 4 - x) ** 2) / 12) * 2.6
    )
    height = (1.4 + 0.9 * grooves + ridge + 0.012 * x) * cover
    return height.astype(np.float32), cover.astype(np.float32)


def draw(seed: int = 47) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    pad = 96
    side = SIDE + 2 * pad
    field, flow = noise(generator, side, 6.0, 3, 0.45), noise(generator, side, 3.5, 2, 0.4) * 5
    levels = np.digitize(field, np.quantile(field, np.linspace(0, 1, len(PAINTS) + 1)[1:-1]))
    colour = np.full((side, side, 3), (60, 52, 46), np.float32)
    height = np.zeros((side, side), np.float32)
    kinds = [
        _stroke(generator, *size) for size in ((46, 15), (40, 12), (34, 14), (28, 9), (24, 8), (18, 6)) * 2
    ]
    for turn in range(2600):
        early = 12 if turn > 1100 else 6  # big slabs first
        thick, cover = kinds[int(generator.integers(0, 12)) if early == 12 else int(generator.integers(0, 3))]
        half = thick.shape[0] // 2
        x, y = (int(c) for c in generator.integers(half, side - half, 2))
        angle = (
            float(np.rad2deg(flow[y, x])) + generator.normal(0, 14) + (90 if generator.random() < 0.2 else 0)
        )
        turned = cv2.getRotationMatrix2D((half, half), -angle, 1.0)
        thick, cover = (cv2.warpAffine(part, turned, part.shape[::-1]) for part in (thick, cover))
        part = (slice(y - half, y + half + 1), slice(x - half, x + half + 1))
        paint = PAINTS[levels[y, x]] * generator.normal(1, 0.06) + generator.normal(0, 5, 3)
        drag = np.clip(cover * (0.88 + 0.12 * np.sin(thick * 9)), 0, 1)[..., None]  # some of what lies below
        colour[part] = colour[part] * (1 - drag) + paint.astype(np.float32) * drag
        height[part] = height[part] * (1 - 0.8 * cover) + thick
    gy, gx = np.gradient(cv2.GaussianBlur(height, (0, 0), 0.9))
    facing = -(gx * 0.6 + gy * 0.8)
    picture = colour * np.clip(1 + 0.42 * facing, 0.35, 1.5)[..., None]
    picture = picture + 120 * np.clip(facing - 0.35, 0, 0.8)[..., None]  # wet paint shines
    return finish(picture[pad:-pad, pad:-pad], generator, 3.0)
