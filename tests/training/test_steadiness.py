"""`python -m filters.making.steadiness` on a flight that the test draws."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from filters.catalogue import load_catalogue
from filters.making import steadiness
from tests.clips import Picture, draw_clip, landscape

GROUND = landscape(1)


def seen(number: int, width: int, height: int) -> Picture:
    matrix = np.array([[1, 0, -20 - 1.3 * number], [0, 1, -20 - 0.7 * number]], np.float32)
    picture: Picture = cv2.warpAffine(GROUND, matrix, (width, height), flags=cv2.INTER_CUBIC).astype(np.uint8)
    return picture


def test_it_measures_a_filter_with_and_without_smoothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip = draw_clip(tmp_path / "flight.mp4", frames=40, width=192, height=144, picture=seen)
    path = tmp_path / "flight.json"
    matrices = [[[1, 0, 20 + 1.3 * index], [0, 1, 20 + 0.7 * index], [0, 0, 1]] for index in range(40)]
    path.write_text(json.dumps({"output_to_photo": matrices}))
    words = ["--footage", str(clip), "--camera-path", str(path), "--filter", load_catalogue()[0].slug]
    code = steadiness.main(
        [*words, "--amounts", "0", "1", "--frames", "40", "--no-distances", "--drift", "120"]
    )
    assert code == 0
    footage, raw, smoothed, drift = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert 0 < footage["footage"] != raw["temporal_error"] > 0  # either may be more: a filter can calm noise
    assert smoothed["temporal_error"] < 0.8 * raw["temporal_error"]
    assert raw["border_difference"] == 0.0
    assert smoothed["border_difference"] < 1.0
    assert raw["sharpness"] == 1.0
    assert len(drift["drift"]) == 2
