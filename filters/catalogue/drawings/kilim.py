"""A flat-woven rug: bands of stepped diamonds, hooks and zigzags in madder, indigo, ochre and undyed wool."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import SIDE, Field, Picture, finish, noise, positions

WOOL = np.array(
    [(158, 44, 36), (30, 48, 88), (206, 148, 62), (228, 214, 184), (52, 34, 32), (72, 96, 84), (192, 94, 54)],
    np.float32,
)
WARP, WEFT = 6, 4  # pixels a knot is wide and high


def _band(generator: np.random.Generator, width: int, height: int) -> Field:
    """One band of the rug as numbers of colours, (height, width) in knots."""
    y, x = np.mgrid[0:height, 0:width]
    a, b, c, d = (int(n) for n in generator.permutation(len(WOOL))[:4])
    period = 2 * (height // 2) if height > 7 else 6
    px = np.abs((x + int(generator.integers(0, 99))) % period - period // 2)
    py = np.abs(y - (height - 1) / 2)
    kind = int(generator.integers(0, 5)) if height > 7 else 5
    if kind == 0:  # diamonds in diamonds
        step = (px + py) // 2
        nested: Field = np.asarray((c, a, d, b))[np.clip(step // 2, 0, 3).astype(int)]
        return nested
    if kind == 1:  # zigzag
        zigzag: Field = np.asarray((a, b, a, c))[((px + y) // 3 % 4).astype(int)]
        return zigzag
    if kind == 2:  # stepped triangles, teeth to teeth
        return np.where(np.abs(x % 12 - 6) * height > y * 6, a, np.where(y % 4 < 2, b, c))
    if kind == 3:  # hooked diamonds
        ring = (px + py).astype(int)
        hooks = (ring % 5 < 2) & ((px > py) | (ring > 7))
        return np.where(ring < 3, d, np.where(hooks, b, np.where(ring < height * 0.55, a, c)))
    if kind == 4:  # two rows of small lozenges in a lattice
        near = np.abs(x % 10 - 5) + np.abs(y % 8 - 4)
        return np.where(near < 2, d, np.where(near < 4, a, np.where(near == 5, b, c)))
    return np.where((x + y * (height > 3)) // 3 % 2 == 0, a, b)  # a narrow braid between two broad bands


def draw(seed: int = 26) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    columns, rows = SIDE // WARP + 4, SIDE // WEFT + 4
    bands: list[np.ndarray] = []
    while sum(len(band) for band in bands) < rows:
        for height in (int(generator.choice((13, 15, 17, 21))), 1, int(generator.choice((3, 4, 6))), 1):
            bands.append(_band(generator, columns, height))
    knots = WOOL[np.concatenate(bands)[:rows]]
    # Every dye bath differs (abrash), and every thread a little.
    bath = 0.82 + 0.36 * noise(generator, rows, 30, 3)[:, :1] + generator.normal(0, 0.05, (rows, 1))
    knots = knots * (bath + generator.normal(0, 0.06, (rows, columns)))[..., None]
    x, y = positions(SIDE)
    bent_x = x + 10 * (noise(generator, SIDE, 6, 3) - 0.5) + 6
    bent_y = y + 16 * (noise(generator, SIDE, 5, 3) - 0.5) + 8 + 1.5 * noise(generator, SIDE, 60, 2)
    column = bent_x / WARP
    row = bent_y / WEFT + 0.5 * (np.floor(column) % 2)
    picture = knots[np.clip(row, 0, rows - 1).astype(int), np.clip(column, 0, columns - 1).astype(int)]
    bead = np.sqrt(np.sin(np.pi * (column % 1)).clip(0)) * np.sqrt(np.sin(np.pi * (row % 1)).clip(0))
    fibre = cv2.GaussianBlur(generator.normal(0, 1, (SIDE, SIDE)).astype(np.float32), (0, 0), 1.6, sigmaY=0.6)
    picture = picture * (0.5 + 0.62 * bead + 0.12 * fibre)[..., None]
    worn: Field = 0.84 + 0.3 * noise(generator, SIDE, 7, 4)
    return finish((picture * worn[..., None] + 6).astype(np.float32), generator, 4.0)
