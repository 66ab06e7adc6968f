"""Contrast given back to an average: as much as the painting has, and no more."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from filters.engines.contrast import with_contrast_of
from tests.clips import landscape

PAINTED = landscape(4, 200, 300).astype(np.float32)


def softened(sigma: float) -> NDArray[np.float32]:
    return cv2.GaussianBlur(PAINTED, (0, 0), sigma).astype(np.float32)


def detail(picture: np.ndarray) -> float:
    grey = cv2.cvtColor(picture.astype(np.float32), cv2.COLOR_RGB2GRAY)
    return float(np.std(grey - cv2.GaussianBlur(grey, (0, 0), 3)))


def test_a_softened_painting_gets_its_contrast_back() -> None:
    soft = softened(1.2)
    restored = with_contrast_of(PAINTED, soft)
    assert detail(soft) < 0.95 * detail(PAINTED)
    assert abs(detail(restored) / detail(PAINTED) - 1) < abs(detail(soft) / detail(PAINTED) - 1) / 2


def test_a_painting_of_its_own_contrast_stays_as_it_is() -> None:
    assert np.abs(with_contrast_of(PAINTED, PAINTED) - PAINTED).max() < 0.01


def test_mean_colour_is_kept() -> None:
    soft = softened(2.0)
    assert np.abs((with_contrast_of(PAINTED, soft) - soft).mean(axis=(0, 1))).max() < 0.3


def test_pictures_of_a_few_pixels_stay_as_they_are() -> None:
    small = PAINTED[:5, :7]
    assert np.array_equal(with_contrast_of(small, small), small)
