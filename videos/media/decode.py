"""Frames of footage by their number, exactly. Only for files that Rotoscope wrote itself."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace, Interpolation
from av.video.stream import VideoStream
from numpy.typing import NDArray

from videos.media.errors import DecodeError
from videos.media.timing import index_of_pts
from videos.media.transcode import threads

Frame = NDArray[np.uint8]


def frames(path: Path | str, start: int, stop: int, *, height: int | None = None) -> Iterator[Frame]:
    """Yields frames start…stop-1 of constant-rate footage as (H, W, 3) RGB uint8, one at a time.

    ``height``: scaled to that many lines, the width in proportion and even. Raises DecodeError if the
    file cannot be read or a single frame of the range is missing. Exactly stop - start frames or an error.
    """
    if start < 0 or stop < start:
        raise DecodeError(f"There is no range of frames from {start} to {stop}.")
    wanted = start
    try:
        with av.open(str(path)) as container:
            stream = _video(container)
            rate = Fraction(stream.average_rate or stream.guessed_rate or 25)
            size = _size(stream, height)
            for frame in _from(container, stream, rate, start):
                index = _index(frame, stream, rate)
                if index < wanted:
                    continue
                if wanted >= stop or index > wanted:
                    break
                yield _rgb(frame, size)
                wanted += 1
                if wanted == stop:
                    break
    except (FFmpegError, IndexError) as error:
        raise DecodeError(f"Frame {wanted} could not be read: {error}.") from error
    if wanted < stop:
        raise DecodeError(f"Frame {wanted} is not in this file.")


def frame_at(path: Path | str, index: int, *, height: int | None = None) -> Frame:
    """Frame ``index`` as (H, W, 3) RGB uint8; DecodeError if there is none."""
    return next(iter(list(frames(path, index, index + 1, height=height))))


def selected(
    path: Path | str, indices: list[int], *, height: int | None = None
) -> Iterator[tuple[int, Frame]]:
    """Yields (index, frame) for sorted ``indices``; jumps over gaps of more than two seconds, else reads on."""
    try:
        with av.open(str(path)) as container:
            stream = _video(container)
            rate = Fraction(stream.average_rate or stream.guessed_rate or 25)
            size = _size(stream, height)
            at = -1
            reader: Iterator[VideoFrame] = iter(())
            for index in indices:
                if at < 0 or index - at > 2 * rate:
                    reader = _from(container, stream, rate, index)
                for frame in reader:
                    at = _index(frame, stream, rate)
                    if at >= index:
                        break
                if at != index:
                    raise DecodeError(f"Frame {index} is not in this file.")
                yield index, _rgb(frame, size)
    except (FFmpegError, IndexError) as error:
        raise DecodeError(f"The frames could not be read: {error}.") from error


def _video(container: InputContainer) -> VideoStream:
    """The picture track, decoded by all processors; by fewer where its pictures are large, since each holds some."""
    stream = container.streams.video[0]
    stream.thread_type = "AUTO"
    stream.thread_count = int(threads(stream.width * stream.height))
    return stream


def _size(stream: VideoStream, height: int | None) -> tuple[int, int]:
    """Width and height of the frames to give out."""
    return scaled(stream.width, stream.height, height)


def scaled(width: int, height: int, lines: int | None) -> tuple[int, int]:
    """Width and height that pictures of this size have at so many lines; the width is even."""
    if lines is None or lines == height:
        return width, height
    return max(2, round(width * lines / height / 2) * 2), lines


def _index(frame: VideoFrame, stream: VideoStream, rate: Fraction) -> int:
    """The number of this frame by its timestamp."""
    return index_of_pts(frame.pts or 0, stream.time_base or Fraction(1, 90_000), rate)


def _from(container: InputContainer, stream: VideoStream, rate: Fraction, start: int) -> Iterator[VideoFrame]:
    """Decoded frames from at most ``start`` on.

    Containers seek by decoding time, which is earlier than presentation time: a seek may end on a key
    frame after the one wanted. Then it starts again a second or more earlier.
    """
    tick = stream.time_base or Fraction(1, 90_000)
    back = Fraction(0)
    while True:
        time = max(Fraction(0), start / rate - back)
        container.seek(int(time / tick), stream=stream, backward=True)
        decoded = container.decode(stream)
        first = next(decoded, None)
        if first is None:
            if time == 0:
                return
        elif _index(first, stream, rate) <= start or time == 0:
            yield first
            yield from decoded
            return
        back = max(2 * back, Fraction(1))


def _rgb(frame: VideoFrame, size: tuple[int, int]) -> Frame:
    """The picture as RGB by the BT.709 matrix, scaled to (width, height)."""
    width, height = size
    scaler = Interpolation.AREA if height < frame.height else Interpolation.BICUBIC
    rgb = frame.reformat(
        width=width,
        height=height,
        format="rgb24",
        src_colorspace=Colorspace.ITU709,
        interpolation=scaler | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT,
    )
    return np.asarray(rgb.to_ndarray(), dtype=np.uint8)
