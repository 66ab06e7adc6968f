"""Statistics held along a clip: measured now and then, and in between neither jumping nor breathing.

Every INTERVAL frames, counted from the beginning of the clip and not of a segment, the instance statistics of
a network are measured; between two such key frames they go from the one to the other in equal steps, each with
the statistics of its middle, as few as the change asks for: nothing jumps by more than a grey level or two. So a
segment needs nothing from its neighbours and yet meets them exactly. Where two key frames have little in
common (a cut lies between them, or a fast turn), and for single frames that resemble neither, each frame is
normalized by itself, as without this module; at a key frame the two ways are half a step apart, so the change
from one to the other hardly shows.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from filters.engines.base import Frame
from filters.engines.held import Statistics
from filters.engines.network import NetworkEngine

INTERVAL = 32
"""Frames from one key frame to the next: about a second."""
LARGEST_STEP = 0.04
"""How far the statistics go from one frame to the next, as `apart` has it: one or two grey levels of the picture."""
MOST_STEPS = 8
"""Between two key frames: building statistics into the network costs up to two thirds of a frame."""
LARGEST_CHANGE = 0.35
"""How far `apart` two key frames of one shot may be."""
LARGEST_STRAY = 18.0
"""Grey levels by which the mean or deviation of a frame's colours may leave what its key frames span."""

Impression = NDArray[np.float64]
"""(2, 3): mean and deviation of the three colours, 0..255."""


@dataclass(frozen=True)
class _Key:
    statistics: Statistics
    impression: Impression


class ShotPainter:
    """Paints the frames of a clip in order with held statistics.

    `frame_at` gives any frame of the clip by its index, 0 to `frame_count` - 1. It is asked for key frames
    only, at most one ahead of the frame being painted. Not for two threads at once.
    """

    def __init__(self, engine: NetworkEngine, frame_at: Callable[[int], Frame], frame_count: int) -> None:
        self._engine = engine
        self._frame_at = frame_at
        self._last = frame_count - 1
        self._keys: dict[int, _Key] = {}
        self._holding: tuple[int, int] | None = None
        self._painted: tuple[Frame, Frame, tuple[int, int] | None] | None = None
        """The last frame, its painting, and what was held then."""
        engine.hold(None)

    def paint(self, index: int, frame: Frame) -> Frame:
        """Paint frame `index` of the clip, (H, W, 3) uint8 RGB. Raises EngineError, and what `frame_at` raises."""
        if not self._engine.can_hold:
            return self._apply(frame)
        start = index - index % INTERVAL
        stop = min(start + INTERVAL, self._last)
        first, second = self._key(start), self._key(max(stop, start))
        if not _alike(first, second) or strays(impression(frame), first, second):
            self._let_go()
        else:
            self._hold(index, start, stop)
        return self._apply(frame)

    def close(self) -> None:
        """Give the engine back as it was."""
        self._engine.hold(None)
        self._keys.clear()
        self._painted = None

    def _apply(self, frame: Frame) -> Frame:
        """A frame that equals the one before and is held as that was comes out the same, and is not painted again."""
        if self._painted is not None:
            before, painting, holding = self._painted
            if holding == self._holding and np.array_equal(before, frame):
                return painting
        painting = cast(Frame, self._engine.apply(frame[None])[0])
        self._painted = frame, painting, self._holding
        return painting

    def _let_go(self) -> None:
        if self._holding is not None:
            self._engine.hold(None)
            self._holding = None

    def _hold(self, index: int, start: int, stop: int) -> None:
        """Hold the statistics of the middle of the step that `index` is in, of those from key frame to key frame."""
        first, second = self._key(start).statistics, self._key(stop).statistics
        count = steps(first, second)
        step = min(count - 1, (index - start) * count // max(1, stop - start))
        if self._holding == (start, step):
            return
        share = (step + 0.5) / count
        self._engine.hold({name: (1 - share) * first[name] + share * second[name] for name in first})
        self._holding = start, step

    def _key(self, index: int) -> _Key:
        if index not in self._keys:
            frame = self._frame_at(index)
            self._keys = {k: v for k, v in self._keys.items() if index - k <= INTERVAL}
            self._keys[index] = _Key(self._engine.measure(frame[None]), impression(frame))
        return self._keys[index]


def impression(frame: Frame) -> Impression:
    """Mean and deviation of a frame's colours, from a quarter of its lines and columns."""
    small = (
        cv2.resize(frame, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
        if min(frame.shape[:2]) > 8
        else frame
    )
    mean, deviation = cv2.meanStdDev(small)
    return np.stack([mean[:, 0], deviation[:, 0]])


def apart(one: Statistics, other: Statistics) -> float:
    """How far two frames are from each other, in deviations of a channel of the first normalization, on average.

    That one is the closest to the picture.
    """
    (mean, variance), (mean_other, variance_other) = next(iter(one.values())), next(iter(other.values()))
    spread = np.sqrt((variance + variance_other) / 2) + 1e-6
    deviations = np.abs(np.sqrt(variance) - np.sqrt(variance_other))
    distance = (np.abs(mean - mean_other) + deviations) / spread
    return float(np.mean(distance))


def steps(one: Statistics, other: Statistics) -> int:
    """In how many steps the statistics go from one key frame to the next: few where little changes."""
    return min(MOST_STEPS, max(1, math.ceil(apart(one, other) / LARGEST_STEP)))


def _alike(first: _Key, second: _Key) -> bool:
    """Whether two key frames may be of one shot."""
    return apart(first.statistics, second.statistics) <= LARGEST_CHANGE


def strays(seen: Impression, first: _Key, second: _Key) -> bool:
    """Whether a frame has little to do with both of its key frames."""
    low = np.minimum(first.impression, second.impression) - LARGEST_STRAY
    high = np.maximum(first.impression, second.impression) + LARGEST_STRAY
    return bool(((seen < low) | (seen > high)).any())
