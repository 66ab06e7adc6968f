"""The measure of ghosts: nothing where a frame is as it was painted, half where half of an old one shows through."""

import numpy as np
import pytest
from numpy.typing import NDArray

from filters.making.ghosts import after_a_cut, averaged, ghost_share
from filters.making.steadiness import smoothed_clip
from tests.clips import landscape

Picture = NDArray[np.uint8]


@pytest.fixture
def clip() -> list[Picture]:
    """A bright square that runs over a ground that stands still."""
    ground = landscape(3, 144, 192)
    frames = []
    for index in range(12):
        frame = ground.copy()
        frame[40:88, 8 + 12 * index : 56 + 12 * index] = (235, 225, 90)
        frames.append(frame)
    return frames


def painted_from(clip: list[Picture]) -> list[Picture]:
    return [255 - frame for frame in clip]


def test_a_fresh_painting_has_no_ghost(clip: list[Picture]) -> None:
    painted = painted_from(clip)
    assert ghost_share(clip, painted, painted, 2) == 0.0


def test_half_of_an_old_painting_is_half_a_ghost(clip: list[Picture]) -> None:
    painted = painted_from(clip)
    pairs = zip([painted[0], painted[0], *painted], painted, strict=False)
    shown = [((then.astype(int) + now) // 2).astype(np.uint8) for then, now in pairs]
    assert ghost_share(clip, painted, shown, 2) == pytest.approx(0.5, abs=0.02)


def test_the_smoother_leaves_none_where_an_average_does(clip: list[Picture]) -> None:
    painted = painted_from(clip)
    assert abs(ghost_share(clip, painted, smoothed_clip(1.0, clip, painted), 2)) < 0.05
    assert ghost_share(clip, painted, averaged(1.0, painted), 2) > 0.4


def test_after_a_cut_a_frame_is_as_it_was_painted(clip: list[Picture]) -> None:
    assert after_a_cut(1.0, clip, painted_from(clip)) == 0.0


def test_a_clip_in_which_nothing_moves_is_refused(clip: list[Picture]) -> None:
    with pytest.raises(ValueError, match="Nothing moves"):
        ghost_share([clip[0]] * 4, [clip[0]] * 4, [clip[0]] * 4, 2)
