"""The sound of the sample flight: surf that swells and falls, wind, and nothing that was ever recorded."""

from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

RATE = 48_000


def surf(seconds: float, seed: int) -> NDArray[np.float32]:
    """Stereo sound (2, samples) in -1..1: three swells of filtered noise over a low wind, faded at both ends."""
    count = round(seconds * RATE)
    random = np.random.default_rng(seed)
    time = np.arange(count) / RATE
    sides = []
    for side in range(2):
        swell = sum(
            np.maximum(np.sin(2 * np.pi * time / period + side * 0.5 + period), 0) ** 2
            for period in (5.3, 7.9, 3.7)
        )
        hiss = _coloured(random, count, low=250, high=5200, fall=0.7)
        wind = _coloured(random, count, low=40, high=320, fall=0.9)
        sides.append(0.060 * hiss * (0.35 + swell) + 0.050 * wind)
    fade = np.minimum(1, np.minimum(time, time[::-1]) / 0.4)
    return (np.stack(sides) * fade).clip(-1, 1).astype(np.float32)


def _coloured(
    random: np.random.Generator, count: int, low: float, high: float, fall: float
) -> NDArray[np.float64]:
    """Noise between two frequencies whose amplitude falls as frequency to the power ``fall``; deviation 1."""
    spectrum = np.fft.rfft(random.standard_normal(count))
    frequency = np.maximum(np.fft.rfftfreq(count, 1 / RATE), 1)
    spectrum *= frequency**-fall / (1 + (low / frequency) ** 4) / (1 + (frequency / high) ** 4)
    noise = np.fft.irfft(spectrum, n=count)
    return np.asarray(noise / noise.std())


def write_surf(path: Path, *, seconds: float, seed: int) -> None:
    """Writes the surf as AAC in an MP4 without pictures."""
    sound = surf(seconds, seed)
    with av.open(str(path), "w", format="mp4") as output:
        stream = output.add_stream("aac", rate=RATE, layout="stereo", bit_rate=128_000)
        for start in range(0, sound.shape[1], 1024):
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(sound[:, start : start + 1024]), "fltp", "stereo"
            )
            frame.sample_rate, frame.pts = RATE, start
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
