"""What filters are measured on: a few stills, and a run of consecutive frames whose motion is known."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from .content import fit
from .footage import first_frames, read_frames, read_run
from .metrics import Homography, flow_where_seen, frame_motion

Picture = NDArray[np.uint8]
NEEDED_OF_A_PATH = "JSON whose “output_to_photo” is a list of nine numbers, three by three, for each frame"
STILLS = 3  # frames spread over the clip on which the distances are measured


@dataclass(frozen=True)
class Course:
    """Frames are RGB uint8 (H, W, 3). `motions` has one entry for each pair of `clip`, as `metrics.pair_error`
    wants them; `name` is what people are told that figures were measured on."""

    name: str
    stills: Sequence[Picture]
    clip: Sequence[Picture]
    motions: Sequence[NDArray[np.floating]]


def camera_path(path: Path, frame: Picture) -> list[Homography]:
    """The homographies from pixels of such frames to photograph pixels of a flight.

    Raises OSError or ValueError, also where the path says that it is that of frames of another size.
    """
    try:
        told = json.loads(path.read_text())
        known = [np.array(one, np.float64) for one in told["output_to_photo"]]
    except (ValueError, KeyError, TypeError) as problem:
        raise ValueError(f"{path.name} is no camera path: {NEEDED_OF_A_PATH}") from problem
    if any(one.shape != (3, 3) or not np.isfinite(one).all() for one in known):
        raise ValueError(f"{path.name} is no camera path: {NEEDED_OF_A_PATH}")
    height, width = frame.shape[:2]
    its_width, its_height = told.get("width", width), told.get("height", height)
    if (its_width, its_height) != (width, height):
        raise ValueError(
            f"{path.name} is the camera path of frames of {its_width} x {its_height} pixels, "
            f"and those that are measured have {width} x {height}"
        )
    return known


def course_of(footage: Path, path: Path | None = None, frames: int = 60) -> Course:
    """A clip with its motion: from the camera path where one is known, else by optical flow.

    By flow, frames of more than 720 lines are made smaller: sixty of 4K and their flows would fill a laptop's memory.
    Raises OSError or ValueError where the footage or the path cannot be read, or is too short.
    """
    if frames < 2:
        raise ValueError("at least two consecutive frames are needed")
    clip = read_run(footage, frames) if path is not None else small_run(footage, frames)
    if len(clip) < 2:
        raise ValueError(f"{footage.name} has only one frame; at least two are needed")
    motions: Sequence[NDArray[np.floating]]
    pairs = range(len(clip) - 1)
    if path is not None:
        known = camera_path(path, clip[0])
        if len(known) < len(clip):
            raise ValueError(f"{path.name} knows {len(known)} frames, and {len(clip)} are measured")
        motions = [frame_motion(known, index) for index in pairs]
    else:
        try:
            motions = [flow_where_seen(clip[index], clip[index + 1]) for index in pairs]
        except cv2.error as problem:
            raise ValueError(f"the frames of {footage.name} are too small to measure motion on") from problem
    return Course(footage.name, read_frames(footage, STILLS), clip, motions)


def small_run(footage: Path, frames: int) -> list[Picture]:
    """The first frames of a clip at 720 lines or fewer. Raises OSError or ValueError."""
    return [fit(frame) for frame in first_frames(footage, frames)]
