"""`manage.py check_suggestions FILE …`: are suggestions right? Predicted beside measured, on footage of your own."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, fields
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser

from filters.engines.base import EngineError
from filters.engines.network import NetworkEngine
from filters.models import Filter
from filters.service import make_engine
from filters.training.traits import Traits
from rotoscope.common.terminal import Bar
from videos.evaluation import NO_PYTORCH, NotMeasurable, judge_of
from videos.media.standing_frames import SHIFT
from videos.media.statistics import statistics
from videos.suggestions.check import Agreement, Profiles, Worth, compare_each, left_out, worth_of_each
from videos.suggestions.choose import COUNT
from videos.suggestions.features import features

if TYPE_CHECKING:
    from filters.training.profile import Profiler, View

BAD_INPUT = 2
LEAST_LINES, MOST_LINES = 64, 4320
PICTURES = {".jpg", ".jpeg", ".png"}


class Command(BaseCommand):
    """Needs PyTorch; stores nothing. Two looks of VGG-16 at each frame for every filter: minutes at 720 lines."""

    help = (
        "Compare what suggestions predict with what is measured, on clips and pictures. Without any, each standing "
        "frame is told from the others: nothing is painted, and PyTorch is not needed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """On what, and how much of it."""
        parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="clips or pictures")
        parser.add_argument("--frames", type=int, default=3, help="of each clip (default 3)")
        parser.add_argument("--lines", type=int, default=720, help="at which to measure (default 720)")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure every judged filter on every frame, compare, print."""
        _refuse(options)
        filters = list(
            Filter.objects.usable()
            .filter(current__judgement__isnull=False, engine=Filter.Engine.NETWORK, style_image__isnull=False)
            .select_related("current__judgement", "style_image")
        )
        if len(filters) < 3:
            raise CommandError("At least three filters must be evaluated first: manage.py evaluate --all")
        if options["files"]:
            sets: list[Profiles] = [_measured(filters, options)]
            frames = f"{len(sets[0][0][1])} frames of {options['lines']} lines"
        else:
            sets = left_out([one.current.judgement.profile for one in filters if one.current is not None])
            frames = f"{len(sets)} standing frames, each told from the others"
        found, gain = compare_each(sets), worth_of_each(sets)
        if options["json"]:
            measures = {name: _told(one) for name, one in found.items()}
            self.stdout.write(json.dumps({"measures": measures, "worth": _told(gain)}))
        else:
            self.stdout.write(f"{len(filters)} filters on {frames}")
            self.stdout.write(_table(found))
            self.stdout.write(_sentence(gain))


def _refuse(options: dict[str, Any]) -> None:
    """What nothing can be measured on."""
    if options["frames"] < 1 or not LEAST_LINES <= options["lines"] <= MOST_LINES:
        raise CommandError(
            f"--frames must be at least 1, and --lines from {LEAST_LINES} to {MOST_LINES}.",
            returncode=BAD_INPUT,
        )
    for path in options["files"]:
        if not path.is_file():
            raise CommandError(f"There is no file {path}.", returncode=BAD_INPUT)


def _told(one: Agreement | Worth) -> dict[str, float | None]:
    """For a script: what there is nothing to compare of is null, since JSON has no NaN."""
    return {name: value if isfinite(value) else None for name, value in asdict(one).items()}


def _measured(filters: list[Filter], options: dict[str, Any]) -> Profiles:
    """For each filter its profile and what is measured now."""
    try:
        from filters.training.perceptual import Perception
        from filters.training.profile import Profiler
    except ModuleNotFoundError as missing:
        raise CommandError(NO_PYTORCH) from missing
    try:
        views = [
            view for path in options["files"] for view in _views(path, options["frames"], options["lines"])
        ]
    except (OSError, ValueError) as problem:
        raise CommandError(f"This cannot be measured on: {problem}", returncode=BAD_INPUT) from None
    profiler = Profiler(views, Perception())
    pairs = []
    with Bar(sys.stderr) as bar:
        for number, one in enumerate(filters):
            bar(f"measuring {one.slug}", number / len(filters))
            pairs.append(_measured_one(one, profiler))
    return pairs


def _measured_one(one: Filter, profiler: Profiler) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """A filter's profile, and what is measured now."""
    assert one.current is not None
    try:
        with closing(make_engine(one.current)) as engine:
            assert isinstance(engine, NetworkEngine)
            rows, _ = profiler.measure(engine, judge_of(one.current, profiler.perception))
    except (NotMeasurable, EngineError) as problem:
        raise CommandError(str(problem)) from None
    return one.current.judgement.profile, with_stills(rows, profiler.views)


def with_stills(rows: list[dict[str, Any]], views: Sequence[View]) -> list[dict[str, Any]]:
    """Of each clip the first frame becomes the still that the lab painted; the others are what is checked by.

    Traits only, since that is what the lab measures. Of a picture alone, or a clip's only frame, nothing was seen.
    """
    traits = {one.name for one in fields(Traits)}
    frames: dict[str, list[dict[str, Any]]] = {}
    for row, view in zip(rows, views, strict=True):
        frames.setdefault(view.name.rpartition("-")[0], []).append(row)
    result = []
    for still, *others in frames.values():
        seen = {
            name: value for name, value in still["measured"].items() if name in traits and value is not None
        }
        result += [{**row, "seen": seen} for row in others] or [still]
    return result


def _views(path: Path, count: int, lines: int) -> Iterator[View]:
    """Frames of a clip, or one picture, at so many lines."""
    from filters.training.content import read_picture
    from filters.training.footage import read_frames
    from filters.training.profile import View

    pictures = [read_picture(path)] if path.suffix.lower() in PICTURES else read_frames(path, count)
    for number, picture in enumerate(pictures):
        width = round(picture.shape[1] * lines / picture.shape[0])
        small = cv2.resize(picture, (width, lines), interpolation=cv2.INTER_AREA).astype(np.uint8)
        shown = np.ascontiguousarray(small[: -SHIFT[0], : -SHIFT[1]])
        moved = np.ascontiguousarray(small[SHIFT[0] :, SHIFT[1] :])
        yield View(f"{path.stem}-{number}", (), features(statistics(shown)), shown, moved, SHIFT)


def _table(found: dict[str, Agreement]) -> str:
    lines = ["                     across filters  (blind)  (a still seen)   this footage"]
    for name, one in found.items():
        lines.append(
            f"{name.replace('_', ' '):20} {one.across_filters:14.2f} {one.blind:8.2f} {one.seen:15.2f}"
            f" {one.here:14.2f}"
        )
    return "\n".join(lines)


def _sentence(gain: Worth) -> str:
    seen = f", {gain.seen:.2f} with a still" if gain.seen == gain.seen else ""
    return (
        f"The {COUNT} that would be suggested suit a frame by {gain.suggested:.2f} deviations better than the mean "
        f"filter{seen}; chosen blindly {gain.blind:.2f}, the best there are {gain.best:.2f}."
    )
