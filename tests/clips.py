"""Clips that tests draw: every picture carries its number, so that frames can be told apart after decoding."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

BITS = 10
Picture = NDArray[np.uint8]


def numbered_picture(number: int, width: int = 160, height: int = 90) -> Picture:
    """A soft gradient that moves, with `number` as a row of black and white blocks along the upper third."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    picture = np.stack(
        [90 + 80 * x / width, 90 + 80 * y / height, 120 + 40 * np.sin(x / 20 + number / 5)], -1
    )
    block = width // BITS
    for bit in range(BITS):
        picture[: height // 3, bit * block : (bit + 1) * block] = 235 if number >> bit & 1 else 20
    return picture.astype(np.uint8)


def number_of(picture: Picture, *, inverted: bool = False) -> int:
    """The number that a decoded (H, W, 3) picture carries."""
    height, width = picture.shape[:2]
    block = width // BITS
    rows = picture[height // 12 : height // 4].mean(axis=(0, 2))
    bits = [
        rows[bit * block + block // 4 : (bit + 1) * block - block // 4].mean() > 127 for bit in range(BITS)
    ]
    return sum((bit != inverted) << place for place, bit in enumerate(bits))


def draw_clip(
    path: Path,
    *,
    frames: int = 48,
    rate: Fraction | int = 24,
    width: int = 160,
    height: int = 90,
    audio: bool = False,
    picture: Callable[[int, int, int], Picture] = numbered_picture,
) -> Path:
    """An H.264 clip of numbered or other pictures (of number, width, height), with a tone where `audio` is wanted."""
    rate = Fraction(rate)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate, options={"preset": "ultrafast", "crf": "12"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        sound = container.add_stream("aac", rate=48_000, layout="stereo") if audio else None
        for number in range(frames):
            shown = av.VideoFrame.from_ndarray(picture(number, width, height), format="rgb24")
            container.mux(stream.encode(shown))
        container.mux(stream.encode(None))
        if sound is not None:
            _add_tone(container, sound, frames / rate)
    return path


def _add_tone(container: av.container.OutputContainer, sound: av.AudioStream, seconds: Fraction) -> None:
    count = int(seconds * 48_000)
    wave = (0.2 * np.sin(np.arange(count) * 2 * np.pi * 440 / 48_000)).astype(np.float32)
    for start in range(0, count, 1024):
        piece = np.stack([wave[start : start + 1024]] * 2)
        frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts = 48_000, start
        container.mux(sound.encode(frame))
    container.mux(sound.encode(None))


def decoded(path: Path) -> list[Picture]:
    """All pictures of a clip as (H, W, 3) uint8 RGB."""
    with av.open(str(path)) as container:
        return [np.asarray(frame.to_ndarray(format="rgb24"), np.uint8) for frame in container.decode(video=0)]


def landscape(seed: int, height: int = 400, width: int = 600) -> Picture:
    """Something with structure at several sizes, as footage has."""
    rng = np.random.default_rng(seed)
    picture = np.zeros((height, width, 3), np.float32)
    for cells, weight in ((6, 70.0), (24, 40.0), (96, 25.0)):
        noise = rng.normal(0, 1, (cells * height // width, cells, 3)).astype(np.float32)
        picture = picture + weight * cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
    result: Picture = np.clip(picture + 128, 0, 255).astype(np.uint8)
    return result
