"""A decoded picture as players show it: phones store what their sensor sees and say how it is to be turned."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace
from numpy.typing import NDArray

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


def upright(frame: VideoFrame) -> NDArray[np.uint8]:
    """The picture as players show it, RGB (H, W, 3)."""
    large = not is_standard_definition(frame.width, frame.height)
    matrix = Colorspace.ITU709 if frame.colorspace == UNTAGGED and large else None
    picture = np.asarray(frame.to_ndarray(format="rgb24", src_colorspace=matrix), np.uint8)
    turn, mirrored = orientation(frame)
    turned = np.rot90(picture, -turn // 90)
    return np.ascontiguousarray(turned[:, ::-1] if mirrored else turned)
