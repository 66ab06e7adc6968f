"""What a filter sees while it is learned: squares of pictures, and pairs of consecutive frames."""

from pathlib import Path

import numpy as np
import torch

from filters.training.content import ContentSet, Pair
from filters.training.footage import read_pairs
from filters.training.losses import move
from tests.clips import draw_clip, number_of


def panned(shift: int) -> Pair:
    """Two frames of a picture under a camera that moves `shift` pixels to the right."""
    wide = np.random.default_rng(1).integers(0, 255, (200, 260, 3), np.uint8)
    flow = np.zeros((200, 240, 2), np.float32)
    flow[..., 0] = shift
    return wide[:, :240], wide[:, shift : shift + 240], flow


def test_moving_the_earlier_of_two_frames_along_its_grid_gives_the_later() -> None:
    pair = panned(6)
    content = ContentSet([pair[0]], [pair])
    drawn = content.consecutive(96, torch.Generator().manual_seed(2))
    assert drawn is not None
    before, after, grid = drawn
    assert before.shape == after.shape == (1, 3, 96, 96)
    inside = (..., slice(0, 88))
    assert torch.allclose(move(before, grid)[inside], after[inside], atol=1e-4)
    assert not torch.allclose(before[inside], after[inside], atol=0.1)


def test_a_wide_square_shows_the_whole_short_side_of_a_large_picture() -> None:
    small = np.zeros((200, 300, 3), np.uint8)
    large = np.full((480, 640, 3), 50, np.uint8)
    large[0], large[-1] = 255, 255  # both edges of the short side
    square = ContentSet([small, large]).wide(240, torch.Generator().manual_seed(1))
    assert square.shape == (1, 3, 240, 240)
    assert square[..., 0, :].min() > 0.5
    assert square[..., -1, :].min() > 0.5
    assert ContentSet([small]).wide(240, torch.Generator().manual_seed(1)).shape == (1, 3, 240, 240)


def test_there_are_no_pairs_larger_than_the_footage() -> None:
    pair = panned(6)
    assert ContentSet([pair[0]]).consecutive(96, torch.Generator()) is None
    assert ContentSet([pair[0]], [pair]).consecutive(208, torch.Generator()) is None


def test_the_fingerprint_tells_sets_apart() -> None:
    pair = panned(6)
    plain, paired = ContentSet([pair[0]]), ContentSet([pair[0]], [pair])
    assert plain.fingerprint() == ContentSet([pair[0].copy()]).fingerprint()
    assert plain.fingerprint() != paired.fingerprint()


def test_pairs_of_a_clip_are_consecutive_and_spread_over_it(tmp_path: Path) -> None:
    clip = draw_clip(tmp_path / "clip.mp4", frames=24, width=320, height=192)
    pairs = read_pairs(clip, 4)
    assert [(number_of(before), number_of(after)) for before, after, _ in pairs] == [
        (0, 1),
        (6, 7),
        (12, 13),
        (18, 19),
    ]
    before, after, flow = pairs[1]
    assert before.shape == after.shape == (192, 320, 3)
    assert flow.shape == (192, 320, 2)
