"""Steady over time: each painted frame is averaged with those before it, carried along by optical flow.

The flow is measured on the footage, never on the painting, whose flicker is what is to go. Every pixel has an
age, the number of frames that its average stands for: it starts at nothing where something came into sight,
so nothing old shows through, and grows until the average is as long as the amount asks for. Weighing by age
rather than by a constant also makes a fresh start settle within WARMUP_FRAMES.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from filters.engines.base import Frame

WARMUP_FRAMES = 10
"""How many frames before a segment the caller pushes first, throwing the results away.

A frame then differs by less than one grey level on average from what another segmentation gives. At a cut or
at the beginning of the clip there is nothing before: push what there is.
"""

FLOW_HEIGHT = 360
"""Lines at which flow is measured: motion is smooth, and DIS at full size would cost more than the filter."""

LONGEST_MEMORY = 0.8
"""Share of the past at amount 1: an average over about five frames, a sixth of a second."""

CUT_DIFFERENCE = 0.4
"""A cut: more than this share of the pixels cannot be found in the frame before."""

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Motion:
    """How the frame before moved into this one, at flow size (h, w)."""

    flow: Floats
    """(h, w, 2): where this frame's pixel was in the frame before, minus where it is, in flow pixels."""
    trust: Floats
    """(h, w) in 0..1: 0 where the pixel was not visible in the frame before."""

    @property
    def is_cut(self) -> bool:
        """Whether the two frames have too little in common to be one shot."""
        return float(np.mean(self.trust < 0.5)) > CUT_DIFFERENCE


class MotionFinder:
    """Optical flow between consecutive frames of the footage, with what cannot be trusted masked out."""

    def __init__(self) -> None:
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        self._flow.setUseSpatialPropagation(True)

    def between(self, before: Floats, now: Floats) -> Motion:
        """Motion from `before` to `now`, both from `reduced`."""
        grey_before, grey_now = _grey(before), _grey(now)
        flow = self._measure(grey_now, grey_before)
        back = self._measure(grey_before, grey_now)
        return Motion(flow, _trust(before, now, flow, back))

    def _measure(self, first: NDArray[np.uint8], second: NDArray[np.uint8]) -> Floats:
        # A zero start: with None, which works as well, OpenCV's types do not agree.
        return cast(Floats, self._flow.calc(first, second, np.zeros((*first.shape, 2), np.float32)))


class Smoother:
    """Smooths one clip, frame after frame in order. `amount` 0 leaves frames alone, 1 steadies most.

    It cannot steady what lies behind a moving thing in the first frame that shows it, and an average over
    several frames softens strokes a little.
    """

    def __init__(self, amount: float) -> None:
        if not 0.0 <= amount <= 1.0:
            raise ValueError(f"Smoothing must be between 0 and 1, not {amount}.")
        self.amount = amount
        self._finder = MotionFinder()
        self._footage: Floats | None = None
        self._average: Floats | None = None
        self._age: Floats | None = None

    def push(self, original_frame: Frame, painted_frame: Frame) -> Frame:
        """The painted frame, steadied; both (H, W, 3) uint8 RGB of one size, and so is the result.

        A frame of another size than the one before starts afresh, as a cut does.
        """
        if original_frame.shape != painted_frame.shape:
            raise ValueError(f"{painted_frame.shape} was painted from {original_frame.shape}.")
        if self.amount == 0.0:
            return painted_frame
        footage, before = reduced(original_frame), self._footage
        self._footage = footage
        painted = painted_frame.astype(np.float32)
        if before is None or self._average is None or self._average.shape != painted.shape:
            return self._start(painted, footage)
        motion = self._finder.between(before, footage)
        if motion.is_cut:
            return self._start(painted, footage)
        return self._continue(painted, motion)

    def reset(self) -> None:
        """Forget everything, as at the first frame."""
        self._footage = self._average = self._age = None

    def _start(self, painted: Floats, footage: Floats) -> Frame:
        self._average = painted
        self._age = np.ones(footage.shape[:2], np.float32)
        return cast(Frame, painted.astype(np.uint8))

    def _continue(self, painted: Floats, motion: Motion) -> Frame:
        assert self._average is not None and self._age is not None
        height, width = painted.shape[:2]
        age = _warp(self._age, motion.flow, cv2.INTER_LINEAR) * motion.trust
        longest = 1.0 / (1.0 - LONGEST_MEMORY * self.amount)
        keep = np.minimum(age / (age + 1.0), 1.0 - 1.0 / longest)
        self._age = np.minimum(age + 1.0, longest)
        # Cubic, because the average is resampled again and again: linear would blur it within a second.
        past = _warp(self._average, _scaled(motion.flow, width, height), cv2.INTER_CUBIC)
        share = cv2.resize(keep, (width, height), interpolation=cv2.INTER_LINEAR)
        self._average = cast(Floats, cv2.blendLinear(past, painted, share, 1.0 - share))
        return cast(Frame, cv2.convertScaleAbs(np.maximum(self._average, 0.0)))


def reduced(frame: Frame) -> Floats:
    """A frame of the footage at the size at which flow is measured: (h, w, 3) float32, 0..255."""
    height, width = frame.shape[:2]
    scale = min(1.0, FLOW_HEIGHT / min(height, width))
    # DIS needs at least some pixels for its patches.
    size = max(32, round(width * scale)), max(32, round(height * scale))
    return cast(Floats, cv2.resize(frame, size, interpolation=cv2.INTER_AREA).astype(np.float32))


def _grey(frame: Floats) -> NDArray[np.uint8]:
    return cast(NDArray[np.uint8], cv2.cvtColor(frame.astype(np.uint8), cv2.COLOR_RGB2GRAY))


def _trust(before: Floats, now: Floats, flow: Floats, back: Floats) -> Floats:
    """1 where flow there and back agrees and the colours do too, falling to 0 where either does not."""
    # Sundaram et al. 2010, eq. 5, with a tolerance of a quarter of a flow pixel squared.
    astray = _squared_length(flow + _warp(back, flow, cv2.INTER_LINEAR))
    agreement = np.clip(2.0 - astray / (0.25 + 0.01 * _squared_length(flow)), 0.0, 1.0)
    carried = _warp(before, flow, cv2.INTER_LINEAR, border=-255.0)
    difference = cv2.blur(_largest(cv2.absdiff(carried, now)), (3, 3))
    # Busy places differ by resampling alone, so they are allowed more.
    busy = cv2.blur(_largest(cv2.absdiff(now, cv2.blur(now, (3, 3)))), (3, 3))
    likeness = np.clip(2.0 - difference / (8.0 + 2.0 * busy), 0.0, 1.0)
    # The least of the neighbourhood, so that an outline does not drag its rim along.
    return cast(Floats, cv2.erode(agreement * likeness, np.ones((3, 3), np.uint8)))


def _squared_length(vectors: Floats) -> Floats:
    across, down = cv2.split(vectors)
    return cast(Floats, across * across + down * down)


def _largest(channels: cv2.typing.MatLike) -> Floats:
    red, green, blue = cv2.split(channels)
    return cast(Floats, cv2.max(cv2.max(red, green), blue))


def _scaled(flow: Floats, width: int, height: int) -> Floats:
    """Flow at another size, its vectors in that size's pixels."""
    lines, columns = flow.shape[:2]
    scale = np.array([width / columns, height / lines], np.float32)
    return cast(Floats, cv2.resize(flow * scale, (width, height), interpolation=cv2.INTER_LINEAR))


def _warp(picture: Floats, flow: Floats, interpolation: int, *, border: float | None = None) -> Floats:
    """`picture` read at x + flow(x); beyond the edge its last pixel, or `border`."""
    height, width = flow.shape[:2]
    across, down = cv2.split(flow + _grid(width, height))
    mode = cv2.BORDER_REPLICATE if border is None else cv2.BORDER_CONSTANT
    value = (border or 0.0,) * 4
    read = cv2.remap(picture, across, down, interpolation, borderMode=mode, borderValue=value)
    return cast(Floats, read)


@lru_cache(maxsize=4)
def _grid(width: int, height: int) -> Floats:
    across, down = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return np.dstack([across, down])
