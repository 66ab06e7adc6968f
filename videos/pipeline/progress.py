"""Progress that is written often enough to be watched and seldom enough to cost nothing."""

from __future__ import annotations

import threading
import time
import uuid

from videos.media.errors import Stopped
from videos.models import Video

EVERY = 0.5  # seconds between two writes


class VideoProgress:
    """Writes a video's stage and progress under its lease; notices when the lease is gone."""

    def __init__(self, video: Video, token: uuid.UUID, lost: threading.Event) -> None:
        self.video, self.token, self.lost = video, token, lost
        self._stage, self._low, self._high = "", 0.0, 0.0
        self._written = 0.0

    def stage(self, words: str, low: float, high: float) -> None:
        """Begin a stage that takes the progress from `low` to `high` (0 to 1)."""
        self._stage, self._low, self._high = words, low, high
        self._write(low)

    def __call__(self, share: float) -> None:
        """The share of this stage that is done, 0 to 1. Raises Stopped when the lease is lost."""
        now = time.monotonic()
        if now - self._written >= EVERY:
            self._write(self._low + (self._high - self._low) * min(1.0, max(0.0, share)))

    def should_stop(self) -> bool:
        """Whether somebody else holds the video now, or it was deleted."""
        return self.lost.is_set()

    def _write(self, progress: float) -> None:
        self._written = time.monotonic()
        mine = Video.objects.held_by(self.token).filter(pk=self.video.pk)
        if not mine.update(stage=self._stage, progress=progress):
            self.lost.set()
            raise Stopped("Somebody else works on this video now.")
