"""The standing footage: the same everywhere, with its motion known to a fraction of a pixel."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from filters.engines.network import NetworkEngine
from filters.training.course import Course, course_of
from filters.training.metrics import (
    backward_flow,
    flow_where_seen,
    mean_error,
    pair_error,
    temporal_error,
    warp_by_flow,
)
from filters.training.profile import unsteadiness
from filters.training.yardstick import Yardstick
from tests.clips import Picture, draw_clip
from tests.engines.models import write_filter
from videos.media.city import city
from videos.media.landscape.camera import Camera, flight
from videos.media.sample import draw_with_depth
from videos.media.standing_flight import motion_between, standing_flight
from videos.media.standing_frames import PLACES, SHIFT, standing_frames

LEVEL = Camera((0.0, 0.0, 100.0), 0.0, 0.0, 0.0, 0.8)
CLOSER = Camera((10.0, 0.0, 100.0), 0.0, 0.0, 0.0, 0.8)


def test_a_camera_that_does_not_move_sees_nothing_move() -> None:
    depth = np.full((36, 64), 50.0, np.float32)
    assert np.abs(motion_between(depth, depth, LEVEL, LEVEL)).max() < 1e-3


def test_what_lay_behind_something_has_no_motion() -> None:
    before, after = np.full((36, 64), 50.0, np.float32), np.full((36, 64), 50.0, np.float32)
    before[:, :20] = 5.0  # something near hid this part, and is gone
    flow = motion_between(before, after, LEVEL, LEVEL)
    assert np.isnan(flow[:, :20]).all()
    assert np.isfinite(flow[:, 20:]).all()


def test_unknown_motion_does_not_count() -> None:
    before, after = np.zeros((8, 8, 3), np.uint8), np.zeros((8, 8, 3), np.uint8)
    after[:3] = 200
    flow = np.zeros((8, 8, 2), np.float32)
    assert pair_error(before, after, flow) == pytest.approx(75 / 255)
    flow[:3] = np.nan
    assert pair_error(before, after, flow) == 0.0
    assert not warp_by_flow(before, flow)[1][:3].any()


def test_what_a_moving_thing_uncovers_does_not_count_along_optical_flow(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (2, 45, 80, 3), np.uint8)
    ground, thing = (cv2.resize(one, (320, 180), interpolation=cv2.INTER_CUBIC) for one in noise)

    def moving(number: int, width: int, height: int) -> Picture:
        picture: Picture = ground.astype(np.uint8)
        picture[40:140, 80 + 8 * number : 180 + 8 * number] = thing[40:140, :100]
        return picture

    clip = draw_clip(tmp_path / "clip.mp4", frames=2, width=320, height=180, picture=moving)
    course = course_of(clip)
    hidden = np.isnan(course.motions[0]).any(-1)
    assert hidden[50:130, 81:87].mean() > 0.7
    assert hidden.mean() < 0.15
    before, after = course.clip
    along = backward_flow(before, after)
    assert pair_error(before, after, course.motions[0]) < 0.5 * pair_error(before, after, along)


def grounds(*shifts: int) -> list[Picture]:
    """A ground of its own for each shot, seen from so many columns further right with each frame."""
    noise = np.random.default_rng(3).integers(0, 255, (2, 40, 80, 3), np.uint8)
    wide = [cv2.resize(one, (640, 180), interpolation=cv2.INTER_CUBIC).astype(np.uint8) for one in noise]
    return [np.ascontiguousarray(ground[:, shift : shift + 320]) for ground in wide for shift in shifts]


def test_across_a_cut_nothing_counts_in_the_figures_of_footage_and_filter(tmp_path: Path) -> None:
    clip = grounds(0, 3, 6)
    motions = [flow_where_seen(*pair) for pair in pairwise(clip)]
    errors = [pair_error(*pair, motion) for pair, motion in zip(pairwise(clip), motions, strict=True)]
    assert [bool(np.isnan(error)) for error in errors] == [False, False, True, False, False]
    yardstick = Yardstick(Course("two shots", (), clip, motions))
    assert yardstick.footage_temporal_error == pytest.approx(np.nanmean(errors))
    engine = NetworkEngine.from_files(*write_filter(tmp_path), threads=1)
    whole = yardstick._steadiness(engine)
    shots = [Yardstick(Course("a shot", (), clip[at : at + 3], motions[at : at + 2])) for at in (0, 3)]
    parts = np.mean([shot._steadiness(engine) for shot in shots], axis=0)
    assert whole == pytest.approx(tuple(parts), rel=0.1), (
        "what is held along a clip is another thing for each"
    )
    with pytest.raises(ValueError, match="no two consecutive frames show the same"):
        Yardstick(Course("a cut", (), clip[2:4], motions[2:3]))


@pytest.mark.slow
def test_the_figures_of_a_flight_are_the_mean_over_all_of_it() -> None:
    course = standing_flight(6, 160, 90)
    errors = [
        pair_error(*pair, motion) for pair, motion in zip(pairwise(course.clip), course.motions, strict=True)
    ]
    assert temporal_error(course.clip, course.motions) == float(np.mean(errors))
    both = [(error, error / 2) for error in errors]
    assert mean_error(both).tolist() == np.mean(both, axis=0).tolist()


def test_large_footage_of_ones_own_is_judged_at_720_lines(tmp_path: Path) -> None:
    def plain(number: int, width: int, height: int) -> Picture:
        return np.full((height, width, 3), 90 + 10 * number, np.uint8)

    course = course_of(draw_clip(tmp_path / "clip.mp4", frames=3, width=1920, height=1080, picture=plain))
    assert [frame.shape for frame in course.clip] == [(720, 1280, 3)] * 3
    assert [flow.shape for flow in course.motions] == [(720, 1280, 2)] * 2


@pytest.mark.slow
def test_exact_motion_carries_one_frame_into_another_as_optical_flow_finds_it() -> None:
    size = 320, 180
    (before, depth_before), (after, depth_after) = draw_with_depth(2.0, *size), draw_with_depth(2.5, *size)
    exact = motion_between(depth_before, depth_after, flight(2.0), flight(2.5))
    moved, both = warp_by_flow(before, exact)
    difference = np.abs(after.astype(float) - before)[both].mean()
    # What is left is water, which moves by itself, and resampling.
    assert np.abs(after.astype(float) - moved)[both].mean() < 0.6 * difference
    assert both.mean() > 0.85
    assert np.median(np.abs(backward_flow(before, after) - exact)[both]) < 0.5


@pytest.mark.slow
def test_the_standing_flight_knows_the_motion_between_its_frames() -> None:
    course = standing_flight(3, 160, 90)
    assert len(course.clip) == 3
    assert len(course.motions) == 2
    assert [motion.shape for motion in course.motions] == [(90, 160, 2)] * 2
    assert [still.shape for still in course.stills] == [(90, 160, 3)] * 3


def test_too_few_frames_are_refused() -> None:
    with pytest.raises(ValueError, match="2 to 144 frames"):
        standing_flight(1)


@pytest.mark.slow
def test_standing_frames_are_the_same_each_time_and_moved_by_whole_pixels() -> None:
    wanted = (PLACES[1], PLACES[-1])
    (sea, night), (again, _) = list(standing_frames(wanted)), list(standing_frames(wanted))
    assert np.array_equal(sea.picture, again.picture)
    assert unsteadiness(sea.picture, sea.moved, SHIFT) == 0.0
    assert sea.picture[150:].astype(int)[..., 2].mean() > sea.picture[150:].astype(int)[..., 0].mean() + 40
    assert night.picture.mean() < 60


def test_a_city_is_dark_at_night_and_has_lamps() -> None:
    day, night = city(1, "day", 200, 120), city(1, "night", 200, 120)
    assert night.mean() < 0.6 * day.mean()
    assert np.percentile(night, 99) > 150


def test_the_standing_frames_have_names_of_their_own() -> None:
    assert len({place.name for place in PLACES}) == len(PLACES)


def test_frames_too_small_to_follow_are_told(tmp_path: Path) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", frames=4, width=10, height=8)
    with pytest.raises(ValueError, match=r"^the frames of clip\.mp4 are too small"):
        course_of(clip)
