"""What is this file? Asked in a child process with limits, since the file may be anything."""

import json
import logging
import signal
import subprocess
import sys
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any

from rotoscope.common.children import PROJECT, bounded, environment
from videos.media import containers
from videos.media.errors import MediaError, Refused

logger = logging.getLogger(__name__)

MEMORY = 6 * 2**30
PATIENCE = 4  # times the processor time that a child may take: it shares the machine with others
TOO_SLOW = (
    "Reading this file took too long; it is probably damaged. Export the clip once more and upload that."
)
CUT_SHORT = "Looking at this file was cut short. Try again."


@dataclass(frozen=True)
class AudioInfo:
    """The sound that comes with the pictures.

    ``start``: seconds after the first picture (may be negative). ``layout``: by ffmpeg's names (“5.1”, “ambisonic 1”,
    “2 channels (FL+LFE)”; “10 channels” where the file does not say what each is).
    """

    codec: str
    channels: int
    rate: int
    start: Fraction
    track: int = 0
    layout: str = ""


@dataclass(frozen=True)
class Colour:
    """Colour tags by ffmpeg's names (bt709, smpte2084…); None where the file says nothing."""

    primaries: str | None
    transfer: str | None
    matrix: str | None
    range: str | None


@dataclass(frozen=True)
class Probe:
    """A video file as it will look once it is playable footage.

    ``width`` × ``height`` is the upright display size: rotation and pixel aspect applied, both even.
    ``frame_count`` and ``duration`` (seconds) belong to the constant ``rate`` (pictures a second);
    where ``variable_rate`` is false it is the number of pictures in the file, and what is held. ``start`` is the first
    picture's timestamp in seconds, ``held`` how much longer than any other the last one is shown.
    ``rotation`` is clockwise in degrees, ``mirrored`` comes after it.
    """

    duration: Fraction
    rate: Fraction
    frame_count: int
    width: int
    height: int
    rotation: int
    mirrored: bool
    pixel_aspect: Fraction
    codec: str
    pix_fmt: str
    colour: Colour
    hdr: bool
    variable_rate: bool
    interlaced: bool
    start: Fraction
    track: int
    coded_width: int
    coded_height: int
    audio: AudioInfo | None
    held: Fraction = Fraction(0)


def probe(path: Path | str, *, timeout: float | None = None) -> Probe:
    """Examines a file by its content; raises Refused with a sentence if it cannot be taken.

    ``timeout`` in seconds of processor time; by default a minute and what reading the whole file at 20 MB/s
    takes. Where the child was ended or kept waiting by the machine and not by the file, raises MediaError: a
    refusal costs somebody their upload.
    """
    path = Path(path).resolve()
    containers.inspect(path)
    if timeout is None:
        timeout = 60 + path.stat().st_size / 20e6
    command = [sys.executable, "-m", "videos.media.probe_worker", str(path)]
    limited = bounded(command, memory=MEMORY, cpu_seconds=ceil(timeout))
    try:
        child = subprocess.run(
            limited,
            capture_output=True,
            timeout=PATIENCE * timeout,
            env=environment(),
            cwd=PROJECT,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise MediaError(CUT_SHORT) from error
    if child.returncode == -signal.SIGXCPU:
        raise Refused(TOO_SLOW)
    return _as_probe(_told(child))


def _told(child: subprocess.CompletedProcess[bytes]) -> dict[str, Any]:
    """What the child found. Raises Refused where that is what it says, MediaError where it says nothing."""
    try:
        found: dict[str, Any] = json.loads(child.stdout)
    except json.JSONDecodeError as error:
        logger.error(
            "probing ended with %s: %s", child.returncode, child.stderr[-2000:].decode(errors="replace")
        )
        raise MediaError(CUT_SHORT) from error
    if "refused" in found:
        raise Refused(found["refused"])
    return found


def _even(value: Fraction | int) -> int:
    """The nearest even number at or below ``value``, at least 2."""
    return max(2, int(value) // 2 * 2)


def display_size(width: int, height: int, pixel_aspect: Fraction, rotation: int) -> tuple[int, int]:
    """The upright size in square pixels, even. Pixels are only ever stretched, never squeezed."""
    across = round(width * pixel_aspect) if pixel_aspect > 1 else width
    down = round(height / pixel_aspect) if pixel_aspect < 1 else height
    if rotation in (90, 270):
        across, down = down, across
    return _even(across), _even(down)


def _as_probe(found: dict[str, Any]) -> Probe:
    """The worker's JSON as a Probe."""
    aspect = Fraction(found["pixel_aspect"])
    width, height = display_size(found["coded_width"], found["coded_height"], aspect, found["rotation"])
    start = Fraction(found["start"])
    sound = found["audio"]
    if sound:
        sound = AudioInfo(**{**sound, "start": Fraction(sound["start"]) - start})
    colour = Colour(found["primaries"], found["transfer"], found["matrix"], found["range"])
    same = ("frame_count", "rotation", "mirrored", "codec", "pix_fmt", "variable_rate", "interlaced", "track")
    return Probe(
        duration=Fraction(found["duration"]),
        rate=Fraction(found["rate"]),
        width=width,
        height=height,
        pixel_aspect=aspect,
        colour=colour,
        hdr=colour.transfer in ("smpte2084", "arib-std-b67"),
        start=start,
        coded_width=found["coded_width"],
        coded_height=found["coded_height"],
        audio=sound,
        held=Fraction(found["held"]),
        **{name: found[name] for name in same},
    )
