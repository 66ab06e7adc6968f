"""Tune the recipe's further styles on a base that ships: `python -m filters.making.extend --styles DIR …`.

As `manage.py train` does it: on landscapes that the product draws, unless photographs are named. Styles of which the
recipe says so learn on `--photographs` too: those of a folder that are as large as a drone's, each counted three times;
and some of them on half of the landscapes, and on stills of places that a drone looks ahead at (`--ahead`, a folder
that `python -m videos.media.prospects` fills).
Writes weights/SIZE/SLUG.safetensors for every style with `tuned = true`; `publish` then puts them into the catalogue.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch

from filters import sha256
from filters.training.content import ContentSet, read_folder
from filters.training.export import mean_style, read_style
from filters.training.network import SIZES
from filters.training.perceptual import Perception
from filters.training.scenes import landscapes
from filters.training.settings import Settings
from filters.training.tune import TUNING, Tuned, tune, tuning_settings
from rotoscope.common import malloc

from .publish import base_of, weights_of
from .recipe import CATALOGUE, RecipeStyle, read_recipe
from .stages import MOST_ENLARGED

LANDSCAPES = 96  # drawn, where no photographs are named
REPEATED = 3  # how often a photograph beside them counts


def arguments(words: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Tune further styles on the bases that ship.")
    parser.add_argument("--content", type=Path, help="folder of photographs to learn on instead")
    parser.add_argument("--photographs", type=Path, help="folder of those that some styles learn on too")
    parser.add_argument("--ahead", type=Path, help="folder of stills that some styles learn on too")
    parser.add_argument("--styles", type=Path, required=True, help="folder of the paintings")
    parser.add_argument("--out", type=Path, default=CATALOGUE)
    parser.add_argument("--work", type=Path, help="folder for the checkpoints, to go on where it was stopped")
    parser.add_argument("--size", choices=list(SIZES), default="fine")
    parser.add_argument("--only", nargs="*", default=[], metavar="SLUG")
    parser.add_argument("--steps", type=int, default=140, help="the same number on any machine")
    parser.add_argument("--minutes", type=float, default=0.0, help="instead: by the clock")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(words)


def main(words: list[str]) -> int:
    """Tune one style after the other, each from those that the base learned."""
    options = arguments(words)
    torch.set_num_threads(options.threads)
    malloc.keep_large_blocks()
    base, recipe = base_of(options.out, options.size), read_recipe()
    learned = [weights_of(options.out, options.size, style) for style in recipe if not style.tuned]
    perception = Perception()
    steps = 0 if options.minutes else options.steps
    settings = tuning_settings(steps=steps, minutes=options.minutes, seed=options.seed)
    for style in recipe:
        if not style.tuned or (options.only and style.slug not in options.only):
            continue
        content, image = content_of(options, style), style.image(options.styles)
        own = own_settings(settings, style)
        kept = checkpoint_of(options.work, options.size, style, base)
        tuned = tune(
            [image], content, base, learned, own,
            style_scale=style.scale, checkpoint=kept, perception=perception,
        )  # fmt: skip
        if tuned is not None:
            weights = weights_of(options.out, options.size, style)
            with_own_left(tuned, learned, style.own_on(options.size)).write(weights, style.slug)
            weights.with_suffix(".json").write_text(json.dumps(told(tuned, own)) + "\n")
            print(style.slug, f"{tuned.steps} steps in {tuned.seconds:.0f} s", tuned.history[-1], flush=True)
    return 0


def checkpoint_of(work: Path | None, size: str, style: RecipeStyle, base: Path) -> Path | None:
    """Where what a style has learned so far is kept, if it is. Numbers belong to their base, so it is in the name."""
    return work and work / f"tuned-{size}" / f"{style.slug}-{sha256.of_file(base)[:12]}.ckpt"


def own_settings(settings: Settings, style: RecipeStyle) -> Settings:
    """The settings as the recipe wants them for this style."""
    return replace(settings, content_weight=style.truth, content_aim=style.aim, lattice_weight=style.lattice)


def with_own_left(tuned: Tuned, learned: Sequence[Path], own: float) -> Tuned:
    """The same with numbers between the mean of those that the base learned, 0, and their own, 1."""
    mean = mean_style([read_style(path, tuned.base_sha256) for path in learned])
    return replace(
        tuned, numbers={name: mean[name].float().lerp(value, own) for name, value in tuned.numbers.items()}
    )


def content_of(options: argparse.Namespace, style: RecipeStyle) -> ContentSet:
    """What the style is learned on. Raises OSError where a picture cannot be read, SystemExit where none are named."""
    drawn = LANDSCAPES // 2 if style.ahead else LANDSCAPES
    pictures = read_folder(options.content) if options.content else list(landscapes(drawn))
    if style.photographs:
        least = max(TUNING.late_sizes) / MOST_ENLARGED
        taken = read_folder(_named(options.photographs, style, "--photographs"))
        pictures += [picture for picture in taken if min(picture.shape[:2]) >= least] * REPEATED
    if style.ahead:
        pictures += read_folder(_named(options.ahead, style, "--ahead"))
    return ContentSet(pictures)


def _named(folder: Path | None, style: RecipeStyle, option: str) -> Path:
    """The folder that an option names, which this style needs. Raises SystemExit without one."""
    if folder is None:
        raise SystemExit(f"{style.slug} is learned on more pictures: name their folder with {option}.")
    return folder


def told(tuned: Tuned, settings: Settings) -> dict[str, float]:
    """What the catalogue says of the training."""
    weights = ("style_weight", "content_weight", "lattice_weight", "steadiness_weight")
    kept = ("seed", *weights, "content_aim", "steadiness_aim")
    return {"steps": tuned.steps, **{name: getattr(settings, name) for name in kept}}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
