"""How steady smoothing makes the filters that ship, and what it costs: `python -m filters.making.steadiness`.

For each filter and amount of smoothing, on a flight whose camera path is known: temporal error, distances and
sharpness beside those of the painting itself, the largest difference at a segment's border, seconds of
processor time. docs/decisions/0006-steady.md says what came out.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from filters.catalogue import CatalogueFilter, load_catalogue
from filters.engines.network import NetworkEngine
from filters.engines.shots import ShotPainter
from filters.engines.smoothing import Smoother, warmup_frames
from filters.training.footage import read_run
from filters.training.metrics import Homography, Judge, frame_motion, temporal_error
from filters.training.perceptual import Perception
from filters.training.styles import load_style_image
from filters.training.yardstick import camera_path

Picture = NDArray[np.uint8]
BORDER = 32
"""Frame at which the second segmentation begins."""
AFTER = 4
"""Frames from the border on that are compared."""


@dataclass(frozen=True)
class Row:
    """One filter at one amount, as the metrics of DESIGN; sharpness as a share of the unsmoothed painting's."""

    filter: str
    amount: float
    temporal_error: float
    style_distance: float | None
    content_distance: float | None
    sharpness: float
    border_difference: float
    """Grey levels, the largest mean over a frame."""
    seconds: float
    """Processor time of the smoother for a frame."""


def painted_clip(engine: NetworkEngine, clip: Sequence[Picture]) -> list[Picture]:
    """The clip as a render paints it, statistics held along it, without smoothing."""
    painter = ShotPainter(engine, clip.__getitem__, len(clip))
    return [painter.paint(index, frame) for index, frame in enumerate(clip)]


def smoothed_clip(amount: float, clip: Sequence[Picture], painted: Sequence[Picture]) -> list[Picture]:
    """The painted clip after a smoother that saw nothing before it."""
    smoother = Smoother(amount)
    return [smoother.push(*pair) for pair in zip(clip, painted, strict=True)]


def border_difference(
    amount: float, clip: Sequence[Picture], painted: Sequence[Picture], whole: Sequence[Picture]
) -> float:
    """Largest mean difference, in grey levels, to a segment that begins at BORDER with its lead before it."""
    lead, stop = min(warmup_frames(amount), BORDER), BORDER + AFTER
    late = smoothed_clip(amount, clip[BORDER - lead : stop], painted[BORDER - lead : stop])[lead:]
    return max(
        float(cv2.absdiff(one, other).mean()) for one, other in zip(whole[BORDER:stop], late, strict=True)
    )


def sharpness(frames: Sequence[Picture]) -> float:
    """Deviation of the Laplacian of brightness, the mean over some of the frames after BORDER."""
    greys = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames[BORDER::8]]
    return float(np.mean([np.std(cv2.Laplacian(grey, cv2.CV_32F)) for grey in greys]))


def rows(
    chosen: CatalogueFilter,
    clip: Sequence[Picture],
    motions: Sequence[Homography],
    amounts: Sequence[float],
    perception: Perception | None,
) -> Iterator[Row]:
    """Measure one filter at each amount; without a perception no distances."""
    painted = painted_clip(NetworkEngine.from_files(chosen.base_file, chosen.weights), clip)
    judge = perception and Judge(load_style_image(chosen.style_image.file), perception)
    raw = sharpness(painted)
    for amount in amounts:
        begun = time.process_time()
        frames = smoothed_clip(amount, clip, painted)
        seconds = (time.process_time() - begun) / len(clip)
        last = len(clip) - 1
        style, content = judge.distances(clip[last], frames[last]) if judge else (None, None)
        yield Row(
            chosen.slug,
            amount,
            round(temporal_error(frames, motions), 4),
            style and round(style, 4),
            content and round(content, 4),
            round(sharpness(frames) / raw, 3),
            round(border_difference(amount, clip, painted, frames), 2),
            round(seconds, 3),
        )


def drift(chosen: CatalogueFilter, clip: Sequence[Picture], amount: float, frames: int) -> list[float]:
    """Mean difference to a fresh painting, in grey levels, every 60 frames of the clip played forth and back."""
    painted = painted_clip(NetworkEngine.from_files(chosen.base_file, chosen.weights), clip)
    smoother, found = Smoother(amount), []
    turn = 2 * (len(clip) - 1)
    for index in range(frames):
        place = min(index % turn, turn - index % turn)
        shown = smoother.push(clip[place], painted[place])
        if index % 60 == 59:
            found.append(round(float(cv2.absdiff(shown, painted[place]).mean()), 2))
    return found


def arguments(words: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Measure smoothing over time on a flight.")
    parser.add_argument("--footage", type=Path, required=True)
    parser.add_argument("--camera-path", type=Path, required=True)
    parser.add_argument(
        "--filter", nargs="*", metavar="SLUG", help="of the catalogue; all of them without it"
    )
    parser.add_argument("--amounts", type=float, nargs="*", default=[0.0, 0.5, 1.0])
    parser.add_argument("--frames", type=int, default=60, help=f"at least {BORDER + AFTER}")
    parser.add_argument("--no-distances", action="store_true", help="leave out the slow VGG-16")
    parser.add_argument("--drift", type=int, default=0, metavar="FRAMES", help="measure drift over so many")
    return parser.parse_args(words)


def main(words: list[str]) -> int:
    """Measure and print a line of JSON for each filter and amount."""
    options = arguments(words)
    clip = read_run(options.footage, max(options.frames, BORDER + AFTER))
    known = camera_path(options.camera_path, clip[0])
    motions = [frame_motion(known, index) for index in range(len(clip) - 1)]
    sys.stdout.write(f'{{"footage": {temporal_error(clip, motions):.4f}}}\n')
    perception = None if options.no_distances else Perception()
    for chosen in load_catalogue():
        if options.filter and chosen.slug not in options.filter:
            continue
        for row in rows(chosen, clip, motions, options.amounts, perception):
            print(json.dumps(asdict(row)), flush=True)
        if options.drift:
            found = drift(chosen, clip, max(options.amounts), options.drift)
            print(json.dumps({"filter": chosen.slug, "drift": found}), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
