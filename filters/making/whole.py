"""The whole catalogue in one command: `python -m filters.making.whole --content DIR --styles DIR --work DIR`.

All stages of both base networks, the styles that are tuned on them, and what ships, with fixed seeds. Started again it
goes on where it was stopped: each stage and each style that is tuned keeps its checkpoint below `--work`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from filters.making import base, between, extend, publish

from .recipe import CATALOGUE
from .stages import BEFORE, STAGES


def arguments(words: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Learn and write the catalogue that ships.")
    parser.add_argument("--content", type=Path, required=True, help="folder of photographs to learn on")
    parser.add_argument("--ahead", type=Path, required=True, help="folder that videos.media.prospects filled")
    parser.add_argument("--footage", type=Path, nargs="*", default=[], help="clips to learn steadiness on")
    parser.add_argument("--styles", type=Path, required=True, help="folder of the paintings")
    parser.add_argument("--work", type=Path, required=True, help="folder for the checkpoints")
    parser.add_argument("--out", type=Path, default=CATALOGUE, help="where the catalogue is written")
    parser.add_argument("--steps", type=int, default=0, help="so many in each stage, to try the way out")
    return parser.parse_args(words)


def main(words: list[str]) -> int:
    """Stage after stage; the exit code of the first that was stopped."""
    options = arguments(words)
    paths = ["--content", str(options.content), "--styles", str(options.styles)]
    steps = ["--steps", str(options.steps)] if options.steps else []
    for stage in STAGES:
        out = options.work / stage
        clips = ["--footage", *map(str, options.footage)] if options.footage else []
        begin = ["--from", str(options.work / BEFORE[stage] / "base.ckpt")] if stage in BEFORE else []
        if code := base.main([stage, *begin, *paths, *clips, *steps, "--out", str(out)]):
            return code
    out, painted = ["--out", str(options.out)], ["--styles", str(options.styles)]
    ends = {"fine": ("large", "level"), "live": ("live-still", "live-level")}
    ships = {size: options.work / f"between-{size}" / "base.ckpt" for size in ends}
    for size, stages in ends.items():
        between.main([size, *(str(options.work / stage / "base.ckpt") for stage in stages), str(ships[size])])
    publish.main(["--fine", str(ships["fine"]), "--live", str(ships["live"]), *painted, *out])
    besides = [
        "--photographs",
        str(options.content),
        "--ahead",
        str(options.ahead),
        "--work",
        str(options.work),
    ]
    for size in ("fine", "live"):
        extend.main([*painted, *besides, *out, *steps, "--size", size])
    return publish.main([*painted, *out])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
