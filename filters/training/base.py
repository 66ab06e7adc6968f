"""The recipe of the shipped base network: `python -m filters.training.base --content DIR --styles DIR --out DIR`."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

import torch
from torch import Tensor

from .content import ContentSet, read_folder
from .footage import read_frames
from .network import FINE, Painter
from .perceptual import Perception
from .recipe import read_recipe
from .styles import style_picture, style_targets
from .trainer import Losses, Settings, Training


def arguments(words: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Train the base network on all styles of the recipe.")
    parser.add_argument("--content", type=Path, required=True, help="folder of photographs to learn on")
    parser.add_argument(
        "--footage", type=Path, nargs="*", default=[], help="clips of which 40 frames each are added"
    )
    parser.add_argument("--styles", type=Path, required=True, help="folder of the paintings")
    parser.add_argument("--out", type=Path, required=True, help="folder for the checkpoint")
    parser.add_argument(
        "--steps", type=int, default=4000, help="end after so many steps (the same on every run)"
    )
    parser.add_argument("--minutes", type=float, default=0.0, help="or after so many minutes of training")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1889)
    return parser.parse_args(words)


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
    for clip in options.footage:
        pictures += read_frames(clip, count=40)
    styles = [style for style in read_recipe() if not style.tuned]
    perception = Perception()
    targets = style_targets([style_picture(s.image(options.styles), s.scale) for s in styles], perception)
    settings = Settings(steps=options.steps, seconds=options.minutes * 60, seed=options.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    painter = Painter(len(styles), FINE).to(device)
    training = Training(
        painter, targets, ContentSet(pictures), settings, perception, options.out / "base.ckpt"
    )
    asked_to_stop: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: asked_to_stop.append(number))
    return 0 if training.run(report, lambda: bool(asked_to_stop)) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
