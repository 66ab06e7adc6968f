"""The proxy of a film: all of its pictures and its sound, small, for where it is shown small, as in a grid."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from videos.media import colour, timing
from videos.media.checks import check_video
from videos.media.errors import EncodeError
from videos.media.files import written
from videos.media.footage import PRESET, video_codec
from videos.media.transcode import Progress, ShouldStop, TranscodeError, never, run, threads

SIDE = 360
"""Pixels of the short side."""

LEAST = 432
"""Films whose short side has fewer pixels are small themselves: a proxy would spare too little."""

CRF = 26

DENSITY = 1.45
"""Pixels of a film for one of a page's that look sharp on screens with three, at an arm's length; with it the usual
proxy of 640 pixels does on the widest phones."""


def proxy_size(width: int, height: int) -> tuple[int, int] | None:
    """Columns and lines of the proxy of a film of this size, even as 4:2:0 wants; None where it needs none."""
    short = min(width, height)
    if short < LEAST:
        return None
    return 2 * round(width * SIDE / short / 2), 2 * round(height * SIDE / short / 2)


def sharp_up_to(width: int, height: int) -> int:
    """How wide a window may be, in a page's pixels, for the proxy of a film of this size to look sharp anywhere."""
    size = proxy_size(width, height)
    return int(size[0] / DENSITY) if size else 0


def make_proxy(
    source: Path,
    target: Path,
    size: tuple[int, int],
    *,
    rate: Fraction,
    frame_count: int,
    progress: Progress | None = None,
    should_stop: ShouldStop = never,
) -> None:
    """Writes ``target`` (.mp4) from our own H.264 ``source``, at ``size``: every frame at its exact time.

    The sound is copied. Checked before it appears under its name. Raises EncodeError or Stopped.
    """
    with written(target) as part:
        try:
            arguments = [*_arguments(source, size, rate), str(part)]
            run(arguments, frame_count=frame_count, progress=progress, should_stop=should_stop)
        except TranscodeError as error:
            raise EncodeError(str(error)) from error
        problem = check_video(part, rate, frame_count)
        if problem:
            raise EncodeError(f"The proxy is not complete: {problem}")


def _arguments(source: Path, size: tuple[int, int], rate: Fraction) -> list[str]:
    """ffmpeg's words for it, all but the file to write."""
    width, height = size
    scale = timing.timescale(rate)
    exact = f"settb=1/{scale},setpts=N*{int(scale / rate)}"
    words = ["-threads", threads(width * height), "-i", f"file:{source}", "-map", "0:v:0"]
    words += ["-vf", f"scale={width}:{height}:flags=area,{exact},{colour.TAGS}"]
    words += video_codec(rate, crf=CRF, preset=PRESET, pixels=width * height)
    words += ["-map", "0:a?", "-c:a", "copy"]
    # Edit lists count in ticks of the movie, by default milliseconds: a third of a second would be cut short.
    return [*words, "-movflags", "+faststart", "-movie_timescale", str(scale), "-f", "mp4"]
