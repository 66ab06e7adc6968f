"""Receive: a file on this machine becomes the source of a video."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.utils.text import get_valid_filename

from rotoscope.common.files import forget, store
from rotoscope.common.tags import clean_tags
from videos.models import Video, Visibility
from videos.pipeline import ingest


@dataclass(frozen=True)
class Words:
    """What is known of footage before anybody looked into its file.

    `planned_filters` are slugs: renders with them are queued as soon as the footage is ready.
    """

    title: str = ""
    visibility: str = Visibility.PRIVATE
    tags: Sequence[str] = ()
    description: str = ""
    planned_filters: Sequence[str] = ()


NOTHING_SAID = Words()


def video_from_file(owner: Any, path: Path, filename: str, words: Words = NOTHING_SAID) -> Video:
    """Make a video of a file, which is moved into storage, and queue its ingest. Where that fails there is no video."""
    video = make_video(owner, filename, words, size=path.stat().st_size)
    bring(video, path)
    return video


def bring(video: Video, path: Path) -> None:
    """`take_file` for a file that nobody could bring later: where that fails there is no video."""
    try:
        take_file(video, path)
    except BaseException:
        Video.everything.filter(pk=video.pk, source="").delete()
        raise


def make_video(owner: Any, filename: str, words: Words = NOTHING_SAID, *, size: int = 0) -> Video:
    """The row alone, state “receiving”, without a source yet."""
    return Video.objects.create(
        owner=owner,
        title=(words.title or title_from(filename))[:200],
        description=words.description,
        visibility=words.visibility,
        tags=clean_tags(words.tags),
        source_name=filename[:255],
        source_size=size,
        planned_filters=list(words.planned_filters),
        stage="waiting in the queue",
    )


def take_file(video: Video, path: Path) -> None:
    """Move `path` into storage as the source of `video` and queue the ingest.

    May be repeated after a kill at any instruction: a file that was moved already is found in its place. Raises
    Video.DoesNotExist, with nothing left of the file, where the video was deleted meanwhile.
    """
    # A name may have no character that a file's may: of “🎬” nothing would be left.
    suffix = Path(get_valid_filename("original" + Path(video.source_name).suffix)).suffix[:10].lower()
    name = f"sources/{video.ref}/original{suffix}"
    if path.exists():
        size = path.stat().st_size
        name = store(path, name)
    elif default_storage.exists(name):
        size = default_storage.size(name)
    else:
        raise FileNotFoundError(f"The upload of {video} is not on this machine.")
    # What was deleted meanwhile may be brought back, with its file.
    rows = Video.everything.filter(pk=video.pk)
    if not rows.filter(source="").update(source=name, source_size=size) and not rows.exists():
        forget(name)  # gone for good while the file was on its way: nobody would see it any more
    video.refresh_from_db()
    ingest.begin(video)


def title_from(filename: str) -> str:
    """A readable title out of a file's name: “DJI_0042.MP4” → “DJI 0042”."""
    return Path(filename).stem.replace("_", " ").replace("-", " ").strip() or "Untitled"
