"""Fifty stills of coasts, canyons, deserts, woods and snow, as a drone sees them that looks ahead: to train on.

`python -m videos.media.prospects FOLDER` draws what is missing there; `filters.making.extend --ahead FOLDER` reads
it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import cv2

from videos.media.files import written
from videos.media.sample import TERRAINS, landscape

SEEDS = (101, 202)  # none of them the sample flight's
LIGHTS = ("golden", "afternoon", "noon", "evening", "overcast")
Prospect = tuple[int, str, str]  # seed, light and terrain


def prospects() -> dict[str, Prospect]:
    """Every still by the name of its file, in order: each terrain in each light, twice, never the same place."""
    wanted = [(seed, terrain, light) for seed in SEEDS for terrain in TERRAINS for light in LIGHTS]
    return {
        f"{index:02d}-{terrain}-{light}.png": (seed + index, light, terrain)
        for index, (seed, terrain, light) in enumerate(wanted)
    }


def draw(folder: Path, size: tuple[int, int] = (1280, 720)) -> int:
    """Draw those that `folder` lacks, of (width, height) pixels; how many. The same ones on every machine."""
    missing = {name: which for name, which in prospects().items() if not (folder / name).exists()}
    for name, which in missing.items():
        picture = cv2.cvtColor(landscape(*which, size), cv2.COLOR_RGB2BGR)
        encoded = cv2.imencode(".png", picture)[1]
        with written(folder / name) as part:
            part.write_bytes(encoded.tobytes())
    return len(missing)


def main(words: Sequence[str]) -> int:
    """Draw what is missing, and say how many."""
    parser = argparse.ArgumentParser(description="Draw fifty stills as a drone sees them that looks ahead.")
    parser.add_argument("folder", type=Path, help="where they go; what is there already stays")
    print(f"{draw(parser.parse_args(words).folder)} stills drawn.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
