"""What can be brought back after it was deleted: the row stays for a while, and is hidden from everybody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

M = TypeVar("M", bound=models.Model, covariant=True)

FOR_GOOD = datetime(1970, 1, 1, tzinfo=UTC)
"""The moment at which things went that nobody brings back any more: they are being removed with their files."""


def kept_for() -> timedelta:
    """How long what was deleted can be brought back."""
    return timedelta(hours=settings.ROTOSCOPE_KEEP_REMOVED_HOURS)


def kept_since() -> datetime:
    """What was deleted after this moment can be brought back."""
    return timezone.now() - kept_for()


class Removable(models.Model):
    """`objects` leaves out what was deleted, `everything` does not; references lead to it all the same.

    What goes at one moment belongs together and comes back together. See videos/pipeline/removal.py.
    """

    removed_at = models.DateTimeField(null=True, blank=True, editable=False, db_index=True)

    class Meta:
        abstract = True

    @property
    def kept_until(self) -> datetime | None:
        """Until when it can be brought back; None for what was not deleted."""
        return self.removed_at and self.removed_at + kept_for()


class Standing(models.Manager[M]):
    """Rows that nobody deleted."""

    def get_queryset(self) -> models.QuerySet[M]:
        """Without what was deleted."""
        return super().get_queryset().filter(removed_at=None)


class Leading(models.Manager[M]):
    """Rows that lead to something that nobody deleted. `WAYS` are the references that may do so."""

    WAYS: tuple[str, ...] = ()

    def get_queryset(self) -> models.QuerySet[M]:
        """Without those whose goal was deleted; they are there again once it is."""
        return super().get_queryset().filter(Q(*((f"{way}__removed_at", None) for way in self.WAYS)))
