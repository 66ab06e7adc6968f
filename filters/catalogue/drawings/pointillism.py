"""Land in small touches of pure colour after Signac: each ground's colour, its neighbour, and its complement."""

from __future__ import annotations

import cv2
import numpy as np

from .aerial import land
from .fields import SIDE, Field, Picture, blend, finish, noise
from .surface import along

DRY = [(84, 70, 150), (190, 96, 120), (238, 158, 84), (250, 212, 116), (252, 240, 206)]
WOOD = [(30, 52, 118), (34, 104, 112), (92, 156, 90), (190, 204, 98)]
SEA = [(36, 62, 148), (62, 116, 190), (118, 178, 206), (218, 222, 226)]
TOUCHES = ((26, 11), (18, 8), (12, 5))


def draw(seed: int = 28) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    ground = land(generator, toward=2.4)
    swell = noise(generator, SIDE, 9, 4)
    tone = ground.tone()
    leaves, sea = np.clip(1.7 * tone, 0, 1), np.clip(1.5 * swell - 0.3, 0, 1)
    wanted = ground.put_together(blend(DRY, tone), blend(WOOD, leaves), blend(SEA, sea))
    angle = along(tone + (0.6 + 0.3 * swell) * ground.water, generator)
    painted = cv2.GaussianBlur(wanted, (0, 0), 6)
    for turn, touch in enumerate(TOUCHES):
        _touches(painted, wanted, angle, touch, turn, generator)
    weave = noise(generator, SIDE, 180, 2) - 0.5
    return finish((painted * (1 + 0.1 * weave[..., None])).astype(np.float32), generator, 3.0)


def _touches(
    painted: Field,
    wanted: Field,
    angle: Field,
    touch: tuple[int, int],
    turn: int,
    generator: np.random.Generator,
) -> None:
    long, wide = touch
    source = cv2.GaussianBlur(wanted, (0, 0), wide / 3)
    differs = np.abs(source - painted).mean(2)
    step = wide * 0.8
    count = int((SIDE / step) ** 2)
    for _ in range(count):
        x, y = (int(v) for v in generator.uniform(0, SIDE, 2))
        if turn and differs[y, x] < 12 and generator.random() < 0.8:
            continue
        colour = source[y, x].copy()
        choice = generator.random()
        if choice < 0.16:
            colour = 255 - colour + (colour.mean() - 128) * 1.6  # the complement, as light as the colour
            colour = 0.75 * colour + 0.25 * source[y, x]
        elif choice < 0.5:
            colour = np.roll(colour, 1) * 0.3 + colour * 0.7
        colour = np.clip(colour * generator.uniform(0.84, 1.16) + generator.normal(0, 8, 3), 0, 255)
        turned, half = angle[y, x] + generator.normal(0, 0.35), long * generator.uniform(0.15, 0.5)
        dx, dy = int(np.cos(turned) * half), int(np.sin(turned) * half)
        thick = int(wide * generator.uniform(0.6, 1.3))
        cv2.line(
            painted, (x - dx, y - dy), (x + dx, y + dy), tuple(colour.tolist()), max(2, thick), cv2.LINE_AA
        )
