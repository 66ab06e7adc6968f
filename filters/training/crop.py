"""The part of a picture that a style is learned from: chosen in the browser as numbers, cut out here."""

from __future__ import annotations

from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

from .pictures import LEAST_STYLE_SIDE, UnusableStyle

Picture = NDArray[np.uint8]
TURNS = (0, 90, 180, 270)


@dataclass(frozen=True)
class Crop:
    """First turned clockwise by `turn` degrees, then cut: all four are shares (0..1) of the turned picture."""

    left: float = 0.0
    top: float = 0.0
    width: float = 1.0
    height: float = 1.0
    turn: int = 0

    def __post_init__(self) -> None:
        """Raises ValueError for what does not lie within the picture."""
        inside = 0 <= self.left < 1 and 0 <= self.top < 1 and self.width > 0 and self.height > 0
        fits = self.left + self.width <= 1.0001 and self.top + self.height <= 1.0001
        if not (inside and fits and self.turn in TURNS):
            raise ValueError("A crop lies within its picture, and is turned by 0, 90, 180 or 270 degrees.")

    @property
    def is_whole(self) -> bool:
        """Whether it leaves the picture as it is."""
        return self == WHOLE

    def as_numbers(self) -> list[float]:
        """[left, top, width, height, turn], for JSON."""
        return list(astuple(self))

    def as_kept(self) -> list[float]:
        """The same with a filter's picture; empty for the whole picture."""
        return [] if self.is_whole else self.as_numbers()

    def of(self, picture: Picture) -> Picture:
        """The chosen part of a picture (H, W, 3). Raises UnusableStyle where less than 64 pixels a side are left."""
        turned = np.rot90(picture, -self.turn // 90)
        lines, columns = turned.shape[:2]
        top, left = round(self.top * lines), round(self.left * columns)
        bottom, right = round((self.top + self.height) * lines), round((self.left + self.width) * columns)
        cut = turned[top:bottom, left:right]
        if min(cut.shape[:2]) < LEAST_STYLE_SIDE:
            raise UnusableStyle(
                f"The chosen part has only {cut.shape[1]} x {cut.shape[0]} pixels; "
                f"at least {LEAST_STYLE_SIDE} on each side are needed."
            )
        return np.ascontiguousarray(cut)


WHOLE = Crop()


def crop_from(numbers: object) -> Crop:
    """The crop written as [left, top, width, height, turn]. Raises ValueError for anything else."""
    if not isinstance(numbers, list | tuple) or len(numbers) != 5:
        raise ValueError("A crop is five numbers: left, top, width, height, turn.")
    if not all(isinstance(one, int | float) and not isinstance(one, bool) for one in numbers):
        raise ValueError("A crop is made of numbers.")
    left, top, width, height, turn = numbers
    if turn not in TURNS:
        raise ValueError("A picture is turned by 0, 90, 180 or 270 degrees.")
    try:
        return Crop(float(left), float(top), float(width), float(height), int(turn))
    except OverflowError:
        raise ValueError("A crop is made of shares from 0 to 1.") from None
