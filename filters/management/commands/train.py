"""`manage.py train STYLE.jpg --name NAME`: a new filter from a picture, in minutes, as a draft."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from filters import trainings
from filters.models import TrainingRun
from rotoscope.terminal import Bar

BAD_INPUT = 2


class Command(BaseCommand):
    """Learn the manner of STYLE on the shipped base network."""

    help = "Train a new filter (a draft) from a picture."

    def add_arguments(self, parser: CommandParser) -> None:
        """The same settings as in the browser."""
        parser.add_argument("style", type=Path, metavar="STYLE.jpg")
        parser.add_argument("--name", required=True)
        parser.add_argument("--minutes", type=float, default=5.0, help="how long to train (default 5)")
        parser.add_argument(
            "--steps", type=int, default=0, help="instead: so many steps, the same on any machine"
        )
        parser.add_argument(
            "--footage", type=Path, nargs="+", default=[], metavar="FILE", help="fit it to these clips"
        )
        parser.add_argument(
            "--style-scale", type=float, default=1.0, help="size of the strokes, 0.3 to 3 (default 1)"
        )
        parser.add_argument("--style-weight", type=float, default=4.0, help="how strong (default 4)")
        parser.add_argument(
            "--content-weight", type=float, default=1.0, help="how true to the content (default 1)"
        )
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--json", action="store_true", help="print a summary as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Train, and exit 0 only if the filter can be used."""
        row = _order(options)
        with Bar(sys.stderr) as bar:
            done = trainings.run(row.pk, _shown(bar))
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
    for path in (options["style"], *options["footage"]):
        if not path.is_file():
            raise CommandError(f"There is no file {path}.", returncode=BAD_INPUT)
    wish = trainings.Wish(
        minutes=options["minutes"], steps=options["steps"], style_scale=options["style_scale"],
        style_weight=options["style_weight"], content_weight=options["content_weight"],
        footage=tuple(str(path.resolve()) for path in options["footage"]),
    )  # fmt: skip
    try:
        return trainings.order(
            options["style"], options["name"], None, wish, seed=options["seed"], title=options["style"].stem
        )
    except (trainings.CannotTrain, UnusableStyle) as problem:
        raise CommandError(str(problem), returncode=BAD_INPUT) from None


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
