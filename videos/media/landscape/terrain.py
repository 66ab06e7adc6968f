"""The shape of the land: control fields on nested grids, and the heights that follow from them."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from videos.media.landscape.noise import Field, mix, smoothstep, spectral, tiled, zoomed

SIZE = 2048  # texels of the GRIDS below; maps of another size have other texels
KINDS = ("coast", "canyon", "desert", "forest", "snow")


@dataclass(frozen=True)
class Grid:
    """Where a level lies: (left, bottom) corner in metres and metres per texel; SIZE texels a side."""

    left: float
    bottom: float
    texel: float


@dataclass(frozen=True)
class Controls:
    """Smooth fields (SIZE, SIZE) from which height and colour are made.

    ``shore``: metres inland from the mean coast line. ``hills``, ``valleys``, ``patches``: noise of deviation 1.
    ``grain``: fine noise of this level's own scale.
    """

    shore: Field
    hills: Field
    valleys: Field
    patches: Field
    grain: Field


# Each level shows a quarter of the one before at four times its detail. The camera stands near (0, 0).
GRIDS = (Grid(-3072, -6144, 8.0), Grid(-512, -1536, 2.0), Grid(0, -512, 0.5))
_BANDS = ((6000.0, 20.0), (24.0, 5.0), (6.0, 1.2))


def grids(size: int) -> tuple[Grid, ...]:
    """The nested levels for maps of ``size`` texels a side."""
    return tuple(Grid(grid.left, grid.bottom, grid.texel * SIZE / size) for grid in GRIDS)


@lru_cache(maxsize=1)
def controls(seed: int, size: int) -> tuple[Controls, ...]:
    """The control fields of all levels, coarse to fine."""
    levels: list[Controls] = []
    for number, grid in enumerate(grids(size)):
        levels.append(_first(seed, grid, size) if number == 0 else _finer(seed, number, levels[-1], size))
    return tuple(levels)


def _first(seed: int, grid: Grid, size: int) -> Controls:
    """The whole land, from waves of kilometres down to twenty metres."""
    longest, shortest = _BANDS[0]
    y = (grid.bottom + (np.arange(size, dtype=np.float32) + 0.5) * grid.texel)[:, None]
    wide = [
        spectral(seed + n, size, grid.texel, longest, shortest, roughness=r)
        for n, r in enumerate((1.0, 1.1, 0.9, 0.7))
    ]
    bays = spectral(seed + 11, size, grid.texel, 1500, 40, roughness=1.0)
    grain = spectral(seed + 12, size, grid.texel, 60, 16, roughness=0.2)
    return Controls(
        shore=y + 95 * bays + 120 * wide[0], hills=wide[1], valleys=wide[2], patches=wide[3], grain=grain
    )


def _finer(seed: int, number: int, coarse: Controls, size: int) -> Controls:
    """The same land nearer: the coarse fields enlarged, with the next band of wavelengths added."""
    above, here = GRIDS[number - 1], GRIDS[number]
    texel = here.texel * SIZE / size
    left = round((here.left - above.left) / (texel * 4))
    bottom = round((here.bottom - above.bottom) / (texel * 4))
    longest, shortest = _BANDS[number]
    tile = spectral(seed + 20 + number, min(1024, size), texel, longest, shortest, roughness=0.8)
    crisp = spectral(seed + 30 + number, min(1024, size), texel, 10 * texel, 2 * texel, roughness=0.1)

    def refined(field: Field, amount: float, shift: int) -> Field:
        return zoomed(field, left, bottom, size // 4, size) + np.float32(amount) * tiled(tile, size, shift)

    reach = 1.0 if number == 1 else 0.3
    return Controls(
        shore=refined(coarse.shore, 0.7 * reach, 0),
        hills=refined(coarse.hills, 0.010 * reach, 137),
        valleys=refined(coarse.valleys, 0.012 * reach, 291),
        patches=refined(coarse.patches, 0.16 * reach, 411),
        grain=tiled(crisp, size, 57),
    )


def _terraced(height: Field, warp: Field, step: float, sharpness: float) -> Field:
    """Ledges every ``step`` metres, as hard and soft layers leave them; ``sharpness`` 0..1."""
    level = height / np.float32(step) + np.float32(0.35) * warp
    whole = np.floor(level)
    share = level - whole
    ledge = whole + smoothstep(0.25, 0.9, share)
    return np.asarray(height + sharpness * step * (ledge - level), dtype=np.float32)


def heights(kind: str, fields: Controls, x: Field, y: Field) -> Field:
    """Metres above the sea for every texel; below the water line the depth is negative."""
    if kind == "coast":
        return _coast(fields, x, y)
    return _inland(kind, fields, y)


def _coast(fields: Controls, x: Field, y: Field) -> Field:
    """Plateau, cliffs, coves with beaches, canyons that run to the sea, stacks in the surf."""
    shore = fields.shore
    width = 36 + 30 * np.tanh(0.9 * fields.hills)
    inland = shore - np.maximum(width, 4)
    plateau = 62 + 20 * fields.hills + 0.05 * np.maximum(inland, 0)
    mountains = smoothstep(900, 3800, shore) * (230 + 190 * fields.hills - 150 * np.abs(fields.valleys))
    plateau = np.maximum(plateau + mountains, 14)
    carved = mix(0.10, 1.0, smoothstep(0.02, 0.30, np.abs(fields.valleys)))
    top = 9 + (plateau - 9) * carved
    beach = 3.2 * smoothstep(-10, 60, shore) + 0.05 * np.maximum(shore, 0).clip(0, 60)
    rise = smoothstep(0, 46, inland + 5 * fields.hills)
    land = beach + rise * np.maximum(top - beach, 0)
    ledges = _terraced(land, fields.hills + 0.3 * fields.patches, 9.0, 0.75)
    land = mix(land, ledges, smoothstep(6, 16, land))
    sea = np.maximum(0.055 * shore, -38) + 0.7 * fields.hills.clip(-2, 2)
    ground = np.where(shore > 0, land, np.minimum(sea, 0.02 * shore))
    return np.maximum(ground, _stacks(fields, x, y)).astype(np.float32)


# Rocks standing in the surf: x, y, radius and height in metres.
STACKS = (
    (300.0, -62.0, 17.0, 46.0),
    (338.0, -92.0, 11.0, 30.0),
    (262.0, -112.0, 7.0, 9.0),
    (585.0, -120.0, 30.0, 62.0),
    (640.0, -92.0, 18.0, 41.0),
    (1010.0, -170.0, 44.0, 70.0),
)


def _stacks(fields: Controls, x: Field, y: Field) -> Field:
    """Steep rocks, buttressed and slanted, on a foot that breaks the waves; far below the sea elsewhere."""
    result = np.full(fields.shore.shape, -60, dtype=np.float32)
    for number, (east, north, radius, top) in enumerate(STACKS):
        rows = np.abs(y[:, 0] - north) < 5 * radius
        columns = np.abs(x[0] - east) < 5 * radius
        if not rows.any() or not columns.any():
            continue
        window = np.ix_(rows, columns)
        right, up = x[:, columns] - np.float32(east), y[rows] - np.float32(north)
        angle = np.arctan2(up, right) + np.float32(number)
        ragged = 0.13 * np.sin(3 * angle) + 0.07 * np.sin(7 * angle + 1) + 0.035 * np.sin(17 * angle + number)
        away = (
            np.hypot(right, 1.25 * up) / np.float32(radius)
            + ragged
            + 0.12 * fields.patches[window].clip(-2, 2)
        )
        slant = 1 + 0.22 * (right * np.cos(number) + up * np.sin(number)) / np.float32(radius)
        rock = (
            np.float32(top) * slant.clip(0.5, 1.3) * smoothstep(1.3, 0.72, np.asarray(away, dtype=np.float32))
        )
        rock = _terraced(np.asarray(rock, dtype=np.float32), fields.patches[window], 8.0, 0.8)
        foot = 1.4 - 0.33 * np.float32(radius) * (away - 1.05) - 4 * np.maximum(away - 1.6, 0) ** 2
        result[window] = np.maximum(result[window], np.where(away < 1.28, np.maximum(rock, foot), foot))
    return result


def _inland(kind: str, fields: Controls, y: Field) -> Field:
    """Land without a coast, for pictures to train on: canyons, dunes, wooded hills, snowy mountains."""
    ridges = 1 - np.abs(fields.valleys).clip(0, 2)
    far = smoothstep(200, 5000, y)
    if kind == "canyon":
        deep = smoothstep(0.05, 0.75, np.abs(fields.valleys))
        return _terraced(12 + 150 * deep + 26 * fields.hills + 120 * far, fields.patches, 16.0, 0.85)
    if kind == "desert":
        dunes = np.abs(np.sin(0.035 * y + 2.4 * fields.hills + 0.6 * fields.patches))
        return np.asarray(
            24 + 26 * (1 - dunes) + 22 * fields.hills + 210 * far * ridges.clip(0, 1), dtype=np.float32
        )
    if kind == "forest":
        return np.asarray(60 + 55 * fields.hills + 16 * ridges + 240 * far, dtype=np.float32)
    peaks = 60 + 130 * fields.hills + 120 * ridges + 700 * far * (0.5 + 0.5 * ridges)
    return np.asarray(peaks, dtype=np.float32)
