"""The Range header of RFC 9110: single ranges of bytes; several at once are answered with the whole."""

from __future__ import annotations

import re
from dataclasses import dataclass

ONE_RANGE = re.compile(r"\s*bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.IGNORECASE)


class Unsatisfiable(Exception):
    """The range lies behind the end; the answer is 416 with the real size."""


@dataclass(frozen=True)
class ByteRange:
    """Bytes [start, stop) of a file of `size` bytes."""

    start: int
    stop: int
    size: int

    @property
    def length(self) -> int:
        """How many bytes."""
        return self.stop - self.start

    @property
    def header(self) -> str:
        """The value of Content-Range."""
        return f"bytes {self.start}-{self.stop - 1}/{self.size}"


def parse(header: str, size: int) -> ByteRange | None:
    """The range that is asked for, or None where the whole is to be sent: no range, another unit, several
    ranges, or something malformed, which RFC 9110 tells to ignore. Raises Unsatisfiable."""
    match = ONE_RANGE.fullmatch(header)
    if match is None or match.group(1, 2) == ("", ""):
        return None
    first, last = match.group(1), match.group(2)
    if not first:
        return _suffix(int(last), size)
    start, stop = int(first), int(last) + 1 if last else size
    if stop <= start and last:
        return None
    if start >= size:
        raise Unsatisfiable
    return ByteRange(start, min(stop, size), size)


def _suffix(length: int, size: int) -> ByteRange:
    if length == 0 or size == 0:
        raise Unsatisfiable
    return ByteRange(max(0, size - length), size, size)
