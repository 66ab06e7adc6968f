"""A circuit board: copper traces at 45 degrees on dark green lacquer, pads, drilled vias and chips."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import SIDE, Field, Picture, finish, noise, over

STEP = 12
HEADINGS = ((1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1))


def _trace(generator: np.random.Generator, taken: Picture) -> list[tuple[int, int]]:
    """A walk over free cells of the board, turning by 45 degrees at most; marks its cells as taken."""
    side = taken.shape[0]
    x, y = (int(v) for v in generator.integers(0, side, 2))
    heading, path = int(generator.integers(0, 4)) * 2, []
    for _ in range(int(generator.integers(4, 30))):
        if not (0 <= x < side and 0 <= y < side) or taken[y, x]:
            break
        taken[y, x] = 1
        path.append((x * STEP, y * STEP))
        if generator.random() < 0.22:
            heading = (heading + int(generator.choice((-1, 1)))) % 8
        x, y = x + HEADINGS[heading][0], y + HEADINGS[heading][1]
    return path


def draw(seed: int = 41) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    copper, holes = np.zeros((SIDE, SIDE), np.uint8), np.zeros((SIDE, SIDE), np.uint8)
    taken = np.zeros((SIDE // STEP + 1, SIDE // STEP + 1), np.uint8)
    for _ in range(900):
        path = _trace(generator, taken)
        if len(path) < 3:
            continue
        width = int(generator.choice((3, 4, 4, 5, 7)))
        cv2.polylines(copper, [np.array(path, np.int32)], False, 255, width, cv2.LINE_AA)
        for end in (path[0], path[-1]):
            cv2.circle(copper, end, 7, 255, -1, cv2.LINE_AA)
            cv2.circle(holes, end, 3, 255, -1, cv2.LINE_AA)
    metal = copper.astype(np.float32) / 255
    shade = noise(generator, SIDE, 3, 4)
    picture: Field = np.full((SIDE, SIDE, 3), (10, 40, 34), np.float32)
    picture = picture * (0.45 + 1.25 * shade)[..., None]
    shadow = cv2.GaussianBlur(np.roll(metal, (3, 3), (0, 1)), (0, 0), 2.5)
    picture = over(picture, (2, 10, 10), shadow * 0.75)
    picture = over(picture, (196, 108, 52), metal)
    edge = np.clip(metal - np.roll(metal, (2, 2), (0, 1)), 0, 1)
    picture = over(picture, (255, 206, 146), cv2.GaussianBlur(edge, (0, 0), 0.7))
    picture = picture * (0.75 + 0.5 * noise(generator, SIDE, 5, 4))[..., None]
    picture = over(picture, (8, 14, 16), holes.astype(np.float32) / 255)
    return finish(picture, generator, 3.0)
