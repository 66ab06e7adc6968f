"""Whether smoothing leaves ghosts: `python -m filters.making.ghosts --footage CLIP --filter SLUG …`.

A ghost is what was painted here some frames ago and still shows through after the thing has moved on. It is
looked for where the footage itself changed between then and now: there the smoothed frame is compared with a fresh
painting of now and with the painting of then. docs/decisions/0006-steady.md says what came out.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from filters.catalogue import load_catalogue
from filters.engines.network import NetworkEngine
from filters.engines.smoothing import memory, warmup_frames
from filters.training.footage import read_run

from .steadiness import painted_clip, smoothed_clip

LAGS = (1, 2, 4, 8)  # frames
CHANGED = 24  # grey levels of difference, after a blur, from which the footage has changed

Picture = NDArray[np.uint8]


def changed(before: Picture, now: Picture) -> NDArray[np.bool_]:
    """Where footage (H, W, 3) shows something else than it did, (H, W); a camera that stands still is assumed."""
    greys = (cv2.GaussianBlur(cv2.cvtColor(one, cv2.COLOR_RGB2GRAY), (0, 0), 2) for one in (before, now))
    mask: NDArray[np.bool_] = cv2.absdiff(*greys) > CHANGED
    return mask


def ghost_share(
    clip: Sequence[Picture], painted: Sequence[Picture], shown: Sequence[Picture], lag: int
) -> float:
    """How much of the painting of `lag` frames ago shows where the footage has changed since: 0 none, 1 all of it.

    The share a of the least squares fit shown = painted now + a x (painted then - painted now). Raises ValueError
    where nothing moves.
    """
    along = square = 0.0
    for index in range(lag, len(clip)):
        mask = changed(clip[index - lag], clip[index])
        if not mask.any():
            continue
        fresh = painted[index][mask].astype(np.float64)
        then = painted[index - lag][mask] - fresh
        along += float(((shown[index][mask] - fresh) * then).sum())
        square += float((then * then).sum())
    if not square:
        raise ValueError("Nothing moves in this clip.")
    return along / square


def averaged(amount: float, painted: Sequence[Picture]) -> list[Picture]:
    """What an average as long as the smoother's, which knows nothing of motion, would show: ghosts to compare with."""
    keep, average, shown = 1.0 - 1.0 / memory(amount), painted[0].astype(np.float32), []
    for frame in painted:
        average = keep * average + (1.0 - keep) * frame
        shown.append(average.astype(np.uint8))
    return shown


def after_a_cut(amount: float, clip: Sequence[Picture], painted: Sequence[Picture]) -> float:
    """Mean difference in grey levels to a fresh painting of the first frame after a cut to the mirrored clip."""
    lead = warmup_frames(amount)
    clip, painted = clip[-lead:], painted[-lead:]
    mirrored = [np.ascontiguousarray(one[::-1, ::-1]) for one in (clip[0], painted[0])]
    shown = smoothed_clip(amount, [*clip, mirrored[0]], [*painted, mirrored[1]])
    return float(cv2.absdiff(shown[-1], mirrored[1]).mean())


def arguments(words: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description="Look for ghosts that smoothing leaves behind moving things."
    )
    parser.add_argument("--footage", type=Path, required=True, help="a clip of a camera that stands still")
    parser.add_argument(
        "--filter", nargs="*", metavar="SLUG", help="of the catalogue; all of them without it"
    )
    parser.add_argument("--amounts", type=float, nargs="*", default=[0.5, 1.0])
    parser.add_argument("--frames", type=int, default=60)
    return parser.parse_args(words)


def main(words: list[str]) -> int:
    """Measure and print a line of JSON for each filter and amount."""
    options = arguments(words)
    clip = read_run(options.footage, options.frames)
    for chosen in load_catalogue():
        if options.filter and chosen.slug not in options.filter:
            continue
        painted = painted_clip(NetworkEngine.from_files(chosen.base_file, chosen.weights), clip)
        for amount in options.amounts:
            told: dict[str, object] = {
                "filter": chosen.slug,
                "amount": amount,
                "cut": round(after_a_cut(amount, clip, painted), 3),
            }
            for name, shown in (
                ("smoothed", smoothed_clip(amount, clip, painted)),
                ("averaged", averaged(amount, painted)),
            ):
                told[name] = {lag: round(ghost_share(clip, painted, shown, lag), 3) for lag in LAGS}
            print(json.dumps(told), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
