"""A still: one frame of a video under one version of a filter, painted before anybody spends an hour."""

from __future__ import annotations

from decimal import Decimal

from django.db import models

from rotoscope.common.lease import Leased, LeasedQuerySet


class Still(Leased):
    """Unique for (video, frame, version, strength, keep_colours, height)."""

    class State(models.TextChoices):
        QUEUED = "queued"
        FINISHED = "finished"
        FAILED = "failed"

    video = models.ForeignKey("Video", on_delete=models.CASCADE, related_name="stills")
    version = models.ForeignKey("filters.FilterVersion", on_delete=models.CASCADE, related_name="stills")
    frame_index = models.PositiveIntegerField()
    strength = models.DecimalField(max_digits=3, decimal_places=2, default=Decimal("1"))
    keep_colours = models.BooleanField(default=False)
    height = models.PositiveIntegerField(default=720)
    state = models.CharField(max_length=20, choices=State, default=State.QUEUED)
    image = models.FileField(upload_to="stills/", blank=True, max_length=200)
    seconds = models.FloatField(default=0)
    cost = models.DecimalField(
        max_digits=12,
        decimal_places=6,
        default=Decimal(0),
        db_default=Decimal(0),
        help_text="What a service was paid for it, each time that it painted.",
    )
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="Since it was last asked for.")
    traits = models.JSONField(
        null=True,
        blank=True,
        help_text="What the filter left of the frame, as filters/training/traits.py has it.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = LeasedQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["video", "version", "frame_index", "strength", "keep_colours", "height"],
                name="one_still_per_settings",
            )
        ]

    def __str__(self) -> str:
        return f"frame {self.frame_index} of {self.video} under {self.version.filter}"
