"""Black ink cut in lines on warm paper: grooves follow the form and swell with its shadow, with one red block."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import SIDE, Field, Picture, finish, noise, over, positions


def draw(seed: int = 3) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    x, y = positions(SIDE)
    form = cv2.GaussianBlur(noise(generator, SIDE, 3.2, octaves=3, gain=0.4), (0, 0), 5)
    tone = np.clip(noise(generator, SIDE, 3.0, octaves=4) * 1.5 - 0.25, 0, 1)
    phase = (y + 210 * form + 26 * noise(generator, SIDE, 9, 2)) / 9.5
    wave = np.abs(phase % 1 - 0.5) * 2
    across = (x * 0.8 - y * 0.5 + 160 * form) / 8.0
    cross = np.abs(across % 1 - 0.5) * 2
    rough = (noise(generator, SIDE, 90, 2) - 0.5) * 0.35
    ink = np.clip((tone * 1.25 - 0.1 + rough - wave) * 7, 0, 1)
    ink = np.maximum(ink, np.clip((tone * 1.6 - 0.85 + rough - cross) * 7, 0, 1))
    ink = np.maximum(ink, np.clip((tone - 0.86) * 14, 0, 1))
    picture: Field = np.full((SIDE, SIDE, 3), (240, 229, 204), np.float32)
    fibre = noise(generator, SIDE, 60, 3) - 0.5
    picture += fibre[..., None] * 14
    block = np.clip((noise(generator, SIDE, 2.2, 2) - 0.6) * 30, 0, 1).astype(np.float32)
    picture = over(picture, (196, 62, 38), block * 0.9)
    picture = over(picture, (24, 20, 20), ink.astype(np.float32) * (0.93 + 0.14 * fibre))
    return finish(picture, generator, 3.0)
