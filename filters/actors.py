"""Dramatiq actors of the filters: load, call, done."""

from __future__ import annotations

import dramatiq

from filters import training_queue, trainings
from filters import upkeep as upkeep_step
from filters.signals import judgement_wanted

HOUR = 3_600_000  # milliseconds


@dramatiq.actor(queue_name="training", time_limit=26 * HOUR, max_retries=3, min_backoff=5_000)
def train(pk: int) -> None:
    """Train this filter or one whose turn it is, or go on where a killed worker left it; then have it measured."""
    turn = training_queue.train_next(pk)
    for version in map(trainings.not_measured, {pk, turn or pk}):
        if version is not None:
            judgement_wanted.send(sender=type(version), version=version)


@dramatiq.actor(queue_name="default", time_limit=600_000, max_retries=0)
def upkeep() -> None:
    """Try unavailable filters again, clear away old DeepFilter files, checkpoints and sessions."""
    upkeep_step.asked()
