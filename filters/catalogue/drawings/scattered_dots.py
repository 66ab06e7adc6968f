"""Dots of pure colour laid side by side after Seurat: every light has its shadow's complement mixed in."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import SIDE, Picture, finish, noise

# Each area's colour, what is scattered through it, and its complement.
PALETTES = np.array(
    [
        ((34, 44, 110), (66, 92, 168), (222, 128, 52)),
        ((72, 58, 132), (126, 92, 160), (226, 190, 74)),
        ((38, 110, 92), (96, 156, 90), (206, 74, 74)),
        ((124, 166, 84), (206, 206, 96), (150, 92, 158)),
        ((226, 150, 70), (244, 204, 110), (60, 110, 182)),
        ((240, 214, 148), (250, 238, 208), (142, 160, 214)),
    ],
    np.float32,
)


def draw(seed: int = 28) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    light = noise(generator, SIDE, 5.0, 3, 0.45)
    ranks = np.searchsorted(np.sort(light.ravel()[::97]), light) / (light.size / 97)
    flow = noise(generator, SIDE, 3.0, 2) * 6
    canvas = np.zeros((SIDE, SIDE, 3), np.uint8)
    canvas[:] = (206, 194, 170)
    for low, high, pitch, spread in ((7.0, 10.0, 11, 5.0), (4.5, 7.0, 8, 4.0), (2.6, 4.6, 8, 4.0)):
        places = [(x, y) for y in range(-6, SIDE + 6, pitch) for x in range(-6, SIDE + 6, pitch)]
        for index in generator.permutation(len(places)):
            x, y = (c + generator.normal(0, spread) for c in places[index])
            at = (int(np.clip(y, 0, SIDE - 1)), int(np.clip(x, 0, SIDE - 1)))
            area = int(
                np.clip((ranks[at] + generator.normal(0, 0.035)) * len(PALETTES), 0, len(PALETTES) - 1)
            )
            colour = PALETTES[area, generator.choice(3, p=(0.5, 0.32, 0.18))]
            colour = np.clip(colour * generator.normal(1, 0.07) + generator.normal(0, 6, 3), 0, 255)
            radius = generator.uniform(low, high)
            axes = (int(radius * 8), int(radius * generator.uniform(5.4, 7.6)))
            centre, turn = (int(x * 8), int(y * 8)), float(np.rad2deg(flow[at]))
            points = np.asarray(cv2.ellipse2Poly(centre, axes, int(turn), 0, 360, 30), np.int32)
            under = np.clip(colour * 0.82, 0, 255).tolist()
            cv2.fillPoly(canvas, [points + np.array((4, 6), np.int32)], under, cv2.LINE_AA, 3)
            cv2.fillPoly(canvas, [points], colour.tolist(), cv2.LINE_AA, 3)
    picture = canvas.astype(np.float32)
    weave = noise(generator, SIDE, 180, 2) - 0.5
    return finish(picture * (1 + 0.12 * weave[..., None]), generator, 3.0)
