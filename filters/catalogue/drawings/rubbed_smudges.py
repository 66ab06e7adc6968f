"""Willow charcoal on warm paper: smoke-like smudges, grainy strokes with the side of the stick, lights lifted out."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import SIDE, Field, Picture, finish, noise, over, positions


def _marks(
    generator: np.random.Generator,
    flow: Field,
    zone: Field,
    count: int,
    width: tuple[int, int],
    reach: float,
    beside: int = 1,
) -> Field:
    """Bowed strokes along the flow, as many as the zone allows, up to `beside` of them in parallel."""
    layer = np.zeros((SIDE, SIDE), np.float32)
    for _ in range(count):
        x, y = generator.uniform(-20, SIDE + 20, 2)
        at = (int(np.clip(y, 0, SIDE - 1)), int(np.clip(x, 0, SIDE - 1)))
        if generator.random() > zone[at]:
            continue
        angle = flow[at] * 4.5 + generator.normal(0, 0.2)
        along, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
        half = reach * generator.uniform(0.5, 1.2)
        points = np.array([-1, -0.4, 0.3, 1])[:, None] * along * half + (x, y)
        points += across * (np.array([1.0, -0.4, -0.5, 0.8]) * generator.normal(0, half * 0.08))[:, None]
        weight = int(generator.integers(width[0], width[1] + 1))
        strength = float(generator.uniform(0.35, 0.95))
        for line in range(int(generator.integers(1, beside + 1))):
            shift = across * line * (weight + 4) + along * generator.normal(0, 5)
            fixed = np.round((points + shift) * 8).astype(np.int32)
            cv2.polylines(layer, [fixed], False, strength, weight, cv2.LINE_AA, 3)
    return layer


def draw(seed: int = 9) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    _, y = positions(SIDE)
    laid = np.cos(y * 2 * np.pi / 5.0 + 2 * noise(generator, SIDE, 20, 2))
    speckle = generator.normal(0, 1, (2, SIDE, SIDE)).astype(np.float32)
    tooth = cv2.GaussianBlur(speckle[0], (0, 0), 0.9) * 1.6 + cv2.GaussianBlur(speckle[1], (0, 0), 2.4) * 2.6
    tooth = np.clip(0.5 + 0.26 * tooth + 0.06 * laid, 0, 1)
    picture: Field = np.full((SIDE, SIDE, 3), (228, 214, 188), np.float32)
    picture = picture + (noise(generator, SIDE, 40, 4)[..., None] - 0.5) * 12
    form = noise(generator, SIDE, 6.0, 4, 0.5)
    zone = np.clip((form - np.quantile(form, 0.12)) / np.ptp(form) * 1.9, 0, 1)
    flow = noise(generator, SIDE, 3.0, 2, 0.4)
    smudge = cv2.GaussianBlur(_marks(generator, flow, zone, 2200, (10, 26), 42), (0, 0), 4)
    picture = over(picture, (84, 76, 70), (smudge * 0.5 + 0.3 * zone) * (0.75 + 0.4 * (1 - tooth)))
    side = _marks(generator, flow + 0.1, zone**2, 2600, (8, 18), 26)
    picture = over(
        picture, (38, 34, 34), np.clip((cv2.GaussianBlur(side, (0, 0), 1.5) * 1.1 - tooth) * 2.0, 0, 0.9)
    )
    lifted = _marks(generator, flow + 0.3, 1.05 - 0.7 * zone, 300, (3, 8), 30, 3)  # a kneaded rubber
    soft = cv2.GaussianBlur(lifted, (0, 0), 1.4)
    picture = over(picture, (236, 224, 200), np.clip(soft * 1.1, 0, 1) * (0.7 + 0.3 * (1 - tooth)))
    point = _marks(generator, flow + 0.05, zone * 0.9 + 0.1, 700, (1, 2), 26, 8)
    drawn = cv2.GaussianBlur(point, (0, 0), 0.8) * 1.4 - tooth * 0.95
    picture = over(picture, (38, 35, 34), np.clip(drawn * 1.8, 0, 0.78))
    return finish(picture, generator, 3.0)
