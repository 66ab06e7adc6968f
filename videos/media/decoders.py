"""Which codecs our ffmpeg program decodes: PyAV brings libraries of its own, which may know more."""

import re
import subprocess
from functools import cache

from videos.media.process import ffmpeg


@cache
def _known() -> frozenset[str]:
    told = subprocess.run([ffmpeg(), "-hide_banner", "-codecs"], capture_output=True, text=True, check=True)
    return frozenset(re.findall(r"^ D\S+ (\S+)", told.stdout, re.M))


def can_decode(codec: str) -> bool:
    """Whether the program decodes what is of this codec, by ffmpeg's name for that (not for the decoder)."""
    return codec in _known()
