"""A picture that stands still is painted and paid for once: a screen, or the end of a clip that has more sound."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Paint = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]


class Repeats:
    """Paints frames in order by an engine's `apply`; one that equals the frame before it gets that one's painting."""

    def __init__(self, paint: Paint) -> None:
        self._paint = paint
        self._before: tuple[Picture, Picture] | None = None

    def painted(self, originals: Sequence[Picture]) -> list[Picture]:
        """A painting of each, (H, W, 3) uint8 RGB as they are; raises what `apply` raises."""
        last = self._before[0] if self._before else None
        fresh = [
            before is None or not np.array_equal(original, before)
            for original, before in zip(originals, [last, *originals[:-1]], strict=True)
        ]
        wanted = [original for original, new in zip(originals, fresh, strict=True) if new]
        made = iter(self._paint(np.stack(wanted)) if wanted else ())
        paintings: list[Picture] = []
        for original, new in zip(originals, fresh, strict=True):
            if new or self._before is None:
                self._before = original, next(made)
            paintings.append(self._before[1])
        return paintings
