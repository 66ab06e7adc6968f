"""A few frames of a clip, to train or to judge on."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from .content import Pair, fit
from .metrics import backward_flow
from .upright import is_high_dynamic_range, upright

FAR = 2  # seconds
HDR = "{name} is HDR, which is converted where footage is taken in: upload it, and take what is made of it"
FORMATS = "MP4, MOV, MKV, WebM or AVI"
# Only containers that hold their own pictures: no playlists, no scripts that name other files.
SAFE = {"protocol_whitelist": "file,pipe", "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi"}


class HighDynamicRange(ValueError):
    """A clip whose colours would come out wrong; the message says what to do."""


def read_frames(path: Path, count: int) -> list[NDArray[np.uint8]]:
    """About `count` frames spread evenly over all of the clip, upright, RGB (H, W, 3).

    Raises OSError or ValueError where the file is no video, HighDynamicRange where its colours are not ours.
    """
    return list(each_frame(path, count))


def each_frame(path: Path, count: int) -> Iterator[NDArray[np.uint8]]:
    """The same one by one, for whoever keeps less of each: sixty frames of 4K take a gigabyte and a half."""
    with _opened(path) as (container, stream):
        yield from _shown(path, stream, _spread(container, stream, count))


def first_frames(path: Path, count: int) -> Iterator[NDArray[np.uint8]]:
    """The first `count` frames one by one, fewer where the clip is shorter; raises as `read_frames` does."""
    with _opened(path) as (container, stream):
        yield from _shown(path, stream, itertools.islice(container.decode(stream), count))


def read_run(path: Path, count: int) -> list[NDArray[np.uint8]]:
    """The same all at once."""
    return list(first_frames(path, count))


def read_pairs(path: Path, count: int, most: int = 3600) -> list[Pair]:
    """About `count` pairs of consecutive frames spread evenly over the clip, with the flow between them.

    Frames of more than 720 lines are made smaller. Raises OSError or ValueError where the file is no video.
    """
    with _opened(path) as (container, stream):
        every = max(2, _length(path, stream, most) // count)
        pairs: list[Pair] = []
        before: NDArray[np.uint8] | None = None
        for index, frame in enumerate(container.decode(stream)):
            if index % every == 0:
                before = fit(_picture(path, stream, frame))
            elif index % every == 1 and before is not None:
                after = fit(_picture(path, stream, frame))
                pairs.append((before, after, backward_flow(before, after)))
            if len(pairs) >= count or index >= most:
                break
    return pairs


@contextmanager
def _opened(path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    """The clip and its pictures. What is no video, or breaks off in a way that cannot be read, is a ValueError."""
    try:
        with av.open(str(path), options=SAFE) as container:
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            yield container, stream
    except FileNotFoundError:
        raise
    except (av.FFmpegError, LookupError) as problem:
        raise ValueError(f"{path.name} is no footage that can be read ({FORMATS})") from problem


def _spread(container: InputContainer, stream: VideoStream, count: int) -> Iterator[VideoFrame]:
    """Frames at evenly spaced times, each once: near ones are read on to, far ones jumped to.

    A time that was passed already, since none was taken at it, is made up for by the next frame.
    """
    tick, rate = (
        stream.time_base or Fraction(1, 1000),
        Fraction(stream.average_rate or stream.guessed_rate or 25),
    )
    length = round(_seconds(container, stream) * rate)
    start = (stream.start_time or 0) * tick
    frames = container.decode(stream)
    at: Fraction | None = None
    for place in range(count):
        # Half a picture early: containers round times to their ticks.
        wanted = start + (place * length // count - Fraction(1, 2)) / rate
        if wanted - (at or start) > FAR:
            # Containers are searched by the time of decoding, which is earlier.
            container.seek(int((wanted - 1) / tick), stream=stream, backward=True)
            frames = container.decode(stream)
        for frame in frames:
            at = frame.pts * tick if frame.pts is not None else (at or start) + 1 / rate
            if at >= wanted:
                yield frame
                break
        else:
            return


def _seconds(container: InputContainer, stream: VideoStream) -> Fraction:
    """How long the clip is; where the container does not say so of its pictures, from the last of their packets."""
    tick = stream.time_base or Fraction(1, 1000)
    if stream.duration:
        return stream.duration * tick
    with av.open(container.name, options=SAFE) as again:
        pictures = again.streams.video[0]
        if again.duration:
            again.seek(int(Fraction(again.duration, av.time_base) / tick), stream=pictures, backward=True)
        ends = [(one.pts or 0) + (one.duration or 0) for one in again.demux(pictures) if one.size]
    return max(0, max(ends, default=0) - (stream.start_time or 0)) * tick


def _shown(path: Path, stream: VideoStream, frames: Iterable[VideoFrame]) -> Iterator[NDArray[np.uint8]]:
    found = False
    for frame in frames:
        found = True
        yield _picture(path, stream, frame)
    if not found:
        raise ValueError(f"{path.name} holds no pictures")


def _picture(path: Path, stream: VideoStream, frame: VideoFrame) -> NDArray[np.uint8]:
    if is_high_dynamic_range(frame):
        raise HighDynamicRange(HDR.format(name=path.name))
    return upright(frame, stream.sample_aspect_ratio or 1)


def _length(path: Path, stream: VideoStream, most: int) -> int:
    """How many frames the clip has, at most `most`: counted where its container does not say so (MKV, WebM)."""
    if stream.frames:
        return min(most, stream.frames)
    with av.open(str(path), options=SAFE) as container:
        packets = container.demux(container.streams.video[0])
        return sum(1 for _ in itertools.islice((one for one in packets if one.size), most))
