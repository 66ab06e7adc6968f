"""A few frames of a clip, to train or to judge on."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

from .content import Pair, fit
from .metrics import backward_flow
from .upright import upright

FORMATS = "MP4, MOV, MKV, WebM or AVI"
# Only containers that hold their own pictures: no playlists, no scripts that name other files.
SAFE = {"protocol_whitelist": "file,pipe", "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi"}


def read_frames(path: Path, count: int, most: int = 3600) -> list[NDArray[np.uint8]]:
    """About `count` frames spread evenly over the clip (over its first `most` frames), upright, RGB (H, W, 3).

    Raises OSError or ValueError where the file is no video.
    """
    return list(each_frame(path, count, most))


def each_frame(path: Path, count: int, most: int = 3600) -> Iterator[NDArray[np.uint8]]:
    """The same one by one, for whoever keeps less of each: sixty frames of 4K take a gigabyte and a half."""
    found = 0
    with _opened(path) as (container, stream):
        every = max(1, _length(path, stream, most) // count)
        for index, frame in enumerate(container.decode(stream)):
            if index % every == 0:
                yield upright(frame)
                found += 1
            if found >= count or index >= most:
                break
    if not found:
        raise ValueError(f"{path.name} holds no pictures")


def read_run(path: Path, count: int) -> list[NDArray[np.uint8]]:
    """The first `count` frames (fewer where the clip is shorter), RGB (H, W, 3). Raises OSError or ValueError."""
    return read_frames(path, count, most=count)


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
                before = fit(upright(frame))
            elif index % every == 1 and before is not None:
                after = fit(upright(frame))
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


def _length(path: Path, stream: VideoStream, most: int) -> int:
    """How many frames the clip has, at most `most`: counted where its container does not say so (MKV, WebM)."""
    if stream.frames:
        return min(most, stream.frames)
    with av.open(str(path), options=SAFE) as container:
        packets = container.demux(container.streams.video[0])
        return sum(1 for _ in itertools.islice((one for one in packets if one.size), most))
