"""The recipe of the shipped base networks: `python -m filters.training.base --content DIR --styles DIR --out DIR`.

The fine one learns by itself and is finished on larger squares with `--finish FINE.ckpt`; the live one, with
`--size live --teacher FINE.ckpt`, learns from the fine one.
"""

from __future__ import annotations

import argparse
import signal
import sys
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from . import checkpoint as checkpoints
from .content import ContentSet, read_folder
from .distil import Distillation
from .footage import read_frames, read_pairs
from .network import SIZES, Painter
from .perceptual import Perception
from .recipe import read_recipe
from .styles import style_picture, style_targets
from .trainer import Losses, Settings, Training

BASE = Settings(steps=3600, steady_from=0.128, steady_full=0.383)
FINISH = Settings(
    steps=3200, contents=1, early_sizes=(224, 256), late_sizes=(256, 288), rate=1.5e-3, style_rate=8e-3,
    steadiness_weight=24.0, steady_from=0.0, steady_full=0.02, late_from=0.5, fall_from=0.4,
)  # fmt: skip


def arguments(words: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Train the base network on all styles of the recipe.")
    parser.add_argument("--content", type=Path, required=True, help="folder of photographs to learn on")
    parser.add_argument(
        "--footage", type=Path, nargs="*", default=[], help="clips of which 40 frames each are added"
    )
    parser.add_argument("--styles", type=Path, required=True, help="folder of the paintings")
    parser.add_argument("--out", type=Path, required=True, help="folder for the checkpoint")
    parser.add_argument("--size", choices=list(SIZES), default="fine")
    parser.add_argument("--finish", type=Path, help="checkpoint of a base to go on with, on larger squares")
    parser.add_argument("--teacher", type=Path, help="checkpoint of a fine base to learn from")
    parser.add_argument(
        "--steps", type=int, default=0, help="end after so many steps (the same on every run)"
    )
    parser.add_argument("--minutes", type=float, default=0.0, help="or after so many minutes of training")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1889)
    return parser.parse_args(words)


def settings_for(options: argparse.Namespace) -> Settings:
    """How to train: at length on small squares, or to the end on large ones."""
    chosen = FINISH if options.finish else BASE
    return replace(
        chosen, steps=options.steps or chosen.steps, seconds=options.minutes * 60, seed=options.seed
    )


def painter_for(options: argparse.Namespace, styles: int) -> Painter:
    """A new network, or the one to be finished."""
    painter = Painter(styles, SIZES[options.size])
    return learned(options.finish, painter) if options.finish else painter


def learned(path: Path, painter: Painter) -> Painter:
    """The network with the weights of a checkpoint. Raises OSError where there is none."""
    state = checkpoints.load(path)
    if state is None:
        raise OSError(f"There is no checkpoint {path}.")
    painter.load_state_dict(state["painter"])
    return painter


def report(step: int, total: int, losses: Losses, preview: Tensor | None) -> None:
    """A line for every tenth step."""
    if step % 10 == 0:
        figures = "  ".join(f"{name} {value:.4f}" for name, value in losses.items())
        print(f"{step:5d}/{total}  {figures}", flush=True)


def main(words: list[str]) -> int:
    """Train, or go on from the checkpoint in `--out`."""
    options = arguments(words)
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    pictures = read_folder(options.content)
    pairs = []
    for clip in options.footage:
        pictures += read_frames(clip, count=40)
        pairs += read_pairs(clip, count=40)
    styles = [style for style in read_recipe() if not style.tuned]
    perception = Perception()
    targets = style_targets([style_picture(s.image(options.styles), s.scale) for s in styles], perception)
    settings = replace(settings_for(options), content_weights=tuple(style.truth for style in styles))
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    painter = painter_for(options, len(styles)).to(device)
    material = (targets, ContentSet(pictures, pairs), settings, perception, options.out / "base.ckpt")
    if options.teacher is None:
        training = Training(painter, *material)
    else:
        teacher = learned(options.teacher, Painter(len(styles), SIZES["fine"]))
        training = Distillation(painter, teacher, *material)
    asked_to_stop: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: asked_to_stop.append(number))
    return 0 if training.run(report, lambda: bool(asked_to_stop)) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
