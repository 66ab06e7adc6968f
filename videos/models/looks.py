"""Looks by day: what was looked at most this week, without a row for every look."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import F
from django.utils import timezone

from .video import Video

KEPT = timedelta(days=30)  # pages ask for the last seven


class DayOfLooks(models.Model):
    """How often one video was looked at on one day (UTC)."""

    video = models.ForeignKey("Video", on_delete=models.CASCADE, related_name="days_of_looks")
    day = models.DateField()
    looks = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-day"]
        constraints = [models.UniqueConstraint(fields=["video", "day"], name="one_row_per_day_of_looks")]
        indexes = [models.Index(fields=["day"], name="looks_of_a_week")]

    def __str__(self) -> str:
        return f"{self.looks} looks at {self.video} on {self.day}"

    @classmethod
    def count(cls, video: Video) -> None:
        """One more look today."""
        today = cls.objects.get_or_create(video=video, day=timezone.localdate())[0]
        cls.objects.filter(pk=today.pk).update(looks=F("looks") + 1)

    @classmethod
    def forget_old(cls) -> None:
        """Drop the days that no page asks for any more."""
        cls.objects.filter(day__lt=timezone.localdate() - KEPT).delete()
