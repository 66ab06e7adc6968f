"""Where the tiles of a large frame lie, and how their paintings are put together again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from filters.engines.base import Frame

FEATHER = 32
"""Pixels over which one tile fades into the next."""

STRIPE = 256
"""Rows that are divided at a time."""


@dataclass(frozen=True)
class Span:
    """A stretch of rows or columns: what is read, `start` to `stop`, and what it is the best source of."""

    start: int
    stop: int
    from_: int
    """First pixel of the middle part; the seam with the tile before runs here."""
    to: int


@dataclass(frozen=True)
class Tile:
    """A rectangle of the frame: read `rows` x `columns`, of which the middle is kept, faded at its seams."""

    rows: Span
    columns: Span

    def of(self, frame: Frame) -> Frame:
        """The part of the frame to be painted."""
        return frame[self.rows.start : self.rows.stop, self.columns.start : self.columns.stop]


def spans(length: int, largest: int, overlap: int, multiple: int) -> list[Span]:
    """Cut `length` pixels into equal stretches of at most about `largest`.

    Each reads `overlap` pixels beyond the part that is its own. All begin at multiples of `multiple`, so that
    a network with strides sees every pixel in the same phase as it would in the whole frame.
    """
    own = max(largest - 2 * overlap, multiple)
    count = -(-length // own)
    edges = [round(index * length / count / multiple) * multiple for index in range(count)] + [length]
    beyond = -(-overlap // multiple) * multiple
    return [
        Span(max(0, start - beyond), min(length, stop + beyond), start, stop)
        for start, stop in pairwise(edges)
    ]


def tiles(height: int, width: int, side: int, overlap: int, multiple: int) -> Iterator[Tile]:
    """The tiles of a frame of `height` x `width`, each about `side` pixels a side, row by row."""
    for rows in spans(height, side, overlap, multiple):
        for columns in spans(width, side, overlap, multiple):
            yield Tile(rows, columns)


class Assembly:
    """Collects painted tiles into one frame (H, W, 3), weighing each by its distance to the seams.

    They come as `tiles` has them, row by row: sums are kept of the row at work only, since those of the whole would
    take five times as much memory as the frame itself.
    """

    def __init__(self, height: int, width: int) -> None:
        self._whole = np.empty((height, width, 3), np.uint8)
        self._top = 0
        """The first row of the sums; those above it are done."""
        self._sum = np.empty((0, width, 3), np.float32)
        self._weight = np.empty((0, width), np.float32)

    def add(self, tile: Tile, painted: Frame) -> None:
        """Put the painting of a tile, of the size that was read, in its place."""
        rows, columns = tile.rows, tile.columns
        height, width = self._whole.shape[:2]
        self._go_on(rows)
        weight = np.outer(_ramp(rows, height), _ramp(columns, width)).astype(np.float32)
        place = slice(rows.start - self._top, rows.stop - self._top), slice(columns.start, columns.stop)
        self._sum[place] += painted * cv2.merge([weight, weight, weight])
        self._weight[place] += weight

    def frame(self) -> Frame:
        """The whole, once every tile is there: (H, W, 3) uint8."""
        self._write(len(self._whole))
        return self._whole

    def _go_on(self, rows: Span) -> None:
        """Have sums of just these rows: what lies above them is done, what lies below begins."""
        more = rows.stop - self._top - len(self._sum)
        if more == 0:
            return
        self._write(rows.start)
        self._sum, self._weight = (
            np.concatenate([sums, np.zeros((more, *sums.shape[1:]), np.float32)])
            for sums in (self._sum, self._weight)
        )

    def _write(self, stop: int) -> None:
        """Divide the sums of the rows above `stop`, and forget them."""
        count = stop - self._top
        for first in range(0, count, STRIPE):
            rows = slice(first, min(first + STRIPE, count))
            weight = cv2.merge([self._weight[rows]] * 3)
            painted = cv2.convertScaleAbs(cv2.divide(self._sum[rows], weight))
            self._whole[self._top + rows.start : self._top + rows.stop] = painted
        self._sum, self._weight, self._top = self._sum[count:], self._weight[count:], stop


def _ramp(span: Span, length: int) -> NDArray[np.float64]:
    """Weight of each pixel of a stretch: 1 in the middle, falling to 0 across each seam, not at the frame's edge."""
    places = np.arange(span.start, span.stop) + 0.5
    weight = np.ones(len(places))
    if span.from_ > 0:
        weight = np.minimum(weight, (places - span.from_) / FEATHER + 0.5)
    if span.to < length:
        weight = np.minimum(weight, (span.to - places) / FEATHER + 0.5)
    return np.clip(weight, 0.0, 1.0)
