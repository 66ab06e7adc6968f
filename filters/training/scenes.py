"""Landscapes drawn from above, to train on where nobody has brought footage yet.

Relief under a low sun, water, fields, woods, roads, roofs: what drones look down upon, in many lights and climates.
Every picture follows from its seed.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from filters.catalogue.drawings.fields import Field, blend, cells, noise, over

SIDE = 576
Colour = tuple[int, int, int]
# Low to high ground, then water, wood, road and roof.
CLIMATES: tuple[tuple[list[Colour], Colour, Colour], ...] = (
    ([(92, 116, 60), (138, 150, 84), (120, 104, 76), (168, 160, 150)], (46, 84, 104), (38, 62, 36)),
    ([(196, 160, 112), (214, 180, 130), (178, 124, 84), (226, 204, 170)], (60, 124, 134), (104, 104, 62)),
    ([(170, 152, 96), (150, 130, 70), (196, 176, 120), (120, 96, 62)], (40, 70, 90), (86, 92, 44)),
    ([(206, 212, 220), (232, 236, 242), (150, 156, 168), (250, 250, 252)], (44, 66, 92), (52, 64, 66)),
    ([(108, 108, 112), (140, 138, 134), (84, 92, 84), (170, 166, 160)], (58, 78, 92), (58, 80, 50)),
)


def landscapes(count: int, seed: int = 1) -> Iterator[NDArray[np.uint8]]:
    """`count` pictures, RGB (576, 576, 3), each of another place."""
    for index in range(count):
        yield landscape(np.random.default_rng((seed, index)))


def landscape(generator: np.random.Generator) -> NDArray[np.uint8]:
    """One picture, RGB (576, 576, 3)."""
    ground, water, wood = CLIMATES[int(generator.integers(len(CLIMATES)))]
    height = noise(
        generator, SIDE, float(generator.uniform(1.5, 4)), octaves=7, gain=float(generator.uniform(0.4, 0.6))
    )
    picture = blend(ground, height) * (0.85 + 0.3 * noise(generator, SIDE, 24, 4))[..., None]
    if generator.random() < 0.5:
        picture = _fields(picture, generator)
    picture = over(picture, wood, _woods(generator, float(generator.uniform(0.4, 0.75))))
    picture = picture * _sunlight(height, generator)[..., None]
    if generator.random() < 0.6:
        picture = _roads_and_roofs(picture, generator)
    level = float(generator.uniform(0.0, 0.45))
    wet = np.clip((level - height) * 60, 0, 1).astype(np.float32)
    depth = np.clip((level - height) * 3, 0, 0.6)
    glitter = 1 + 0.25 * (noise(generator, SIDE, 60, 3) - 0.5)
    sea = np.asarray(water, np.float32) * ((1.15 - depth) * glitter)[..., None]
    picture = picture * (1 - wet[..., None]) + sea * wet[..., None]
    foam = np.exp(-(((level - height) * 120) ** 2)) * noise(generator, SIDE, 40, 2)
    picture = over(picture, (236, 238, 236), 0.7 * foam.astype(np.float32))
    tint = generator.uniform(0.85, 1.15, 3) * generator.uniform(0.55, 1.25)
    return np.clip(picture * tint + generator.normal(0, 2, picture.shape), 0, 255).astype(np.uint8)


def _sunlight(height: Field, generator: np.random.Generator) -> Field:
    """Hillshade of the relief under a sun at any bearing, around 1."""
    angle = generator.uniform(0, 2 * np.pi)
    gy, gx = np.gradient(height * SIDE * 0.25)
    shade = 1 + (gx * np.cos(angle) + gy * np.sin(angle)) * float(generator.uniform(0.3, 0.9))
    light: Field = np.clip(shade, 0.25, 1.6).astype(np.float32)
    return light


def _woods(generator: np.random.Generator, density: float) -> Field:
    """Crowns of trees in patches, 0..1."""
    first, _, _ = cells(generator, SIDE, float(generator.uniform(5, 11)))
    patches = np.clip((noise(generator, SIDE, 4, 3) - density) * 9, 0, 1)
    crowns: Field = (np.clip(1.25 - first / 6, 0, 1) * patches).astype(np.float32)
    return crowns


def _fields(picture: Field, generator: np.random.Generator) -> Field:
    """Farmland: patches of different crops with furrows."""
    _, _, number = cells(generator, SIDE, float(generator.uniform(50, 120)))
    numbers = number.astype(int)
    crops = generator.uniform(0.85, 1.15, (numbers.max() + 1, 3)).astype(np.float32)
    turns = generator.uniform(0, np.pi, numbers.max() + 1).astype(np.float32)
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float32)
    furrows = 1 + 0.08 * np.sin((x * np.cos(turns[numbers]) + y * np.sin(turns[numbers])) * 1.3)
    result: Field = picture * crops[numbers] * furrows[..., None]
    return result


def _roads_and_roofs(picture: Field, generator: np.random.Generator) -> Field:
    """Pale roads across, and houses with a shadow along them."""
    canvas = np.ascontiguousarray(picture, np.float32)
    for _ in range(int(generator.integers(1, 4))):
        points = np.cumsum(generator.normal(0, 70, (9, 2)), 0) + generator.uniform(0, SIDE, 2)
        width, tone = int(generator.integers(2, 7)), float(generator.uniform(110, 200))
        cv2.polylines(canvas, [points.astype(np.int32)], False, (tone, tone, tone * 0.94), width, cv2.LINE_AA)
        for point in points[:: int(generator.integers(1, 4))]:
            size, centre = generator.uniform(6, 22, 2), point + generator.normal(0, 16, 2)
            turn, colour = float(generator.uniform(0, 90)), generator.uniform(60, 230, 3)
            for offset, paint in ((3, (20.0, 22.0, 28.0)), (0, tuple(colour))):
                corners = cv2.boxPoints(((centre + offset).tolist(), size.tolist(), turn))
                cv2.fillPoly(canvas, [corners.astype(np.int32)], paint, cv2.LINE_AA)
    return canvas
