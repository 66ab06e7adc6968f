"""A comic page on newsprint: dots of yellow, red and blue a little out of register, and bold black contours."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import SIDE, Field, Picture, finish, noise, over, positions

# How much yellow, red and blue (0..1, 1 is solid) each of the flat areas gets.
AREAS = np.array(
    [
        (0.0, 0.0, 0.95),
        (0.0, 0.0, 0.34),
        (0.06, 0.0, 0.0),
        (1.0, 0.16, 0.0),
        (0.14, 0.3, 0.0),
        (1.0, 0.95, 0.0),
        (0.9, 0.0, 0.42),
    ],
    np.float32,
)
INKS = (((255, 218, 40), 0.0, 10.0), ((226, 38, 52), 75.0, 10.0), ((0, 118, 190), 15.0, 10.0))


def _screen(amount: Field, angle: float, pitch: float) -> Field:
    """Round dots that keep one size inside an area; from 0.9 on the ink is solid."""
    x, y = positions(SIDE)
    a = np.deg2rad(angle)
    u, v = (x * np.cos(a) + y * np.sin(a)) / pitch, (y * np.cos(a) - x * np.sin(a)) / pitch
    distance = np.hypot(u % 1 - 0.5, v % 1 - 0.5) * pitch
    dots = np.clip(np.sqrt(amount / np.pi) * pitch - distance + 0.5, 0, 1) * (amount > 0.01)
    result: Field = np.where(amount >= 0.9, 1.0, dots).astype(np.float32)
    return result


def _contour(field: Field, level: float, width: Field) -> Field:
    """A brush line where the field crosses a level."""
    gy, gx = np.gradient(field)
    line: Field = np.clip(width - np.abs(field - level) / (np.hypot(gx, gy) + 2e-4) + 0.5, 0, 1)
    return line


def draw(seed: int = 31) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    forms = [cv2.GaussianBlur(noise(generator, SIDE, cells, 3, 0.4), (0, 0), 4) for cells in (5.0, 6.5)]
    cuts = [np.quantile(form, (0.2, 0.42, 0.62, 0.8)) for form in forms]
    area = np.digitize(forms[0], cuts[0]) + 2 * np.digitize(forms[1], cuts[1][1::2])
    picture: Field = np.full((SIDE, SIDE, 3), (240, 228, 200), np.float32)
    picture = picture + (noise(generator, SIDE, 90, 3)[..., None] - 0.5) * 22
    for ink, (colour, angle, pitch) in enumerate(INKS):
        amount = AREAS[area % len(AREAS), ink]
        register = np.array(((1, 0, 2 * ink - 1), (0, 1, ink - 1)), np.float32)
        amount = cv2.warpAffine(amount, register, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
        patchy = 0.78 + 0.22 * noise(generator, SIDE, 110, 2)
        covered = (_screen(amount, angle, pitch) * patchy)[..., None]
        picture = picture * (1 - covered * (1 - np.asarray(colour, np.float32) / 255))
    black = np.zeros((SIDE, SIDE), np.float32)
    weight = np.clip(noise(generator, SIDE, 9, 2) * 7 - 1.2, 0.8, 4.6)
    for form, levels in ((forms[0], cuts[0]), (forms[1], cuts[1][1::2])):
        for level in levels:
            black = np.maximum(black, _contour(form, level, weight))
    x, y = positions(SIDE)
    depth = np.clip((forms[0] - np.quantile(forms[0], 0.9)) * 8, -1, 1)  # feathered shadow on the summits
    strokes = np.abs(((x * 0.5 + y * 0.9 + 60 * forms[1]) / 13) % 1 - 0.5) * 2
    black = np.maximum(black, np.clip((depth * 0.9 + 0.45 - strokes) * 6 * (depth > -0.4), 0, 1))
    picture = over(picture, (26, 22, 26), cv2.GaussianBlur(black, (0, 0), 0.6) * 0.95)
    return finish(picture, generator, 5.0)
