"""A flight over a photograph: the path beside the clip is the path that was flown."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.clips import decoded
from videos.media import photo_flight

PHOTO = Path(__file__).parents[2] / "static" / "looks" / "coast.jpg"
FRAMES = 8


@pytest.fixture(scope="module")
def flight(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("flight") / "coast.mp4"
    assert photo_flight.main([str(PHOTO), str(out), "--frames", str(FRAMES)]) == 0
    return out


def test_it_has_its_size_and_every_frame(flight: Path) -> None:
    frames = list(decoded(flight))
    assert len(frames) == FRAMES
    assert frames[0].shape == (720, 1280, 3)


def test_the_path_carries_one_frame_onto_a_later_one(flight: Path) -> None:
    frames = list(decoded(flight))
    known = [np.array(one) for one in json.loads(flight.with_suffix(".json").read_text())["output_to_photo"]]
    assert len(known) == FRAMES
    first, last = frames[0].astype(np.float32), frames[-1].astype(np.float32)
    back = np.linalg.inv(known[0]) @ known[-1]  # pixels of the last frame -> pixels of the first
    carried = cv2.warpPerspective(first, back, (1280, 720), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    inner = (slice(60, -60), slice(60, -60))
    moved, still = (float(np.abs(one[inner] - last[inner]).mean()) for one in (carried, first))
    assert moved < 4.0, "no more than noise and compression"
    assert still > 1.5 * moved, "the camera did move"


def test_what_is_no_picture_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        photo_flight.main([str(Path(__file__)), str(tmp_path / "out.mp4")])
    assert "cannot be read as a picture" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
