"""Land in chalk on slate: light ground laid on with the stick's broad edge, the board left where it is dark."""

from __future__ import annotations

import cv2
import numpy as np

from .aerial import land
from .fields import SIDE, Picture, blend, finish, noise
from .surface import along, smear

DRY = [(190, 84, 78), (232, 138, 88), (246, 196, 112), (250, 232, 190), (252, 248, 236)]
WOOD = [(62, 116, 104), (104, 168, 124), (168, 208, 132), (232, 232, 158)]
SEA = [(58, 104, 158), (96, 158, 208), (160, 208, 226), (240, 246, 244)]


def draw(seed: int = 44) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    ground = land(generator, toward=2.4)
    swell = noise(generator, SIDE, 12, 4)
    tone = ground.tone(0.22, 0.75)
    shape = cv2.bilateralFilter(tone.astype(np.float32), 9, 0.2, 5)
    water, wood = ground.water, ground.wood
    light = shape * (1 - water) + (0.2 + 0.5 * swell + 0.2 * ground.ripples()) * water
    light = np.clip(light + 0.25 * shape * wood, 0, 1)
    leaves, sea = np.clip(1.8 * shape, 0, 1), np.clip(1.3 * swell - 0.15, 0, 1)
    chalk = ground.put_together(blend(DRY, shape), blend(WOOD, leaves), blend(SEA, sea))
    angle = along(light, generator)
    white = generator.random((2, SIDE, SIDE), dtype=np.float32)
    broad = smear(cv2.GaussianBlur(white[0], (0, 0), 2.6), angle, 54)
    fine = smear(white[1], angle, 20)
    tooth = noise(generator, SIDE, 170, 3, 0.8)
    pressed = 1.25 * light + 1.0 * (broad - 0.5) + 0.5 * (fine - 0.5) + 0.55 * (tooth - 0.5)
    cover = np.clip((pressed - 0.36) * 3.0, 0, 0.96)
    board = np.asarray((34, 42, 44), np.float32) * (0.8 + 0.4 * noise(generator, SIDE, 4, 5, 0.6))[..., None]
    board = board + 0.16 * (chalk - board) * cv2.GaussianBlur(light.astype(np.float32), (0, 0), 6)[..., None]
    picture = board + (chalk * (0.92 + 0.22 * (fine - 0.5))[..., None] - board) * cover[..., None]
    return finish(picture.astype(np.float32), generator, 3.0)
