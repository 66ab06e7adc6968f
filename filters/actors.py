"""Dramatiq actors of the filters: load, call, done."""

from __future__ import annotations

import dramatiq

from filters import trainings

HOUR = 3_600_000  # milliseconds


@dramatiq.actor(queue_name="training", time_limit=26 * HOUR, max_retries=3, min_backoff=5_000)
def train(pk: int) -> None:
    """Train a filter, or go on where a killed worker left it."""
    trainings.run(pk)
