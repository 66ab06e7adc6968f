"""Glass tesserae set in curves, as on a Byzantine vault: lapis, turquoise and ivory, edged with gold that glints."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import SIDE, Field, Picture, cells, finish, noise, over, positions

GLASS = np.array(
    [
        (20, 34, 96),
        (34, 70, 150),
        (16, 24, 58),
        (52, 132, 150),
        (206, 158, 58),
        (226, 214, 182),
        (136, 36, 40),
        (48, 92, 78),
    ],
    np.float32,
)
GOLD = 4
TILE = 15.0


def _hash(*keys: Field) -> Field:
    """A number 0..1 that looks random, the same for the same keys."""
    total = np.zeros_like(keys[0], dtype=np.float64)
    for key, factor in zip(keys, (12.9898, 78.233, 37.719), strict=False):
        total = total + key * factor
    result: Field = (np.sin(total) * 43758.5453) % 1
    return result


def draw(seed: int = 19) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    x, y = positions(SIDE)
    first, second, area = cells(generator, SIDE, 150)
    # The points of an area and of its neighbour follow from the distances and from where these grow.
    (gy, gx), (hy, hx) = np.gradient(first), np.gradient(second)
    px, py, qx, qy = x - first * gx, y - first * gy, x - second * hx, y - second * hy
    apart = np.hypot(qx - px, qy - py) + 1e-3
    nx, ny, mx, my = (qx - px) / apart, (qy - py) / apart, x - (px + qx) / 2, y - (py + qy) / 2
    edge, beside = np.abs(mx * nx + my * ny), my * nx - mx * ny
    # Inside an area the rows are arcs around a point outside of it; along its border runs a row of its own.
    away, far = _hash(area, area * 0 + 3) * 2 * np.pi, 110 + 190 * _hash(area, area * 0 + 5)
    ax, ay = x - px - far * np.cos(away), y - py - far * np.sin(away)
    radius, angle = np.hypot(ax, ay), np.arctan2(ay, ax)
    border = edge < TILE * 0.9
    row = np.where(border, -7, np.floor(radius / TILE))
    along = np.where(border, beside, angle * (np.floor(radius / TILE) + 0.5) * TILE)
    along = along / (TILE * (0.9 + 0.3 * _hash(row, area))) + _hash(area, row)
    column = np.floor(along)
    ru, rv = np.where(border, edge / TILE, radius / TILE) % 1, along % 1
    margin = np.minimum(np.minimum(ru, 1 - ru), np.minimum(rv, 1 - rv)) * TILE
    margin = np.where(border, margin, np.minimum(margin, np.abs(edge - TILE * 0.9)))
    chance, tilt = _hash(row, column, area), _hash(column, area, row)
    base = np.floor(_hash(area, area * 0 + 8) * len(GLASS))
    shade = np.floor(row / 2.0) % 3 == 1
    chosen = np.where(shade, base + 1, base) + np.where(chance > 0.9, 1, 0)
    chosen = np.where(
        border, np.where(_hash(area, area * 0 + 2) > 0.45, GOLD, np.where(chance > 0.2, 2, 3)), chosen
    ).astype(int) % len(GLASS)
    picture = GLASS[chosen] * (0.7 + 0.62 * tilt)[..., None]
    slope = ((ru - 0.5) * np.cos(tilt * 40) + (rv - 0.5) * np.sin(tilt * 40)).astype(np.float32)
    picture = picture * (1 + 0.55 * slope)[..., None]
    glint = np.clip(slope * 2.2 - 0.4, 0, 1) * ((chosen == GOLD) | (chance < 0.12))
    picture = over(picture.astype(np.float32), (255, 240, 196), glint * 0.8)
    picture = picture * (0.86 + 0.28 * noise(generator, SIDE, 60, 3))[..., None]
    grout = np.clip(2.0 - margin + 1.6 * (noise(generator, SIDE, 50, 3) - 0.5), 0, 1)
    picture = over(picture, (66, 58, 54), grout)
    bent = [part + (noise(generator, SIDE, 5, 2) - 0.5) * 50 for part in (x, y)]
    picture = cv2.remap(picture, bent[0], bent[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return finish(cv2.GaussianBlur(picture, (0, 0), 0.6), generator, 4.0)
