"""One frame under several filters as one picture: each has its part of it, with a hairline between them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from videos.media.stills import Frame, resize

LINE = 3  # pixels between two parts
LIGHT = 239  # of 255, the line's


def side_by_side(pictures: Sequence[Frame], cuts: Sequence[float]) -> Frame:
    """The parts of `pictures` between `cuts`, which are shares of the width, one fewer than there are pictures.

    All take the size of the first. (H, W, 3) RGB uint8.
    """
    lines, columns = pictures[0].shape[:2]
    edges = [0, *(min(columns, max(0, round(cut * columns))) for cut in cuts), columns]
    whole = np.empty_like(pictures[0])
    for picture, left, right in zip(pictures, edges[:-1], edges[1:], strict=True):
        whole[:, left:right] = resize(picture, width=columns, height=lines)[:, left:right]
    for edge in edges[1:-1]:
        whole[:, max(0, edge - LINE // 2) : edge + LINE // 2 + 1] = LIGHT
    return whole
