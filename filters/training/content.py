"""Pictures to learn on: what a filter sees while it is trained."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .usual import LEAST_FRAME_SIDE

MOST_SIDE = 720
SUFFIXES = (".jpg", ".jpeg", ".png")

Picture = NDArray[np.uint8]
Pair = tuple[Picture, Picture, NDArray[np.float32]]
"""Two consecutive frames (H, W, 3), and the flow (H, W, 2) in pixels from the later back into the earlier."""


class ContentSet:
    """Pictures held in memory (RGB uint8), from which squares of any size are cut at random.

    `pairs` are consecutive frames of footage: what changes between them without the scene changing (noise,
    compression, light on water) is what a filter has to bear.
    """

    def __init__(self, pictures: Iterable[Picture], pairs: Iterable[Pair] = ()) -> None:
        self.pictures: list[Picture] = []
        for picture in pictures:
            self.add(picture)
        self.pairs: Sequence[Pair] = [pair for pair in pairs if min(pair[0].shape[:2]) >= LEAST_FRAME_SIDE]
        if not self.pictures:
            raise ValueError("There is nothing to train on: no picture of at least 160 pixels a side.")

    def add(self, picture: Picture) -> None:
        """One more picture, at most 720 lines of it; one of less than 160 pixels a side is left out."""
        if min(picture.shape[:2]) >= LEAST_FRAME_SIDE:
            self.pictures.append(fit(picture))

    def fingerprint(self) -> str:
        """SHA-256 over all pictures and pairs in order: says what a filter was trained on."""
        digest = hashlib.sha256()
        for picture in self.pictures:
            digest.update(repr(picture.shape).encode())
            digest.update(np.ascontiguousarray(picture).tobytes())
        for before, after, _ in self.pairs:
            digest.update(before.tobytes() + after.tobytes())
        return digest.hexdigest()

    def batch(self, count: int, size: int, generator: torch.Generator) -> Tensor:
        """`count` random squares, (count, 3, size, size) float32 in 0..1, channels last in memory."""
        squares = np.stack([self._square(size, generator) for _ in range(count)])
        return torch.from_numpy(squares).float().div_(255).permute(0, 3, 1, 2)

    def wide(self, size: int, generator: torch.Generator) -> Tensor:
        """One square of `size` that shows as much as a frame does, (1, 3, size, size) float32 in 0..1.

        The whole short side of a picture of at least `size` lines, as far as there are any: drone footage, mostly.
        """
        large = [picture for picture in self.pictures if min(picture.shape[:2]) >= size] or self.pictures
        pick, along = torch.rand(2, generator=generator).tolist()
        picture = large[int(pick * len(large))]
        side = min(picture.shape[:2])
        y, x = (int(along * (length - side + 1)) for length in picture.shape[:2])
        square = cv2.resize(picture[y : y + side, x : x + side], (size, size), interpolation=cv2.INTER_AREA)
        return torch.from_numpy(square).float().div_(255).permute(2, 0, 1)[None]

    def consecutive(self, size: int, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor] | None:
        """A square of two consecutive frames, each (1, 3, size, size) in 0..1, and the motion between them.

        The motion is a sampling grid (1, size, size, 2) from the later back into the earlier. None without pairs.
        """
        fitting = [pair for pair in self.pairs if min(pair[0].shape[:2]) >= size]
        if not fitting:
            return None
        pick, left, top = torch.rand(3, generator=generator).tolist()
        before, after, flow = fitting[int(pick * len(fitting))]
        height, width = flow.shape[:2]
        x, y = int(left * (width - size + 1)), int(top * (height - size + 1))
        window = (slice(y, y + size), slice(x, x + size))
        places = np.stack(np.meshgrid(np.arange(size), np.arange(size)), -1) + flow[window]
        grid = torch.from_numpy((places + 0.5) * (2 / size) - 1).float()[None]
        first, second = (
            torch.from_numpy(np.ascontiguousarray(frame[window])).float().div_(255).permute(2, 0, 1)[None]
            for frame in (before, after)
        )
        return first, second, grid

    def _square(self, size: int, generator: torch.Generator) -> Picture:
        """One square (size, size, 3): seen smaller or larger than it was taken, mirrored, sometimes in low light."""
        pick, zoom, left, top, mirror, dim, light = torch.rand(7, generator=generator).tolist()
        picture = self.pictures[int(pick * len(self.pictures))]
        height, width = picture.shape[:2]
        short = min(height, width)
        lines = max(size, short * (0.6 + 1.2 * zoom))
        side = min(short, max(16, round(size * short / lines)))
        x, y = int(left * (width - side + 1)), int(top * (height - side + 1))
        how = cv2.INTER_AREA if side > size else cv2.INTER_CUBIC
        square = cv2.resize(picture[y : y + side, x : x + side], (size, size), interpolation=how)
        if mirror < 0.5:
            square = square[:, ::-1]
        if dim < 0.2:
            square = square * (0.35 + 0.65 * light)
        result: Picture = square.astype(np.uint8)
        return result


def fit(picture: Picture) -> Picture:
    """At most 720 lines, since filters are judged and mostly used there."""
    short = min(picture.shape[:2])
    if short <= MOST_SIDE:
        return picture
    size = (round(picture.shape[1] * MOST_SIDE / short), round(picture.shape[0] * MOST_SIDE / short))
    smaller: Picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    return smaller


def read_folder(folder: Path) -> list[Picture]:
    """All pictures of a folder in the order of their names; unreadable ones are an OSError."""
    pictures: list[Picture] = []
    for path in sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES):
        pictures.append(read_picture(path))
    return pictures


def read_picture(path: Path) -> Picture:
    """A picture file as RGB (H, W, 3). Raises OSError where it cannot be read."""
    read = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if read is None:
        raise OSError(f"{path.name} is not a picture that can be read")
    return cv2.cvtColor(read, cv2.COLOR_BGR2RGB).astype(np.uint8)
