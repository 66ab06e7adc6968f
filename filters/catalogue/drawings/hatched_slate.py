"""Coloured chalk on a slate board: broad broken strokes in hatched patches, dust, and what the sponge left behind."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import SIDE, Field, Picture, finish, noise, over

CHALKS = (
    (240, 238, 226),
    (242, 206, 96),
    (232, 128, 120),
    (124, 186, 216),
    (150, 200, 148),
    (238, 160, 92),
    (240, 238, 226),
)


def _strokes(generator: np.random.Generator, flow: Field, zone: Field, patches: int) -> Field:
    """Patches of a few strokes side by side with the broad edge of the chalk, where the zone is lit."""
    layer = np.zeros((SIDE, SIDE), np.float32)
    for _ in range(patches):
        x, y = generator.uniform(-10, SIDE + 10, 2)
        at = (int(np.clip(y, 0, SIDE - 1)), int(np.clip(x, 0, SIDE - 1)))
        if generator.random() > zone[at]:
            continue
        angle = flow[at] * 6 + generator.normal(0, 0.12)
        along, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
        width, pressure = int(generator.integers(4, 12)), generator.uniform(0.4, 1.0)
        for line in range(int(generator.integers(2, 6))):
            start = np.array([x, y]) + across * line * width * 1.15 + along * generator.normal(0, 6)
            reach = generator.uniform(18, 44)
            bow = across * generator.normal(0, 3)
            points = np.array([start - along * reach, start + bow, start + along * reach])
            cv2.polylines(
                layer, [np.round(points * 8).astype(np.int32)], False, pressure, width, cv2.LINE_AA, 3
            )
    return layer


def draw(seed: int = 44) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    picture: Field = np.full((SIDE, SIDE, 3), (36, 46, 44), np.float32)
    picture = picture * (0.72 + 0.5 * noise(generator, SIDE, 4, 5, 0.6))[..., None]
    flow = noise(generator, SIDE, 3.5, 2, 0.4)
    speckle = generator.normal(0, 1, (2, SIDE, SIDE)).astype(np.float32)
    tooth = cv2.GaussianBlur(speckle[0], (0, 0), 1.0) * 1.6 + cv2.GaussianBlur(speckle[1], (0, 0), 3) * 3.5
    tooth = np.clip(0.5 + 0.3 * tooth, 0, 1)
    swept = cv2.GaussianBlur(_strokes(generator, flow + 0.2, np.ones_like(flow), 260), (0, 0), 5)
    picture = over(picture, (128, 138, 134), swept * 0.3 * (0.6 + 0.4 * tooth))
    zones = noise(generator, SIDE, 6.0, 3, 0.4)
    bands = np.digitize(zones, np.quantile(zones, np.linspace(0, 1, len(CHALKS) + 1)[1:-1]))
    for turn, index in enumerate(generator.permutation(len(CHALKS))):
        zone = cv2.GaussianBlur((bands == index).astype(np.float32), (0, 0), 4) * 0.85 + 0.04
        layer = _strokes(generator, flow + 0.16 * (turn % 3), zone, 620)
        picture = over(picture, CHALKS[index], cv2.GaussianBlur(layer, (0, 0), 5) * 0.14)  # rubbed-in dust
        picture = over(
            picture, CHALKS[index], np.clip((layer * 0.95 - tooth) * 3.2, 0, 0.96) * (layer > 0.05)
        )
    line = np.abs(zones[..., None] - np.quantile(zones, (0.3, 0.58, 0.86))).min(-1)
    gy, gx = np.gradient(zones)
    outline = np.clip(2.4 - line / (np.hypot(gx, gy) + 4e-4), 0, 1) * np.clip(
        noise(generator, SIDE, 8, 2) * 3 - 1.2, 0, 0.8
    )
    picture = over(picture, (246, 244, 234), np.clip((outline * 1.2 - tooth) * 3, 0, 0.9))
    return finish(picture, generator, 3.0)
