"""A copperplate print in sepia: patches of fine parallel strokes, crossed in the dark, over a film of plate tone."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import SIDE, Field, Picture, finish, noise, over

FINE = 2  # the plate is bitten at twice the picture's size


def _patch(
    plate: Picture, generator: np.random.Generator, middle: tuple[float, float], angle: float, dark: float
) -> None:
    """Parallel strokes, slightly bowed, each with a thin start and end."""
    along, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    pitch = (6.2 - 1.2 * dark) * generator.uniform(0.9, 1.15)
    bow, length = generator.normal(0, 0.07), generator.uniform(20, 40)
    steps = np.linspace(-1, 1, 7)
    lines = int(21 / pitch)
    for line in range(-lines, lines + 1):
        reach = length * np.sqrt(max(0.15, 1 - (line / (lines + 1)) ** 2)) * generator.uniform(0.75, 1.1)
        start = np.array(middle) + across * line * pitch + along * generator.normal(0, 4)
        points = start + np.outer(steps * reach, along) + np.outer(steps**2 * bow * reach, across)
        points += generator.normal(0, 0.22, points.shape)
        fixed = np.round(points * FINE * 8).astype(np.int32)
        cv2.polylines(plate, [fixed], False, 255, 1, cv2.LINE_AA, 3)
        if dark > 0.6:  # the needle goes deeper in the middle of a stroke
            cv2.polylines(plate, [fixed[1:-1]], False, 255, 2, cv2.LINE_AA, 3)


def draw(seed: int = 37) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    relief = cv2.GaussianBlur(noise(generator, SIDE, 6.0, 4, 0.45), (0, 0), 3)
    gy, gx = np.gradient(cv2.GaussianBlur(relief, (0, 0), 6))
    light = cv2.GaussianBlur(-(gx * 0.7 + gy * 0.7), (0, 0), 5)
    flow = noise(generator, SIDE, 4.0, 2, 0.3) * 4.5
    low, high = np.quantile(light, (0.08, 0.97))
    tone: Field = np.clip((light - low) / (high - low), 0, 1)  # 0 in the light, 1 in the shade
    plate = np.zeros((SIDE * FINE, SIDE * FINE), np.uint8)
    places = [(x, y) for y in range(-10, SIDE + 10, 24) for x in range(-10, SIDE + 10, 30)]
    for x, y in places:
        px, py = x + generator.normal(0, 7), y + generator.normal(0, 7)
        at = (int(np.clip(py, 0, SIDE - 1)), int(np.clip(px, 0, SIDE - 1)))
        dark = float(tone[at])
        slope = float(flow[at])
        if generator.random() < 0.25 + 1.1 * dark:
            _patch(plate, generator, (px, py), slope + generator.normal(0.3, 0.08), dark)
        if dark > 0.45 and generator.random() < 0.9 * dark:
            _patch(plate, generator, (px, py), slope + generator.normal(1.25, 0.1), dark * 0.8)
        if dark > 0.8 and generator.random() < 0.7:
            _patch(plate, generator, (px, py), slope + generator.normal(-0.5, 0.1), dark)
    ink = cv2.resize(plate, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    picture: Field = np.full((SIDE, SIDE, 3), (241, 230, 206), np.float32)
    picture = picture + (noise(generator, SIDE, 70, 3)[..., None] - 0.5) * 12
    wiped = noise(generator, SIDE, 5, 5, 0.6)
    picture = over(picture, (176, 134, 92), 0.34 * wiped + 0.16 * tone)
    bitten = 0.82 + 0.3 * noise(generator, SIDE, 40, 3)
    picture = over(picture, (150, 96, 58), cv2.GaussianBlur(ink, (0, 0), 1.6) * 0.28)
    picture = over(picture, (46, 26, 16), np.clip(ink * 1.25 * bitten, 0, 1))
    for _ in range(160):  # foul biting: specks where the ground did not hold
        spot = tuple(int(c) for c in generator.integers(0, SIDE, 2))
        cv2.circle(picture, spot, 1, (60, 36, 22), -1, cv2.LINE_AA)
    return finish(picture, generator, 3.0)
