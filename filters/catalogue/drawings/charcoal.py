"""Land in willow charcoal on warm paper: the stick laid along its forms, smudges in the shade, lights left bare."""

from __future__ import annotations

import cv2
import numpy as np

from .aerial import land
from .fields import SIDE, Picture, finish, noise, over
from .surface import along, smear


def draw(seed: int = 9) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    ground = land(generator, toward=2.4)
    tone = ground.tone()
    tone = tone + (0.42 + 0.3 * ground.ripples() - tone) * ground.water
    shape = cv2.bilateralFilter(tone.astype(np.float32), 9, 0.2, 5)
    dark = np.clip((0.72 - shape) * 1.7, 0, 1)
    angle = along(shape, generator)
    white = generator.random((2, SIDE, SIDE), dtype=np.float32)
    fine = smear(white[0], angle, 26)
    broad = smear(cv2.GaussianBlur(white[1], (0, 0), 2.2), angle, 60)
    tooth = noise(generator, SIDE, 200, 3, 0.8)
    picture = np.full((SIDE, SIDE, 3), (232, 221, 198), np.float32)
    smudge = cv2.GaussianBlur(dark, (0, 0), 5)
    picture = over(picture, (92, 84, 78), 0.55 * smudge)
    side = dark + 1.3 * (broad - 0.5) + 0.5 * (tooth - 0.5)
    picture = over(picture, (50, 46, 44), 0.85 * np.clip((side - 0.42) * 2.2, 0, 1))
    point = dark + 1.1 * (fine - 0.5) + 0.3 * (tooth - 0.5)
    picture = over(picture, (24, 22, 23), 0.9 * np.clip((point - 0.72) * 3.2, 0, 1))
    lifted = np.clip((shape - 0.62) * 2.4 + 1.0 * (broad - 0.5), 0, 1)
    picture = over(picture, (246, 238, 222), 0.7 * lifted)
    return finish(picture, generator, 3.0)
