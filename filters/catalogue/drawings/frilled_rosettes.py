"""Lichens on granite: grey-green rosettes with pale frilled rims, mustard crusts, black specks, quiet stone between."""

from __future__ import annotations

import numpy as np

from .fields import SIDE, Field, Picture, blend, cells, finish, noise, over
from .surface import bend, lit, ramp

SPECIES = [
    (86, [(92, 104, 88), (140, 150, 126), (178, 186, 162), (212, 216, 196)], 0.7),
    (60, [(78, 86, 76), (118, 128, 112), (158, 168, 148), (222, 224, 210)], 0.6),
    (52, [(112, 96, 48), (164, 138, 64), (196, 168, 92), (220, 202, 144)], 0.2),
    (30, [(150, 156, 140), (186, 192, 176), (212, 216, 202), (234, 234, 224)], 0.22),
    (22, [(128, 98, 40), (184, 144, 62), (206, 170, 84), (224, 198, 130)], 0.12),
    (17, [(18, 18, 20), (34, 34, 34), (52, 52, 48), (80, 80, 72)], 0.12),
]


def draw(seed: int = 23) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    _, _, number = cells(generator, SIDE, 5)
    crystal = generator.random(int(number.max()) + 1).astype(np.float32)[number.astype(int)]
    stone = [(38, 38, 42), (96, 94, 94), (136, 131, 128), (168, 160, 154), (204, 198, 190)]
    patchy = noise(generator, SIDE, 8, 5)
    picture = blend(
        stone, np.clip(0.15 + 0.65 * bend(crystal, generator, 6, 60) + 0.5 * (patchy - 0.4), 0, 1)
    )
    height: Field = 0.25 * crystal + 0.8 * noise(generator, SIDE, 30, 5, 0.6)
    for spacing, colours, share in SPECIES:
        first, second, number = cells(generator, SIDE, spacing)
        own = generator.random((2, int(number.max()) + 1)).astype(np.float32)[:, number.astype(int)]
        frill = noise(generator, SIDE, 900 / spacing, 3) - 0.5
        fine = noise(generator, SIDE, 3600 / spacing, 4, 0.65)
        reach = np.where(own[0] < share, spacing * (0.25 + 0.32 * own[1]), -9)
        inward = (
            np.minimum(reach - first, (second - first) * 0.6)
            + spacing * 0.5 * frill
            + 0.12 * spacing * (fine - 0.5)
        )
        inward = bend(inward, generator, spacing * 0.16, 1900 / spacing)
        cover = ramp(inward, 0, 2.5)
        depth = np.clip(inward / (spacing * 0.42), 0, 1)
        rings = 0.5 + 0.5 * np.sin(inward * 26 / spacing + 4 * fine)
        worn = ramp(depth, 0.45, 0.95) * ramp(fine, 0.42, 0.58)
        tone = 0.95 - 0.85 * depth**0.6 + 0.8 * (fine - 0.5) + 0.16 * rings
        flesh = blend(colours, np.clip(tone, 0, 1))
        cover = cover * (1 - 0.75 * worn)
        shadow = ramp(inward, -4, 0) * (1 - ramp(inward, 0, 2))
        picture = over(picture, (34, 34, 34), shadow * 0.5)
        picture = picture * (1 - cover[..., None]) + flesh * cover[..., None]
        cups = ramp(fine, 0.72, 0.82) * ramp(depth, 0.25, 0.6)
        picture = over(picture, (44, 40, 32), cups * 0.6)
        height = height * (1 - 0.6 * cover) + cover * (0.35 + 0.9 * fine + 0.2 * rings)
    specks = ramp(noise(generator, SIDE, 110, 2, 0.5), 0.8, 0.88) * ramp(
        noise(generator, SIDE, 9, 3), 0.4, 0.6
    )
    picture = over(picture, (22, 22, 22), specks * 0.85)
    picture = picture + (lit(height, 1.0) * 12)[..., None]
    return finish(picture, generator, 4.0)
