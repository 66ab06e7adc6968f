"""Frost on a cold pane: ice ferns grown over one another, the nearest in focus, a dim blue morning behind."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import SIDE, Field, Picture, blend, cells, finish, noise, over
from .surface import bend, lit

Segment = tuple[float, float, float, float, float]


def _fern(generator: np.random.Generator, x: float, y: float, heading: float, length: float) -> list[Segment]:
    """The needles of one fern: x, y, x, y, weight. Side needles leave at about 60 degrees, as in ice."""
    found: list[Segment] = []
    curl, step = generator.normal(0, 0.012), 5.0
    for i in range(int(length / step)):
        rest = 1 - i * step / length
        x2, y2 = x + step * np.cos(heading), y + step * np.sin(heading)
        found.append((x, y, x2, y2, 0.6 + 0.6 * rest))
        for side in (-1.05, 1.05):
            reach = length * 0.34 * rest**0.7 * generator.uniform(0.45, 1.0)
            a = heading + side + generator.normal(0, 0.05)
            ex, ey = x2 + reach * np.cos(a), y2 + reach * np.sin(a)
            found.append((x2, y2, ex, ey, 0.45 * rest + 0.15))
            for along in np.arange(0.2, 0.95, 6 / max(reach, 12)):
                small = reach * 0.3 * (1 - along) + 2
                bx, by = x2 + (ex - x2) * along, y2 + (ey - y2) * along
                b = a - side * generator.choice((0.0, 1.0, 2.0)) * 0.95
                found.append((bx, by, bx + small * np.cos(b), by + small * np.sin(b), 0.3))
        x, y, heading = x2, y2, heading + curl + generator.normal(0, 0.02)
    return found


def draw(seed: int = 12) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    back = noise(generator, SIDE, 4, 4)
    _, _, number = cells(generator, SIDE, 21)
    facets = generator.random(int(number.max()) + 1).astype(np.float32)[number.astype(int)]
    plates = bend(facets, generator, 16, 14)
    sky = [(9, 20, 44), (20, 48, 86), (52, 96, 138), (128, 160, 184), (206, 196, 196)]
    picture = blend(sky, np.clip(back * 0.8 + (plates - 0.5) * 0.07, 0, 1))
    for size, count, blur, ink in (
        (300, 36, 2.6, 0.5),
        (250, 64, 0.9, 0.62),
        (200, 81, 0.0, 0.9),
        (70, 196, 0.0, 0.6),
    ):
        layer = np.zeros((SIDE, SIDE), np.float32)
        for k in range(count):
            grid = int(np.ceil(np.sqrt(count)))
            cx, cy = ((k % grid) + generator.random()) / grid, ((k // grid) + generator.random()) / grid
            flow = 5 * (back[int(cy * 767) % SIDE, int(cx * 767) % SIDE] - 0.5)
            way, reach = generator.normal(-1.1 + flow, 0.45), size * generator.uniform(0.6, 1.2)
            start = (cx * SIDE - reach * 0.5 * np.cos(way), cy * SIDE - reach * 0.5 * np.sin(way))
            for x1, y1, x2, y2, weight in _fern(generator, *start, way, reach):
                ends = (int(x1 * 8), int(y1 * 8)), (int(x2 * 8), int(y2 * 8))
                cv2.line(layer, *ends, min(1.0, weight + 0.15), 2 if weight > 0.8 else 1, cv2.LINE_AA, 3)
        ice: Field = cv2.GaussianBlur(layer, (0, 0), blur) if blur else layer
        halo = cv2.GaussianBlur(ice, (0, 0), 7)
        picture = over(picture, (122, 166, 200), halo * 0.55)
        picture = over(picture, (236, 245, 250), ice * ink * (0.55 + 0.6 * noise(generator, SIDE, 6, 3)))
        picture = picture + (lit(ice, 1.0) * 12)[..., None]
    return finish(picture, generator, 3.0)
