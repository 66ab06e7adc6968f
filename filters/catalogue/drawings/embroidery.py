"""Land in silk: satin stitches that follow its forms, in skeins of a few dyes, sheen where they turn to the light."""

from __future__ import annotations

import cv2
import numpy as np

from .aerial import land
from .fields import SIDE, Picture, blend, finish, noise
from .surface import along, lit, smear

DRY = [(96, 30, 38), (168, 62, 52), (220, 130, 72), (240, 194, 120), (248, 232, 196)]
WOOD = [(18, 44, 52), (36, 88, 80), (98, 138, 84), (186, 184, 108)]
SEA = [(24, 38, 86), (40, 80, 140), (96, 148, 184), (206, 222, 222)]


def draw(seed: int = 31) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    ground = land(generator, toward=2.4)
    swell = noise(generator, SIDE, 8, 3)
    tone = ground.tone(0.28, 0.7)
    shape = cv2.medianBlur((tone * 255).astype(np.uint8), 7).astype(np.float32) / 255
    form = cv2.GaussianBlur(shape, (0, 0), 2) + (0.5 * swell) * ground.water
    angle = np.round(along(form, generator) / 0.5) * 0.5  # a patch is laid in one direction
    white = generator.random((2, SIDE, SIDE), dtype=np.float32)
    thread = smear(white[0], angle, 34)
    dye = smear(cv2.GaussianBlur(white[1], (0, 0), 2.0), angle, 44)
    shade = np.clip(shape + 0.42 * (dye - 0.5), 0, 1)
    leaves, sea = np.clip(1.7 * shade, 0, 1), np.clip(1.3 * swell - 0.1 + 0.4 * (dye - 0.5), 0, 1)
    cloth = ground.put_together(blend(DRY, shade), blend(WOOD, leaves), blend(SEA, sea))
    sheen = lit(thread, 0.8)
    picture = cloth * (1 + 0.24 * sheen + 0.3 * (thread - 0.5))[..., None]
    return finish(picture.astype(np.float32), generator, 2.5)
