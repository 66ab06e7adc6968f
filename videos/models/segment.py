"""A segment: about two seconds of a render, the unit of distributed work."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.db import models
from django.db.models import F, Min, Q
from django.db.models.functions import Now

from rotoscope.common.lease import Leased, LeasedQuerySet

MAX_ATTEMPTS = 5


class SegmentQuerySet(LeasedQuerySet["Segment"]):
    """Named queries over segments."""

    def unfinished(self) -> SegmentQuerySet:
        """Segments that still have to be painted."""
        return self.exclude(state=Segment.State.FINISHED)

    def claimable(self) -> SegmentQuerySet:
        """Unfinished segments that nobody alive works on, of renders that are being worked on."""
        return self.unfinished().free().filter(render__state="rendering")

    def rest_left(self) -> timedelta | None:
        """How long until the first of those that rest may be claimed; None where none rests."""
        resting = self.filter(state=Segment.State.PENDING, lease_until__gt=Now())
        left: timedelta | None = resting.aggregate(left=Min(F("lease_until") - Now()))["left"]
        return left


class Segment(Leased):
    """Frames [start, stop) of the footage; `file` is an MPEG-TS that joins without re-encoding.

    One that failed rests: it is pending, in nobody's hands, and not free before `lease_until`.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        RUNNING = "running"
        FINISHED = "finished"

    render = models.ForeignKey("Render", on_delete=models.CASCADE, related_name="segments")
    index = models.PositiveIntegerField()
    start = models.PositiveIntegerField()
    stop = models.PositiveIntegerField()
    state = models.CharField(max_length=20, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    images = models.PositiveIntegerField(default=0, help_text="Images that this segment paints.")
    images_done = models.PositiveIntegerField(default=0, help_text="Images painted so far.")
    file = models.FileField(upload_to="segments/", blank=True, max_length=200)
    engine_seconds = models.FloatField(default=0)
    cost = models.DecimalField(max_digits=12, decimal_places=6, default=Decimal(0))
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = SegmentQuerySet.as_manager()

    class Meta:
        ordering = ["render", "index"]
        constraints = [models.UniqueConstraint(fields=["render", "index"], name="one_row_per_segment")]
        # The reconciler looks every few seconds for files that nobody needs any more; most segments have none.
        indexes = [models.Index(fields=["render"], condition=~Q(file=""), name="segment_files_left")]

    def __str__(self) -> str:
        return f"segment {self.index} of {self.render}"

    @property
    def rest(self) -> timedelta:
        """How long it is left alone once this attempt has failed: 2, 4, 8, 16 seconds; after the last not at all."""
        return timedelta(seconds=2**self.attempts if self.attempts < MAX_ATTEMPTS else 0)
