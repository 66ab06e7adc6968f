"""The bench runs what it says, in turn. Nothing here asserts a time."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from filters.engines.bench import after_tasks, compare, engine_tasks, moving_frames
from tests.engines.models import write_filter


def test_tasks_are_warmed_up_and_then_run_in_turn() -> None:
    calls: list[str] = []
    compare({"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, rounds=2)
    assert calls == ["a", "b", "a", "b", "a", "b"]


def test_ratios_are_to_the_first_task() -> None:
    def work(seconds: float) -> None:
        end = time.process_time() + seconds
        while time.process_time() < end:
            pass

    timings = compare({"one": lambda: work(0.01), "three": lambda: work(0.03)}, rounds=3)
    assert timings["one"].ratio == 1.0
    assert 2.0 < timings["three"].ratio < 4.0
    assert 0 < timings["three"].least <= timings["three"].median


def test_without_tasks_there_is_nothing_to_compare() -> None:
    with pytest.raises(ValueError, match="at least one"):
        compare({}, rounds=1)


def test_the_footage_moves_and_is_the_same_each_time() -> None:
    frames, again = moving_frames(3, 90, 160), moving_frames(3, 90, 160)
    assert np.array_equal(frames, again)
    assert np.array_equal(frames[0][2:, 4:], frames[1][:-2, :-4])
    assert frames[0].std() > 20


def test_every_task_of_the_bench_runs(tmp_path: Path) -> None:
    frames = moving_frames(3, 90, 160)
    tasks = {**engine_tasks(*write_filter(tmp_path), frames, threads=1), **after_tasks(frames)}
    assert set(compare(tasks, rounds=1)) == set(tasks)
