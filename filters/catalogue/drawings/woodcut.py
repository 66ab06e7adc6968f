"""Black masses cut open by tapering grooves, printed on warm paper."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import SIDE, Field, Picture, finish, noise, over, positions

# Pixels from one cut to the next. Twice as fine they came out as brown ground (docs/decisions/0005-trials.md).
GROOVE = 19.0


def draw(seed: int = 3) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    _, y = positions(SIDE)
    form = cv2.GaussianBlur(noise(generator, SIDE, 3.2, octaves=3, gain=0.4), (0, 0), 7)
    tone = np.clip((noise(generator, SIDE, 3.4, octaves=3, gain=0.45) - 0.5) * 2.1 + 0.5, 0, 1)
    phase = (y + 190 * form + 18 * noise(generator, SIDE, 7, 2)) / GROOVE
    wave = np.abs(phase % 1 - 0.5) * 2
    rough = (noise(generator, SIDE, 70, 2) - 0.5) * 0.16
    taper = (noise(generator, SIDE, 11, 3) - 0.5) * 0.5
    ink = np.clip((tone * 1.5 - 0.25 + taper + rough - wave) * 9, 0, 1)
    ink = np.maximum(ink, np.clip((tone - 0.72) * 30, 0, 1))  # the dark is left standing,
    ink = ink * np.clip((tone - 0.14) * 10, 0, 1)  # the light is cut away
    picture: Field = np.full((SIDE, SIDE, 3), (240, 229, 204), np.float32)
    fibre = noise(generator, SIDE, 60, 3) - 0.5
    picture += fibre[..., None] * 12
    picture = over(picture, (22, 18, 18), ink.astype(np.float32) * (0.95 + 0.1 * fibre))
    return finish(picture, generator, 2.5)
