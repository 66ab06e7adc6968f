"""What a frame looks like, as the few numbers that suggestions go by: its statistics, and shares of its palette."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Protocol

import cv2
import numpy as np

from filters.training import traits

DARK, LIGHT = 25.0, 75.0  # L of CIE Lab
HUES = {"green": traits.HUES["greens"], "blue": traits.HUES["blues"], "warm": traits.HUES["warm"]}
"""Ranges of the hue angle in CIE Lab, in degrees: the same in which is measured what a painting keeps of them."""

Features = dict[str, float]


class Statistics(Protocol):
    """What both a Frame row and `videos.media.statistics.FrameStatistics` have."""

    @property
    def luminance(self) -> float: ...
    @property
    def contrast(self) -> float: ...
    @property
    def colourfulness(self) -> float: ...
    @property
    def sharpness(self) -> float: ...
    @property
    def palette(self) -> Iterable[tuple[str, float]]: ...


def features(frame: Statistics) -> Features:
    """Light, contrast and colour between 0 and about 1; sharpness from -2.3 (fog) to 0.6 (grain), since ratios count;
    `dark`, `light`, `green`, `blue`, `warm` are shares of the picture."""
    shares = dict.fromkeys(("dark", "light", *HUES), 0.0)
    for colour, share in frame.palette:
        for name in _names(colour):
            shares[name] += share
    return {
        "luminance": frame.luminance,
        "contrast": 2 * frame.contrast,
        "colourfulness": frame.colourfulness / 100,
        "sharpness": math.log(math.sqrt(max(frame.sharpness, 0.0)) + 0.1),
        **{name: round(share, 4) for name, share in shares.items()},
    }


def mean_features(frames: Iterable[Statistics]) -> Features:
    """The mean over frames; empty for none."""
    every = [features(frame) for frame in frames]
    return {name: sum(one[name] for one in every) / len(every) for name in every[0]} if every else {}


def _names(colour: str) -> Iterable[str]:
    """Which shares a “#rrggbb” counts for."""
    rgb = np.array([[[int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]]], np.float32)
    lightness, a, b = (float(value) for value in cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)[0, 0])
    if lightness < DARK:
        yield "dark"
    if lightness > LIGHT:
        yield "light"
    angle = math.degrees(math.atan2(b, a)) % 360
    if math.hypot(a, b) > traits.COLOURED:
        yield from (name for name, (least, most) in HUES.items() if least <= angle < most)
