"""How long things take, compared within one run: machines are noisy, ratios are not.

Every task is run once to warm up, and then all of them in turn, round after round, so that whatever else the
machine does falls on all alike.
"""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from filters.engines.base import Frame
from filters.engines.effects import finish
from filters.engines.network import NetworkEngine
from filters.engines.smoothing import Smoother

Task = Callable[[], object]
HEIGHT, WIDTH = 720, 1280


@dataclass(frozen=True)
class Timing:
    """Milliseconds for one frame of 1280x720."""

    median: float
    """Of the time that passed."""
    least: float
    processor: float
    """Median of the time that processors worked, all threads together; less sensitive to other programs."""
    ratio: float
    """Of `processor`, to the first task of the run."""


def compare(
    tasks: Mapping[str, Task], rounds: int, frames_of: Mapping[str, int] | None = None
) -> dict[str, Timing]:
    """Run each task once to warm up and then all in turn, `rounds` times.

    `frames_of` says how many frames a task works on, where it is not one.
    """
    if rounds < 1 or not tasks:
        raise ValueError("There must be at least one task and one round.")
    passed: dict[str, list[float]] = {name: [] for name in tasks}
    worked: dict[str, list[float]] = {name: [] for name in tasks}
    for task in tasks.values():
        task()
    for _ in range(rounds):
        for name, task in tasks.items():
            clock, processor = time.perf_counter(), _processor_seconds()
            task()
            share = 1000 / (frames_of or {}).get(name, 1)
            worked[name].append((_processor_seconds() - processor) * share)
            passed[name].append((time.perf_counter() - clock) * share)
    first = statistics.median(next(iter(worked.values()))) or 1.0
    return {
        name: Timing(
            round(statistics.median(passed[name]), 2),
            round(min(passed[name]), 2),
            round(statistics.median(worked[name]), 2),
            round(statistics.median(worked[name]) / first, 3),
        )
        for name in tasks
    }


def _processor_seconds() -> float:
    """Of this process, all its threads, and the programs it started that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def moving_frames(count: int, height: int = HEIGHT, width: int = WIDTH) -> list[Frame]:
    """Drawn footage with structure at every size, under a camera that glides; the same each time."""
    rng = np.random.default_rng(7)
    rows, columns = height + 2 * count, width + 4 * count
    ground = np.full((rows, columns, 3), 128.0, np.float32)
    for cells, weight in ((4, 60.0), (20, 40.0), (120, 20.0)):
        noise = rng.normal(0.0, 1.0, (cells, cells * 2, 3)).astype(np.float32)
        ground += weight * cv2.resize(noise, (columns, rows), interpolation=cv2.INTER_CUBIC)
    picture = np.clip(ground, 0, 255).astype(np.uint8)
    return [
        np.ascontiguousarray(picture[2 * i : 2 * i + height, 4 * i : 4 * i + width]) for i in range(count)
    ]


def engine_tasks(base: Path, style: Path, frames: list[Frame], *, threads: int) -> dict[str, Task]:
    """One frame through a filter: with its own statistics and with statistics held, as a render paints and in full."""
    own = NetworkEngine.from_files(base, style, threads=threads)
    held = NetworkEngine.from_files(base, style, threads=threads)
    full = NetworkEngine.from_files(base, style, threads=threads, full_precision=True)
    for engine in (held, full):
        engine.hold(engine.measure(frames[0][None]))
    return {
        "engine, own statistics": lambda: own.apply(frames[0][None]),
        "engine, statistics held": lambda: held.apply(frames[0][None]),
        "engine, statistics held, full precision": lambda: full.apply(frames[0][None]),
        "engine, measuring": lambda: own.measure(frames[0][None]),
    }


def after_tasks(frames: list[Frame]) -> dict[str, Task]:
    """What may follow the engine: strength, colours kept, smoothing."""
    original, painted = frames[0][None], frames[-1][None]
    smoother, turn = Smoother(1.0), iter(range(1 << 62))

    def smooth() -> Frame:
        frame = frames[next(turn) % len(frames)]
        return smoother.push(frame, frame)

    return {
        "strength": lambda: finish(original, painted, strength=0.5, keep_colours=False),
        "keep colours": lambda: finish(original, painted, strength=1.0, keep_colours=True),
        "smoothing": smooth,
    }
