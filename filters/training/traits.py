"""What a painting did to a picture, in figures that people can be told. Does without PyTorch.

Each is 1 where the painting left the thing as it was, about 0 where nothing of it is left, and below 0 where it is
turned into its opposite; None where the picture has too little of it to say.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

LINES = 360  # on the short side, at which pictures are compared: finer than this are strokes
DARK, LIGHT = 0.22, 0.78  # luma, 0..1
ENOUGH = 0.06  # share of the picture that a thing must have to be spoken of
COLOURED = 12.0  # chroma in CIE Lab from which a pixel has a hue
HUES = {"greens": (100.0, 170.0), "blues": (190.0, 300.0), "warm": (10.0, 95.0)}
"""Ranges of the hue angle in CIE Lab, in degrees: what people call green, blue (with turquoise), and warm."""

Picture = NDArray[np.uint8]
Plane = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Traits:
    """How much of each is left; see the module."""

    edges: float
    """Outlines: agreement of the gradients of luma."""
    tone: float
    """Light and dark: correlation of luma."""
    shadows: float | None
    """What can be made out in dark parts."""
    highlights: float | None
    """What can be made out in light parts."""
    colours: float | None
    """All colours: agreement of the hues, weighed by chroma."""
    greens: float | None
    blues: float | None
    warm: float | None


def traits(original: Picture, painted: Picture) -> Traits:
    """Compare two RGB uint8 pictures (H, W, 3) of one size. About 15 ms. ValueError where the sizes differ."""
    if original.shape != painted.shape:
        raise ValueError(f"{painted.shape} was painted from {original.shape}")
    lab_before, lab_after = _lab(original), _lab(painted)
    before, after = _lightness(lab_before), _lightness(lab_after)
    here, there = _gradients(before), _gradients(after)
    soft = cv2.GaussianBlur(before, (0, 0), 4).astype(np.float32)
    hues = {
        name: _hue_kept(lab_before, lab_after, _in_hue(lab_before, *angles)) for name, angles in HUES.items()
    }
    return Traits(
        edges=_agreement(here, there),
        tone=_correlation(before, after),
        shadows=_within(soft < DARK + 0.1, here, there),
        highlights=_within(soft > LIGHT, here, there),
        colours=_hue_kept(lab_before, lab_after, _chroma(lab_before) > COLOURED),
        **hues,
    )


def _lab(picture: Picture) -> Plane:
    height, width = picture.shape[:2]
    short = min(height, width)
    if short > LINES:
        size = (round(width * LINES / short), round(height * LINES / short))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    return cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB).astype(np.float32)


def _lightness(lab: Plane) -> Plane:
    """Light and dark as people see them, 0..1."""
    return (lab[..., 0] / 100).astype(np.float32)


def _gradients(luma: Plane) -> Plane:
    """(H, W, 2) of the softened luma."""
    soft = cv2.GaussianBlur(luma, (0, 0), 1.5)
    return np.dstack([cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)]).astype(
        np.float32
    )


def _agreement(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Cosine of the angle between two arrays as vectors; 0 where either is empty."""
    length = float(np.sqrt(np.square(one, dtype=np.float64).sum() * np.square(other, dtype=np.float64).sum()))
    return float((one.astype(np.float64) * other).sum()) / length if length > 1e-9 else 0.0


def _correlation(one: Plane, other: Plane) -> float:
    return _agreement(one - one.mean(), other - other.mean())


def _within(mask: Mask, here: Plane, there: Plane) -> float | None:
    """Agreement of the gradients where `mask` is, or None where that is too little."""
    return _agreement(here[mask], there[mask]) if mask.mean() >= ENOUGH else None


def _chroma(lab: Plane) -> Plane:
    return np.hypot(lab[..., 1], lab[..., 2]).astype(np.float32)


def _in_hue(lab: Plane, least: float, most: float) -> Mask:
    angle = np.degrees(np.arctan2(lab[..., 2], lab[..., 1])) % 360
    inside: Mask = (angle >= least) & (angle < most) & (_chroma(lab) > COLOURED)
    return inside


def _hue_kept(before: Plane, after: Plane, mask: Mask) -> float | None:
    """Agreement of the chroma vectors (a, b) where `mask` is."""
    return _agreement(before[mask][:, 1:], after[mask][:, 1:]) if mask.mean() >= ENOUGH else None
