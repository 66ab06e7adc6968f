"""Finish an upload: once whole it becomes one video, however often and by however many this is asked for."""

from __future__ import annotations

import logging

from django.db import DatabaseError, transaction
from django.utils import timezone

from rotoscope.common.lease import claim, released, renewing
from videos.models import Upload, Video
from videos.models.video import VideoQuerySet
from videos.pipeline import receive

from . import parts
from .begin import Wishes

logger = logging.getLogger(__name__)

LOST = "The uploaded file was lost on this server. Upload it again."


def finish(upload: Upload) -> Video | None:
    """The video of a whole upload, made if need be; None while it is not whole, or another is at it now.

    May be killed at any instruction and repeated: the row is made by compare-and-swap, and the file's
    move can be taken up again.
    """
    if not upload.is_whole:
        return None
    if upload.video is not None and not _lacks_its_file(upload.video):
        return upload.video
    rows = Upload.objects.filter(pk=upload.pk)
    token = claim(rows)
    if token is None:
        return None
    try:
        with renewing(rows, token):
            video = _video_of(upload)
            if _lacks_its_file(video):
                receive.take_file(video, parts.path_of(upload.pk))
    finally:
        rows.held_by(token).update(**released())
    return video


def finish_here(upload: Upload) -> None:
    """Finish a whole upload whose file is on this machine; one whose file is lost is given up by the reconciler."""
    try:
        finish(upload)
    except FileNotFoundError:
        logger.error("the file of whole upload %s is not on this machine", upload.pk)


def _lacks_its_file(video: Video) -> bool:
    """Whether the move of the file has still to be done. Refused footage has none either, for good."""
    return video.state == Video.State.RECEIVING and not video.source


def finish_stranded() -> int:
    """Finish whole uploads whose request was killed before it could; how many. Each stands for itself."""
    finished = 0
    for upload in Upload.objects.stranded().select_related("video"):
        try:
            finished += finish(upload) is not None
        except FileNotFoundError:  # lost, or on another machine, where it will be found in time
            if upload.expires_at < timezone.now():
                logger.error("the file of whole upload %s is lost", upload.pk)
                _give_up(upload)
        except DatabaseError:
            raise
        # Storage is full or away, each in its own words; the next round tries again.
        except Exception as problem:
            logger.error("whole upload %s cannot be finished now: %r", upload.pk, problem)
    return finished


def _video_of(upload: Upload) -> Video:
    """The one video of an upload: its row is locked, so that wishes that come meanwhile go to the video."""
    with transaction.atomic():
        Upload.objects.select_for_update().get(pk=upload.pk)
        upload.refresh_from_db()
        if upload.video is not None:
            return upload.video
        words = Wishes.read(upload.metadata).words()
        upload.video = receive.make_video(upload.owner, upload.filename, words, size=upload.length)
        if not Upload.objects.unfinished().filter(pk=upload.pk).update(video=upload.video):
            raise RuntimeError(f"upload {upload.pk} became a video although its row was locked")
        return upload.video


def lose(videos: VideoQuerySet) -> int:
    """Let those of `videos` fail that still lack their file: it is nowhere, and counts towards no quota."""
    return videos.filter(state=Video.State.RECEIVING, source="").update(
        state=Video.State.FAILED, stage="", source_size=0, error=LOST
    )


def _give_up(upload: Upload) -> None:
    if upload.video is not None:
        lose(Video.objects.filter(pk=upload.video.pk))
    Upload.objects.filter(pk=upload.pk).delete()
