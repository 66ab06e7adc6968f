"""Small copies of pictures, for lists, strips and walls: a stripe of a card need not weigh what a frame does."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.core.files.storage import default_storage
from PIL import Image, UnidentifiedImageError

from videos.media import stills
from videos.media.errors import DecodeError

LONGEST = 720  # pixels of the longer side: sharp on a card of 340 points and two pixels a point
TINY = 320  # sharp on a thumbnail of a hundred points and three pixels a point
SIDES = {"1": LONGEST, "tiny": TINY}  # by what `?small=` says
MOST_PIXELS = 40_000_000  # of what is made small; more would take too much memory from the web server
KEPT = 256  # small pictures in memory; each has some 60 kB


@lru_cache(maxsize=KEPT)
def small_jpeg(name: str, etag: str, longest: int = LONGEST) -> bytes:
    """The stored picture `name`, as it is while its tag is `etag`, with at most `longest` pixels a side.

    Raises DecodeError where it is damaged, too large, or no picture that we know.
    """
    with default_storage.open(name) as stored:
        if _pixels(stored) > MOST_PIXELS:
            raise DecodeError("The picture is too large.")
        stored.seek(0)
        return stills.smaller(stored.read(), longest=longest)


def _pixels(stored: Any) -> int:
    """How many a picture says it has, without decoding it."""
    try:
        with Image.open(stored) as picture:
            width, height = picture.size
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise DecodeError("The picture cannot be read.") from error
    return int(width * height)
