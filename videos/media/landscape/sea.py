"""The sea: waves that move by the dispersion of deep water, colour by depth, sky and sun on it, surf."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from videos.media.landscape.light import Light
from videos.media.landscape.noise import Field, mix, smoothstep, spectral

Pixels = NDArray[np.float32]
GRAVITY = 9.81
COUNT = 256


@dataclass(frozen=True)
class Patch:
    """A square of sea that repeats: its side in metres and the spectrum of its waves at time 0."""

    side: float
    forward: NDArray[np.complex64]
    omega: Field
    across: Field
    along: Field


@lru_cache(maxsize=8)
def patch(seed: int, side: float, wind: float) -> Patch:
    """Waves in a Phillips spectrum (J. Tessendorf, "Simulating Ocean Water", 2001) under ``wind`` m/s."""
    random = np.random.default_rng(seed)
    wave = (2 * np.pi * np.fft.fftfreq(COUNT, side / COUNT)).astype(np.float32)
    along, across = np.meshgrid(wave, wave)
    length = np.hypot(along, across)
    length[0, 0] = 1
    longest = wind * wind / GRAVITY
    towards = (0.35 * along + 0.94 * across) / length
    power = np.exp(-1 / (length * longest) ** 2) / length**4 * (0.12 + towards**2)
    power *= np.exp(-((length * side / COUNT * 0.55) ** 2))
    power[0, 0] = 0
    noise = random.standard_normal((2, COUNT, COUNT), dtype=np.float32)
    forward = (noise[0] + 1j * noise[1]) * np.sqrt(power)
    steep = np.sqrt(np.mean(np.abs(forward) ** 2 * length**2)) * COUNT
    # The rhythm repeats every 60 s, so that a loop could close.
    beat = 2 * np.pi / 60
    omega = np.round(np.sqrt(GRAVITY * length) / beat) * beat
    return Patch(
        side, (forward / steep * COUNT * COUNT).astype(np.complex64), omega.astype(np.float32), across, along
    )


@lru_cache(maxsize=6)
def _waves_now(seed: int, side: float, wind: float, seconds: float) -> Pixels:
    """The slopes of one patch at one moment, kept while a picture is drawn band by band."""
    return wave_slopes(patch(seed, side, wind), seconds)


def wave_slopes(waves: Patch, seconds: float) -> Pixels:
    """(COUNT, COUNT, 2) float32: the sea's slope along x and y, of deviation about 1 together."""
    spectrum = waves.forward * np.exp(-1j * waves.omega * np.float32(seconds))
    # One transform for both: the slope along x becomes the real part, along y the imaginary one.
    mirrored = np.conj(np.roll(spectrum[::-1, ::-1], (1, 1), axis=(0, 1)))
    even = (spectrum + mirrored) / 2
    both = np.fft.ifft2(1j * waves.along * even + 1j * (1j * waves.across * even))
    return np.stack([both.real, both.imag], axis=-1).astype(np.float32)


@lru_cache(maxsize=2)
def _foam_texture(seed: int) -> Field:
    """A tile of 512 texels over 96 m of lacy noise, about 0.3 on average, 1.1 along its threads."""
    broad = spectral(seed, 512, 0.1875, 20, 2.6, roughness=0.3)
    return np.asarray((1.1 - np.abs(broad)).astype(np.float32))


def _sampled(tile: NDArray[np.float32], x: Field, y: Field, side: float) -> NDArray[np.float32]:
    """The repeating tile at places in metres, between texels linearly."""
    size = np.float32(tile.shape[0])
    u, v = x * np.float32(1 / side), y * np.float32(1 / side)
    # What is left after whole tiles; floor is several times faster than a remainder.
    u -= np.floor(u)
    v -= np.floor(v)
    u *= size
    v *= size
    return np.asarray(cv2.remap(tile, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP))


@dataclass(frozen=True)
class Water:
    """What the sea needs to know of each pixel; flat arrays (N,) of float32, ``view`` (N, 3) from the eye, unit."""

    x: Field
    y: Field
    distance: Field
    depth: Field
    view: Pixels
    bed: Pixels


def _normal(water: Water, seed: int, seconds: float) -> Pixels:
    """Slopes (N, 2) of the surface: three sizes of waves, each fading where a pixel holds many of them."""
    total = np.zeros((*water.x.shape, 2), dtype=np.float32)
    sizes = ((1, 211.0, 9.0, 0.052, 1300.0), (2, 61.0, 5.5, 0.060, 520.0), (3, 17.0, 3.5, 0.060, 190.0))
    for number, side, wind, amount, reach in sizes:
        if water.distance.min() > 7 * reach:
            continue  # less than a fiftieth of their height would be left
        slope = _sampled(_waves_now(seed + number, side, wind, seconds), water.x, water.y, side)
        fade = np.float32(amount) / (1 + (water.distance / np.float32(reach)) ** 2)
        total += slope * fade[..., None]
    return total * smoothstep(-0.2, 3.0, water.depth)[..., None] * np.float32(0.9)


def shaded(water: Water, light: Light, sky: Pixels, mirrored: Pixels, seed: int, seconds: float) -> Pixels:
    """Light (N, 3) that comes from the sea.

    ``sky``: sky colour at the horizon behind each pixel; ``mirrored``: higher up, where the view is mirrored.
    """
    slope = _normal(water, seed, seconds)
    up = 1 / np.sqrt(1 + slope[..., 0] ** 2 + slope[..., 1] ** 2)
    normal = np.stack([-slope[..., 0] * up, -slope[..., 1] * up, up], axis=-1)
    facing = np.maximum(-np.einsum("...c,...c", water.view, normal), 0.02).astype(np.float32)
    fresnel = (0.02 + 0.98 * (1 - facing) ** 5) * np.float32(0.9)
    # Unresolved waves tilt the far sea towards the viewer, which keeps it darker than a mirror would be.
    fresnel *= mix(1.0, 0.62, smoothstep(200, 2500, water.distance))
    reflected = sky + (mirrored - sky) * smoothstep(0.0, 0.35, facing)[..., None]
    body = _body(water, light)
    colour = body + (reflected - body) * fresnel[..., None]
    colour += _glitter(water, normal, light)[..., None] * np.asarray(light.sun, dtype=np.float32)
    return _with_surf(colour.astype(np.float32), water, light, seed, seconds)


@lru_cache(maxsize=4)
def _depth_table(light: Light) -> tuple[Pixels, Pixels]:
    """For depths of 0 to 41 metres in steps of 1 cm: what the water lets through, and what it adds, (4096, 3) each."""
    depth = (np.arange(4096, dtype=np.float32) / 100)[:, None]
    through = np.exp(-depth * np.array([0.42, 0.115, 0.088], dtype=np.float32))
    power = np.asarray(light.sun, dtype=np.float32) * light.direction[2] + np.asarray(
        light.sky, dtype=np.float32
    )
    deep = np.array([0.0045, 0.032, 0.050], dtype=np.float32) * power
    milky = np.array([0.010, 0.105, 0.110], dtype=np.float32) * power
    scattered = milky + (deep - milky) * (1 - np.exp(-depth * 0.10))
    return (through * 0.9).astype(np.float32), (scattered * (1 - through)).astype(np.float32)


def _body(water: Water, light: Light) -> Pixels:
    """Light from under the surface: the bed near the shore, turquoise, then deep blue."""
    through, added = _depth_table(light)
    index = (water.depth * 100).clip(0, 4095).astype(np.int32)
    return np.asarray(water.bed * through[index] + added[index], dtype=np.float32)


def _glitter(water: Water, normal: Pixels, light: Light) -> Field:
    """The sun in the waves: sharp sparks nearby, a broad soft path far away."""
    half = np.asarray(light.direction, dtype=np.float32) - water.view
    half /= np.linalg.norm(half, axis=-1, keepdims=True)
    shine = np.maximum(np.einsum("...c,...c", half, normal), 0)
    near = smoothstep(1500, 150, water.distance)
    power = mix(110.0, 900.0, near)
    strength = mix(0.9, 5.0, near)
    return np.asarray(strength * shine**power, dtype=np.float32)


def _with_surf(colour: Pixels, water: Water, light: Light, seed: int, seconds: float) -> Pixels:
    """White water: lines of surf that roll in, lace behind them, a seam where the sea meets the land."""
    lace = _sampled(_foam_texture(seed + 9), water.x, water.y, 96.0)
    drift = _sampled(_foam_texture(seed + 9), water.y * 0.31 + 7, water.x * 0.31, 96.0)
    depth = water.depth
    roll = depth * 2.6 + 0.75 * drift - np.float32(seconds * 0.9)
    crest = (
        smoothstep(0.35, 0.98, np.sin(roll))
        * smoothstep(2.9, 0.6, depth)
        * smoothstep(-0.35, 0.25, lace + 0.35)
    )
    swash = smoothstep(0.42 + 0.16 * np.sin(seconds * 0.9), 0.02, depth + 0.10 * drift)
    trail = smoothstep(0.72, 1.15, lace) * smoothstep(4.2, 0.8, depth) * 0.55
    foam = np.clip(0.9 * crest + 0.8 * swash + trail, 0, 0.95)
    foam *= mix(1.0, 0.8, smoothstep(300, 3000, water.distance))
    power = np.asarray(light.sun, dtype=np.float32) * light.direction[2] + np.asarray(
        light.sky, dtype=np.float32
    )
    white = (0.72 * power).astype(np.float32)
    return np.asarray(colour + (white - colour) * foam[..., None], dtype=np.float32)
