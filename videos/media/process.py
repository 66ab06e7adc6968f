"""Child processes for work on files that nobody vouches for."""

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import imageio_ffmpeg

LAUNCHER = Path(__file__).with_name("launch.py")
PROJECT = Path(__file__).resolve().parents[2]

# An upload may name other files and addresses (playlists, concat scripts, references). With these two
# lists ffmpeg opens nothing but the file itself, and only as a container that holds its own data.
PROTOCOLS = "file,pipe"
FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi"


def bounded(command: Sequence[str], *, memory: int = 0, cpu_seconds: int = 0) -> list[str]:
    """``command`` wrapped so that it dies with this process and within limits (bytes, seconds; 0: none).

    The child dies with the thread that started it, so start it from one that waits for it.
    """
    limits = [str(os.getpid()), str(memory), str(cpu_seconds)]
    return [sys.executable, "-I", "-S", str(LAUNCHER), *limits, *command]


def ffmpeg() -> str:
    """The path of the ffmpeg that comes with imageio-ffmpeg; the system's own is never used."""
    return str(imageio_ffmpeg.get_ffmpeg_exe())


@cache
def decodable() -> frozenset[str]:
    """The codecs that this ffmpeg decodes, by ffmpeg's names: a few less than PyAV does, whose libraries are newer."""
    command = [ffmpeg(), "-nostdin", "-hide_banner", "-codecs"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return frozenset(re.findall(r"^ D\S{5} (\w+)", listed, re.MULTILINE))


def environment() -> dict[str, str]:
    """The environment for a child that runs a module of this project."""
    return {**os.environ, "PYTHONPATH": str(PROJECT)}
