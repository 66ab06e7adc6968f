"""Runs the ffmpeg program: bounded, watched, and stoppable at any time."""

import os
import re
import select
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence

from rotoscope.common.children import bounded
from videos.media.errors import MediaError, Stopped
from videos.media.process import ffmpeg

STALL_SECONDS = 300.0
POLL_SECONDS = 0.25
MAX_THREADS = 8
PIXELS_AT_ONCE = 120_000_000

Progress = Callable[[float], None]
ShouldStop = Callable[[], bool]


class TranscodeError(MediaError):
    """ffmpeg gave up. ``str()`` ends with what it said last."""


def never() -> bool:
    """The ``should_stop`` of those who never stop."""
    return False


def run(
    arguments: Sequence[str],
    *,
    frame_count: int,
    progress: Progress | None = None,
    should_stop: ShouldStop = never,
    memory: int = 0,
) -> None:
    """Runs ffmpeg with these arguments (inputs, filters, and last the file to write) and waits.

    ``progress`` hears the share of ``frame_count`` that is written, 0 to 1. Raises Stopped within half a
    second of ``should_stop()`` turning true, TranscodeError if ffmpeg fails or stands still for five minutes.
    """
    quiet = ["-nostdin", "-hide_banner", "-v", "error", "-y", "-progress", "pipe:1", "-stats_period", "0.25"]
    command = bounded([ffmpeg(), *quiet, *arguments], memory=memory)
    with tempfile.TemporaryFile() as complaints:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaints)
        try:
            _watch(child, arguments[-1], frame_count, progress or (lambda share: None), should_stop)
        finally:
            child.kill()
            child.wait()
            assert child.stdout is not None
            child.stdout.close()
        if child.returncode != 0:
            complaints.seek(0)
            raise TranscodeError(f"The video could not be converted: {_last_line(complaints.read())}")


def _watch(
    child: subprocess.Popen[bytes],
    target: str,
    frame_count: int,
    progress: Progress,
    should_stop: ShouldStop,
) -> None:
    """Follows the progress lines until ffmpeg closes its output and ends.

    After its last picture ffmpeg moves the whole file for the sake of the index, and says nothing: a file that
    changes has not stood still either.
    """
    assert child.stdout is not None
    descriptor, text, frame, moved, changed = child.stdout.fileno(), b"", -1, time.monotonic(), 0
    while True:
        if should_stop():
            raise Stopped("Stopped as asked.")
        if (now := _changed(target)) != changed:
            changed, moved = now, time.monotonic()
        if time.monotonic() - moved > STALL_SECONDS:
            raise TranscodeError("The video could not be converted: nothing moved for five minutes.")
        if not select.select([descriptor], [], [], POLL_SECONDS)[0]:
            continue
        data = os.read(descriptor, 65536)
        if not data:
            break
        text = (text + data)[-4096:]
        seen = re.findall(rb"frame=\s*(\d+)", text)
        if seen and int(seen[-1]) != frame:
            frame, moved = int(seen[-1]), time.monotonic()
            progress(min(1.0, frame / max(1, frame_count)))
    child.wait(timeout=30)


def _changed(path: str) -> int:
    """When the file was last written to; 0 while it is not there."""
    try:
        return os.stat(path).st_mtime_ns
    except FileNotFoundError:
        return 0


def _last_line(complaints: bytes) -> str:
    """The last thing that ffmpeg complained about, without its own marks in front and without the file's path."""
    lines = complaints.decode("utf-8", "replace").strip().splitlines()
    line = lines[-1] if lines else "no reason given"
    line = re.sub(r"^(\[[^\]]*\] ?)+", "", line)
    return re.sub(r"(?<![\w#])(file:)?/[^\s:'\"]+", "the file", line)[:300]


def threads(pixels: int) -> str:
    """How many threads a child may use: every processor this process may run on, at most eight.

    Fewer for pictures of more than 4K, since each thread holds some.
    """
    return str(min(MAX_THREADS, len(os.sched_getaffinity(0)), at_once(pixels)))


def at_once(pixels: int) -> int:
    """How many pictures of so many pixels may be held for the sake of speed: 13 in 4K, 3 in 8K."""
    return max(1, PIXELS_AT_ONCE // pixels)
