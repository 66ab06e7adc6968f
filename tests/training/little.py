"""A training so small that it can be repeated: in a test, or as a process of its own that can be killed.

`python -m tests.training.little CHECKPOINT` trains to the end, saying every step, or goes on from the checkpoint.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from filters.training.content import ContentSet
from filters.training.network import Architecture, Painter
from filters.training.objective import Objective
from filters.training.perceptual import Perception
from filters.training.settings import Settings
from filters.training.styles import style_targets
from filters.training.trainer import Training

SMALL = Architecture(stem=8, quarter=8, eighth=8, head=8, encoder_blocks=1, eighth_blocks=1)
QUICK = Settings(
    steps=4, contents=1, styles_per_content=2, early_sizes=(64,), late_sizes=(64,), steady_from=0, steady_full=0.1,
    checkpoint_every=1,
)  # fmt: skip


def two_styles(perception: Perception) -> dict[str, Tensor]:
    """Gram matrices of two pictures of noise."""
    generator = torch.Generator().manual_seed(2)
    return style_targets([torch.rand(1, 3, 64, 64, generator=generator) for _ in range(2)], perception)


def training(
    perception: Perception, targets: dict[str, Tensor], settings: Settings = QUICK, path: Path | None = None
) -> Training:
    """The same training each time."""
    torch.manual_seed(7)
    pictures = np.random.default_rng(3).integers(0, 255, (2, 160, 200, 3), np.uint8)
    return Training(Objective(Painter(2, SMALL), targets, ContentSet(pictures), settings, perception), path)


def main(checkpoint: Path) -> None:
    """Train, with sums in one order."""
    torch.set_num_threads(1)
    perception = Perception()
    run = training(perception, two_styles(perception), path=checkpoint)
    run.run(lambda step, *told: print(step, flush=True))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
