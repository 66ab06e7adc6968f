"""What a person has here beside an account: a quota and a few words."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Sum


def default_quota() -> int:
    """Bytes of uploads that a new person may keep."""
    return 50 * 1024**3


class Profile(models.Model):
    """Quota in bytes over the sources of all videos and unfinished uploads of one person."""

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

        kept = Video.objects.filter(owner=self.user).aggregate(n=Sum("source_size"))["n"] or 0
        coming = Upload.objects.filter(owner=self.user, video=None).aggregate(n=Sum("length"))["n"] or 0
        return int(kept + coming)

    def room_for(self, size: int) -> bool:
        """Whether `size` more bytes fit."""
        return self.used_bytes() + size <= self.quota_bytes
