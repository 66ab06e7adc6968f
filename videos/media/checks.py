"""Does a video that we wrote ourselves hold exactly the frames that it should?"""

from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.error import FFmpegError


def open_ours(path: Path) -> InputContainer:
    """Opens a file that we wrote. A segment is told to be MPEG-TS: of two or three pictures ffmpeg cannot guess it."""
    return av.open(str(path), format="mpegts" if path.suffix == ".ts" else None)


def check_video(path: Path, rate: Fraction, frame_count: int) -> str | None:
    """None if the file holds frames 0…frame_count-1, each at its exact time; else what is wrong, in words.

    Every packet's timestamp is compared exactly; the last group is decoded to its last frame. No packet is kept:
    together they are as large as the file.
    """
    try:
        with open_ours(path) as container:
            stream = container.streams.video[0]
            tick = stream.time_base or Fraction(1, 90_000)
            times = sorted(
                packet.pts * tick
                for packet in container.demux(stream)
                if packet.size and packet.pts is not None
            )
            if len(times) != frame_count:
                return f"{len(times)} frames instead of {frame_count}."
            astray = next((n for n, time in enumerate(times) if time != n / rate), None)
            if astray is not None:
                return f"frame {astray} is at {float(times[astray]):.6f} s instead of {float(astray / rate):.6f} s."
            container.seek(int(times[-1] / tick), stream=stream, backward=True)
            last = max((frame.pts or 0 for frame in container.decode(stream)), default=-1)
            if last * tick != times[-1]:
                return "the last frame cannot be decoded."
    except (FFmpegError, IndexError) as error:
        return f"it cannot be read ({error})."
    return None


def packet_count(path: Path) -> int:
    """How many pictures a file of ours holds, counted without decoding; 0 if it cannot be read."""
    try:
        with open_ours(path) as container:
            return sum(1 for packet in container.demux(video=0) if packet.size)
    except (FFmpegError, IndexError):
        return 0
