"""From a trained base to the catalogue that ships: `python -m filters.training.publish --checkpoint FILE …`.

Writes bases/, weights/, styles/ and catalogue.toml. With `--footage` each style is measured on it; with
`--camera-path` the motion between frames is taken from there instead of from optical flow.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from filters.engines.network import NetworkEngine

from . import checkpoint as checkpoints
from .export import WrongFile, read_style, write_base, write_style
from .network import FINE, Painter
from .recipe import CATALOGUE, RecipeStyle, read_recipe
from .yardstick import Yardstick

BASE_NAME = "base-fine"
IMAGE_SIDE = 512  # pixels, the long side of the style images that ship
Picture = NDArray[np.uint8]


def arguments(words: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Write the catalogue from a checkpoint of the base.")
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--styles", type=Path, required=True, help="folder of the paintings")
    parser.add_argument("--out", type=Path, default=CATALOGUE)
    parser.add_argument("--footage", type=Path, help="a clip to measure on")
    parser.add_argument("--camera-path", type=Path, help="JSON with its homographies")
    parser.add_argument("--frames", type=int, default=60, help="consecutive frames for the temporal error")
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args(words)


def main(words: list[str]) -> int:
    """Write everything; the catalogue last, so that it never names a file that is not there."""
    options = arguments(words)
    torch.set_num_threads(options.threads)
    state = checkpoints.load(options.checkpoint)
    if state is None:
        print(f"There is no checkpoint {options.checkpoint}.", file=sys.stderr)
        return 2
    recipe = read_recipe()
    styles = [style for style in recipe if not style.tuned]
    painter = Painter(len(styles), FINE)
    painter.load_state_dict(state["painter"])
    base = options.out / "bases" / f"{BASE_NAME}.safetensors"
    digest = write_base(painter, base, BASE_NAME)
    yardstick = Yardstick(options.footage, options.camera_path, options.frames) if options.footage else None
    for index, style in enumerate(styles):
        write_style(painter, index, weights_of(options.out, style), slug=style.slug, base_sha256=digest)
    tables = []
    for style in recipe:
        weights = weights_of(options.out, style)
        if not style.ships or not belongs(weights, digest):
            weights.unlink(missing_ok=True)
            continue
        image = style.image(options.styles)
        picture = options.out / "styles" / f"{style.slug}.jpg"
        save_style_image(image, picture)
        metrics = {}
        if yardstick is not None:
            engine = NetworkEngine.from_files(base, weights, threads=options.threads)
            metrics = yardstick.measure(engine, image).rounded()
        tables.append(table(style, picture.name, metrics, state))
        print(style.slug, metrics, flush=True)
    (options.out / "catalogue.toml").write_text("\n".join([HEADER, *tables]))
    return 0


def weights_of(out: Path, style: RecipeStyle) -> Path:
    """Where the numbers of a style lie."""
    return out / "weights" / f"{style.slug}.safetensors"


def belongs(weights: Path, digest: str) -> bool:
    """Whether there are numbers, and for this base: those of styles tuned on an older base are of no use."""
    try:
        return bool(read_style(weights, digest))
    except (FileNotFoundError, WrongFile):
        return False


HEADER = "# Written by filters.training.publish from recipe.toml and a checkpoint of the base; do not edit.\n"


def save_style_image(image: Picture, path: Path) -> None:
    """A JPEG of at most 512 pixels, written only where it differs from what is there."""
    small = Image.fromarray(image)
    small.thumbnail((IMAGE_SIDE, IMAGE_SIDE), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=88)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_bytes() != buffer.getvalue():
        path.write_bytes(buffer.getvalue())


def table(style: RecipeStyle, picture: str, metrics: dict[str, float], state: dict[str, Any]) -> str:
    """One [[filter]] of catalogue.toml."""
    settings = state["settings"]
    training = {
        "steps": state["step"],
        "seed": settings["seed"],
        "style_scale": style.scale,
        "style_weight": settings["style_weight"],
        "steadiness_weight": settings["steadiness_weight"],
    }
    lines = [
        "[[filter]]",
        *(f"{key} = {quoted(getattr(style, key))}" for key in ("slug", "name", "description")),
        f"tags = {quoted(list(style.tags))}",
        f"suits = {quoted(list(style.suits))}",
        f"base = {quoted(BASE_NAME)}",
        f"weights = {quoted(f'weights/{style.slug}.safetensors')}",
        f"metrics = {inline(metrics)}",
        f"training = {inline(training)}",
        "[filter.style_image]",
        f"file = {quoted(f'styles/{picture}')}",
        *(f"{key} = {quoted(value)}" for key, value in style.provenance().items()),
        "",
    ]
    return "\n".join(lines)


def quoted(value: str | list[str]) -> str:
    """A TOML string or list of strings; JSON's quoting is valid TOML for what stands in a recipe."""
    return json.dumps(value, ensure_ascii=False)


def inline(values: dict[str, float]) -> str:
    """An inline TOML table of numbers."""
    return "{ " + ", ".join(f"{key} = {value}" for key, value in values.items()) + " }" if values else "{}"


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (OSError, WrongFile) as problem:
        print(problem, file=sys.stderr)
        sys.exit(1)
