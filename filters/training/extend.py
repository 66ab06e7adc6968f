"""Tune the recipe's further styles on the base that ships: `python -m filters.training.extend --content DIR …`.

Writes weights/SLUG.safetensors for every style with `tuned = true`; `publish` then puts them into the catalogue.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch

from .content import ContentSet, read_folder
from .export import read_style, sha256
from .perceptual import Perception
from .publish import BASE_NAME, belongs, weights_of
from .recipe import CATALOGUE, read_recipe
from .tune import tune, tuning_settings


def arguments(words: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Tune further styles on the base that ships.")
    parser.add_argument("--content", type=Path, required=True, help="folder of photographs to learn on")
    parser.add_argument("--styles", type=Path, required=True, help="folder of the paintings")
    parser.add_argument("--out", type=Path, default=CATALOGUE)
    parser.add_argument("--only", nargs="*", default=[], metavar="SLUG")
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(words)


def main(words: list[str]) -> int:
    """Tune one style after the other, each from the mean of those that the base learned."""
    options = arguments(words)
    torch.set_num_threads(options.threads)
    base = options.out / "bases" / f"{BASE_NAME}.safetensors"
    digest, recipe = sha256(base), read_recipe()
    learned = [weights_of(options.out, style) for style in recipe if not style.tuned]
    starts = [path for path in learned if belongs(path, digest)]
    content, perception = ContentSet(read_folder(options.content)), Perception()
    settings = tuning_settings(steps=options.steps, seed=options.seed)
    for style in recipe:
        if not style.tuned or (options.only and style.slug not in options.only):
            continue
        image = style.image(options.styles)
        tuned = tune([image], content, base, starts, settings, style_scale=style.scale, perception=perception)
        if tuned is not None:
            tuned.write(weights_of(options.out, style), style.slug)
            read_style(weights_of(options.out, style), digest)
            print(style.slug, f"{tuned.steps} steps in {tuned.seconds:.0f} s", tuned.history[-1], flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
