"""A decoded picture as players show it: phones store what their sensor sees and say how it is to be turned."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, cast

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace
from numpy.typing import NDArray

HIGH_DYNAMIC_RANGE = (16, 18)  # PQ and HLG, as frames name their transfer

UNTAGGED = 2
"""What a frame has as its matrix where the file says nothing of it."""


def is_standard_definition(width: int, height: int) -> bool:
    """Whether players take a picture that says nothing of its matrix as BT.601; larger ones they take as BT.709."""
    return height <= 576 and width <= 1024


def orientation(frame: VideoFrame) -> tuple[int, bool]:
    """Degrees that players turn the picture clockwise (0, 90, 180, 270), and whether they mirror it after that."""
    matrix = frame.side_data.get("DISPLAYMATRIX")
    if matrix is None:
        return 0, False
    # Columns (a, b) and (c, d) are where the picture's own right and down point to on the screen.
    a, b, _, c, d = (int(n) for n in np.frombuffer(bytes(cast(Any, matrix)), dtype="<i4")[:5])
    mirrored = a * d - b * c < 0
    turn = np.degrees(np.arctan2(b, -a if mirrored else a))
    return int(round(float(turn) / 90) * 90) % 360, mirrored


def is_high_dynamic_range(frame: VideoFrame) -> bool:
    """Whether its numbers mean light by PQ or HLG: shown as they are they look grey."""
    return int(frame.color_trc) in HIGH_DYNAMIC_RANGE


def upright(frame: VideoFrame, pixel_aspect: Fraction | int = 1) -> NDArray[np.uint8]:
    """The picture as players show it, RGB (H, W, 3). `pixel_aspect`: width of a pixel divided by its height."""
    large = not is_standard_definition(frame.width, frame.height)
    matrix = Colorspace.ITU709 if frame.colorspace == UNTAGGED and large else None
    width, height = _in_square_pixels(frame, pixel_aspect)
    picture = np.asarray(
        frame.to_ndarray(format="rgb24", width=width, height=height, src_colorspace=matrix), np.uint8
    )
    turn, mirrored = orientation(frame)
    turned = np.rot90(picture, -turn // 90)
    return np.ascontiguousarray(turned[:, ::-1] if mirrored else turned)


def _in_square_pixels(frame: VideoFrame, pixel_aspect: Fraction | int) -> tuple[int, int]:
    """Pixels are only ever stretched; nonsense counts as square."""
    if not Fraction(1, 8) <= pixel_aspect <= 8:
        return frame.width, frame.height
    return round(frame.width * max(pixel_aspect, 1)), round(frame.height / min(pixel_aspect, 1))
