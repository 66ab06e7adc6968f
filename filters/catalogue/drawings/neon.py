"""A wet street at night: glass tubes of light with a white core, lamps out of focus, broken reflections, drops."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from .fields import SIDE, Field, Picture, finish, noise, positions
from .surface import ramp

TUBES = [
    (255, 24, 104),
    (255, 40, 52),
    (16, 214, 255),
    (255, 24, 150),
    (255, 142, 34),
    (150, 60, 255),
    (20, 190, 230),
]


def _sign(generator: np.random.Generator) -> NDArray[np.float64]:
    """One run of tube about the origin: handwriting, an arc, a long bar or a row of chevrons."""
    kind, size, t = generator.integers(0, 7), generator.uniform(24, 60), np.linspace(0, 1, 90)
    if kind < 3:
        a, b = generator.uniform(2.2, 4.5, 2)
        x = (t * 2 - 1) * 1.5 + 0.22 * np.sin(a * 6.28 * t)
        y = 0.38 * np.cos(a * 6.28 * t) * (0.6 + 0.4 * np.sin(b * 6.28 * t)) - 0.15 * t
    elif kind == 3:
        turn = generator.uniform(0, 6.28) + t * generator.uniform(2.0, 5.6)
        x, y = np.cos(turn), np.sin(turn)
    elif kind < 6:
        x, y = (t * 2 - 1) * 2.0, 0 * t
    else:
        x, y = t * 2.4 - 1.2, 0.55 * (np.abs((t * 3) % 1 - 0.5) * 2 - 0.5)
    lean = generator.choice((0.0, 0.0, 1.5708)) + generator.normal(0, 0.08)
    across, down = x * np.cos(lean) - y * np.sin(lean), x * np.sin(lean) + y * np.cos(lean)
    return np.stack([across, down], -1) * size


def draw(seed: int = 14) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    x, y = positions(SIDE)
    tubes, core = np.zeros((SIDE, SIDE, 3), np.float32), np.zeros((SIDE, SIDE), np.float32)
    lamps, drops = np.zeros((SIDE, SIDE, 3), np.float32), np.zeros((SIDE, SIDE), np.float32)
    for k in range(144):
        place = (np.array([k % 12, k // 12]) + generator.random(2)) * SIDE / 12
        tint = [c / 255 for c in TUBES[generator.integers(0, len(TUBES))]]
        if (k + k // 12) % 2:
            disc = np.zeros((SIDE, SIDE, 3), np.float32)
            at, size = (int(place[0]), int(place[1])), int(generator.uniform(7, 24))
            cv2.circle(disc, at, size, [c * generator.uniform(0.06, 0.3) for c in tint], -1, cv2.LINE_AA)
            lamps = lamps + disc
            continue
        run = _sign(generator)
        for beside in range(1 + int(generator.choice((0, 0, 1, 2)))):
            points = [np.round((run + place + beside * np.array((7, 9))) * 8).astype(np.int32)]
            cv2.polylines(tubes, points, False, tint, 4, cv2.LINE_AA, 3)
            cv2.polylines(core, points, False, 1.0, 1, cv2.LINE_AA, 3)
    for _ in range(600):
        at = (int(generator.integers(0, SIDE)), int(generator.integers(0, SIDE)))
        cv2.circle(drops, at, int(generator.gamma(2, 0.9)) + 1, 1.0, -1, cv2.LINE_AA)
    stretched = cv2.resize(tubes[::-1], (SIDE, SIDE * 3))[SIDE : SIDE * 2]
    waves = cv2.resize(
        generator.random((SIDE // 5, SIDE // 40), dtype=np.float32), (SIDE, SIDE), interpolation=2
    )
    wet = cv2.remap(stretched, x + 46 * (waves - 0.5), y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    puddle = ramp(noise(generator, SIDE, 6, 4), 0.36, 0.6) * (0.25 + ramp(waves, 0.3, 0.75))
    light: Field = (
        lamps + 3.6 * cv2.GaussianBlur(wet, (0, 0), sigmaX=1.5, sigmaY=6) * puddle[..., None] + 0.9 * tubes
    )
    for blur, strength in ((4, 0.8), (14, 0.7), (44, 0.8)):
        light = light + strength * cv2.GaussianBlur(tubes, (0, 0), blur)
    lens = cv2.remap(
        cv2.GaussianBlur(light, (0, 0), 6), x, y + 40, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )
    bead = cv2.GaussianBlur(drops, (0, 0), 0.8)
    light = light * (1 - 0.6 * bead[..., None]) + lens * bead[..., None] * 1.6 + core[..., None] * 0.9
    rim = np.clip(bead - np.roll(bead, (2, 1), (0, 1)), 0, 1)[..., None]
    damp = noise(generator, SIDE, 20, 5, 0.6)[..., None]
    base = np.asarray((8, 9, 24), np.float32) * (0.4 + 1.3 * damp)
    return finish(
        (base + 255 * (1 - np.exp(-light * (0.75 + 0.6 * damp) - 0.1 * rim))).astype(np.float32), generator
    )
