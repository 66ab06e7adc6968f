"""`manage.py evaluate --filter SLUG --footage FILE`: measure a filter, and keep the figures with its version."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser

from filters.engines.base import EngineError
from filters.engines.network import NetworkEngine
from filters.models import Filter
from filters.service import make_engine
from rotoscope.files import local_path

BAD_INPUT = 2


class Command(BaseCommand):
    """Style distance, content distance and temporal error, as docs/training.md defines them."""

    help = (
        "Measure a filter on footage. The camera path gives exact motion; without it, optical flow is used."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """What to measure, on what."""
        parser.add_argument("--filter", required=True, metavar="SLUG")
        parser.add_argument("--footage", required=True, type=Path, metavar="FILE")
        parser.add_argument("--camera-path", type=Path, metavar="FILE.json")
        parser.add_argument(
            "--frames", type=int, default=60, help="consecutive frames for the temporal error"
        )
        parser.add_argument("--json", action="store_true", help="print the figures as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure, store, print."""
        chosen = Filter.objects.with_pictures().filter(slug=options["filter"], current__isnull=False).first()
        if chosen is None or chosen.style_image is None:
            raise CommandError(
                f"There is no filter “{options['filter']}” that can be measured.", returncode=BAD_INPUT
            )
        figures = _measured(chosen, options)
        version = chosen.current
        assert version is not None
        version.metrics = {**version.metrics, **figures}
        version.save(update_fields=["metrics"])
        words = ", ".join(f"{name.replace('_', ' ')} {value:.4f}" for name, value in figures.items())
        self.stdout.write(json.dumps({"filter": chosen.slug, **figures}) if options["json"] else words)


def _measured(chosen: Filter, options: dict[str, Any]) -> dict[str, float]:
    try:
        from filters.training.styles import UnusableStyle, load_style_image
        from filters.training.yardstick import Yardstick
    except ModuleNotFoundError as missing:
        raise CommandError("Measuring needs PyTorch: pip install -r requirements-train.txt") from missing
    assert chosen.style_image is not None
    assert chosen.current is not None
    try:
        yardstick = Yardstick(options["footage"], options["camera_path"], options["frames"])
        style: np.typing.NDArray[np.uint8] = load_style_image(local_path(chosen.style_image.image))
    except (OSError, ValueError, KeyError, UnusableStyle) as problem:
        raise CommandError(f"This cannot be measured on: {problem}", returncode=BAD_INPUT) from None
    try:
        engine = make_engine(chosen.current)
        if not isinstance(engine, NetworkEngine):
            raise CommandError("Only networks of our own can be measured.", returncode=BAD_INPUT)
        return yardstick.measure(engine, style).rounded()
    except EngineError as problem:
        raise CommandError(str(problem)) from None
