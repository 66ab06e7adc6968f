"""A frame is found by its number, wherever key frames lie, and a missing one is an error."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from tests.media.clips import number_of, numbered, simple_clip
from videos.media import decode
from videos.media.errors import DecodeError
from videos.media.footage import make_footage
from videos.media.probe import probe

RATE = Fraction(24000, 1001)


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Footage of 130 numbered pictures with B-frames and a key frame a second."""
    folder = tmp_path_factory.mktemp("footage")
    clip = simple_clip(folder / "a.mp4", 130, RATE)
    make_footage(clip, folder / "footage.mp4", probe(clip))
    return folder / "footage.mp4"


@pytest.mark.parametrize(
    ("start", "stop"), [(0, 130), (0, 1), (23, 26), (24, 25), (47, 49), (71, 96), (129, 130)]
)
def test_ranges_hold_exactly_the_frames_asked_for(footage: Path, start: int, stop: int) -> None:
    assert [number_of(frame) for frame in decode.frames(footage, start, stop)] == list(range(start, stop))


def test_every_single_frame_can_be_asked_for(footage: Path) -> None:
    assert [number_of(decode.frame_at(footage, n)) for n in range(0, 130, 9)] == list(range(0, 130, 9))


def test_chosen_frames_come_in_one_pass(footage: Path) -> None:
    wanted = [0, 1, 5, 23, 24, 100, 129]
    assert [(index, number_of(frame)) for index, frame in decode.selected(footage, wanted)] == [
        (n, n) for n in wanted
    ]


def test_frames_can_be_smaller(footage: Path) -> None:
    small = decode.frame_at(footage, 37, height=48)
    assert small.shape == (48, 80, 3) and small.dtype == np.uint8
    assert number_of(small) == 37


def test_colours_come_back(footage: Path) -> None:
    assert np.abs(decode.frame_at(footage, 50).astype(int) - numbered(50)).mean() < 4


@pytest.mark.parametrize(("start", "stop"), [(129, 131), (130, 131), (500, 501), (-1, 3), (5, 2)])
def test_frames_that_are_not_there_are_an_error(footage: Path, start: int, stop: int) -> None:
    with pytest.raises(DecodeError):
        list(decode.frames(footage, start, stop))


def test_a_frame_beyond_the_end_cannot_be_chosen(footage: Path) -> None:
    with pytest.raises(DecodeError):
        list(decode.selected(footage, [100, 130]))


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DecodeError):
        decode.frame_at(tmp_path / "none.mp4", 0)
