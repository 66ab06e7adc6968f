"""An upload that is coming in, piece by piece (tus 1.0)."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Sum
from django.utils import timezone

from rotoscope.common.lease import Leased, LeasedQuerySet

from .video import Video

LIFETIME = timedelta(days=2)
PROMISED = timedelta(minutes=30)
"""For how long after the last bytes room on the disk is kept for the rest."""


# Refused footage has no file either, for good; it is not receiving any more.
STRANDED = Q(offset=F("length")) & (Q(video=None) | Q(video__source="", video__state=Video.State.RECEIVING))


def expiry() -> datetime:
    """When an upload that gets no more bytes is thrown away."""
    return timezone.now() + LIFETIME


class UploadQuerySet(LeasedQuerySet["Upload"]):
    """Named queries over uploads."""

    def unfinished(self) -> UploadQuerySet:
        """Uploads that are not a video yet."""
        return self.filter(video=None)

    def standing(self) -> UploadQuerySet:
        """Uploads whose video nobody deleted."""
        return self.filter(video__removed_at=None)

    def promised_bytes(self) -> int:
        """Bytes that are still to come, of whomever: free on the disk as yet, and given away.

        Nothing is kept for what was only begun, or came to a halt: who goes on with it may be told that there is no
        room now.
        """
        coming = self.unfinished().filter(offset__gt=0, expires_at__gte=timezone.now() + LIFETIME - PROMISED)
        return int(coming.aggregate(left=Sum(F("length") - F("offset")))["left"] or 0)

    def expired(self) -> UploadQuerySet:
        """Uploads that got no bytes for LIFETIME, and that nobody writes to now. One that needs none does not
        expire: its bytes are all that there is of somebody's footage."""
        return self.free().filter(expires_at__lt=timezone.now()).exclude(STRANDED)

    def stranded(self) -> UploadQuerySet:
        """Whole uploads that nobody finishes now, though their file is not that of a video yet."""
        return self.free().filter(STRANDED)


class Upload(Leased):
    """`offset` bytes of `length` are safely on disk, in ROTOSCOPE_HOME/uploads/<id>.part.

    Whoever writes to it holds its lease. Once whole, it becomes exactly one video: `video` is set by
    compare-and-swap.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="uploads")
    filename = models.CharField(max_length=255)
    metadata = models.JSONField(default=dict, blank=True)
    length = models.PositiveBigIntegerField()
    offset = models.PositiveBigIntegerField(default=0)
    video = models.OneToOneField(
        "Video", null=True, blank=True, on_delete=models.CASCADE, related_name="upload"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(default=expiry)

    objects = UploadQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.filename} ({self.offset} of {self.length} bytes)"

    @property
    def is_whole(self) -> bool:
        """Whether the last byte has arrived."""
        return self.offset == self.length
