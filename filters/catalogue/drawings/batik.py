"""Wax-resist cloth: four-petalled flowers left cream in indigo and brown, with dyed veins where the wax cracked."""

from __future__ import annotations

import cv2
import numpy as np

from .fields import SIDE, Field, Picture, cells, finish, noise, over, positions

CELL = 86.0


def _ellipse(u: Field, v: Field, long: float, short: float) -> Field:
    """Roughly the distance in pixels inside (positive) an ellipse around the origin of cell coordinates."""
    inside: Field = (1 - np.sqrt((u / long) ** 2 + (v / short) ** 2)) * min(long, short) * CELL
    return inside


def _veins(generator: np.random.Generator, spacing: float, width: float) -> Field:
    """Cracks in wax: the borders of bent cells, here and there."""
    first, second, _ = cells(generator, SIDE, spacing, 1.0)
    x, y = positions(SIDE)
    dx, dy = ((noise(generator, SIDE, 12, 4) - 0.5) * spacing for _ in range(2))
    edge = cv2.remap(second - first, x + dx, y + dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    presence = np.clip(noise(generator, SIDE, 6, 3) * 3 - 0.9, 0, 1)
    veins: Field = np.clip(width * presence - edge + 0.6, 0, 1)
    return veins


def draw(seed: int = 14) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    x, y = positions(SIDE)
    bent_x = x + 34 * (noise(generator, SIDE, 4, 3) - 0.5) + 4 * noise(generator, SIDE, 40, 2)
    bent_y = y + 34 * (noise(generator, SIDE, 4, 3) - 0.5) + 4 * noise(generator, SIDE, 40, 2)
    u, v = (bent_x + bent_y) / CELL * 0.7071, (bent_y - bent_x) / CELL * 0.7071
    cu, cv = (u + 0.5) % 1 - 0.5, (v + 0.5) % 1 - 0.5  # around the flowers' middles
    eu, ev = u % 1 - 0.5, v % 1 - 0.5  # around the middles of the fields between
    rising, falling = _ellipse(eu, cv, 0.43, 0.2), _ellipse(ev, cu, 0.43, 0.2)
    petal = np.maximum(rising, falling)
    core = np.maximum(_ellipse(eu, cv, 0.25, 0.075), _ellipse(ev, cu, 0.25, 0.075))
    rows = np.floor(u) * 2 + np.floor(v + 0.5) * 3, np.floor(u + 0.5) * 3 + np.floor(v) * 2 + 1
    flower = np.where(rising > falling, rows[0], rows[1])
    deep = np.clip(noise(generator, SIDE, 5, 3) * 9 - 4.2, 0, 1)  # cloth that went into the brown bath, too
    picture: Field = np.full((SIDE, SIDE, 3), (26, 44, 98), np.float32)
    picture = over(picture, (74, 38, 26), deep)
    picture = picture * (0.66 + 0.68 * noise(generator, SIDE, 8, 5, 0.6))[..., None]
    pale = np.where(flower % 5 < 2, 1.0, 0.0)
    wax = np.clip(petal, 0, 1)
    picture = over(picture, (232, 216, 182), wax * (1 - pale))
    picture = over(picture, (190, 120, 60), wax * pale)
    picture = over(picture, (96, 50, 28), np.clip(core + 0.5, 0, 1) * 0.9)
    picture = over(picture, (222, 204, 168), np.clip(1.6 - np.abs(petal + 5), 0, 1) * 0.85)
    ring = np.hypot(eu, ev) * CELL
    turn = np.arctan2(ev, eu)
    picture = over(picture, (226, 208, 170), np.clip(9 - ring, 0, 1))
    picture = over(picture, (150, 84, 42), np.clip(4.5 - ring, 0, 1))
    beads = np.hypot(ring - 16, ((turn * 10 / (2 * np.pi)) % 1 - 0.5) * 10)
    picture = over(picture, (226, 208, 170), np.clip(2.9 - beads, 0, 1))
    stain = noise(generator, SIDE, 18, 4, 0.6)
    picture = over(picture, (60, 74, 118), np.clip(stain * 1.5 - 0.75, 0, 0.5))
    for spacing, width in ((76, 2.6), (36, 1.4)):
        veins = _veins(generator, spacing, width)
        picture = over(picture, (70, 92, 140), cv2.GaussianBlur(veins, (0, 0), 2.2) * 0.45)
        picture = over(picture, (24, 34, 76), veins * 0.8)
    weave = np.cos(x * np.pi / 1.5) * np.cos(y * np.pi / 1.5)
    return finish(picture * (1 + 0.05 * weave)[..., None], generator, 4.0)
