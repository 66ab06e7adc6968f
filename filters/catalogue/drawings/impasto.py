"""Land in oil, laid on thick: strokes of three brushes that follow its forms, their ridges catching the light.

From large brushes to small ones, each only where the picture still differs from what is to be painted, as in
A. Hertzmann, "Painterly Rendering with Curved Brush Strokes of Multiple Sizes" (1998); strokes here are straight.
"""

from __future__ import annotations

import cv2
import numpy as np

from .aerial import land
from .fields import SIDE, Field, Picture, blend, finish, noise
from .surface import along, lit, smear

DRY = [(74, 32, 30), (150, 66, 40), (214, 126, 64), (240, 196, 130), (250, 242, 222)]
WOOD = [(16, 30, 44), (28, 66, 78), (58, 106, 92), (140, 156, 96), (214, 204, 130)]
SEA = [(12, 34, 84), (26, 82, 134), (72, 150, 180), (190, 222, 222)]
BRUSHES = ((34, 15), (22, 9), (14, 6))  # length and width of a stroke in pixels
ENOUGH = 9.0  # grey levels that a smaller brush leaves as they are


def draw(seed: int = 17) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    ground = land(generator, toward=2.4)
    swell = noise(generator, SIDE, 12, 4)
    tone = np.clip(ground.albedo * (0.25 + ground.sun), 0, 1) ** 0.8
    wanted = blend(DRY, np.clip(1.05 * tone, 0, 1))
    wanted = wanted + (blend(WOOD, np.clip(1.8 * tone, 0, 1)) - wanted) * ground.wood[..., None]
    wanted = wanted + (blend(SEA, swell) - wanted) * ground.water[..., None]
    angle = along(tone + (0.6 + 0.3 * swell) * ground.water, generator)
    painted, thick = cv2.GaussianBlur(wanted, (0, 0), 8), np.zeros((SIDE, SIDE), np.float32)
    for brush in BRUSHES:
        _strokes(painted, thick, wanted, angle, brush, generator)
    bristles = smear(generator.random((SIDE, SIDE), dtype=np.float32), angle, 22)
    ridges = lit(cv2.GaussianBlur(thick, (0, 0), 1.2) + 1.1 * (bristles - 0.5), 0.7)
    return finish((painted + (15 * ridges)[..., None]).astype(np.float32), generator, 2.0)


def _strokes(
    painted: Field,
    thick: Field,
    wanted: Field,
    angle: Field,
    brush: tuple[int, int],
    generator: np.random.Generator,
) -> None:
    """Strokes of one brush over `painted`, and how thick the paint is, in place; all of them with the largest."""
    long, wide = brush
    source = cv2.GaussianBlur(wanted, (0, 0), wide / 3)
    differs = np.abs(source - painted).mean(2)
    places = [(x, y) for y in range(0, SIDE, wide) for x in range(0, SIDE, wide)]
    generator.shuffle(places)
    for place in places:
        x, y = (int(np.clip(v + generator.normal(0, wide / 2), 0, SIDE - 1)) for v in place)
        if brush != BRUSHES[0] and differs[y, x] < ENOUGH:
            continue
        turned, half = angle[y, x] + generator.normal(0, 0.18), long * generator.uniform(0.35, 0.6)
        dx, dy = int(np.cos(turned) * half), int(np.sin(turned) * half)
        colour = source[y, x] * generator.uniform(0.86, 1.16) + generator.normal(0, 9, 3)
        ends = (x - dx, y - dy), (x + dx, y + dy)
        cv2.line(painted, *ends, tuple(colour.tolist()), wide, cv2.LINE_AA)
        cv2.line(thick, *ends, generator.uniform(0.3, 1), wide, cv2.LINE_AA)
