"""`manage.py train STYLE.jpg [MORE.jpg …] --name NAME`: a new filter from pictures, in minutes, as a draft."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from filters import orders, trainings
from filters.models import TrainingRun
from filters.style_images import WORDS
from filters.training import usual
from filters.training.crop import WHOLE, Crop, crop_from
from rotoscope.common import malloc
from rotoscope.common.endings import as_by_ctrl_c
from rotoscope.common.terminal import Bar

BAD_INPUT = 2


class Command(BaseCommand):
    """Learn the manner of one picture, or what several have in common, on the shipped base network."""

    help = "Train a new filter (a draft) from a picture or several."

    def add_arguments(self, parser: CommandParser) -> None:
        """The same settings as in the browser."""
        parser.add_argument("style", type=Path, nargs="+", metavar="STYLE.jpg")
        parser.add_argument("--name", required=True)
        parser.add_argument(
            "--minutes", type=float, default=usual.MINUTES, help="how long to train (default %(default)g)"
        )
        parser.add_argument(
            "--steps", type=int, default=0, help="instead: so many steps, whatever the machine's pace"
        )
        parser.add_argument(
            "--footage", type=Path, nargs="+", default=[], metavar="FILE", help="fit it to these clips"
        )
        parser.add_argument(
            "--style-scale",
            type=float,
            default=usual.STYLE_SCALE,
            help="size of the strokes, 0.3 to 3 (default %(default)g)",
        )
        parser.add_argument(
            "--style-weight", type=float, default=usual.STYLE_WEIGHT, help="how strong (default %(default)g)"
        )
        parser.add_argument(
            "--content-weight",
            type=float,
            default=usual.CONTENT_WEIGHT,
            help="how true to the content (default %(default)g)",
        )
        parser.add_argument("--seed", type=int, default=usual.SEED)
        parser.add_argument(
            "--crop", action="append", default=[], metavar="LEFT,TOP,WIDTH,HEIGHT[,TURN]",
            help="the part of a picture to learn from, as shares of it turned clockwise by TURN degrees "
            "(once for each picture, in their order)",
        )  # fmt: skip
        for word in WORDS:
            parser.add_argument(
                f"--{word}", action="append", default=[], help=f"{word} of a picture (once for each)"
            )
        parser.add_argument("--json", action="store_true", help="print a summary as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Train, and exit 0 only if the filter can be used."""
        malloc.keep_large_blocks()
        row = _order(options)
        with as_by_ctrl_c():
            try:
                with Bar(sys.stderr) as bar:
                    done = trainings.run(row.pk, _shown(bar))
            except KeyboardInterrupt:  # or a worker of this installation would take it up and go on
                trainings.cancel(row)
                raise
        row.refresh_from_db()
        if not done:
            raise CommandError(row.error or "Training ended without a result.")
        summary = _summary(row)
        self.stdout.write(json.dumps(summary) if options["json"] else _sentence(summary))


def _order(options: dict[str, Any]) -> TrainingRun:
    """The run, or an error about what was handed in."""
    try:
        from filters.training.styles import UnusableStyle
    except ModuleNotFoundError as missing:
        raise CommandError("Training needs PyTorch: pip install -r requirements-train.txt") from missing
    for path in (*options["style"], *options["footage"]):
        if not path.is_file():
            raise CommandError(f"There is no file {path}.", returncode=BAD_INPUT)
    wish = orders.Wish(
        minutes=options["minutes"], steps=options["steps"], style_scale=options["style_scale"],
        style_weight=options["style_weight"], content_weight=options["content_weight"],
        footage=tuple(str(path.resolve()) for path in options["footage"]),
    )  # fmt: skip
    try:
        return orders.order(_pieces(options), options["name"], None, wish, seed=options["seed"])
    except (orders.CannotTrain, UnusableStyle) as problem:
        raise CommandError(str(problem), returncode=BAD_INPUT) from None


def _pieces(options: dict[str, Any]) -> list[orders.Piece]:
    """The pictures with what was said of each; a title is found in the name of the file."""
    for word in ("crop", *WORDS):
        if len(options[word]) > len(options["style"]):
            raise orders.CannotTrain(
                f"--{word} is said once for each picture, in their order: it is there too often."
            )
    pieces = []
    for place, path in enumerate(options["style"]):
        words = {word: options[word][place] for word in WORDS if place < len(options[word])}
        crop = _crop(options["crop"][place]) if place < len(options["crop"]) else WHOLE
        pieces.append(orders.Piece(path, crop, {"title": path.stem, **words}))
    return pieces


def _crop(text: str) -> Crop:
    """LEFT,TOP,WIDTH,HEIGHT[,TURN]. Raises CannotTrain."""
    try:
        numbers = [float(one) for one in text.split(",")]
    except ValueError:
        raise orders.CannotTrain(f"--crop {text}: numbers with commas between them are needed.") from None
    try:
        return crop_from([*numbers, 0.0][:5] if len(numbers) == 4 else numbers)
    except ValueError as problem:
        raise orders.CannotTrain(f"--crop {text}: {problem}") from None


def _shown(bar: Bar) -> Any:
    """Progress on the terminal: the two losses that matter."""

    def show(step: int, total: int, losses: dict[str, float]) -> None:
        bar(
            f"step {step} of {total}, style {losses['style']:.3f}, content {losses['content']:.3f}",
            step / total,
        )

    return show


def _summary(row: TrainingRun) -> dict[str, Any]:
    assert row.filter is not None
    return {
        "filter": row.filter.slug,
        "run": row.pk,
        "steps": row.step,
        "seconds": round(row.seconds, 1),
        "device": row.device,
        "seed": row.seed,
        **row.metrics,
    }


def _sentence(summary: dict[str, Any]) -> str:
    return (
        f"“{summary['filter']}” is a draft now: {summary['steps']} steps in {summary['seconds']:.0f} s on "
        f"{summary['device']}, style distance {summary['style_distance']:.2f}, "
        f"content distance {summary['content_distance']:.2f}"
    )
