"""A training run: everything that made a filter, so that it can be made again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from rotoscope.common.lease import Leased, LeasedQuerySet

if TYPE_CHECKING:
    from .version import FilterVersion


class TrainingRun(Leased):
    """Settings, seed, losses over time, previews, device, seconds. It goes on from its last checkpoint, a file on the
    machine that trains (`training_work.checkpoint_path`).

    Its life, all below `filters/`: ordered in `orders.py`, put on the queue and found again in `training_queue.py`,
    claimed and ended in `trainings.py`, worked on in `training_work.py` (and `training/`, which knows no rows), told of
    in `training_diary.py`, kept as plain values with what it made in `training_record.py`.

    `losses` is a list of rows [step, total, content, …], as `filters/loss_rows.py` has them.
    `previews` is a list of {"step": int, "image": storage name}.
    `learned_on` says how much was read to learn on: {"frames": of footage, "landscapes": drawn}; empty before.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        FINISHED = "finished"
        FAILED = "failed"
        CANCELLED = "cancelled"

    name = models.CharField(max_length=120)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    style_image = models.ForeignKey("StyleImage", on_delete=models.PROTECT, related_name="training_runs")
    filter = models.ForeignKey(
        "Filter", null=True, blank=True, on_delete=models.SET_NULL, related_name="training_runs"
    )
    state = models.CharField(max_length=20, choices=State, default=State.QUEUED, db_index=True)
    base = models.CharField(max_length=80, default="base-fine")
    settings = models.JSONField(default=dict)
    seed = models.BigIntegerField(default=1)
    step = models.PositiveIntegerField(default=0)
    steps = models.PositiveIntegerField(default=0)
    losses = models.JSONField(default=list, blank=True)
    previews = models.JSONField(default=list, blank=True)
    metrics = models.JSONField(default=dict, blank=True)
    learned_on = models.JSONField(default=dict, db_default={}, blank=True)
    content_sha256 = models.CharField(max_length=64, blank=True)
    code_version = models.CharField(max_length=80, blank=True)
    device = models.CharField(max_length=80, blank=True)
    seconds = models.FloatField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    worked_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text="When a worker last began with it, or was done: people take turns by that.",
    )
    stop_asked_at = models.DateTimeField(
        null=True, blank=True, help_text="When somebody asked to stop early and keep what is there."
    )

    LARGE = ("losses", "previews", "metrics")
    """Up to hundreds of rows each: what lists of runs do without."""

    objects = LeasedQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} (run {self.pk})"

    @property
    def is_over(self) -> bool:
        """Whether nobody works on it, and nobody will unless asked."""
        return self.state in (self.State.FINISHED, self.State.FAILED, self.State.CANCELLED)

    @property
    def is_stopping(self) -> bool:
        """Whether it was asked to stop and keep what it learned, which takes its worker some seconds."""
        return self.state == self.State.RUNNING and self.stop_asked_at is not None

    @property
    def version(self) -> FilterVersion | None:
        """The newest version that it made."""
        return max(self.filterversion_set.all(), key=lambda one: one.number, default=None)
