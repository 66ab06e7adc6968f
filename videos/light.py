"""The light of a frame in a few words, out of its statistics: what a person looks for in a filter."""

from __future__ import annotations

import colorsys
from collections.abc import Iterable

from videos.models import Frame

HUES = (
    (0.04, "red"),
    (0.11, "orange"),
    (0.18, "yellow"),
    (0.45, "green"),
    (0.53, "turquoise"),
    (0.70, "blue"),
    (0.83, "violet"),
    (0.95, "pink"),
    (1.01, "red"),
)
"""Upper bounds of hue (0 to 1) and what people call it."""

GREY = 0.14
"""Saturation below which a colour has no hue worth naming."""


def describe(frame: Frame) -> str:
    """Words such as “bright, hard shadows, green”. Luminance and contrast are shares of full scale (0 to 1)."""
    words = [_brightness(frame.luminance), _shadows(frame.contrast), main_hue(frame.palette)]
    return ", ".join(word for word in words if word)


def main_hue(palette: Iterable[tuple[str, float]]) -> str:
    """The hue that covers most of a palette of (“#rrggbb”, share); “grey” where hardly anything has one."""
    shares: dict[str, float] = {}
    for colour, share in palette:
        name = hue_name(colour)
        shares[name] = shares.get(name, 0.0) + share
    coloured = {name: share for name, share in shares.items() if name != "grey"}
    if sum(coloured.values()) < 0.2:
        return "grey" if shares else ""
    return max(coloured, key=lambda name: coloured[name])


def hue_name(colour: str) -> str:
    """What people call a “#rrggbb”."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    hue, saturation, value = colorsys.rgb_to_hsv(red, green, blue)
    if saturation < GREY or value < 0.1:
        return "grey"
    return next(name for bound, name in HUES if hue < bound)


def _brightness(luminance: float) -> str:
    if luminance < 0.18:
        return "dark"
    if luminance < 0.34:
        return "dim"
    return "bright" if luminance > 0.58 else "even light"


def _shadows(contrast: float) -> str:
    if contrast > 0.22:
        return "hard shadows"
    return "soft" if contrast < 0.12 else ""
