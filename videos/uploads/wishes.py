"""Change what the sender says about footage while its bytes are still coming, or just after."""

from __future__ import annotations

from django.db import transaction

from videos.models import Upload, Video

from .begin import Wishes


def kept(upload: Upload) -> Wishes:
    """What the sender has said of it so far."""
    return Wishes.read({name: str(value) for name, value in upload.metadata.items()})


def change(upload: Upload, wishes: Wishes) -> None:
    """Keep new wishes with an unfinished upload; of a finished one, give them to its video.

    An empty title leaves a video's title as it is.
    """
    with transaction.atomic():
        row = Upload.objects.select_for_update().get(pk=upload.pk)
        row.metadata |= wishes.stored()
        row.save(update_fields=["metadata"])
        if row.video_id is None:
            return
        named = {"title": wishes.title} if wishes.title else {}
        Video.objects.filter(pk=row.video_id).update(visibility=wishes.visibility, tags=wishes.tags, **named)
