"""Scalar fields and small tools that the drawings share. Everything is drawn from a seeded generator."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[Any]  # floating, mostly float32
Picture = NDArray[np.uint8]
SIDE = 768


def noise(
    generator: np.random.Generator, side: int, cells: float, octaves: int = 5, gain: float = 0.5
) -> Field:
    """Smooth fractal noise (side, side) in 0..1; `cells` is the number of humps across in the first octave."""
    total = np.zeros((side, side), np.float32)
    for octave in range(octaves):
        count = int(cells * 2**octave) + 3
        grid = generator.random((count, count), dtype=np.float32)
        total += gain**octave * cv2.resize(grid, (side, side), interpolation=cv2.INTER_CUBIC)
    total -= total.min()
    result: Field = total / total.max()
    return result


def positions(side: int) -> tuple[Field, Field]:
    """Pixel coordinates x, y, each (side, side)."""
    y, x = np.mgrid[0:side, 0:side].astype(np.float32)
    return x, y


def blend(colours: list[tuple[int, int, int]], amount: Field) -> Field:
    """A colour ramp: amount (H, W) in 0..1 -> (H, W, 3) in 0..255, linear between equally spaced colours."""
    stops = np.linspace(0, 1, len(colours))
    table = np.asarray(colours, np.float32)
    return np.stack([np.interp(amount, stops, table[:, c]) for c in range(3)], -1).astype(np.float32)


def over(below: Field, colour: tuple[int, int, int], mask: Field) -> Field:
    """Paint a colour over a picture (H, W, 3) where mask (H, W) is 1."""
    m = np.clip(mask, 0, 1)[..., None]
    result: Field = below * (1 - m) + np.asarray(colour, np.float32) * m
    return result


def cells(
    generator: np.random.Generator, side: int, spacing: float, jitter: float = 0.9
) -> tuple[Field, Field, Field]:
    """Voronoi cells of a jittered grid: distances to the nearest and second point (pixels), and cell numbers."""
    count = int(side / spacing) + 5
    offsets = (generator.random((count, count, 2), dtype=np.float32) - 0.5) * jitter + 0.5
    x, y = positions(side)
    gx, gy = (x / spacing).astype(int) + 2, (y / spacing).astype(int) + 2
    first = np.full((side, side), 1e9, np.float32)
    second, number = first.copy(), np.zeros((side, side), np.float32)
    for dy in range(-2, 3):
        for dx in range(-2, 3):
            cx, cy = np.clip(gx + dx, 0, count - 1), np.clip(gy + dy, 0, count - 1)
            px = (cx - 2 + offsets[cy, cx, 0]) * spacing
            py = (cy - 2 + offsets[cy, cx, 1]) * spacing
            distance = np.hypot(x - px, y - py).astype(np.float32)
            nearer = distance < first
            second = np.where(nearer, first, np.minimum(second, distance))
            number = np.where(nearer, cy * count + cx, number)
            first = np.where(nearer, distance, first)
    return first, second, number.astype(np.float32)


def finish(picture: Field, generator: np.random.Generator, grain: float = 4.0) -> Picture:
    """To uint8, with a little grain (standard deviation in grey levels)."""
    grained = picture + generator.normal(0, grain, (*picture.shape[:2], 1)).astype(np.float32)
    result: Picture = np.clip(grained + 0.5, 0, 255).astype(np.uint8)
    return result
