"""One stage of the shipped base networks: `python -m filters.making.base STAGE --content DIR --styles DIR --out DIR`.

The stages are those of stages.py; all but the first need `--from`, the checkpoint of the one before.
`python -m filters.making.whole` runs all of them.
"""

from __future__ import annotations

import argparse
import signal
import sys
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from filters.training import checkpoint as checkpoints
from filters.training.content import ContentSet, read_folder
from filters.training.drawn import kept_landscapes
from filters.training.footage import read_frames, read_pairs
from filters.training.network import SIZES, Painter
from filters.training.objective import Objective
from filters.training.perceptual import Perception
from filters.training.settings import Settings
from filters.training.styles import style_picture, style_targets
from filters.training.trainer import Losses, Training
from rotoscope.common import malloc

from .distil import Distillation
from .recipe import RecipeStyle, read_recipe
from .stages import BEFORE, BY_STYLE, DRAWN, LIVE, MOST_ENLARGED, REPEATED, STAGES


def arguments(words: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Train the base network on all styles of the recipe.")
    parser.add_argument("stage", choices=list(STAGES))
    parser.add_argument(
        "--from", dest="before", type=Path, metavar="CKPT", help="checkpoint of the stage before"
    )
    parser.add_argument("--content", type=Path, required=True, help="folder of photographs to learn on")
    parser.add_argument(
        "--footage", type=Path, nargs="*", default=[], help="clips of which 40 frames each are added"
    )
    parser.add_argument("--styles", type=Path, required=True, help="folder of the paintings")
    parser.add_argument("--out", type=Path, required=True, help="folder for the checkpoint")
    parser.add_argument(
        "--steps", type=int, default=0, help="end after so many steps (the same on every run)"
    )
    parser.add_argument("--minutes", type=float, default=0.0, help="or after so many minutes of training")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1889)
    options = parser.parse_args(words)
    if (options.before is None) == (options.stage in BEFORE):
        parser.error("every stage but “start” needs --from, and that one takes none")
    return options


def settings_for(options: argparse.Namespace, styles: list[RecipeStyle]) -> Settings:
    """The stage's settings, as long as was asked for."""
    stage = STAGES[options.stage]
    weights: tuple[float, ...] = ()
    if options.stage in BY_STYLE:
        weights = tuple(style.truth_in(options.stage) for style in styles)
    return replace(
        stage,
        steps=options.steps or stage.steps,
        seconds=options.minutes * 60,
        seed=options.seed,
        content_weights=weights,
    )


def learned(path: Path, painter: Painter) -> int:
    """Give the network the weights of a checkpoint; the steps behind them. Raises OSError where there is none."""
    state = checkpoints.stored(path)
    painter.load_state_dict(state["painter"])
    return int(state["before"] + state["step"])


def content_of(options: argparse.Namespace) -> ContentSet:
    """The photographs, landscapes of our own, frames of the footage, and pairs of consecutive ones."""
    least = max(STAGES[options.stage].late_sizes) / MOST_ENLARGED
    pictures = [picture for picture in read_folder(options.content) if min(picture.shape[:2]) >= least]
    pictures *= REPEATED.get(options.stage, 1)
    pictures += kept_landscapes(options.out.parent / "landscapes", DRAWN.get(options.stage, 0))
    pairs = []
    for clip in options.footage:
        pictures += read_frames(clip, count=40)
        pairs += read_pairs(clip, count=40)
    return ContentSet(pictures, pairs)


def training_of(options: argparse.Namespace) -> Training:
    """The stage, ready to run or to go on. Raises OSError where something cannot be read."""
    torch.manual_seed(options.seed)
    content = content_of(options)
    styles = [style for style in read_recipe() if not style.tuned]
    perception = Perception()
    targets = style_targets([style_picture(s.image(options.styles), s.scale) for s in styles], perception)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    material = (targets, content, settings_for(options, styles), perception)
    painter = Painter(len(styles), SIZES["live" if options.stage in LIVE else "fine"])
    checkpoint = options.out / "base.ckpt"
    if options.stage == "live":
        teacher = Painter(len(styles), SIZES["fine"])
        learned(options.before, teacher)
        return Training(Distillation(painter.to(device), teacher, *material), checkpoint)
    before = learned(options.before, painter) if options.before is not None else 0
    training = Training(Objective(painter.to(device), *material), checkpoint)
    training.before = before
    return training


def report(step: int, total: int, losses: Losses, preview: Tensor | None, seconds: float) -> None:
    """A line for every tenth step."""
    if step % 10 == 0:
        figures = "  ".join(f"{name} {value:.4f}" for name, value in losses.items())
        print(f"{step:5d}/{total}  {figures}", flush=True)


def main(words: list[str]) -> int:
    """Train, or go on from the checkpoint in `--out`; 1 where SIGTERM ended it early."""
    options = arguments(words)
    torch.set_num_threads(options.threads)
    malloc.keep_large_blocks()
    training = training_of(options)
    asked_to_stop: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: asked_to_stop.append(number))
    try:
        return 0 if training.run(report, lambda: bool(asked_to_stop)) else 1
    finally:
        signal.signal(signal.SIGTERM, before)  # what comes after a stage can be ended as any program


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
