"""Three-colour risograph: yellow, fluorescent pink and blue halftones, each screened at its own angle, overprinted."""

from __future__ import annotations

import numpy as np

from .fields import SIDE, Field, Picture, finish, noise, positions

INKS = (((255, 214, 30), 15.0, 11.0), ((255, 72, 132), 75.0, 10.0), ((20, 92, 168), 42.0, 9.0))


def _screen(tone: Field, angle: float, pitch: float) -> Field:
    """Round dots on a grid turned by `angle` degrees, `pitch` pixels apart, sized by tone 0..1."""
    x, y = positions(SIDE)
    a = np.deg2rad(angle)
    u, v = (x * np.cos(a) + y * np.sin(a)) / pitch, (y * np.cos(a) - x * np.sin(a)) / pitch
    distance = np.hypot(u % 1 - 0.5, v % 1 - 0.5) * pitch
    dots: Field = np.clip(np.sqrt(tone) * pitch * 0.74 - distance + 0.5, 0, 1).astype(np.float32)
    return dots


def draw(seed: int = 21) -> Picture:
    """RGB (768, 768, 3)."""
    generator = np.random.default_rng(seed)
    picture: Field = np.full((SIDE, SIDE, 3), (247, 242, 230), np.float32)
    for colour, angle, pitch in INKS:
        tone = np.clip(noise(generator, SIDE, 2.8, 3, 0.45) * 1.5 - 0.42, 0, 1)
        patchy = 0.84 + 0.16 * noise(generator, SIDE, 70, 2)
        ink = (_screen(tone, angle, pitch) * patchy)[..., None]
        picture = picture * (1 - ink * (1 - np.asarray(colour, np.float32) / 255))
    return finish(picture, generator, 4.0)
