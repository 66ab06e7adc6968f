"""The land in the last hour of sun: amber where it still reaches, dusk blue in long shadows, a warm haze over both."""

from __future__ import annotations

import cv2
import numpy as np

from .aerial import land
from .fields import Field, Picture, blend, finish

SUNLIT = [(58, 34, 26), (128, 74, 40), (206, 128, 62), (246, 184, 104), (255, 232, 184)]
SHADED = [(14, 18, 40), (34, 42, 76), (66, 74, 112), (112, 112, 146), (168, 156, 172)]
MIRRORED = [(48, 54, 92), (92, 88, 122), (170, 132, 128), (250, 196, 132)]  # the sky in the water


def draw(seed: int = 6) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    ground = land(generator, toward=0.5)
    tone = np.clip(ground.albedo, 0, 1) ** 0.8
    reached = np.clip(1.5 * ground.sun, 0, 1)[..., None]
    warm = blend(SUNLIT, np.clip(tone * (0.55 + 0.85 * ground.sun), 0, 1))
    cool = blend(SHADED, np.clip(0.15 + 0.75 * tone, 0, 1))
    picture: Field = cool + (warm - cool) * reached
    glow = cv2.GaussianBlur(picture, (0, 0), 14)
    picture = 255 - (255 - picture) * (255 - 0.22 * glow) / 255
    ripples = cv2.GaussianBlur(ground.ripples(0.14), (0, 0), 1.5)
    picture = picture + (blend(MIRRORED, ripples) - picture) * (0.85 * ground.water)[..., None]
    return finish(picture.astype(np.float32), generator, 3.0)
