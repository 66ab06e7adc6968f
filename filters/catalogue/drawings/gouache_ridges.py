"""A travel poster in gouache: flat planes of a sunset, one ridge behind the other, each shaded with sprayed grain."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import SIDE, Field, Picture, finish, noise, over, positions

# Each plane's colour, and the colour that is sprayed along its upper edge.
PLANES = (
    ((250, 214, 158), (255, 238, 204)),
    ((244, 166, 104), (252, 200, 136)),
    ((226, 108, 82), (246, 150, 98)),
    ((176, 66, 88), (224, 98, 86)),
    ((112, 48, 92), (164, 70, 100)),
    ((58, 36, 78), (104, 56, 100)),
    ((30, 28, 58), (62, 54, 96)),
    ((44, 92, 112), (98, 150, 150)),
    ((122, 172, 162), (196, 208, 172)),
)


def _profile(generator: np.random.Generator, points: int, angular: bool) -> Field:
    """A line of hills across the picture, in 0..1: rounded, or with straight flanks."""
    heights: Field = generator.random(points, dtype=np.float32)
    if angular:
        heights = np.interp(np.linspace(0, points - 1, SIDE), np.arange(points), heights)
    else:
        heights = cv2.resize(heights[None, :], (SIDE, 1), interpolation=cv2.INTER_CUBIC)[0]
    line: Field = cv2.GaussianBlur(heights[None, :].astype(np.float32), (0, 0), 1.5)[0]
    return line


def draw(seed: int = 61) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    x, y = positions(SIDE)
    speckle = cv2.GaussianBlur(generator.normal(0, 1, (SIDE, SIDE)).astype(np.float32), (0, 0), 0.8) * 2
    picture: Field = np.full((SIDE, SIDE, 3), PLANES[1][0], np.float32)
    choice = 0
    for turn, top in enumerate(np.linspace(-70, SIDE + 20, 46)):
        choice = int(generator.choice([i for i in range(len(PLANES)) if abs(i - choice) > 1]))
        flat, sprayed = PLANES[choice]
        angular = turn % 5 < 2
        hills = _profile(generator, int(generator.integers(6, 14)), angular)
        lean = generator.normal(0, 0.1) * (np.arange(SIDE) - SIDE / 2)
        edge = top + 40 + lean - hills * generator.uniform(60, 130)
        # A plane tapers off in places, so that others show behind it.
        thick = (_profile(generator, int(generator.integers(4, 8)), False) - 0.3) * generator.uniform(
            140, 300
        )
        depth = (y - edge).astype(np.float32)
        inside = np.clip(depth + 0.5, 0, 1) * np.clip(np.clip(thick, -1, 150) - depth + 0.5, 0, 1)
        picture = over(picture, flat, inside)
        fall = np.exp(-np.clip(depth, 0, None) / (20 + 8 * (turn % 3)))
        picture = over(
            picture, sprayed, inside * np.clip((fall * 1.5 - 0.5 + speckle * 0.45) * 3, 0, 1) * 0.9
        )
        if angular:  # the flank away from the sun
            slid = np.gradient(hills)[np.clip(x - depth * 0.25, 0, SIDE - 1).astype(int)]
            shade = np.clip(-slid * 900, 0, 1) * np.clip(1.4 - depth / 60 + speckle * 0.5, 0, 1)
        else:
            shade = np.clip((depth / np.maximum(thick, 20) - 0.75 + speckle * 0.2) * 4, 0, 1)
        dark = [int(c * 0.66) for c in flat]
        picture = over(picture, (dark[0], dark[1], dark[2] + 8), inside * shade * 0.85)
    worn = noise(generator, SIDE, 120, 3)
    picture = over(picture, (250, 232, 204), np.clip((worn - 0.78) * 6, 0, 0.4))
    return finish(picture * (0.97 + 0.06 * noise(generator, SIDE, 30, 3))[..., None], generator, 4.0)
