"""End uploads: by their owners, or because nothing has come for too long."""

from __future__ import annotations

import time
from collections.abc import Iterable

from django.utils import timezone

from videos.models import Upload, Video
from videos.models.upload import LIFETIME

from . import parts
from .finish import finish_stranded, lose


def terminate(upload: Upload) -> bool:
    """Remove an unfinished upload with its bytes; False when it is a video already, which stays."""
    if not Upload.objects.unfinished().filter(pk=upload.pk).delete()[0]:
        return False
    parts.remove(upload.pk)
    return True


def remove(uploads: Iterable[Upload]) -> None:
    """Remove uploads with their bytes, whatever became of them: their owner or their video is being deleted."""
    for upload in uploads:
        Upload.objects.filter(pk=upload.pk).delete()
        parts.remove(upload.pk)


def expire() -> int:
    """Clean up, for the reconciler: finish what is whole, remove what got no bytes for LIFETIME and files that
    belong to no row, tell of what was cut off behind the plain form. The number of uploads that were removed."""
    finish_stranded()
    removed = 0
    for upload in Upload.objects.expired().unfinished():
        removed += terminate(upload)
    Upload.objects.expired().exclude(video=None).delete()
    lose(Video.objects.filter(upload=None, created_at__lt=timezone.now() - LIFETIME))
    _remove_orphans()
    return removed


def _remove_orphans() -> None:
    """Files without a row, once nobody can be about to make one."""
    old = time.time() - LIFETIME.total_seconds()
    for pk, changed in parts.all_there():
        if changed < old and not Upload.objects.filter(pk=pk).exists():
            parts.remove(pk)
