"""A file that comes whole, by an ordinary form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from videos.models import Video
from videos.pipeline import receive

from .begin import Wishes, room


def take(owner: Any, path: Path, filename: str, wishes: Wishes) -> Video:
    """The video of a file, which is moved into storage. Raises UploadError with a sentence.

    Of two at once that fit only one by one, one is refused.
    """
    size = path.stat().st_size
    with room(owner, size):
        video = receive.make_video(owner, filename, wishes.words(), size=size)
    receive.bring(video, path)
    return video
