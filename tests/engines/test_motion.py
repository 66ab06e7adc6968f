"""Motion of the footage: what the camera explains is exact, what moves by itself is not taken for ground."""

from __future__ import annotations

import cv2
import numpy as np

from filters.engines.motion import MotionFinder
from tests.clips import landscape
from tests.engines.test_smoothing import HEIGHT, WIDTH, flight

STEP = (1.3, 0.7)


def test_a_gliding_camera_is_found_to_a_twenty_fifth_of_a_pixel() -> None:
    before, now = flight(2, step=STEP)
    inner = MotionFinder().between(before, now).flow[8:-8, 8:-8]
    assert np.abs(inner - np.array(STEP)).mean() < 1 / 25


def test_a_thing_that_moves_by_itself_keeps_its_own_motion() -> None:
    ground, thing = flight(1)[0], landscape(9)
    frames = []
    for left in (60, 65):
        frame = ground.copy()
        frame[40:100, left : left + 60] = thing[40:100, 60:120]
        frames.append(frame)
    flow = MotionFinder().between(*frames).flow
    assert np.abs(flow[55:85, 80:110] - np.array([-5.0, 0.0])).mean() < 0.5
    assert np.abs(flow[8:-8, 150:-8]).mean() < 0.1


def test_what_was_hidden_is_not_trusted() -> None:
    ground = flight(1)[0]
    before = ground.copy()
    before[50:90, 60:100] = (230, 20, 20)
    motion = MotionFinder().between(before, ground)
    assert motion.trust[55:85, 65:95].max() < 0.5
    assert motion.trust[110:, :].mean() > 0.9
    assert not motion.is_cut


def test_another_scene_is_a_cut() -> None:
    first, second = (flight(1, seed=seed)[0] for seed in (1, 2))
    assert MotionFinder().between(first, second).is_cut


def test_a_flat_frame_has_no_motion() -> None:
    flat = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    motion = MotionFinder().between(flat, flat)
    assert np.abs(motion.flow).max() < 0.01
    assert cv2.countNonZero((motion.trust < 1).astype(np.uint8)) < WIDTH * HEIGHT * 0.1


def test_what_came_in_over_the_edge_is_not_trusted() -> None:
    before, now = flight(2, step=(12.0, 0.0))
    trust = MotionFinder().between(before, now).trust
    assert trust[8:-8, -8:].max() == 0.0
    assert trust[8:-8, 8:-24].mean() > 0.9
