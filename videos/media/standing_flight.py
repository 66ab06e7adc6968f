"""The standing footage of evaluations: the sample flight as it was drawn, with the exact motion of every pixel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import overload

import cv2
import numpy as np
from numpy.typing import NDArray

from filters.training.course import Course
from videos.media.landscape.camera import Camera, flight
from videos.media.sample import HEIGHT, RATE, SECONDS, WIDTH, draw_frame, draw_with_depth

NAME = "sample flight"
STILLS = (0.5, 2.5, 5.0)  # seconds at which the distances are measured
SAME_SURFACE = 0.02  # share by which the depth of one point may differ between two frames
FAR = 1e9  # metres; the sky

Frame = NDArray[np.uint8]
Depth = NDArray[np.float32]
Flow = NDArray[np.float32]


class ExactMotions(Sequence[Flow]):
    """The motion from each frame to the one before it, reckoned when it is asked for: flows are large.

    Entry i is a flow (H, W, 2) in pixels from every pixel of frame i + 1 to where it was in frame i; NaN where
    frame i does not show it (beyond its edge, or behind something).
    """

    def __init__(self, cameras: Sequence[Camera], depths: Sequence[Depth]) -> None:
        self._cameras, self._depths = cameras, depths

    def __len__(self) -> int:
        return len(self._depths) - 1

    @overload
    def __getitem__(self, index: int) -> Flow: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Flow]: ...
    def __getitem__(self, index: int | slice) -> Flow | Sequence[Flow]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        if not 0 <= index < len(self):
            raise IndexError(index)
        before, after = self._cameras[index], self._cameras[index + 1]
        return motion_between(self._depths[index], self._depths[index + 1], before, after)


def motion_between(depth_before: Depth, depth_after: Depth, before: Camera, after: Camera) -> Flow:
    """The flow (H, W, 2) from pixels of `after` to pixels of `before`, NaN where `before` does not show the point.

    Depths are (H, W) in metres along each camera's axis, infinite for sky. Water counts as standing still.
    """
    height, width = depth_after.shape
    down, across = np.mgrid[0:height, 0:width].astype(np.float64)
    inverse = np.linalg.inv(after.matrix(width, height))
    rays = np.stack([across, down, np.ones_like(across)], axis=-1) @ inverse.T @ after.axes()
    far = np.where(np.isfinite(depth_after), depth_after, FAR)[..., None]
    points = rays * far + np.asarray(after.position) - np.asarray(before.position)
    seen = points @ before.axes().T
    places = seen @ before.matrix(width, height).T
    places = (places[..., :2] / np.maximum(places[..., 2:], 1e-6)).astype(np.float32)
    known = np.where(np.isfinite(depth_before), depth_before, FAR).astype(np.float32)
    there = cv2.remap(
        known,
        places[..., 0],
        places[..., 1],
        cv2.INTER_NEAREST,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=-1,
    )
    shown = np.abs(there / np.maximum(seen[..., 2], 1e-6) - 1) < SAME_SURFACE
    flow: Flow = places - np.stack([across, down], axis=-1).astype(np.float32)
    flow[~shown] = np.nan
    return flow


def standing_flight(
    frames: int = 60,
    width: int = WIDTH,
    height: int = HEIGHT,
    progress: Callable[[float], None] | None = None,
) -> Course:
    """The first `frames` of the sample flight and three stills of it; the same on every machine.

    About half a second a frame of 1280x720 on one core, and 6.5 MB of memory. ValueError for fewer than two or
    more than the flight has.
    """
    if not 2 <= frames <= SECONDS * RATE:
        raise ValueError(f"2 to {SECONDS * RATE} frames of the sample flight can be drawn, not {frames}")
    clip: list[Frame] = []
    depths: list[Depth] = []
    for index in range(frames):
        picture, depth = draw_with_depth(float(index / RATE), width, height)
        clip.append(picture)
        depths.append(depth)
        if progress is not None:
            progress((index + 1) / frames)
    cameras = [flight(float(index / RATE)) for index in range(frames)]
    stills = [draw_frame(seconds, width, height) for seconds in STILLS]
    return Course(NAME, stills, clip, ExactMotions(cameras, depths))
