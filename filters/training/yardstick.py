"""The footage that filters are measured on, read once, and the measuring as a render would run them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from filters.engines.network import NetworkEngine

from .evaluate import Figures, evaluate
from .footage import read_frames, read_run
from .metrics import Homography, Judge, backward_flow, frame_motion
from .perceptual import Perception

Picture = NDArray[np.uint8]
STILLS = 3  # frames spread over the clip on which the distances are measured


def camera_path(path: Path) -> list[Homography]:
    """The homographies from frame pixels to photograph pixels of a flight. Raises OSError, KeyError, ValueError."""
    return [np.array(one, np.float64) for one in json.loads(path.read_text())["output_to_photo"]]


class Yardstick:
    """A clip with its motion: from the camera path where one is known, else by optical flow."""

    def __init__(self, footage: Path, path: Path | None = None, frames: int = 60) -> None:
        """Raises OSError or ValueError where the footage or the path cannot be read."""
        self.perception = Perception()
        self.stills = read_frames(footage, STILLS)
        self.clip = read_run(footage, frames)
        pairs = len(self.clip) - 1
        self.motions: Sequence[NDArray[np.floating]]
        if path is not None:
            known = camera_path(path)
            self.motions = [frame_motion(known, index) for index in range(pairs)]
        else:
            self.motions = [backward_flow(self.clip[i], self.clip[i + 1]) for i in range(pairs)]

    def measure(self, engine: NetworkEngine, style_image: Picture) -> Figures:
        """The figures of one filter, at its frames' own size, statistics held over the clip as a render holds them."""
        middle = self.clip[:: max(1, len(self.clip) // 3)][:3]
        statistics = engine.measure(np.stack(middle))

        def paint_clip(frame: Picture) -> Picture:
            painted: Picture = engine.apply(frame[None])[0]
            return painted

        def paint_still(frame: Picture) -> Picture:
            engine.hold(None)
            painted: Picture = engine.apply(frame[None])[0]
            engine.hold(statistics)
            return painted

        judge = Judge(style_image, self.perception)
        return evaluate(paint_still, judge, self.stills, self.clip, self.motions, paint_clip)
