"""What the land is made of: colours by height, slope and noise, and light baked into maps."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from videos.media.landscape.light import Light, shade, slopes
from videos.media.landscape.noise import Field, mix, smoothstep
from videos.media.landscape.terrain import Controls, Grid, controls, grids, heights

Pixels = NDArray[np.float32]

# Layers of the cliffs from low to high: linear reflectance. Umber, ochre, cream, rust, repeated unevenly.
_STRATA = np.array(
    [
        (0.13, 0.085, 0.060),
        (0.30, 0.170, 0.095),
        (0.42, 0.290, 0.180),
        (0.36, 0.180, 0.100),
        (0.23, 0.115, 0.070),
        (0.46, 0.350, 0.235),
        (0.33, 0.200, 0.125),
        (0.40, 0.230, 0.130),
        (0.20, 0.120, 0.085),
        (0.48, 0.380, 0.270),
    ],
    dtype=np.float32,
)
_GREY = np.array([[0.16, 0.15, 0.145], [0.22, 0.21, 0.20], [0.19, 0.18, 0.18]], dtype=np.float32)


@dataclass(frozen=True)
class Level:
    """One nested map. ``height``: (S, S) float32 metres. ``lit``: (S, S, 3) float32, light that leaves the land."""

    grid: Grid
    height: Field
    lit: Pixels
    rock: Field


@lru_cache(maxsize=2)
def levels(seed: int, kind: str, light: Light, size: int) -> tuple[Level, ...]:
    """All maps of a landscape, coarse to fine; a few seconds of work, kept for the next picture."""
    return tuple(
        _level(kind, fields, grid, light, size)
        for fields, grid in zip(controls(seed, size), grids(size), strict=True)
    )


def _level(kind: str, fields: Controls, grid: Grid, light: Light, size: int) -> Level:
    """Shape, colour and light of one map."""
    along = np.arange(size, dtype=np.float32) + np.float32(0.5)
    x = (grid.left + along * grid.texel)[None, :]
    y = (grid.bottom + along * grid.texel)[:, None]
    height = heights(kind, fields, x, y)
    east, north = slopes(height, grid.texel)
    steep = np.hypot(east, north)
    growth = _growth(kind, fields, height, steep)
    if grid.texel < 4:
        height = height + _crowns(kind) * growth * smoothstep(0.2, 1.4, fields.grain) * min(
            1.0, 1 / grid.texel
        )
    sun, sky = shade(np.maximum(height, 0) if kind == "coast" else height, grid.texel, light)
    colour, rock = _colour(kind, fields, height, steep, growth)
    lit = _baked(colour, sun * _cloud_shadow(fields), sky, light)
    return Level(grid, height.astype(np.float32), np.dstack([lit, height.astype(np.float32)]), rock)


def _crowns(kind: str) -> float:
    """How tall what grows there is, in metres."""
    return {"forest": 9.0, "coast": 2.6, "snow": 5.0}.get(kind, 1.2)


def _cloud_shadow(fields: Controls) -> Field:
    """Soft shadows of clouds that drift far out of sight."""
    return mix(1.0, 0.45, smoothstep(0.9, 1.9, 0.8 * fields.valleys + 0.6 * fields.hills))


def _baked(colour: Pixels, sun: Field, sky: Field, light: Light) -> Pixels:
    """Reflected light: the sun's, the sky's, and a little that the sunny ground throws back up."""
    lit = np.empty_like(colour)
    for channel in range(3):
        bounce = 0.10 * light.sun[channel] * light.direction[2]
        lit[..., channel] = colour[..., channel] * (
            light.sun[channel] * sun + light.sky[channel] * sky + bounce * sky
        )
    return lit


def _growth(kind: str, fields: Controls, height: Field, steep: Field) -> Field:
    """0..1: how densely things grow. Not on walls, not near the water, in patches."""
    dense = {"coast": 0.15, "forest": 2.2, "canyon": -0.7, "desert": -1.6, "snow": -0.3}[kind]
    patchy = smoothstep(-0.55, 0.75, fields.patches + np.float32(dense) + 0.35 * fields.grain)
    ground = smoothstep(0.85, 0.42, steep)
    if kind == "coast":
        return np.asarray(patchy * ground * smoothstep(9, 17, height), dtype=np.float32)
    if kind == "snow":
        return np.asarray(patchy * ground * smoothstep(260, 160, height), dtype=np.float32)
    return np.asarray(patchy * ground, dtype=np.float32)


def _layer_table(kind: str) -> Pixels:
    """Colour of the rock every 10 cm of height relative to its mean, (16384, 3): layers of uneven thickness."""
    colours = _GREY if kind in ("snow", "forest") else _STRATA
    random = np.random.default_rng(3)
    table = np.empty((16384, 3), dtype=np.float32)
    place, layer = 0, 0
    while place < len(table):
        thickness = int(random.uniform(8, 75))
        tone = colours[layer % len(colours)] * random.uniform(0.8, 1.2)
        table[place : place + thickness] = tone * (1 + 0.10 * random.standard_normal((1, 1)))
        place, layer = place + thickness, layer + int(random.integers(1, 4))
    soft = np.stack(
        [np.convolve(np.pad(table[:, c], 3, "edge"), np.ones(7) / 7, "valid") for c in range(3)], axis=-1
    )
    return np.asarray(soft / soft.mean(axis=0), dtype=np.float32)


@lru_cache(maxsize=4)
def layers(kind: str) -> Pixels:
    """The table for ``layered``, made once."""
    return _layer_table(kind)


def layered(kind: str, x: Field, y: Field, z: Field) -> Pixels:
    """How rock at these places differs from the mean rock: layers, tilted and folded a little."""
    folded = z + np.float32(0.035) * x + 5 * np.sin(x / 190 + y / 260) + 2 * np.sin(x / 47 - y / 61)
    index = (folded * 10 + 2000).clip(0, 16383).astype(np.int32)
    return np.asarray(layers(kind)[index], dtype=np.float32)


def _over(under: Pixels, colour: tuple[float, float, float], share: Field) -> Pixels:
    """``colour`` laid over ``under`` with this opacity."""
    paint = np.asarray(colour, dtype=np.float32)
    return np.asarray(under + (paint - under) * share[..., None], dtype=np.float32)


def _colour(kind: str, fields: Controls, height: Field, steep: Field, growth: Field) -> tuple[Pixels, Field]:
    """Reflectance (S, S, 3), linear, and how much of it is bare rock (S, S)."""
    mean = (_GREY if kind in ("snow", "forest") else _STRATA).mean(axis=0)
    rock = np.broadcast_to(mean, (*height.shape, 3)).copy()
    rock *= (1 + 0.16 * fields.grain.clip(-2, 2) + 0.10 * fields.patches.clip(-2, 2))[..., None]
    if kind == "canyon":
        rock *= np.array([1.18, 0.88, 0.72], dtype=np.float32)
    ground = _GROUNDS[kind]
    flat = smoothstep(0.95, 0.38, steep)
    colour = _over(rock, ground[0], flat * 0.92)
    colour = _over(colour, ground[1], flat * smoothstep(-0.3, 1.3, fields.patches + 0.3 * fields.grain) * 0.8)
    colour = _over(colour, ground[2], growth * 0.93)
    shade_of_leaves = (1 - 0.45 * growth * smoothstep(0.5, -1.0, fields.grain))[..., None]
    colour = np.asarray(colour * shade_of_leaves, dtype=np.float32)
    bare = (1 - 0.92 * flat) * (1 - growth)
    if kind == "coast":
        bare = bare * smoothstep(1.0, 4.0, height)
        return _shore(colour, fields, height, steep), np.asarray(bare, dtype=np.float32)
    if kind == "snow":
        cover = smoothstep(70, 170, height + 25 * fields.patches) * smoothstep(1.15, 0.55, steep)
        return _over(colour, (0.80, 0.83, 0.88), cover), np.asarray(bare * (1 - cover), dtype=np.float32)
    return colour, np.asarray(bare, dtype=np.float32)


# Bare ground, a second ground in patches, and what grows on it.
_GROUNDS = {
    "coast": ((0.200, 0.165, 0.085), (0.125, 0.135, 0.050), (0.050, 0.078, 0.026)),
    "canyon": ((0.360, 0.200, 0.115), (0.300, 0.150, 0.085), (0.085, 0.090, 0.045)),
    "desert": ((0.520, 0.350, 0.190), (0.470, 0.300, 0.155), (0.110, 0.100, 0.050)),
    "forest": ((0.110, 0.100, 0.050), (0.085, 0.105, 0.040), (0.026, 0.052, 0.018)),
    "snow": ((0.170, 0.155, 0.130), (0.120, 0.115, 0.085), (0.022, 0.038, 0.024)),
}


def _shore(colour: Pixels, fields: Controls, height: Field, steep: Field) -> Pixels:
    """Sand in the coves, dark where it is wet, pale sea bed with weed below."""
    sandy = smoothstep(7.5, 4.2, height + 0.5 * fields.patches) * smoothstep(0.75, 0.35, steep)
    colour = _over(colour, (0.50, 0.405, 0.275), sandy)
    colour = _over(colour, (0.36, 0.300, 0.215), sandy * smoothstep(0.4, 1.6, fields.grain) * 0.35)
    wet = smoothstep(1.5, 0.5, height + 0.12 * fields.patches)
    colour = np.asarray(colour * (1 - 0.50 * wet)[..., None], dtype=np.float32)
    bed = smoothstep(0.0, -1.5, height)
    colour = _over(colour, (0.42, 0.40, 0.30), bed * 0.75)
    weed = smoothstep(0.2, 1.1, fields.patches + 0.6 * fields.hills) * smoothstep(-1.5, -4.0, height)
    return _over(colour, (0.05, 0.07, 0.045), weed * 0.85)
