"""Strength and the colours of the original."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from filters.engines.effects import finish


def frames(seed: int, low: int = 0, high: int = 256) -> np.ndarray:
    return np.random.default_rng(seed).integers(low, high, (2, 31, 45, 3), dtype=np.uint8)


def luma(batch: np.ndarray) -> np.ndarray:
    return np.stack([cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in batch]).astype(int)


def chroma(batch: np.ndarray) -> np.ndarray:
    return np.stack([cv2.cvtColor(frame, cv2.COLOR_RGB2YCrCb)[..., 1:] for frame in batch]).astype(int)


def test_full_strength_is_the_painting_and_none_the_original() -> None:
    original, painted = frames(1), frames(2)
    assert np.array_equal(finish(original, painted, strength=1.0, keep_colours=False), painted)
    assert np.array_equal(finish(original, painted, strength=0.0, keep_colours=True), original)


def test_strength_mixes_in_proportion() -> None:
    original, painted = frames(1), frames(2)
    mixed = finish(original, painted, strength=0.25, keep_colours=False)
    expected = 0.75 * original + 0.25 * painted
    assert mixed.dtype == np.uint8 and mixed.shape == original.shape
    assert np.abs(mixed - expected).max() <= 0.51


def test_kept_colours_have_the_light_of_the_painting_and_the_chroma_of_the_original() -> None:
    original, painted = frames(3, 110, 146), frames(4, 90, 166)
    kept = finish(original, painted, strength=1.0, keep_colours=True)
    assert np.abs(luma(kept) - luma(painted)).max() <= 2
    assert np.abs(chroma(kept) - chroma(original)).max() <= 2


def test_strength_applies_after_the_colours_were_kept() -> None:
    original, painted = frames(5, 100, 156), frames(6, 100, 156)
    kept = finish(original, painted, strength=1.0, keep_colours=True).astype(float)
    half = finish(original, painted, strength=0.5, keep_colours=True)
    assert np.abs(half - (original + kept) / 2).max() <= 0.51


def test_the_inputs_are_left_alone() -> None:
    original, painted = frames(7), frames(8)
    before = original.copy(), painted.copy()
    finish(original, painted, strength=0.6, keep_colours=True)
    assert np.array_equal(original, before[0]) and np.array_equal(painted, before[1])


@pytest.mark.parametrize("strength", [-0.1, 1.01, float("nan")])
def test_it_refuses_a_strength_outside_its_range(strength: float) -> None:
    with pytest.raises(ValueError, match="Strength"):
        finish(frames(1), frames(2), strength=strength, keep_colours=False)


def test_it_refuses_frames_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="painted from"):
        finish(frames(1), frames(2)[:, :-1], strength=0.5, keep_colours=False)
