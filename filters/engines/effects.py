"""What is done to a painted frame before it is shown: colours of the original kept, strength turned down."""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np

from filters.engines.base import Frame, Frames


def finish(original: Frames, painted: Frames, *, strength: float, keep_colours: bool) -> Frames:
    """Mix `painted` with `original`; both (N, H, W, 3) uint8 RGB, and so is the result.

    keep_colours takes the light and dark of the painting and the colour of the original (BT.601 luma and
    chroma; a colour that RGB cannot show at the new luma is clipped). `strength` then goes from 0 (the
    original) to 1 (the painting). The inputs are never changed; the result may be one of them.
    Raises ValueError for a strength outside 0..1 or shapes that differ.
    """
    if not 0.0 <= strength <= 1.0:
        raise ValueError(f"Strength must be between 0 and 1, not {strength}.")
    if original.shape != painted.shape:
        raise ValueError(f"Frames of {painted.shape} were painted from frames of {original.shape}.")
    if strength == 0.0:
        return original
    if keep_colours:
        painted = np.stack([with_colours_of(*pair) for pair in zip(original, painted, strict=True)])
    if strength == 1.0:
        return painted
    return blend(original, painted, strength)


def with_colours_of(original: Frame, painted: Frame) -> Frame:
    """The luma of `painted` with the chroma of `original`; (H, W, 3) uint8 RGB."""
    colours = cv2.cvtColor(original, cv2.COLOR_RGB2YCrCb)
    cv2.insertChannel(cv2.cvtColor(painted, cv2.COLOR_RGB2GRAY), colours, 0)
    return cast(Frame, cv2.cvtColor(colours, cv2.COLOR_YCrCb2RGB))


def blend(first: Frames, second: Frames, share: float) -> Frames:
    """(1 - share) x first + share x second, rounded; any equal shape, uint8."""
    flat = cv2.addWeighted(first.reshape(-1, 3), 1.0 - share, second.reshape(-1, 3), share, 0.0)
    return cast(Frames, flat.reshape(first.shape))
