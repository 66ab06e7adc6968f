"""Contrast given back to an average of paintings.

What the paintings of consecutive frames have in common survives an average, what flickers does not: the average
is softer than each of them, and further from the style. Here every band of detail is strengthened until it is
locally as strong as in the painting of the frame, so strokes keep their force and yet stay where they are.
"""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

LEVELS = 3
"""Octaves of detail that are strengthened; coarser ones lose less than a hundredth in an average."""

NEIGHBOURHOOD = 64
"""Pixels a side over which strength is compared: far more than a stroke, or the flicker would come back."""

LARGEST_GAIN = 2.0
"""Beyond this a band holds more noise than strokes."""

Floats = NDArray[np.float32]


def with_contrast_of(painted: Floats, average: Floats) -> Floats:
    """`average` with as much local contrast as `painted` has; all (H, W, 3) float32, 0..255, not clipped; a new array.

    Only ever more contrast, never less. Brightness says how much, and colour follows it.
    """
    own, wanted = _bands(average), _bands(_grey(painted))
    detail: Floats | None = None
    for level in reversed(range(len(own))):
        band = own[level]
        gain = _gain(_grey(band), wanted[level], level)
        cv2.multiply(band, cv2.merge([gain, gain, gain]), dst=band)
        if detail is not None:
            cv2.add(band, cv2.pyrUp(detail, dstsize=(band.shape[1], band.shape[0])), dst=band)
        detail = band
    return average.copy() if detail is None else cast(Floats, cv2.add(average, detail, dst=detail))


def _bands(picture: Floats) -> list[Floats]:
    """The finest octaves of a picture (h, w) or (h, w, 3), each half the size of the one before."""
    bands: list[Floats] = []
    rest = picture
    while len(bands) < LEVELS and min(rest.shape[:2]) >= 8:
        coarser = cast(Floats, cv2.pyrDown(rest))
        softer = cv2.pyrUp(coarser, dstsize=(rest.shape[1], rest.shape[0]))
        bands.append(cast(Floats, cv2.subtract(rest, softer, dst=softer)))
        rest = coarser
    return bands


def _grey(picture: Floats) -> Floats:
    return cast(Floats, cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY))


def _gain(own: Floats, wanted: Floats, level: int) -> Floats:
    """What has to be added to `own`, as a share of it, for the strength of `wanted`; (h, w), 0 and more."""
    height, width = own.shape
    strengths = [_strength(band, NEIGHBOURHOOD >> level) for band in (own, wanted)]
    gain = np.clip(np.sqrt(strengths[1] / strengths[0]), 1.0, LARGEST_GAIN) - 1.0
    return cast(Floats, cv2.resize(gain, (width, height), interpolation=cv2.INTER_LINEAR))


def _strength(band: Floats, side: int) -> Floats:
    """Mean square of a band (h, w) over `side` pixels, where every fourth is enough: it hardly differs between."""
    height, width = band.shape
    fewer = max(1, width // 4), max(1, height // 4)
    squares = cv2.resize(band * band, fewer, interpolation=cv2.INTER_AREA)
    return cast(Floats, cv2.blur(squares, (side // 4 + 1, side // 4 + 1)) + 0.5)
