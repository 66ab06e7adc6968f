"""The part of a picture that is learned from."""

from __future__ import annotations

import numpy as np
import pytest

from filters.training.crop import Crop, crop_from
from filters.training.pictures import UnusableStyle

PICTURE = np.random.default_rng(1).integers(0, 255, (200, 300, 3), np.uint8)


def test_the_whole_is_the_picture_itself() -> None:
    assert np.array_equal(Crop().of(PICTURE), PICTURE)
    assert Crop().is_whole


@pytest.mark.parametrize(("turn", "turns"), [(90, -1), (180, 2), (270, 1)])
def test_it_is_turned_clockwise_first(turn: int, turns: int) -> None:
    turned = np.rot90(PICTURE, turns)
    half = turned[: turned.shape[0] // 2, : turned.shape[1]]
    assert np.array_equal(Crop(0, 0, 1, 0.5, turn).of(PICTURE), half)


def test_too_little_is_refused() -> None:
    with pytest.raises(UnusableStyle, match="only 30 x 100 pixels"):
        Crop(0, 0, 0.1, 0.5).of(PICTURE)


@pytest.mark.parametrize(
    "numbers",
    [
        [0, 0, 1, 1],
        [0, 0, 1, 1, 45],
        [0.6, 0, 0.5, 1, 0],
        [0, 0, 0, 1, 0],
        "01110",
        [0, 0, float("nan"), 1, 0],
        [True] * 5,
        [0, 0, 10**400, 1, 0],
    ],
)
def test_other_numbers_are_no_crop(numbers: object) -> None:
    with pytest.raises(ValueError):
        crop_from(numbers)


def test_its_numbers_come_back() -> None:
    crop = Crop(0.1, 0.2, 0.3, 0.4, 270)
    assert crop_from(crop.as_numbers()) == crop
