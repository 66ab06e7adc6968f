"""Opens a file nobody vouches for, and tells what is wrong with it from what is wrong with the machine.

A refusal costs somebody their upload; what the machine lacks may be there at the next attempt.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError

from videos.media import containers
from videos.media.errors import Refused
from videos.media.process import FORMATS, PROTOCOLS

SPARE = 2**28  # bytes: some pictures of the largest


@contextmanager
def refusing(path: Path, sentence: str) -> Iterator[None]:
    """What cannot be read of the file is the file's fault: raises Refused with this sentence.

    Want of memory or threads is the machine's, as is what the storage does not give: that is raised as it is.
    """
    try:
        yield
    except (MemoryError, BlockingIOError):
        raise
    except (FFmpegError, ValueError) as error:
        np.empty(SPARE, dtype=np.uint8)  # raises MemoryError; decoders without any call the data invalid
        if isinstance(error, OSError):
            _read(path)
        raise Refused(sentence) from error


def _read(path: Path) -> None:
    """Reads the file to its end; raises OSError where the storage does not give it."""
    with path.open("rb", buffering=0) as file:
        while file.read(2**20):
            pass


def open_video(path: Path) -> InputContainer:
    """Opens the file as a self-contained video container or not at all."""
    options = {"protocol_whitelist": PROTOCOLS, "format_whitelist": FORMATS}
    with refusing(path, containers.NOT_A_VIDEO):
        return av.open(str(path), options=options, metadata_errors="replace")
