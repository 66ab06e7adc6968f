"""Sun, sky and air; and what they do to the land before any camera looks at it."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from videos.media.landscape.noise import Field, smoothstep

Colour = tuple[float, float, float]
Pixels = NDArray[np.float32]


@dataclass(frozen=True)
class Light:
    """A time of day. Angles in degrees: azimuth from x towards y; colours are linear light.

    ``haze``: metres after which a third of a thing's own colour is left. ``stars``: how many, 0..1.
    """

    azimuth: float
    elevation: float
    sun: Colour
    sky: Colour
    zenith: Colour
    horizon: Colour
    glow: Colour
    haze: float
    exposure: float = 1.0
    stars: float = 0.0

    @property
    def direction(self) -> tuple[float, float, float]:
        """Unit vector towards the sun (or moon)."""
        azimuth, elevation = np.radians(self.azimuth), np.radians(self.elevation)
        flat = np.cos(elevation)
        return float(flat * np.cos(azimuth)), float(flat * np.sin(azimuth)), float(np.sin(elevation))


LIGHTS: dict[str, Light] = {
    "golden": Light(
        -22,
        17,
        (3.5, 2.35, 1.32),
        (0.34, 0.47, 0.72),
        (0.11, 0.25, 0.56),
        (0.70, 0.60, 0.50),
        (1.5, 0.85, 0.35),
        6500,
    ),
    "noon": Light(
        -70,
        56,
        (2.7, 2.55, 2.3),
        (0.46, 0.60, 0.84),
        (0.10, 0.25, 0.60),
        (0.58, 0.70, 0.84),
        (0.5, 0.45, 0.35),
        7500,
        0.92,
    ),
    "evening": Light(
        12,
        7,
        (3.6, 1.45, 0.55),
        (0.30, 0.32, 0.50),
        (0.10, 0.14, 0.36),
        (0.95, 0.48, 0.30),
        (2.2, 0.8, 0.25),
        4200,
        1.05,
    ),
    "overcast": Light(
        -60,
        48,
        (0.55, 0.57, 0.60),
        (0.78, 0.84, 0.92),
        (0.50, 0.56, 0.64),
        (0.72, 0.75, 0.78),
        (0.08, 0.08, 0.08),
        2600,
        0.95,
    ),
    "night": Light(
        -30,
        28,
        (0.34, 0.42, 0.62),
        (0.05, 0.075, 0.14),
        (0.008, 0.016, 0.045),
        (0.05, 0.075, 0.13),
        (0.10, 0.13, 0.2),
        4500,
        1.15,
        1.0,
    ),
}
# Golden from the side: cliffs in the sun, and its path on the sea, which no filter paints well, out of the picture.
LIGHTS["afternoon"] = replace(LIGHTS["golden"], azimuth=-78)


def slopes(height: Field, texel: float) -> tuple[Field, Field]:
    """Rise per metre along x and along y."""
    kernel = 1 / (8 * texel)
    return (
        np.asarray(
            cv2.Sobel(height, cv2.CV_32F, 1, 0, ksize=3, scale=kernel, borderType=cv2.BORDER_REPLICATE)
        ),
        np.asarray(
            cv2.Sobel(height, cv2.CV_32F, 0, 1, ksize=3, scale=kernel, borderType=cv2.BORDER_REPLICATE)
        ),
    )


def shade(height: Field, texel: float, light: Light) -> tuple[Field, Field]:
    """How much sun (0..1: angle and cast shadow) and how much sky (0..1) every texel sees."""
    along, across = slopes(height, texel)
    length = np.sqrt(along * along + across * across + 1)
    east, north, up = light.direction
    facing = np.maximum(-along * east - across * north + up, 0) / length
    return np.asarray(facing * _lit(height, texel, light), dtype=np.float32), _openness(height, texel, length)


def _lit(height: Field, texel: float, light: Light) -> Field:
    """1 in the sun, 0 in shadow: the ridge line of everything towards the sun, carried down along its rays."""
    size = height.shape[0]
    half = cv2.resize(height, (size // 2, size // 2), interpolation=cv2.INTER_AREA)
    east, north, up = light.direction
    flat = float(np.hypot(east, north))
    fall = up / flat
    shadow = np.full_like(half, -1e4)
    step, reach = 1.0, min(420.0, (float(half.max()) - float(half.min())) / fall / (2 * texel))
    while step < reach:
        move = np.array([[1, 0, -step * east / flat], [0, 1, -step * north / flat]], dtype=np.float32)
        moved = cv2.warpAffine(half, move, half.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
        shadow = np.maximum(shadow, moved - np.float32(step * 2 * texel * fall))
        step *= 1.035 if step > 28 else 1.0
        step += 1.0 if step <= 28 else 0.0
    full = cv2.resize(np.asarray(shadow, dtype=np.float32), (size, size), interpolation=cv2.INTER_LINEAR)
    return smoothstep(1.0 + texel, -0.6 * texel, np.asarray(full - height, dtype=np.float32))


def _openness(height: Field, texel: float, length: Field) -> Field:
    """Share of the sky that is seen: less in hollows, at the foot of walls and on walls themselves."""
    open_sky = 0.45 + 0.55 / length
    for metres in (6.0, 24.0, 90.0):
        radius = metres / texel
        if radius < 1:
            continue
        shrink = max(1, int(radius / 3))
        small = cv2.resize(height, None, fx=1 / shrink, fy=1 / shrink, interpolation=cv2.INTER_AREA)
        blurred = cv2.GaussianBlur(small, (0, 0), radius / shrink)
        blurred = cv2.resize(blurred, height.shape[::-1], interpolation=cv2.INTER_LINEAR)
        open_sky = open_sky * (1 - 0.42 * ((blurred - height) / np.float32(metres)).clip(0, 1))
    return np.asarray(open_sky, dtype=np.float32)


def finished(colour: Pixels, exposure: float) -> NDArray[np.uint8]:
    """Linear light to sRGB bytes, with a shoulder so that the brightest keep their colour (Hable-like curve)."""
    value = np.maximum(colour * np.float32(exposure), 0)
    curve = value * (2.51 * value + 0.03) / (value * (2.43 * value + 0.59) + 0.14)
    return np.asarray(_SRGB[(curve.clip(0, 1) * 4095).astype(np.int32)], dtype=np.uint8)


def _srgb_table() -> NDArray[np.uint8]:
    """sRGB bytes for 4,096 steps of linear light."""
    value = np.linspace(0, 1, 4096)
    coded = np.where(value <= 0.0031308, 12.92 * value, 1.055 * value ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(coded * 255), dtype=np.uint8)


_SRGB = _srgb_table()
