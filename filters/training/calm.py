"""Calm ground for pictures that have too little of it: lawn, still water, haze, asphalt, deep shadow.

Patches and lattices appear where the footage gives a filter next to nothing to hold on to. Photographs seldom have
such ground, drone footage always does. It must lie beside something busier, as in a frame: a picture that is calm
all over has other statistics, and the norms bring out of it what nobody would see in a frame.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

BLOBS = (4, 6, 9)  # across and down: the ground has a few bays and islands, or is shadow under trees
SHORE = 0.08  # of the field's deviation, how softly it ends
GRAIN = 0.06  # of 1, the strongest deviation of its texture
ROLL = 0.04  # of 1, how far its light changes from one end to the other


def calmed(picture: Tensor, generator: torch.Generator) -> Tensor:
    """About half of a picture (1, 3, H, W) in 0..1 made calm: one of its colours, often in shadow, finely grained.

    A fifth of the grounds have less than an eighth of their light, and less grain with it.

    Nine times of ten between a quarter and nine tenths of it; sides of at least 4. The generator is that of the
    training, so that one which is killed and goes on sees the same ground.
    """
    size = picture.shape[-2:]
    much, dark, strength, y, x = torch.rand(5, generator=generator).tolist()
    blobs = BLOBS[int(torch.randint(len(BLOBS), (1,), generator=generator))]
    field, light = (_field((blobs, blobs), size, generator) for _ in range(2))
    ground = torch.sigmoid((field - (0.8 - 1.6 * much)) / SHORE)
    spots = functional.adaptive_avg_pool2d(picture, 12)
    shade = 0.03 + 0.97 * (1 - dark) ** 1.5
    colour = spots[:, :, int(12 * y), int(12 * x)][..., None, None] * shade
    coarse = 1 + int(torch.randint(4, (1,), generator=generator))
    grain = _field((size[0] // coarse, size[1] // coarse), size, generator)
    calm = colour + (0.3 + 0.7 * shade) * (ROLL * light + GRAIN * strength * grain)
    return torch.lerp(picture, calm.clamp(0, 1), ground)


def _field(points: tuple[int, int], size: torch.Size, generator: torch.Generator) -> Tensor:
    """A random field (1, 1, H, W) of deviation about 1 that is smooth between so many points."""
    values = torch.randn(1, 1, *points, generator=generator)
    return functional.interpolate(values, size=size, mode="bicubic", align_corners=False)
