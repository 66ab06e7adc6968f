"""Dramatiq actors of the filters: load, call, done."""

from __future__ import annotations

import dramatiq

from filters import trainings
from filters import upkeep as upkeep_step

HOUR = 3_600_000  # milliseconds


@dramatiq.actor(queue_name="training", time_limit=26 * HOUR, max_retries=3, min_backoff=5_000)
def train(pk: int) -> None:
    """Train a filter, or go on where a killed worker left it."""
    trainings.run(pk)


@dramatiq.actor(queue_name="ingest", time_limit=600_000, max_retries=0)
def upkeep() -> None:
    """Try unavailable filters again, clear old DeepFilter files away."""
    upkeep_step.run()
