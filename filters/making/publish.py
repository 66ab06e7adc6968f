"""From trained bases to the catalogue that ships: `python -m filters.making.publish --fine FILE --live FILE …`.

Writes bases/, weights/, styles/ and catalogue.toml. With `--footage` each style is measured on it; with
`--camera-path` the motion between frames is taken from there instead of from optical flow. Figures of weights that
did not change are kept.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import tomllib
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from filters import sha256
from filters.engines.network import NetworkEngine
from filters.training import checkpoint as checkpoints
from filters.training.export import WrongFile, read_style, write_base, write_style
from filters.training.network import SIZES, Painter
from filters.training.styles import at_reference
from filters.training.yardstick import Yardstick

from .recipe import CATALOGUE, RecipeStyle, read_recipe

QUALITY = 92  # of the style images that ship, colours at full size
Picture = NDArray[np.uint8]
Metrics = dict[str, float]


def arguments(words: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Write the catalogue from checkpoints of the bases.")
    for size in SIZES:
        parser.add_argument(
            f"--{size}", type=Path, help=f"checkpoint of the {size} base; without, the one there is"
        )
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
    recipe = read_recipe()
    known = known_metrics(options.out)
    for size in SIZES:
        if getattr(options, size) is not None:
            write_size(options.out, size, getattr(options, size), recipe)
    yardstick = Yardstick(options.footage, options.camera_path, options.frames) if options.footage else None
    tables = []
    for style in recipe:
        sizes = [size for size in SIZES if belongs(options.out, size, style)]
        if not style.ships or "fine" not in sizes:
            continue
        image = style.image(options.styles)
        picture = options.out / "styles" / f"{style.slug}.jpg"
        save_style_image(image, picture)
        measured = {}
        for size in sizes:
            weights = weights_of(options.out, size, style)
            found = known.get(sha256.of_file(weights), {})
            if yardstick is not None and not found:
                engine = NetworkEngine.from_files(
                    base_of(options.out, size), weights, threads=options.threads
                )
                found = yardstick.measure(engine, image).rounded()
            measured[size] = found
        tables.append(table(style, picture.name, measured, training_of(options.out, style)))
        print(style.slug, measured, flush=True)
    (options.out / "catalogue.toml").write_text("\n".join([HEADER, *tables]))
    return 0


def write_size(out: Path, size: str, checkpoint: Path, recipe: list[RecipeStyle]) -> None:
    """The base of one size and the numbers of all styles it learned. Raises OSError without a checkpoint."""
    state = checkpoints.stored(checkpoint)
    learned = [style for style in recipe if not style.tuned]
    painter = Painter(len(learned), SIZES[size])
    painter.load_state_dict(state["painter"])
    digest = write_base(painter, base_of(out, size), f"base-{size}")
    for index, style in enumerate(learned):
        write_style(painter, index, weights_of(out, size, style), slug=style.slug, base_sha256=digest)
    kept = ("seed", "style_weight", "steadiness_weight")
    told = {"steps": state["before"] + state["step"], **{name: state["settings"][name] for name in kept}}
    base_of(out, size).with_suffix(".json").write_text(json.dumps(told) + "\n")


def known_metrics(out: Path) -> dict[str, Metrics]:
    """Figures of the catalogue that is there, by the SHA-256 of the weights they were measured with."""
    listing = out / "catalogue.toml"
    if not listing.exists():
        return {}
    known = {}
    for one in tomllib.loads(listing.read_text()).get("filter", []):
        for part in (one, one.get("live", {})):
            weights = out / str(part.get("weights", ""))
            if weights.is_file():
                known[sha256.of_file(weights)] = dict(part.get("metrics", {}))
    return known


def base_of(out: Path, size: str) -> Path:
    """Where the base of a size lies."""
    return out / "bases" / f"base-{size}.safetensors"


def weights_of(out: Path, size: str, style: RecipeStyle) -> Path:
    """Where the numbers of a style on the base of a size lie."""
    return out / "weights" / size / f"{style.slug}.safetensors"


def belongs(out: Path, size: str, style: RecipeStyle) -> bool:
    """Whether there are numbers, and for this base: those of styles tuned on an older base are of no use."""
    try:
        return bool(read_style(weights_of(out, size, style), sha256.of_file(base_of(out, size))))
    except (FileNotFoundError, WrongFile):
        return False


def training_of(out: Path, style: RecipeStyle) -> dict[str, float]:
    """How the numbers of a style on the fine base came about."""
    beside = (
        weights_of(out, "fine", style).with_suffix(".json")
        if style.tuned
        else base_of(out, "fine").with_suffix(".json")
    )
    told: dict[str, float] = json.loads(beside.read_text()) if beside.exists() else {}
    return {**told, "style_scale": style.scale}


HEADER = "# Written by filters.making.publish from recipe.toml and a checkpoint of the base; do not edit.\n"


def save_style_image(image: Picture, path: Path) -> None:
    """A JPEG as large as it is learned from and judged by, written only where it differs from what is there.

    Made smaller or otherwise it would be another style: The Great Wave with a long side of 512 pixels, enlarged
    again, has a style distance of 0.09 from itself.
    """
    buffer = io.BytesIO()
    learned = Image.fromarray(at_reference(image))
    learned.save(buffer, "JPEG", quality=QUALITY, subsampling=0)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_bytes() != buffer.getvalue():
        path.write_bytes(buffer.getvalue())


def table(style: RecipeStyle, picture: str, measured: dict[str, Metrics], training: dict[str, float]) -> str:
    """One [[filter]] of catalogue.toml, with its live twin where `measured` has one."""
    lines = [
        "[[filter]]",
        *(f"{key} = {quoted(getattr(style, key))}" for key in ("slug", "name", "description")),
        f"tags = {quoted(list(style.tags))}",
        f"suits = {quoted(list(style.suits))}",
        *version(style, "fine", measured["fine"]),
        *(["tuned = true"] if style.tuned else []),
        f"training = {inline(training)}",
        *(["[filter.live]", *version(style, "live", measured["live"])] if "live" in measured else []),
        "[filter.style_image]",
        f"file = {quoted(f'styles/{picture}')}",
        *(f"{key} = {quoted(value)}" for key, value in style.provenance().items()),
        "",
    ]
    return "\n".join(lines)


def version(style: RecipeStyle, size: str, metrics: Metrics) -> list[str]:
    """The lines that name what is run."""
    return [
        f"base = {quoted(f'base-{size}')}",
        f"weights = {quoted(f'weights/{size}/{style.slug}.safetensors')}",
        f"metrics = {inline(metrics)}",
    ]


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
