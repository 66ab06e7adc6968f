"""Measure a filter as a render would run it: distances on stills, steadiness along a clip, time for a frame."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from filters.engines.bench import compare, moving_frames
from filters.engines.network import NetworkEngine
from filters.engines.shots import ShotPainter
from filters.engines.smoothing import Smoother

from .course import Course, camera_path, course_of
from .evaluate import Figures
from .metrics import Judge, at_lines, content_of, mean_error, pair_error, temporal_error
from .perceptual import Perception

__all__ = ["Yardstick", "camera_path"]

Picture = NDArray[np.uint8]
TIMED = 7  # rounds; the quickest counts, since other programs only ever make it slower
SMOOTHING = 1.0  # the amount whose figure is told as “with smoothing”


class Yardstick:
    """One course and one eye for any number of filters."""

    def __init__(self, footage: Path | Course, path: Path | None = None, frames: int = 60) -> None:
        """Raises OSError or ValueError where the footage or the path cannot be read, or is nothing but cuts."""
        self.course = footage if isinstance(footage, Course) else course_of(footage, path, frames)
        self.perception = Perception()
        self.contents = [content_of(still, self.perception) for still in self.course.stills]
        self.footage_temporal_error = temporal_error(self.course.clip, self.course.motions)

    def measure(self, engine: NetworkEngine, style_image: Picture | Judge) -> Figures:
        """The figures of one filter, at its frames' own size, statistics held over the clip as a render holds them.

        `style_image` is what it learned from, or a judge that knows it already.
        Raises EngineError. The engine is given back as it came.
        """
        judge = style_image if isinstance(style_image, Judge) else Judge(style_image, self.perception)
        style, content = self._distances(engine, judge)
        plain, smoothed = self._steadiness(engine)
        figures = Figures(style, content, plain, self.footage_temporal_error)
        return replace(
            figures, temporal_error_smoothed=smoothed, milliseconds_per_frame=milliseconds_per_frame(engine)
        )

    def _distances(self, engine: NetworkEngine, judge: Judge) -> tuple[float, float]:
        engine.hold(None)
        pairs = [
            judge.against(content, engine.apply(at_lines(still)[None])[0])
            for still, content in zip(self.course.stills, self.contents, strict=True)
        ]
        style, content = np.mean(pairs, axis=0).tolist()
        return style, content

    def _steadiness(self, engine: NetworkEngine) -> tuple[float, float]:
        """Temporal error without and with smoothing, cuts left out; two frames at a time are kept."""
        clip = self.course.clip
        painter, smoother = ShotPainter(engine, lambda index: clip[index], len(clip)), Smoother(SMOOTHING)
        errors: list[tuple[float, float]] = []
        before: tuple[Picture, Picture] | None = None
        try:
            for index, frame in enumerate(clip):
                painted = painter.paint(index, frame)
                now = painted, smoother.push(frame, painted)
                if before is not None:
                    motion = self.course.motions[index - 1]
                    errors.append(
                        (pair_error(before[0], now[0], motion), pair_error(before[1], now[1], motion))
                    )
                before = now
        finally:
            painter.close()
        plain, smoothed = mean_error(errors).tolist()
        return plain, smoothed


def milliseconds_per_frame(engine: NetworkEngine, rounds: int = TIMED) -> float:
    """Time that passes for one 720p frame with statistics held: the least of `rounds`, on the engine's threads."""
    (frame,) = moving_frames(1)
    engine.hold(engine.measure(frame[None]))
    try:
        return compare({"frame": lambda: engine.apply(frame[None])}, rounds)["frame"].least
    finally:
        engine.hold(None)
