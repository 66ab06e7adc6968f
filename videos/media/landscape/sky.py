"""The sky: a gradient, the glow around the sun, clouds on a plane high above, stars at night."""

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from videos.media.landscape.light import Light
from videos.media.landscape.noise import Field, smoothstep, spectral

Pixels = NDArray[np.float32]
CLOUD_HEIGHT = 2600.0


@lru_cache(maxsize=2)
def _clouds(seed: int) -> Field:
    """A tile of 1,024 texels of 24 m, mean 0 and deviation 1."""
    return spectral(seed + 50, 1024, 24.0, 9000, 90, roughness=0.75)


def sky_colour(view: Pixels, light: Light, seed: int, seconds: float, *, clouds: bool = True) -> Pixels:
    """Linear light (…, 3) from the directions ``view`` (…, 3), unit vectors."""
    up = np.maximum(view[..., 2], 0)
    share = (1 - np.exp(-up * np.float32(5.5)))[..., None]
    horizon, zenith = np.asarray(light.horizon, dtype=np.float32), np.asarray(light.zenith, dtype=np.float32)
    colour = horizon + (zenith - horizon) * share
    towards = np.maximum(view @ np.asarray(light.direction, dtype=np.float32), 0)
    glow = 0.30 * towards**6 + 0.55 * towards**60
    colour = colour + glow[..., None] * np.asarray(light.glow, dtype=np.float32)
    if not clouds:
        return np.asarray(colour, dtype=np.float32)
    disc = smoothstep(0.99985, 0.99993, towards)[..., None] * np.asarray(light.sun, dtype=np.float32) * 6
    colour = colour + disc
    return _with_clouds(np.asarray(colour, dtype=np.float32), view, towards, light, seed, seconds)


def _with_clouds(
    colour: Pixels, view: Pixels, towards: Field, light: Light, seed: int, seconds: float
) -> Pixels:
    """Thin clouds, denser in places, lit at their edges towards the sun, gone in the haze at the horizon."""
    lines = view.shape[0]
    above = np.nonzero((view[..., 2] > 0.004).any(axis=1))[0]
    if not len(above):
        return colour
    part = slice(0, min(lines, int(above[-1]) + 1))
    up = np.maximum(view[part, :, 2], np.float32(0.004))
    tile = _clouds(seed)
    x = CLOUD_HEIGHT * view[part, :, 0] / up / 24 + np.float32(0.35 * seconds)
    y = CLOUD_HEIGHT * view[part, :, 1] / up / 24
    size = tile.shape[0]
    thick = cv2.remap(
        tile,
        np.mod(x, size).astype(np.float32),
        np.mod(y, size).astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_WRAP,
    )
    cover = smoothstep(0.1, 1.9, np.asarray(thick)) * smoothstep(0.004, 0.11, up) * np.float32(0.72)
    sun, sky = np.asarray(light.sun, dtype=np.float32), np.asarray(light.sky, dtype=np.float32)
    silver = (0.18 + 0.22 * towards[part] ** 8)[..., None] * sun + 0.72 * sky
    shaded = silver * (1 - 0.30 * smoothstep(0.9, 2.6, np.asarray(thick)))[..., None]
    colour[part] += (shaded - colour[part]) * cover[..., None]
    if light.stars:
        colour[part] += _stars(view[part], light.stars)[..., None] * (1 - cover[..., None])
    return colour


def _stars(view: Pixels, amount: float) -> Field:
    """Points of light that stay in their directions."""
    east = np.arctan2(view[..., 1], view[..., 0])
    grid = np.stack([east * 260, np.arcsin(view[..., 2].clip(-1, 1)) * 260], axis=-1)
    cell = np.floor(grid).astype(np.int64)
    number = (cell[..., 0] * 73856093 ^ cell[..., 1] * 19349663) & 0xFFFF
    centre = np.stack([(number % 97) / 97, (number % 89) / 89], axis=-1) * 0.6 + 0.2
    away = np.linalg.norm(grid - cell - centre, axis=-1)
    bright = (
        (number > 65536 * (1 - 0.02 * amount)) * np.exp(-((away / 0.14) ** 2)) * (0.3 + (number % 13) / 13)
    )
    return np.asarray(bright * smoothstep(0.01, 0.12, view[..., 2]), dtype=np.float32)
