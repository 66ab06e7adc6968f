"""Child processes for work on files that nobody vouches for."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

LAUNCHER = Path(__file__).with_name("launch.py")
PROJECT = Path(__file__).resolve().parents[2]


def bounded(command: Sequence[str], *, memory: int = 0, cpu_seconds: int = 0) -> list[str]:
    """``command`` wrapped so that it dies with this process and within limits (bytes, seconds; 0: none).

    The child dies with the thread that started it, so start it from one that waits for it.
    """
    limits = [str(os.getpid()), str(memory), str(cpu_seconds)]
    return [sys.executable, "-I", "-S", str(LAUNCHER), *limits, *command]


def environment() -> dict[str, str]:
    """The environment for a child that runs a module of this project."""
    return {**os.environ, "PYTHONPATH": str(PROJECT)}
