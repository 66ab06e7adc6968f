"""Odd clips made on the spot: every picture carries its number as a bar code, every sound a click."""

import subprocess
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from videos.media.process import ffmpeg

WIDTH, HEIGHT = 160, 96
BITS = 8
RATE = 48_000

Frame = NDArray[np.uint8]


def numbered(index: int, width: int = WIDTH, height: int = HEIGHT) -> Frame:
    """A picture whose upper third shows ``index`` as eight bars, and whose corners below differ in colour."""
    frame = np.full((height, width, 3), 110, dtype=np.uint8)
    for bit in range(BITS):
        left, right = bit * width // BITS, (bit + 1) * width // BITS
        frame[: height // 3, left:right] = 230 if index >> bit & 1 else 25
    frame[height // 3 * 2 :, : width // 2] = (200, 60, 50)
    frame[height // 3 * 2 :, width // 2 :] = (50, 80, 190)
    return frame


def number_of(frame: Frame) -> int:
    """The number that the bars show."""
    height, width = frame.shape[:2]
    line = frame[height // 12 : height // 4].mean(axis=(0, 2))
    middles = [int((bit + 0.5) * width / BITS) for bit in range(BITS)]
    return sum(int(line[middle - 2 : middle + 3].mean() > 128) << bit for bit, middle in enumerate(middles))


def picture(frame: av.VideoFrame) -> Frame:
    """The decoded picture as RGB."""
    return np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)


def seconds_of(pts: int | None, tick: Fraction | None) -> Fraction:
    """A timestamp in seconds; a missing one fails the test."""
    assert pts is not None and tick is not None
    return pts * tick


def numbers_of(path: Path) -> list[int]:
    """The numbers of all pictures of a file, in the order in which they are shown."""
    with av.open(str(path)) as container:
        return [number_of(picture(frame)) for frame in container.decode(video=0)]


def click(seconds: float, at: float) -> NDArray[np.float32]:
    """Silence (1, samples) with one short loud tone ``at`` seconds."""
    sound = np.zeros((1, round(seconds * RATE)), dtype=np.float32)
    start = round(at * RATE)
    sound[0, start : start + 480] = 0.8 * np.sin(2 * np.pi * 1500 * np.arange(480) / RATE)
    return sound


def sound_of(path: Path) -> tuple[NDArray[np.float32], int, float]:
    """The decoded sound (samples,), its rate, and the time of its first sample."""
    with av.open(str(path)) as container:
        parts, start = [], None
        for frame in container.decode(audio=0):
            start = frame.time if start is None else start
            parts.append(frame.to_ndarray().astype(np.float32).mean(axis=0))
            rate = frame.sample_rate
    return np.concatenate(parts), rate, float(start or 0)


def click_in(path: Path) -> float:
    """The time at which the click begins."""
    sound, rate, start = sound_of(path)
    return start + float(np.argmax(np.abs(sound) > 0.3)) / rate


def make_clip(
    path: Path,
    frames: Sequence[Frame],
    rate: Fraction | int = 25,
    *,
    times: Sequence[Fraction] | None = None,
    tick: Fraction = Fraction(1, 90_000),
    sound: NDArray[np.float32] | None = None,
    sound_start: float = 0.0,
    codec: str = "libx264",
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
    pixel_aspect: Fraction | None = None,
) -> Path:
    """Writes a clip by PyAV. ``times``: seconds of each picture for a variable rate."""
    rate = Fraction(rate)
    with av.open(str(path), "w", options=container_options or {}) as output:
        stream: Any = output.add_stream(
            codec, rate=rate, options=options or {"crf": "12", "preset": "ultrafast"}
        )
        stream.height, stream.width = frames[0].shape[:2]
        odd = stream.width % 2 or stream.height % 2
        stream.pix_fmt = "yuv444p" if odd else "yuv420p"
        if pixel_aspect:
            stream.codec_context.sample_aspect_ratio = pixel_aspect
        if times is not None:
            stream.codec_context.time_base = tick
        speaker: Any = output.add_stream("aac", rate=RATE, layout="mono") if sound is not None else None
        for index, picture in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            if times is not None:
                frame.pts, frame.time_base = round(times[index] / tick), tick
            else:
                frame.pts, frame.time_base = index, 1 / rate
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
        if sound is not None:
            _mux_sound(output, speaker, sound, round(sound_start * RATE))
    return path


def _mux_sound(output: Any, speaker: Any, sound: NDArray[np.float32], offset: int) -> None:
    """Encodes the sound in frames of 1,024 samples, the first at ``offset``."""
    for start in range(0, sound.shape[1], 1024):
        block = np.ascontiguousarray(sound[:, start : start + 1024])
        frame = av.AudioFrame.from_ndarray(block, "fltp", "mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, start + offset, Fraction(1, RATE)
        output.mux(speaker.encode(frame))
    output.mux(speaker.encode(None))


def run_ffmpeg(*words: str | Path, data: bytes | None = None) -> None:
    """Runs our ffmpeg for a clip that PyAV cannot write; its complaint fails the test."""
    command = [ffmpeg(), "-hide_banner", "-v", "error", "-y", *map(str, words)]
    done = subprocess.run(command, input=data, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def simple_clip(path: Path, count: int = 50, rate: Fraction | int = 25, **more: Any) -> Path:
    """Numbered pictures at a constant rate."""
    return make_clip(path, [numbered(index) for index in range(count)], rate, **more)
