"""Clips that somebody wants a filter fitted to: read with a sentence for whoever chose one that is of no use."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .content import fit
from .footage import FORMATS, HighDynamicRange, each_frame
from .refusals import Refusal
from .usual import LEAST_FRAME_SIDE

Picture = NDArray[np.uint8]


class UnusableClip(Refusal, ValueError):
    """A clip that nothing can be learned on; the message is a sentence for whoever chose it."""


def frames_to_learn_on(path: Path, count: int) -> list[Picture]:
    """About `count` frames spread evenly over the clip, of at most 720 lines, RGB (H, W, 3). Raises UnusableClip."""
    try:
        frames = [fit(frame) for frame in each_frame(path, count)]
    except HighDynamicRange as problem:
        raise UnusableClip(f"Nothing can be learned on “{path.name}”: {problem}.") from problem
    except (OSError, ValueError) as problem:
        raise UnusableClip(
            f"Nothing can be learned on “{path.name}”: it is no footage that can be read ({FORMATS})."
        ) from problem
    height, width = frames[0].shape[:2]
    if min(height, width) < LEAST_FRAME_SIDE:
        raise UnusableClip(
            f"Nothing can be learned on “{path.name}”: it has only {width} x {height} pixels; "
            f"at least {LEAST_FRAME_SIDE} on each side are needed."
        )
    return frames
