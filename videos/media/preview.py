"""A short, small, silent clip for cards: it plays under the pointer before anybody opens a page."""

from fractions import Fraction
from pathlib import Path

import av

from videos.media import decode
from videos.media.encode import SegmentWriter

HEIGHT = 270  # lines
SECONDS = 4


def make_preview(source: Path, target: Path, *, height: int = HEIGHT, seconds: int = SECONDS) -> None:
    """Writes the first `seconds` of our own H.264 `source`, at `height` lines or less, to `target` (.mp4).

    Raises DecodeError or EncodeError.
    """
    with av.open(str(source)) as container:
        stream = container.streams.video[0]
        rate = Fraction(stream.average_rate or 25)
        count = min(stream.frames, int(rate * seconds) or 1)
        lines = min(height, stream.height) // 2 * 2
    pictures = decode.frames(source, 0, count, height=lines)
    first = next(pictures)
    with SegmentWriter(target, first.shape[1], first.shape[0], rate, crf=28) as writer:
        writer.write(first)
        for picture in pictures:
            writer.write(picture)
