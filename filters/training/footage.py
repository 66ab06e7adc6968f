"""A few frames of a clip, to train or to judge on."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from .content import Pair, fit
from .metrics import backward_flow

# Only containers that hold their own pictures: no playlists, no scripts that name other files.
SAFE = {"protocol_whitelist": "file,pipe", "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi"}


def read_frames(path: Path, count: int, most: int = 3600) -> list[NDArray[np.uint8]]:
    """About `count` frames spread evenly over the clip (over its first `most` frames), RGB (H, W, 3).

    Raises OSError or ValueError where the file is no video.
    """
    with av.open(str(path), options=SAFE) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        length = min(most, stream.frames or most)
        every = max(1, length // count)
        frames = []
        for index, frame in enumerate(container.decode(stream)):
            if index % every == 0:
                frames.append(np.asarray(frame.to_ndarray(format="rgb24"), np.uint8))
            if len(frames) >= count or index >= most:
                break
    if not frames:
        raise ValueError(f"{path.name} holds no pictures")
    return frames


def read_run(path: Path, count: int) -> list[NDArray[np.uint8]]:
    """The first `count` frames (fewer where the clip is shorter), RGB (H, W, 3). Raises OSError or ValueError."""
    return read_frames(path, count, most=count)


def read_pairs(path: Path, count: int, most: int = 3600) -> list[Pair]:
    """About `count` pairs of consecutive frames spread evenly over the clip, with the flow between them.

    Frames of more than 720 lines are made smaller. Raises OSError or ValueError where the file is no video.
    """
    with av.open(str(path), options=SAFE) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        every = max(2, min(most, stream.frames or most) // count)
        pairs: list[Pair] = []
        before: NDArray[np.uint8] | None = None
        for index, frame in enumerate(container.decode(stream)):
            if index % every == 0:
                before = fit(np.asarray(frame.to_ndarray(format="rgb24"), np.uint8))
            elif index % every == 1 and before is not None:
                after = fit(np.asarray(frame.to_ndarray(format="rgb24"), np.uint8))
                pairs.append((before, after, backward_flow(before, after)))
            if len(pairs) >= count or index >= most:
                break
    return pairs
