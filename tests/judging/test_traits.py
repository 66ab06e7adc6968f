"""What a painting did to a picture, on pictures where it is known."""

from __future__ import annotations

from dataclasses import astuple

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from filters.training.scenes import landscape
from filters.training.traits import traits

Picture = NDArray[np.uint8]


@pytest.fixture(scope="module")
def land() -> Picture:
    drawn = landscape(np.random.default_rng((77, 26)))
    return np.ascontiguousarray(cv2.resize(drawn, (320, 180)), np.uint8)


def test_a_picture_keeps_all_of_itself(land: Picture) -> None:
    kept = traits(land, land)
    assert kept.edges == kept.tone == pytest.approx(1)
    assert kept.colours == kept.greens == pytest.approx(1)


def test_a_negative_turns_light_and_edges_round(land: Picture) -> None:
    kept = traits(land, 255 - land)
    assert kept.tone < -0.9
    assert kept.edges < -0.9


def test_a_blurred_picture_loses_edges_more_than_tone(land: Picture) -> None:
    kept = traits(land, np.asarray(cv2.GaussianBlur(land, (0, 0), 6), np.uint8))
    assert kept.edges < 0.75
    assert kept.tone > kept.edges


def test_exchanged_colours_are_not_kept(land: Picture) -> None:
    kept = traits(land, np.ascontiguousarray(land[..., [2, 0, 1]]))
    assert kept.colours is not None and kept.colours < 0.3


def test_crushed_shadows_are_not_readable(land: Picture) -> None:
    dark = (land * 0.35).astype(np.uint8)
    crushed = np.where(dark.mean(axis=2, keepdims=True) < 55, 4, dark).astype(np.uint8)
    readable, lost = traits(dark, dark).shadows, traits(dark, crushed).shadows
    assert readable is not None and lost is not None
    assert lost < 0.75 < 0.99 < readable


def test_what_a_picture_does_not_have_is_not_judged(land: Picture) -> None:
    grey = np.full_like(land, 128)
    kept = traits(grey, land)
    assert (kept.shadows, kept.greens, kept.colours, kept.edges) == (None, None, None, 0.0)


def test_upright_pictures_are_compared_at_the_same_scale(land: Picture) -> None:
    lying = np.ascontiguousarray(cv2.resize(land, (1280, 720)), np.uint8)
    noise = np.random.default_rng(1).integers(-60, 60, lying.shape)
    painted = np.clip(lying + noise, 0, 255).astype(np.uint8)
    upright = traits(*(np.ascontiguousarray(np.rot90(one)) for one in (lying, painted)))
    assert astuple(upright) == pytest.approx(astuple(traits(lying, painted)), abs=0.01)


def test_pictures_of_two_sizes_are_refused(land: Picture) -> None:
    with pytest.raises(ValueError, match="was painted from"):
        traits(land, land[:-1])
