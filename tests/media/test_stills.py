"""Stills: whole or not at all, in proportion, the right colours; and the figures of a frame."""

from pathlib import Path

import numpy as np
import pytest

from tests.media.clips import numbered
from videos.media import stills
from videos.media.errors import DecodeError, EncodeError
from videos.media.statistics import colourfulness, palette, statistics


def plain(
    red: int, green: int, blue: int, height: int = 60, width: int = 80
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """A picture of one colour."""
    return np.full((height, width, 3), (red, green, blue), dtype=np.uint8)


def test_a_jpeg_comes_back_in_its_colours(tmp_path: Path) -> None:
    frame = numbered(5, 320, 192)
    stills.write_jpeg(frame, tmp_path / "deep" / "a.jpg", quality=92)
    assert np.abs(stills.read_image(tmp_path / "deep" / "a.jpg").astype(int) - frame).mean() < 3
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["a.jpg"]


def test_a_damaged_or_missing_picture_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"nothing")
    (tmp_path / "b.jpg").touch()
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        with pytest.raises(DecodeError):
            stills.read_image(tmp_path / name)


def test_sizes_keep_their_proportion() -> None:
    assert stills.resize(plain(1, 2, 3, 90, 160), height=45).shape == (45, 80, 3)
    assert stills.resize(plain(1, 2, 3, 90, 160), width=320).shape == (180, 320, 3)


def test_smaller_pictures_are_averages() -> None:
    checks = np.zeros((64, 64, 3), dtype=np.uint8)
    checks[::2, ::2] = checks[1::2, 1::2] = 200
    assert np.abs(stills.resize(checks, width=16).astype(int) - 100).max() <= 1


def test_a_filmstrip_shows_the_middle_of_each_frame() -> None:
    strip = stills.filmstrip([plain(200, 0, 0), plain(0, 200, 0, 300, 40)], width=40, height=20)
    assert strip.shape == (20, 80, 3)
    assert (strip[:, :40] == (200, 0, 0)).all() and (strip[:, 40:] == (0, 200, 0)).all()
    with pytest.raises(EncodeError):
        stills.filmstrip([], width=40, height=20)


def test_the_poster_is_not_the_black_frame() -> None:
    lively = numbered(85)
    assert stills.poster([plain(0, 0, 0, 96, 160), lively, plain(255, 255, 255, 96, 160)]) is lively


def test_black_and_white_are_the_ends_of_luminance() -> None:
    assert statistics(plain(0, 0, 0)).luminance == 0
    assert statistics(plain(255, 255, 255)).luminance == pytest.approx(1)
    assert statistics(plain(0, 255, 0)).luminance == pytest.approx(0.7152, abs=1e-4)


def test_contrast_is_half_for_half_black_half_white() -> None:
    frame = plain(0, 0, 0)
    frame[:, 40:] = 255
    assert statistics(frame).contrast == pytest.approx(0.5, abs=1e-4)


def test_grey_has_no_colour_and_primaries_have_much() -> None:
    assert colourfulness(plain(90, 90, 90)) == 0
    # One red: rg 255, yb 127.5, no spread: 0.3 times their distance from grey.
    assert colourfulness(plain(255, 0, 0)) == pytest.approx(0.3 * np.hypot(255, 127.5), rel=1e-5)
    assert colourfulness(numbered(3)) > 20


def test_blur_is_less_sharp() -> None:
    random = np.random.default_rng(1)
    crisp = random.integers(0, 255, (120, 160, 3), dtype=np.uint8)
    soft = stills.resize(stills.resize(crisp, width=20), width=160)
    assert statistics(soft).sharpness < statistics(crisp).sharpness / 20
    assert statistics(plain(9, 9, 9)).sharpness == 0


def test_the_palette_names_the_colours_with_their_shares() -> None:
    frame = plain(200, 60, 50, 96, 96)
    frame[:, 72:] = (50, 80, 190)
    found = palette(frame)
    assert [share for _, share in found] == pytest.approx([0.75, 0.25], abs=0.01)
    assert [name for name, _ in found] == ["#c83c32", "#3250be"]
    assert palette(frame) == found


def test_the_palette_of_a_rich_picture_has_five_colours() -> None:
    frame = np.random.default_rng(2).integers(0, 255, (96, 96, 3), dtype=np.uint8)
    found = palette(frame)
    assert len(found) == 5 and sum(share for _, share in found) == pytest.approx(1)
