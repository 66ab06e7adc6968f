"""A new style on a base that stays as it is: only the numbers of its normalizations are learned, in minutes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from filters import sha256

from . import usual
from .content import ContentSet
from .export import assemble, mean_style, read_style, style_numbers, write_numbers
from .objective import Objective
from .perceptual import Perception
from .settings import Settings
from .styles import style_picture, style_targets
from .trainer import Losses, OnProgress, Training

Picture = NDArray[np.uint8]

TUNING = Settings(
    steps=1200, seconds=300, contents=1, styles_per_content=1, early_sizes=(320,), late_sizes=(576,),
    style_rate=3e-2, style_weight=usual.STYLE_WEIGHT, evenness_weight=12.0, lattice_weight=6.0,
    steadiness_weight=100.0, steadiness_aim=0.0125, steady_from=0.0, steady_full=0.05, checkpoint_every=25,
    late_from=0.5, fall_from=0.5, seed=usual.SEED, freeze_base=True,
)  # fmt: skip
"""One square a step, nearly as large as a frame is high: a style is told by the statistics of a whole frame, and small
squares are asked for all of them in places where a frame has few. Steadiness is held at a loss that is a temporal error
of about 0.02 on a flight: styles full of fine detail have it count more, calm ones less."""


@dataclass(frozen=True)
class Tuned:
    """A finished tuning: the numbers, and what happened on the way."""

    numbers: dict[str, Tensor]
    steps: int
    seconds: float
    history: list[Losses]
    base_sha256: str
    content_sha256: str
    device: str
    is_whole: bool = True
    """Whether it came to its end, and was not stopped before."""

    def write(self, path: Path, slug: str) -> str:
        """Write the style file; its SHA-256."""
        return write_numbers(self.numbers, path, slug=slug, base_sha256=self.base_sha256)


def tuning_settings(
    *,
    minutes: float = usual.MINUTES,
    seed: int = usual.SEED,
    style_weight: float = TUNING.style_weight,
    content_weight: float = TUNING.content_weight,
    steps: int = 0,
) -> Settings:
    """Settings for a tuning by time, or, with `steps`, by steps: the same numbers on every run with that seed."""
    if steps:
        length = replace(TUNING, steps=steps, seconds=0.0)
    else:
        length = replace(TUNING, steps=1_000_000, seconds=minutes * 60)
    return replace(length, seed=seed, style_weight=style_weight, content_weight=content_weight)


def tune(
    style_images: Sequence[Picture],
    content: ContentSet,
    base: Path,
    starts: Sequence[Path],
    settings: Settings,
    *,
    style_scale: float = 1.0,
    checkpoint: Path | None = None,
    standing: Sequence[Picture] = (),
    on_progress: OnProgress | None = None,
    should_stop: Callable[[], bool] | None = None,
    perception: Perception | None = None,
) -> Tuned | None:
    """Learn one style from one or several pictures (their Gram matrices are averaged).

    `starts` are style files of the same base, from whose mean the numbers start. `style_scale` is the size of
    strokes. `standing` are pictures of equal size (sides multiples of 8) that are painted for previews. With a
    `checkpoint` that exists, goes on from it. None where `should_stop` ended it early. Raises TrainingFailed.
    """
    perception = perception or Perception()
    base_sha256 = sha256.of_file(base)
    painter = assemble(base, [mean_style([read_style(path, base_sha256) for path in starts])])
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    perception = perception.to(device)
    targets = _mean_targets((style_picture(image, style_scale) for image in style_images), perception, device)
    objective = Objective(painter.to(device), targets, content, settings, perception)
    training = Training(objective, checkpoint)
    training.standing = _stack(standing)
    if not training.run(on_progress, should_stop):
        return None
    return Tuned(
        style_numbers(painter, 0),
        training.step,
        training.elapsed,
        training.history,
        base_sha256,
        content.fingerprint(),
        device.type,
    )


def _mean_targets(
    pictures: Iterable[Tensor], perception: Perception, device: torch.device
) -> dict[str, Tensor]:
    """The mean Gram matrices (1, C, C) of style images (1, 3, H, W), by layer; one at a time is in memory."""
    targets = style_targets((picture.to(device) for picture in pictures), perception)
    return {layer: grams.mean(0, keepdim=True) for layer, grams in targets.items()}


def _stack(pictures: Sequence[Picture]) -> Tensor | None:
    """Pictures (H, W, 3) of one size as (N, 3, H, W) in 0..1, or None where there are none."""
    if not pictures:
        return None
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 255
