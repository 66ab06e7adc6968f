"""What a person has here beside an account: a quota and a few words."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import BigIntegerField, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce


def default_quota() -> int:
    """Bytes of uploads that a new person may keep."""
    return 50 * 1024**3


class Profile(models.Model):
    """Quota in bytes over the sources of all videos, also of deleted ones, and unfinished uploads of one person."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profile")
    about = models.TextField(blank=True)
    quota_bytes = models.PositiveBigIntegerField(default=default_quota)

    def __str__(self) -> str:
        return self.user.get_username()

    @classmethod
    def of(cls, user: object) -> Profile:
        """The profile of a person, made when first asked for."""
        return cls.objects.get_or_create(user=user)[0]

    def used_bytes(self) -> int:
        """Bytes that the person's uploads take, with room already promised to unfinished ones."""
        from .upload import Upload
        from .video import Video

        kept = Video.everything.filter(owner=OuterRef("user")).values("owner").values(n=Sum("source_size"))
        coming = Upload.objects.filter(owner=OuterRef("user"), video=None)
        promised = coming.values("owner").values(n=Sum("length"))
        # At one look: an upload that becomes a video between two would not count at all.
        sums = Profile.objects.filter(pk=self.pk).values_list(
            Coalesce(Subquery(kept), 0, output_field=BigIntegerField())
            + Coalesce(Subquery(promised), 0, output_field=BigIntegerField())
        )
        return int(sums.get()[0])

    def room_for(self, size: int) -> bool:
        """Whether `size` more bytes fit."""
        return self.used_bytes() + size <= self.quota_bytes
