"""`manage.py bench [--json]`: what each step of a render costs a frame of 1280x720, in one interleaved run."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from fractions import Fraction
from itertools import cycle
from pathlib import Path
from typing import Any

import cv2
from django.core.management.base import BaseCommand, CommandError, CommandParser

from filters.catalogue import CatalogueFilter, load_catalogue
from filters.engines.base import Frame
from filters.engines.bench import (
    HEIGHT,
    WIDTH,
    Task,
    Timing,
    after_tasks,
    compare,
    engine_tasks,
    moving_frames,
)
from rotoscope.common import malloc
from videos.media import decode
from videos.media.encode import SegmentWriter

FRAMES = 12
RATE = Fraction(25)


class Command(BaseCommand):
    """Measures; writes nothing that stays. Other programs on the machine distort the times, less so the ratios."""

    help = "Measure what each step of a render costs a frame of 1280x720."

    def add_arguments(self, parser: CommandParser) -> None:
        """Which filter, how often, on how many cores."""
        parser.add_argument("--filter", metavar="SLUG", help="of the catalogue; one of each base without it")
        parser.add_argument("--rounds", type=int, default=5)
        parser.add_argument("--threads", type=int, default=1, help="cores for the engine and OpenCV")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure and print a table, or JSON."""
        if options["rounds"] < 1 or options["threads"] < 1:
            raise CommandError("Rounds and threads must be at least 1.", returncode=2)
        chosen = _chosen(options["filter"])
        # As in a worker that renders.
        cv2.setNumThreads(options["threads"])
        malloc.keep_large_blocks()
        frames = moving_frames(FRAMES)
        with tempfile.TemporaryDirectory() as folder:
            tasks: dict[str, Task] = {}
            for one in chosen:
                made = engine_tasks(one.base_file, one.weights, frames, threads=options["threads"])
                tasks |= {f"{one.base}: {name}": task for name, task in made.items()}
            tasks |= {**after_tasks(frames), **_media_tasks(Path(folder), frames)}
            timings = compare(tasks, options["rounds"], {"encode": FRAMES})
        if options["json"]:
            self.stdout.write(json.dumps({name: asdict(timing) for name, timing in timings.items()}))
        else:
            self.stdout.write(_table(timings))


def _chosen(slug: str | None) -> list[CatalogueFilter]:
    """The filter asked for, or the first of every base network."""
    catalogue = load_catalogue()
    if slug:
        catalogue = tuple(one for one in catalogue if one.slug == slug)
    if not catalogue:
        raise CommandError(f"No filter called “{slug}” ships." if slug else "No filters ship.", returncode=2)
    return list({one.base: one for one in reversed(catalogue)}.values())


def _media_tasks(folder: Path, frames: list[Frame]) -> dict[str, Task]:
    """Reading one frame in order, and writing one."""
    clip = folder / "clip.mp4"
    _write(clip, frames)
    read: Iterator[Frame] = (
        frame for _ in cycle([0]) for frame in decode.frames(clip, 0, len(frames), height=HEIGHT)
    )
    numbers = iter(range(1 << 62))
    encode: Callable[[], object] = lambda: _write(folder / f"{next(numbers)}.ts", frames)  # noqa: E731
    return {"decode": lambda: next(read), "encode": encode}


def _write(path: Path, frames: list[Frame]) -> None:
    with SegmentWriter(path, width=WIDTH, height=HEIGHT, rate=RATE) as writer:
        for frame in frames:
            writer.write(frame)


def _table(timings: dict[str, Timing]) -> str:
    width = max(map(len, timings))
    lines = [f"{'1280x720, ms a frame':{width}}  median   least  processor   ratio"]
    for name, timing in timings.items():
        lines.append(
            f"{name:{width}} {timing.median:7.1f} {timing.least:7.1f} {timing.processor:10.1f} {timing.ratio:7.2f}"
        )
    return "\n".join(lines)
