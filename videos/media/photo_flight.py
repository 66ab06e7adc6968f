"""A flight over a photograph, whose camera path is known exactly: `python -m videos.media.photo_flight PHOTO OUT.mp4`.

Writes the clip and, beside it, the JSON that `manage.py evaluate --camera-path` reads. The camera glides, turns
and comes nearer as a drone does; every frame gets noise of its own, as from a sensor, and is compressed as all clips.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from videos.media.encode import SegmentWriter
from videos.media.files import written

WIDTH, HEIGHT = 1280, 720
RATE = Fraction(30000, 1001)
FRAMES = 90
SHARE = 0.62
"""Of the photograph's shorter fit that a frame shows at the beginning: leaves room to glide and to turn."""
NOISE = 1.5
"""Standard deviation of the sensor's noise, grey levels."""

Picture = NDArray[np.uint8]
Homography = NDArray[np.float64]


def camera_path(photo_size: tuple[int, int], frames: int) -> list[Homography]:
    """The (3, 3) maps from pixels of each frame to pixels of a photograph (width, height); centres are whole."""
    width, height = photo_size
    fit = min(width / WIDTH, height / HEIGHT) * SHARE
    path = []
    for index in range(frames):
        time = index / float(RATE)
        scale, turn = fit * (1 - 0.03 * time), 0.06 * math.sin(0.9 * time)
        cos, sin = scale * math.cos(turn), scale * math.sin(turn)
        across = width / 2 + 0.10 * width * math.sin(0.55 * time - 0.8)
        down = height / 2 + 0.08 * height * math.cos(0.7 * time)
        middle = np.array([[1, 0, -(WIDTH - 1) / 2], [0, 1, -(HEIGHT - 1) / 2], [0, 0, 1]])
        path.append(np.array([[cos, -sin, across], [sin, cos, down], [0, 0, 1]]) @ middle)
    return path


def frame_of(photo: Picture, to_photo: Homography, generator: np.random.Generator) -> Picture:
    """What the camera sees of a photograph (H, W, 3): a frame (720, 1280, 3) with its noise."""
    how = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    seen = cv2.warpPerspective(photo, to_photo, (WIDTH, HEIGHT), flags=how, borderMode=cv2.BORDER_REFLECT)
    noisy = seen + generator.normal(0, NOISE, seen.shape)
    frame: Picture = np.clip(noisy + 0.5, 0, 255).astype(np.uint8)
    return frame


def write_flight(photo: Picture, out: Path, frames: int = FRAMES, seed: int = 1) -> Path:
    """The clip at `out` and its camera path beside it, whose name is returned. Raises EncodeError."""
    path = camera_path((photo.shape[1], photo.shape[0]), frames)
    generator = np.random.default_rng(seed)
    with SegmentWriter(out, WIDTH, HEIGHT, RATE) as writer:
        for to_photo in path:
            writer.write(frame_of(photo, to_photo, generator))
    told = {
        "width": WIDTH,
        "height": HEIGHT,
        "fps": [RATE.numerator, RATE.denominator],
        "frames": frames,
        "output_to_photo": [one.tolist() for one in path],
    }
    with written(out.with_suffix(".json")) as part:
        part.write_text(json.dumps(told))
    return out.with_suffix(".json")


def main(words: Sequence[str]) -> int:
    """Read a photograph, write its flight."""
    parser = argparse.ArgumentParser(description="A flight over a photograph, with its exact camera path.")
    parser.add_argument("photo", type=Path)
    parser.add_argument("out", type=Path, help="the clip, .mp4; its camera path goes beside it")
    parser.add_argument("--frames", type=int, default=FRAMES)
    options = parser.parse_args(words)
    photo = cv2.imread(str(options.photo), cv2.IMREAD_COLOR)
    if photo is None:
        parser.error(f"{options.photo} cannot be read as a picture.")
    print(write_flight(cv2.cvtColor(photo, cv2.COLOR_BGR2RGB).astype(np.uint8), options.out, options.frames))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
