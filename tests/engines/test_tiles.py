"""Tiles of a large frame, put together again."""

from __future__ import annotations

import tracemalloc

import numpy as np

from filters.engines.base import Frame
from filters.engines.tiles import Assembly, tiles

SIDE, OVERLAP, MULTIPLE = 200, 40, 4


def assembled(frame: Frame) -> Frame:
    height, width = frame.shape[:2]
    whole = Assembly(height, width)
    for tile in tiles(height, width, SIDE, OVERLAP, MULTIPLE):
        whole.add(tile, tile.of(frame))
    return whole.frame()


def test_a_frame_cut_into_tiles_comes_out_as_it_was() -> None:
    frame = np.random.default_rng(1).integers(0, 256, (431, 517, 3), np.uint8)
    np.testing.assert_array_equal(assembled(frame), frame)


def test_only_one_row_of_tiles_takes_more_memory_than_the_frame() -> None:
    frame = np.full((3000, 500, 3), 9, np.uint8)
    tracemalloc.start()
    assembled(frame)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * frame.nbytes
