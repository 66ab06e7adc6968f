"""The program that ffmpeg is: where it lies, what it decodes, and what it may open."""

import re
import subprocess
from functools import cache

import imageio_ffmpeg

# An upload may name other files and addresses (playlists, concat scripts, references). With these two
# lists ffmpeg opens nothing but the file itself, and only as a container that holds its own data.
PROTOCOLS = "file,pipe"
FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi"


def ffmpeg() -> str:
    """The path of the ffmpeg that comes with imageio-ffmpeg; the system's own is never used."""
    return str(imageio_ffmpeg.get_ffmpeg_exe())


@cache
def decodable() -> frozenset[str]:
    """The codecs that this ffmpeg decodes, by ffmpeg's names: a few less than PyAV does, whose libraries are newer."""
    command = [ffmpeg(), "-nostdin", "-hide_banner", "-codecs"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return frozenset(re.findall(r"^ D\S{5} (\w+)", listed, re.MULTILINE))
