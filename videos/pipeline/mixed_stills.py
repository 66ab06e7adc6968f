"""A frame under a mix of filters, painted while somebody waits: a slider has moved, and the picture follows.

Not through the queue: a third of a second of painting is not worth a row, a message and a poll. One after the
other, so that a page that asks faster than it is answered takes one core's worth and no more.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache

import cv2

from filters import mixes, testframes
from filters.engines.base import EngineError, Frame
from rotoscope.common.files import local_path
from videos.media import decode
from videos.media.errors import DecodeError
from videos.models import Video

HEIGHT = 540  # lines
PATIENCE = 10.0  # seconds that one waits for those before
PLACES = 4  # of one that paints and those that wait for it: each keeps one of the web server's few threads
SOON = 2  # seconds after which somebody who found no place asks again

_painting = threading.Lock()
_places = threading.BoundedSemaphore(PLACES)


class NotPainted(Exception):
    """Nothing is wrong with what was asked for, and there is no picture all the same; `str()` is a sentence.

    `retry_after` says in how many seconds there may be one, where that passes by itself.
    """

    def __init__(self, sentence: str, retry_after: int | None = None) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


def painted(parts: Sequence[mixes.Part], video: Video | None, frame_index: int) -> bytes:
    """The frame under the mix as JPEG, at 540 lines. Without a video, a standing test frame.

    Raises CannotMix with a sentence, ValueError for a frame that is not there, and NotPainted.
    """
    with _in_turn(_places, 0):
        original = original_frame(video, frame_index)
        with _in_turn(_painting, PATIENCE):
            try:
                return jpeg(mixes.paint(parts, original))
            except EngineError as problem:
                raise NotPainted(str(problem)) from problem


@contextmanager
def _in_turn(room: threading.Lock | threading.BoundedSemaphore, patience: float) -> Iterator[None]:
    """Where there is a place within so many seconds; raises NotPainted where there is none."""
    if not room.acquire(timeout=patience):
        raise NotPainted("Many are mixing just now; try again in a moment.", SOON)
    try:
        yield
    finally:
        room.release()


def original_frame(video: Video | None, frame_index: int) -> Frame:
    """The frame as it was filmed, at most 540 lines. Raises ValueError for one that is not there, and NotPainted."""
    count = testframes.COUNT if video is None else video.frame_count
    if not 0 <= frame_index < count:
        raise ValueError(f"There are frames 0 to {count - 1}.")
    if video is None:
        return testframes.test_frame(frame_index)
    try:
        return _decoded(str(video.footage.name), frame_index, min(HEIGHT, video.height))
    except (FileNotFoundError, DecodeError) as lost:
        raise NotPainted("The file of this footage is gone or damaged. Please upload it again.") from lost


def jpeg(frame: Frame) -> bytes:
    """A frame (H, W, 3) as JPEG."""
    done, data = cv2.imencode(".jpg", cv2.cvtColor(frame, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 88])
    assert done
    return bytes(data.tobytes())


@lru_cache(maxsize=16)
def _decoded(footage: str, frame_index: int, height: int) -> Frame:
    """Sixteen frames of 540 lines are 25 MB; while sliders move it is always the same one."""
    return decode.frame_at(local_path(footage), frame_index, height=height)
