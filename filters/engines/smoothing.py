"""Steady over time: each painted frame is averaged with those before it, carried along by the footage's motion.

The motion is measured on the footage, never on the painting, whose flicker is what is to go. Every pixel has an
age, the number of frames that its average stands for: it starts at nothing where something came into sight,
so nothing old shows through, and grows until the average is as long as the amount asks for. Weighing by age
rather than by a constant also makes a fresh start settle within a few frames. The average itself is never shown:
the contrast that averaging took is given back first, outside the loop, so that nothing builds up.
"""

from __future__ import annotations

import math
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from filters.engines.base import Frame
from filters.engines.contrast import with_contrast_of
from filters.engines.motion import Motion, MotionFinder, reduced, scaled, warp

LONGEST_MEMORY = 8.0
"""Frames that an average stands for at amount 1, a quarter of a second; 1 at amount 0, in between a power."""

Floats = NDArray[np.float32]


def memory(amount: float) -> float:
    """Frames that the average stands for at most."""
    return float(LONGEST_MEMORY**amount)


def warmup_frames(amount: float) -> int:
    """How many frames before a segment the caller pushes first, throwing the results away.

    A frame then differs by less than one grey level on average from what another segmentation gives
    (docs/decisions/0006-steady.md). At a cut or at the beginning of the clip there is nothing before: push
    what there is.
    """
    return math.ceil(2.0 * memory(amount)) if amount else 0


class Smoother:
    """Smooths one clip, frame after frame in order. `amount` 0 leaves frames alone, 1 steadies most.

    It cannot steady what lies behind a moving thing in the first frame that shows it.
    """

    def __init__(self, amount: float) -> None:
        if not 0.0 <= amount <= 1.0:
            raise ValueError(f"Smoothing must be between 0 and 1, not {amount}.")
        self.amount = amount
        self._finder = MotionFinder()
        self._footage: Frame | None = None
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

    def _start(self, painted: Floats, footage: Frame) -> Frame:
        self._average = painted
        self._age = np.ones(footage.shape[:2], np.float32)
        return cast(Frame, painted.astype(np.uint8))

    def _continue(self, painted: Floats, motion: Motion) -> Frame:
        assert self._average is not None and self._age is not None
        height, width = painted.shape[:2]
        age = warp(self._age, motion.flow, cv2.INTER_LINEAR) * motion.trust
        longest = memory(self.amount)
        keep = np.minimum(age / (age + 1.0), 1.0 - 1.0 / longest)
        self._age = np.minimum(age + 1.0, longest)
        # Cubic, because the average is resampled again and again: linear would blur it within a second.
        past = warp(self._average, scaled(motion.flow, width, height), cv2.INTER_CUBIC)
        share = cv2.resize(keep, (width, height), interpolation=cv2.INTER_LINEAR)
        self._average = cast(Floats, cv2.blendLinear(past, painted, share, 1.0 - share))
        del past, share  # of a large frame each is hundreds of megabytes
        shown = with_contrast_of(painted, self._average)
        return cast(Frame, cv2.convertScaleAbs(np.maximum(shown, 0.0, out=shown)))
