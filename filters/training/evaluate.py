"""Measure a style on frames: distances on some of them, steadiness on a run of consecutive ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from .metrics import Judge, at_lines, temporal_error
from .network import Painter

Picture = NDArray[np.uint8]
Paint = Callable[[Picture], Picture]


@dataclass(frozen=True)
class Figures:
    """The metrics, without units but for milliseconds; None where something was not measured.

    `footage_temporal_error` is that of the footage itself; `milliseconds_per_frame` is for 1280x720.
    """

    style_distance: float
    content_distance: float
    temporal_error: float | None
    footage_temporal_error: float | None
    temporal_error_smoothed: float | None = None
    milliseconds_per_frame: float | None = None

    def rounded(self) -> dict[str, float]:
        """The figures that are there, to four digits."""
        return {name: round(value, 4) for name, value in asdict(self).items() if value is not None}


def painter_as_function(painter: Painter, index: int = 0) -> Paint:
    """A function that paints one RGB uint8 picture (H, W, 3) of any size with one style of a network."""
    device = next(painter.eval().parameters()).device

    @torch.no_grad()
    def paint(picture: Picture) -> Picture:
        height, width = picture.shape[:2]
        padded = np.pad(picture, ((0, -height % 8), (0, -width % 8), (0, 0)), mode="edge")
        batch = torch.from_numpy(padded).permute(2, 0, 1)[None].float().to(device) / 255
        batch = batch.contiguous(memory_format=torch.channels_last)
        painted = painter(batch, torch.tensor([index], device=device))[0, :, :height, :width]
        result: Picture = (painted.clamp(0, 1) * 255 + 0.5).byte().permute(1, 2, 0).cpu().numpy()
        return result

    return paint


def evaluate(
    paint: Paint,
    judge: Judge,
    stills: Sequence[Picture],
    clip: Sequence[Picture] = (),
    motions: Sequence[NDArray[np.floating]] = (),
    paint_clip: Paint | None = None,
) -> Figures:
    """Mean distances over `stills` (at 720 lines), temporal error over `clip` with the motions between its frames.

    `motions` are as `metrics.temporal_error` wants them; `paint_clip` paints the clip where that is done otherwise.
    """
    at_size = [at_lines(still) for still in stills]
    pairs = [judge.distances(still, paint(still)) for still in at_size]
    style, content = np.mean(pairs, axis=0).tolist()
    if len(clip) < 2:
        return Figures(style, content, None, None)
    painted = [(paint_clip or paint)(frame) for frame in clip]
    return Figures(style, content, temporal_error(painted, motions), temporal_error(clip, motions))
