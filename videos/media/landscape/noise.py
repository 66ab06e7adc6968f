"""Fractal noise with a chosen band of wavelengths, isotropic, tileable, and the same for the same seed."""

import cv2
import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]


def spectral(
    seed: int, size: int, texel: float, longest: float, shortest: float, *, roughness: float = 1.0
) -> Field:
    """A (size, size) tile of noise, mean 0 and deviation 1, of wavelengths from longest to shortest (metres).

    ``roughness``: amplitude falls as wavelength to this power (1: mountains, 0: white within the band).
    """
    random = np.random.default_rng(seed)
    white = random.standard_normal((size, size), dtype=np.float32)
    spectrum = np.fft.rfft2(white)
    down = np.fft.fftfreq(size, texel)[:, None]
    across = np.fft.rfftfreq(size, texel)[None, :]
    frequency = np.hypot(down, across)
    frequency[0, 0] = 1.0
    low, high = 1 / longest, 1 / shortest
    # Soft ends: a hard cut rings.
    window = 1 / (1 + (low / frequency) ** 6) / (1 + (frequency / high) ** 8)
    shaped = spectrum * window * frequency ** -(1 + roughness)
    shaped[0, 0] = 0
    field = np.fft.irfft2(shaped, s=(size, size)).astype(np.float32)
    return np.asarray(field / field.std(), dtype=np.float32)


def tiled(tile: Field, size: int, shift: int = 0) -> Field:
    """The tile repeated to (size, size), moved by ``shift`` so that two uses do not look alike."""
    repeats = -(-size // tile.shape[0])
    moved = np.roll(tile, (shift, 3 * shift), axis=(0, 1))
    return np.tile(moved, (repeats, repeats))[:size, :size]


def zoomed(field: Field, left: int, top: int, count: int, size: int) -> Field:
    """The square of ``count`` texels at (left, top), drawn (size, size) with cubic interpolation.

    Texel centres keep their places: fine texel i of the result lies at coarse (i + 0.5)·count/size - 0.5.
    """
    margin = 4
    cut = field[top - margin : top + count + margin, left - margin : left + count + margin]
    factor = size // count
    large = cv2.resize(cut, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
    edge = margin * factor
    return np.ascontiguousarray(large[edge : edge + size, edge : edge + size], dtype=np.float32)


def smoothstep(low: float, high: float, value: Field) -> Field:
    """0 below ``low``, 1 above ``high``, an S between; a falling one where high is below low."""
    share = np.clip((value - np.float32(low)) / np.float32(high - low), 0, 1)
    return np.asarray(share * share * (3 - 2 * share), dtype=np.float32)


def mix(a: Field | float, b: Field | float, share: Field | float) -> Field:
    """a where share is 0, b where it is 1."""
    return np.asarray(a + (b - a) * share, dtype=np.float32)
