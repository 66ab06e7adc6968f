"""A city from above, drawn by arithmetic: blocks between streets, roofs with long shadows, parks, cars."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Frame = NDArray[np.uint8]
Canvas = NDArray[np.float32]
Colour = tuple[float, float, float]

LIGHTS: dict[str, tuple[Colour, float]] = {
    "day": ((1.06, 1.0, 0.93), 1.0),
    "evening": ((1.1, 0.78, 0.56), 0.62),
    "night": ((0.55, 0.68, 1.0), 0.2),
}
"""Tint and brightness of the light."""

BLOCK, STREET = 74, 15  # pixels
ROOFS: tuple[Colour, ...] = (
    (168, 160, 152), (132, 128, 126), (188, 178, 164), (150, 96, 76), (96, 100, 108), (204, 202, 198)
)  # fmt: skip


def city(seed: int, light: str, width: int, height: int) -> Frame:
    """A picture (height, width, 3) RGB uint8 under one of LIGHTS; the same arguments give the same picture."""
    random = np.random.default_rng(seed)
    side = int(np.hypot(width, height)) + BLOCK
    ground = np.full((side, side, 3), (96, 97, 100), np.float32)
    lamps = np.zeros((side, side, 3), np.float32)
    for top in range(0, side, BLOCK):
        for left in range(0, side, BLOCK):
            _block(ground, left, top, random)
            _lamps(lamps, left, top, random)
    turn = cv2.getRotationMatrix2D((side / 2, side / 2), float(random.uniform(8, 34)), 1.0)
    corner = (side - height) // 2, (side - width) // 2
    ground, lamps = (
        cv2.warpAffine(one, turn, (side, side), flags=cv2.INTER_AREA)[
            corner[0] : corner[0] + height, corner[1] : corner[1] + width
        ].astype(np.float32)
        for one in (ground, lamps)
    )
    tint, level = LIGHTS[light]
    picture = ground * np.float32(level) * np.asarray(tint, np.float32)
    if light != "day":
        picture = picture + lamps * np.float32(0.6 if light == "evening" else 1.0)
    return np.clip(picture + random.normal(0, 2.5, picture.shape), 0, 255).astype(np.uint8)


def _block(ground: Canvas, left: int, top: int, random: np.random.Generator) -> None:
    """What stands between four streets: a park, or four to nine houses with their shadows."""
    inner = BLOCK - STREET
    if random.random() < 0.14:
        cv2.rectangle(ground, (left, top), (left + inner, top + inner), (74, 108, 58), -1)
        for x, y in random.uniform(4, inner - 4, (26, 2)):
            centre = (int(left + x), int(top + y))
            cv2.circle(ground, (centre[0] + 3, centre[1] + 3), 5, (28, 40, 26), -1, cv2.LINE_AA)
            cv2.circle(ground, centre, 5, (46.0, float(random.uniform(70, 104)), 38.0), -1, cv2.LINE_AA)
        return
    cv2.rectangle(ground, (left, top), (left + inner, top + inner), (128, 126, 122), -1)
    count = int(random.integers(2, 4))
    step = inner / count
    for row in range(count):
        for column in range(count):
            tall = int(random.uniform(3, 15))
            x, y = int(left + column * step + 2), int(top + row * step + 2)
            w, h = (int(step - random.uniform(3, 8)) for _ in range(2))
            roof = np.asarray(ROOFS[int(random.integers(len(ROOFS)))]) * random.uniform(0.8, 1.15)
            shadow = np.array([[x, y], [x + w, y], [x + w + tall, y + tall], [x + w + tall, y + h + tall],
                               [x + tall, y + h + tall], [x, y + h]], np.int32)  # fmt: skip
            cv2.fillPoly(ground, [shadow], (34, 36, 44), cv2.LINE_AA)
            cv2.rectangle(ground, (x, y), (x + w, y + h), tuple(map(float, roof)), -1)
            cv2.rectangle(
                ground, (x + w // 3, y + h // 4), (x + w // 2, y + h // 2), tuple(map(float, roof * 0.7)), -1
            )


def _lamps(lamps: Canvas, left: int, top: int, random: np.random.Generator) -> None:
    """Street lamps and headlights along two sides of a block, for when it is dark."""
    middle = BLOCK - STREET // 2
    for along in range(6, BLOCK, 17):
        for centre in ((left + along, top + middle), (left + middle, top + along)):
            cv2.circle(lamps, centre, 6, (92, 62, 26), -1, cv2.LINE_AA)
            cv2.circle(lamps, centre, 2, (255, 214, 140), -1, cv2.LINE_AA)
    for x, y in random.integers(0, BLOCK, (3, 2)):
        cv2.circle(lamps, (int(left + x), int(top + middle)), 2, (230, 236, 255), -1)
        cv2.circle(lamps, (int(left + middle), int(top + y)), 2, (255, 40, 30), -1)
